// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/handover_p.h>

#include <QtCore/qobject.h>

#include <utility>

namespace SignalBox::detail {

/*!
    Calls \a function on the thread of \a receiver, through its event loop, or destroys it with the receiver. The
    library's one use of Qt's own queue.
*/
template <class F>
void postCall(QObject *receiver, F function)
{
    QMetaObject::invokeMethod(receiver, HandOver(std::move(function)), Qt::QueuedConnection);
}

} // namespace SignalBox::detail
