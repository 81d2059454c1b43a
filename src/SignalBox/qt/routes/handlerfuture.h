// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/futures/watchedfuture.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qfuture.h>
#include <QtCore/qglobal.h>

#include <utility>

namespace SignalBox::detail {

class Notification;
class RouteBase;

SIGNALBOX_QT_EXPORT void awaitUnfinished(WatchedFuture future, const Notification &notification, RouteBase &route);

/*!
    The handler of \a route, which \a notification calls, has returned \a future, and is done when that is. Throws what the future
    holds, if it is finished already. When the application ends, and after that, the future counts as finished.
*/
template <class T>
void awaitFuture(QFuture<T> future, const Notification &notification, RouteBase &route)
{
    if (future.isFinished()) {
        SanitizerOrder::acquire(future);
        future.waitForFinished(); // throws what it holds
    } else {
        awaitUnfinished(WatchedFuture(future), notification, route);
    }
}

/*! A handler's call that is under way, for a handler that learns late whether it returns a future. */
class OngoingCall
{
public:
    OngoingCall(const Notification &notification, RouteBase &route) noexcept : m_notification(notification), m_route(route) {}
    Q_DISABLE_COPY_MOVE(OngoingCall)

    /*! The handler is done when \a future is. To be called as the last statement of the handler. As detail::awaitFuture(). */
    template <class T>
    void awaitFuture(QFuture<T> future) const
    {
        detail::awaitFuture(std::move(future), m_notification, m_route);
    }

private:
    const Notification &m_notification;
    RouteBase &m_route;
};

} // namespace SignalBox::detail
