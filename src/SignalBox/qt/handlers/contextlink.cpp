// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/contextlink_p.h>

#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/handlers/route.h>

#include <QtCore/qcoreevent.h>
#include <QtCore/qthread.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

class ContextLink::Filter final : public QObject
{
public:
    Filter(std::weak_ptr<ContextLink> link, QObject *context) : m_link(std::move(link)), m_context(context) {}
    ~Filter() override
    {
        if (m_announcedAtEnd)
            m_announcedAtEnd->announce();
    }

    void announceAtEnd(std::shared_ptr<ContextLink> link) noexcept { m_announcedAtEnd = std::move(link); }

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
    std::shared_ptr<ContextLink> m_announcedAtEnd;
};

// What of a link must end on the filter's thread, which the context may have left when this gets there.
class ContextLink::Disconnection final : public Task
{
public:
    Disconnection(std::shared_ptr<ContextLink> link, QMetaObject::Connection connection, std::unique_ptr<Filter> filter)
        : m_link(std::move(link)), m_connection(std::move(connection)), m_filter(std::move(filter))
    {
    }
    void run() noexcept override { m_link->disconnectHere(m_connection); }

private:
    const std::shared_ptr<ContextLink> m_link;
    const QMetaObject::Connection m_connection;
    const std::unique_ptr<Filter> m_filter;
};

// Runs on the thread that is left, or when that ends: the context is on its way then.
class ContextLink::Departure final : public Task
{
public:
    explicit Departure(std::shared_ptr<ContextLink> link) : m_link(std::move(link)) {}
    ~Departure() override { m_link->announce(); }
    void run() noexcept override {}

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
    if (m_affinity == Affinity::Ignored)
        return;
    if (m_context->thread() == QThread::currentThread()) {
        watch();
        contextHasArrived();
    } else {
        // To where the context lives when it arrives, which may be yet another thread.
        postCall(m_context, [self] { self->contextHasArrived(); });
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

ContextLink::Place ContextLink::watchHere() noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded || m_isContextGone)
            return Place::Watched;
        if (m_context->thread() != QThread::currentThread())
            return Place::Elsewhere;
    }
    try {
        watch(); // only this thread could move it now, or destroy it
    } catch (const std::bad_alloc &) {
        return Place::Unwatched;
    }
    return Place::Watched;
}

bool ContextLink::livesElsewhere(const Mailbox &mailbox) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (m_hasEnded || m_isContextGone)
        return false;
    const QThread *const thread = m_context->thread();
    return thread && !mailbox.isOf(thread);
}

void ContextLink::contextIsLeaving() noexcept
{
    Route *route = nullptr;
    std::unique_ptr<Filter> filter;
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
    route->leaveThread();
    route->dropOwner();
    const auto self = shared_from_this();
    try {
        // Arrives with the context...
        postCall(m_context, [self] { self->contextHasArrived(); });
    } catch (const std::bad_alloc &) {
        // Then its departure is told alone.
    }
    try {
        // ... unless its new thread ends before. Then this finds that thread, and what waits is dropped as everywhere.
        // Where the old one has finished, nothing but Qt's own clearing up comes later than the move.
        if (left->isClosed())
            filter->announceAtEnd(self);
        else
            left->post(std::make_unique<Departure>(self));
    } catch (const std::bad_alloc &) {
        // What waits stays parked until the handler ends.
    }
    filter.release()->deleteLater(); // it is the one that is running
}

void ContextLink::announce() noexcept
{
    Route *route = nullptr;
    std::shared_ptr<Mailbox> mailbox;
    try {
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded || m_isContextGone)
            return;
        QThread *const thread = m_context->thread();
        mailbox = thread ? Mailbox::of(thread) : Mailbox::ofNobody();
        route = m_route;
        route->addOwner();
    } catch (const std::bad_alloc &) {
        return; // as above
    }
    route->enterThread(mailbox, Arrival::Announced);
    route->dropOwner();
}

void ContextLink::contextHasArrived() noexcept
{
    Route *route = nullptr;
    std::shared_ptr<Mailbox> mailbox;
    try {
        watch();
        mailbox = Mailbox::of(QThread::currentThread());
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded)
            return;
        route = m_route;
        route->addOwner();
    } catch (const std::bad_alloc &) {
        return; // its lane stays a provisional one
    }
    route->enterThread(mailbox, Arrival::Seen);
    route->dropOwner();
}

void ContextLink::contextIsDestroyed() noexcept
{
    Route *route = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        m_isContextGone = true;
        if (m_hasEnded)
            return;
        route = m_route;
        route->addOwner();
        m_destroyed = {}; // nothing is left to be disconnected
    }
    route->handler().unregisterAndWait();
    route->dropOwner();
}

// To disconnect is to touch the context, which is safe on its own thread only. Where that thread is over, or another one
// by now, or memory is short, the connection stays until the context dies, and then does nothing.
void ContextLink::end(Mailbox *mailbox) noexcept
{
    QMetaObject::Connection connection;
    std::unique_ptr<Filter> filter;
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
            disconnectHere(connection);
            filter.reset();
        } else if (place) {
            try {
                place->post(std::make_unique<Disconnection>(shared_from_this(), std::move(connection), std::move(filter)));
            } catch (const std::bad_alloc &) {
                static_cast<void>(filter.release()); // a small leak rather than an object deleted on a wrong thread
            }
        }
    }
    if (route)
        route->dropOwner();
}

void ContextLink::disconnectHere(const QMetaObject::Connection &connection) noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_isContextGone || m_context->thread() != QThread::currentThread())
            return;
    }
    QObject::disconnect(connection); // only this thread could move the context now, or destroy it
}

} // namespace SignalBox::detail
