// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handleroptions.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <atomic>
#include <utility>

namespace SignalBox::detail {

/*!
    The part of a Route that its handler calls. Handlers are templates, which programs compile; the rest of the Route is not. Each
    RouteBase is a Route.
*/
class SIGNALBOX_QT_EXPORT RouteBase
{
public:
    Q_DISABLE_COPY_MOVE(RouteBase)

    /*! The handler has been made: it is an owner of the route. */
    void hold() noexcept;
    /*! The handler has been destroyed, and is an owner no more. On any thread. */
    void letGo() noexcept;

    // --- called by the handler itself, inside of the core's call ---------------------------------

    bool isOnce() const noexcept { return m_isOnce; }
    /*! How the handler is to be called now, on the calling thread. */
    enum class CallKind {
        None, // not at all: what had to be done has been
        Plain,
        OnTarget, // inside of a post, on the thread that it asked for: by callObserved()
    };
    /*! Throws what the functions of its backlog throw. */
    CallKind takes(const Notification &notification);
    // Relaxed: a flag of the RegistryLink, looked at by every call; a change need not be seen at once.
    bool isObserved() const noexcept { return m_observers.load(std::memory_order_relaxed) != 0; }
    /*! Calls the handler for its observers: statistics, the budget for slow handlers, the stall report, and hasNewerEvent(). Throws
        what the handler throws. */
    Propagation callObserved(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                             const Notification &notification);

protected:
    /*! \a observers: not 0 while calls of the handler are observed. */
    RouteBase(const std::atomic<unsigned> &observers, bool isOnce) noexcept : m_observers(observers), m_isOnce(isOnce) {}
    ~RouteBase() = default;

private:
    const std::atomic<unsigned> &m_observers; // the RegistryLink's, which the route keeps
    const bool m_isOnce;
};

/*!
    The handler as the core sees it. \c Call: a Propagation(const Notification &, RouteBase &), made of a Source. If it has a
    prepare(const Event &), the notifying thread calls that before the handler runs inline or is forwarded to.
*/
template <class Call>
class RoutedHandler
{
public:
    template <class Source>
    struct Parts
    {
        RouteBase *route;
        Source &&source;
    };

    template <class Source>
    explicit RoutedHandler(const Parts<Source> &parts) : m_call(std::forward<Source>(parts.source)), m_route(parts.route)
    {
        m_route->hold();
    }
    RoutedHandler(const RoutedHandler &) = delete;
    RoutedHandler &operator=(const RoutedHandler &) = delete;
    ~RoutedHandler() { m_route->letGo(); }

    Propagation operator()(const Notification &notification)
    {
        using CallKind = RouteBase::CallKind;
        const bool isPlainDelivery = notification.kind() == Notification::Kind::Delivery && !m_route->isOnce();
        if constexpr (requires { m_call.prepare(notification.event()); }) {
            if (notification.kind() == Notification::Kind::Walk)
                m_call.prepare(notification.event());
        }
        const CallKind kind = isPlainDelivery ? CallKind::Plain : m_route->takes(notification);
        if (kind == CallKind::None)
            return Propagation::Continue;
        if (kind == CallKind::OnTarget || m_route->isObserved()) [[unlikely]]
            return m_route->callObserved(&RoutedHandler::call, &m_call, notification);
        return m_call(notification, *m_route);
    }

private:
    static Propagation call(void *call, const Notification &notification, RouteBase &route)
    {
        return (*static_cast<Call *>(call))(notification, route);
    }

    Call m_call;
    RouteBase *const m_route;
};

} // namespace SignalBox::detail
