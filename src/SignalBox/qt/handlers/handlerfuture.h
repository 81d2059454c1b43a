// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/futures/watchedfuture.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qfuture.h>

namespace SignalBox::detail {

class Notification;
class Route;

SIGNALBOX_QT_EXPORT void awaitUnfinished(WatchedFuture future, const Notification &notification, Route &route);

/*!
    The handler of \a route, which \a notification calls, has returned \a future, and is done when that is. Throws what the future
    holds, if it is finished already. When the application ends, and after that, the future counts as finished.
*/
template <class T>
void awaitFuture(QFuture<T> future, const Notification &notification, Route &route)
{
    if (future.isFinished())
        future.waitForFinished(); // throws what it holds
    else
        awaitUnfinished(WatchedFuture(future), notification, route);
}

} // namespace SignalBox::detail
