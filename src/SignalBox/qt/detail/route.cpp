// SPDX-License-Identifier: MIT
#include <SignalBox/qt/detail/dispatcher.h>
#include <SignalBox/qt/detail/route.h>
#include <SignalBox/qt/handover_p.h>
#include <SignalBox/qt/mailbox_p.h>

#include <QtCore/qobject.h>

#include <new>

namespace SignalBox::detail {

class Route::QueuedCall final : public Task
{
public:
    QueuedCall(const RoutedEvent &routed, std::shared_ptr<Route> route)
        : m_dispatcher(routed.dispatcher), m_event(routed.event), m_route(std::move(route))
    {
        m_route->m_pending.fetch_add(1, std::memory_order_relaxed);
    }

    ~QueuedCall() override
    {
        if (m_isPending)
            m_route->m_pending.fetch_sub(1, std::memory_order_relaxed);
    }

    void run() noexcept override
    {
        // Before the call: what the handler itself posts is newer than the event that it has.
        m_route->m_pending.fetch_sub(1, std::memory_order_relaxed);
        m_isPending = false;
        m_dispatcher->deliver(m_event, *m_route);
    }

private:
    const std::shared_ptr<Dispatcher> m_dispatcher;
    const std::shared_ptr<const Event> m_event;
    const std::shared_ptr<Route> m_route;
    bool m_isPending = true;
};

namespace {

class Disconnection final : public Task
{
public:
    explicit Disconnection(QMetaObject::Connection connection) : m_connection(std::move(connection)) {}
    void run() noexcept override { QObject::disconnect(m_connection); }

private:
    const QMetaObject::Connection m_connection;
};

} // namespace

Route::Route(std::weak_ptr<Dispatcher> dispatcher, std::shared_ptr<Mailbox> mailbox, QObject *context,
             const AsyncOptions &options)
    : m_dispatcher(std::move(dispatcher)),
      m_mailbox(std::move(mailbox)),
      m_context(context),
      m_once(options.once),
      m_delivery(options.delivery)
{
}

Route::~Route() = default;

bool Route::takes(const RoutedEvent &routed)
{
    if (routed.route)
        return routed.route == this && startCall(routed);
    if (!m_mailbox)
        return startCall(routed);
    if (m_delivery == Delivery::Auto && m_pending.load(std::memory_order_relaxed) == 0
        && m_mailbox->isCurrentThread())
        return startCall(routed);
    m_mailbox->post(std::make_unique<QueuedCall>(routed, shared_from_this()));
    return false;
}

// A handler for one call is unregistered by whoever calls it, and exactly one unregister() succeeds.
bool Route::startCall(const RoutedEvent &routed) const
{
    return !m_once || routed.dispatcher->registry().unregister(m_id);
}

void Route::begin(HandlerId id, bool enabled)
{
    m_id = id;
    if (m_context) {
        // The functor touches no object of Qt's but the context, which emits: registry and handler may be long gone.
        auto connection = QObject::connect(m_context, &QObject::destroyed, HandOver([dispatcher = m_dispatcher, id] {
                                               if (const auto alive = dispatcher.lock())
                                                   alive->registry().unregisterAndWait(id);
                                           }));
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded)
            QObject::disconnect(connection);
        else
            m_contextDestroyed = std::move(connection);
    }
    const auto dispatcher = m_dispatcher.lock();
    if (!dispatcher)
        return;
    if (enabled)
        dispatcher->registry().setEnabled(id, true);
    dispatcher->handlersHaveChanged();
}

void Route::end() noexcept
{
    QMetaObject::Connection connection;
    {
        const std::lock_guard lock(m_mutex);
        m_hasEnded = true;
        connection = std::exchange(m_contextDestroyed, {});
    }
    if (connection)
        disconnectContext(std::move(connection));
    if (const auto dispatcher = m_dispatcher.lock())
        dispatcher->handlersHaveChanged();
}

// To disconnect is to touch the context, which is safe on its own thread only. Where that thread is over, or memory is
// short, the connection stays until the context dies, and then does nothing.
void Route::disconnectContext(QMetaObject::Connection connection) noexcept
{
    if (m_mailbox->isCurrentThread()) {
        QObject::disconnect(connection);
        return;
    }
    try {
        m_mailbox->post(std::make_unique<Disconnection>(std::move(connection)));
    } catch (const std::bad_alloc &) {
    }
}

} // namespace SignalBox::detail
