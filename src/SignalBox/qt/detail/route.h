// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/qt/asyncoptions.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qobjectdefs.h>
#include <QtCore/qglobal.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

class Dispatcher;
class Event;
class Mailbox;
class Route;

/*!
    What the handlers of a registry's SyncRegistry are called with.

    Without a route it is a notify: each handler runs or forwards itself, in priority order. With a route it is a queued
    delivery that has arrived on its target thread: only the handler of that route runs. It goes through the same list,
    so that whether the handler is still registered and enabled, who waits for it, and what its exceptions do is
    decided in one place, the core.
*/
struct RoutedEvent
{
    const std::shared_ptr<Dispatcher> &dispatcher;
    const std::shared_ptr<const Event> &event;
    const Route *route = nullptr;
};

/*!
    How events reach one handler: inline, or through the mailbox of its target thread. Shared by the handler and its
    deliveries on their way. Thread-safe.
*/
class SIGNALBOX_QT_EXPORT Route : public std::enable_shared_from_this<Route>
{
public:
    /*! No \a mailbox: inline. \a context may be null. */
    Route(std::weak_ptr<Dispatcher> dispatcher, std::shared_ptr<Mailbox> mailbox, QObject *context,
          const AsyncOptions &options);
    ~Route();
    Q_DISABLE_COPY_MOVE(Route)

    /*! Whether the handler is to run now, on the calling thread. If not, what had to be forwarded has been. */
    bool takes(const RoutedEvent &routed);

    /*! The handler is registered, paused: ties it to its context and lets it run. The context must be alive. */
    void begin(HandlerId id, bool enabled);
    /*! The handler is gone, by whatever way. On whichever thread let go of it last. */
    void end() noexcept;

private:
    class QueuedCall;

    bool startCall(const RoutedEvent &routed) const;
    void disconnectContext(QMetaObject::Connection connection) noexcept;

    const std::weak_ptr<Dispatcher> m_dispatcher;
    const std::shared_ptr<Mailbox> m_mailbox;
    QObject *const m_context; // touched by begin() only
    const bool m_once;
    const Delivery m_delivery;

    // Deliveries that wait in the mailbox. Relaxed: it only keeps an event from overtaking one that its own producer
    // posted before. Such a post happened before the notify that reads this, and coherence is enough to see it.
    std::atomic<int> m_pending = 0;

    HandlerId m_id; // written by begin() before the handler is enabled, constant after that

    std::mutex m_mutex; // guards what follows
    QMetaObject::Connection m_contextDestroyed;
    bool m_hasEnded = false;
};

/*! Tells the route when its handler is gone: lives in the callable that the core destroys. */
class RouteEnd
{
public:
    explicit RouteEnd(std::shared_ptr<Route> route) noexcept : m_route(std::move(route)) {}
    RouteEnd(RouteEnd &&) noexcept = default;
    RouteEnd &operator=(RouteEnd &&) = delete;
    ~RouteEnd()
    {
        if (m_route)
            m_route->end();
    }

    Route *operator->() const noexcept { return m_route.get(); }

private:
    std::shared_ptr<Route> m_route;
};

} // namespace SignalBox::detail
