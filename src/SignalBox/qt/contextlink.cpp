// SPDX-License-Identifier: MIT
#include <SignalBox/qt/contextlink_p.h>

#include <SignalBox/qt/detail/route.h>
#include <SignalBox/qt/handover_p.h>
#include <SignalBox/qt/mailbox_p.h>
#include <SignalBox/qt/postcall_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qthread.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

class ContextLink::Filter final : public QObject
{
public:
    Filter(std::weak_ptr<ContextLink> link, QObject *context) : m_link(std::move(link)), m_context(context) {}

    bool eventFilter(QObject *watched, QEvent *event) override
    {
        // (A filter of the application object sees the events of all objects.)
        if (event->type() == QEvent::ThreadChange && watched == m_context) {
            // A filter must live on the thread of what it watches: it stays, whether its handler is still there or not.
            watched->removeEventFilter(this);
            if (const auto link = m_link.lock())
                link->contextIsLeaving();
        }
        return false;
    }

private:
    const std::weak_ptr<ContextLink> m_link;
    QObject *const m_context;
};

// What of a link must end on the context's thread.
class ContextLink::Disconnection final : public Task
{
public:
    Disconnection(QMetaObject::Connection connection, std::unique_ptr<QObject> filter)
        : m_connection(std::move(connection)), m_filter(std::move(filter))
    {
    }
    void run() noexcept override { QObject::disconnect(m_connection); }

private:
    const QMetaObject::Connection m_connection;
    const std::unique_ptr<QObject> m_filter;
};

// Runs on the thread that is left when the context is on its way.
class ContextLink::Departure final : public Task
{
public:
    explicit Departure(std::shared_ptr<ContextLink> link) : m_link(std::move(link)) {}
    void run() noexcept override { m_link->contextHasDeparted(); }

private:
    const std::shared_ptr<ContextLink> m_link;
};

ContextLink::ContextLink(Route &route, QObject *context, Affinity affinity) noexcept
    : m_context(context), m_affinity(affinity), m_route(&route)
{
    route.addOwner();
}

ContextLink::~ContextLink()
{
    if (m_route)
        m_route->dropOwner();
}

void ContextLink::begin(const std::shared_ptr<ContextLink> &self)
{
    auto connection = QObject::connect(m_context, &QObject::destroyed,
                                       HandOver([weak = std::weak_ptr(self)] {
                                           if (const auto link = weak.lock())
                                               link->contextIsDestroyed();
                                       }));
    {
        const std::lock_guard lock(m_mutex);
        if (!m_hasEnded)
            m_destroyed = connection;
        else
            QObject::disconnect(connection);
    }
    // The application object stays where it is, and a filter there would be asked about every event of the program.
    if (m_affinity == Affinity::Ignored || m_context == QCoreApplication::instance())
        return;
    if (m_context->thread() == QThread::currentThread()) {
        watch();
    } else {
        // To where the context lives when it arrives, which may be yet another thread.
        postCall(m_context, [self] {
            self->watch();
            self->contextHasArrived();
        });
    }
}

void ContextLink::watch()
{
    const std::lock_guard lock(m_mutex);
    if (m_hasEnded)
        return;
    if (m_filter)
        return;
    m_home = Mailbox::of(QThread::currentThread());
    m_filter = std::make_unique<Filter>(weak_from_this(), m_context);
    m_context->installEventFilter(m_filter.get());
}

bool ContextLink::watchHere() noexcept
{
    {
        // While the link has not ended, and its mutex is held, the context cannot be freed: its death comes through here.
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded || m_isContextGone)
            return true;
        if (m_context->thread() != QThread::currentThread())
            return false;
    }
    watch(); // only this thread could move it now, or destroy it
    return true;
}

void ContextLink::contextIsLeaving() noexcept
{
    Route *route = nullptr;
    std::unique_ptr<QObject> filter;
    std::shared_ptr<Mailbox> left;
    {
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded)
            return;
        route = m_route;
        route->addOwner();
        filter = std::move(m_filter);
        left = m_home;
    }
    if (!filter->thread()) // its thread is gone, and the context is being taken over by this one
        filter->moveToThread(QThread::currentThread());
    filter.release()->deleteLater(); // it is the one that is running
    route->leaveThread();
    route->dropOwner();
    const auto self = shared_from_this();
    try {
        // Arrives with the context...
        postCall(m_context, [self] {
            self->watch();
            self->contextHasArrived();
        });
    } catch (const std::bad_alloc &) {
        // Then its departure is told alone.
    }
    try {
        // ... unless its new thread ends before. Then this finds that thread, and what waits is dropped as everywhere.
        if (left)
            left->post(std::make_unique<Departure>(self));
    } catch (const std::bad_alloc &) {
        // What waits stays parked until the handler ends.
    }
}

void ContextLink::contextHasDeparted() noexcept
{
    Route *route = nullptr;
    std::shared_ptr<Mailbox> mailbox;
    {
        // As in watchHere(): under the mutex the context cannot be freed.
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded || m_isContextGone || m_filter)
            return;
        QThread *const thread = m_context->thread();
        if (thread == QThread::currentThread())
            return;
        mailbox = thread ? Mailbox::of(thread) : Mailbox::ofNobody();
        route = m_route;
        route->addOwner();
    }
    route->enterThread(std::move(mailbox), Arrival::Announced);
    route->dropOwner();
}

void ContextLink::contextHasArrived()
{
    Route *route = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded)
            return;
        route = m_route;
        route->addOwner();
    }
    route->enterThread(Mailbox::of(QThread::currentThread()), Arrival::Seen);
    route->dropOwner();
}

void ContextLink::contextIsDestroyed() noexcept
{
    Route *route = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded)
            return;
        route = m_route;
        route->addOwner();
        m_isContextGone = true;
        m_destroyed = {}; // nothing is left to be disconnected
    }
    route->handler().unregisterAndWait();
    route->dropOwner();
}

// To disconnect is to touch the context, which is safe on its own thread only. Where that thread is over, or memory is
// short, the connection stays until the context dies, and then does nothing.
void ContextLink::end(Mailbox *mailbox) noexcept
{
    QMetaObject::Connection connection;
    std::unique_ptr<QObject> filter;
    std::shared_ptr<Mailbox> home;
    Route *route = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        m_hasEnded = true;
        if (m_filter)
            home = std::move(m_home);
        connection = std::exchange(m_destroyed, {});
        filter = std::move(m_filter);
        route = std::exchange(m_route, nullptr);
    }
    // A filter ends where it was made, and nowhere else while that thread runs: the context asks it there.
    Mailbox *const place = home ? home.get() : mailbox;
    if (connection || filter) {
        if (place && place->isCurrentThread()) {
            QObject::disconnect(connection);
            filter.reset();
        } else if (place) {
            try {
                place->post(std::make_unique<Disconnection>(std::move(connection), std::move(filter)));
            } catch (const std::bad_alloc &) {
                static_cast<void>(filter.release()); // a small leak rather than an object deleted on a wrong thread
            }
        }
    }
    if (route)
        route->dropOwner();
}

} // namespace SignalBox::detail
