// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerguard.h>
#include <SignalBox/qt/futures/watchedfuture.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qdeadlinetimer.h>

namespace SignalBox::detail {

/*!
    Unregisters \a handler, which is to finish \a future, when the future has been cancelled or finished, or \a deadline has
    passed: what the handler captured goes then, and with it the Answer, which finishes the future. Within a turn of the
    library's own thread, or, without an application, within some milliseconds; whichever thread cancels. The guard
    stays as it is. Throws std::bad_alloc; the handler is unregistered then, too.
*/
SIGNALBOX_QT_EXPORT void endWithFuture(const HandlerGuard &handler, WatchedFuture future, QDeadlineTimer deadline);

} // namespace SignalBox::detail
