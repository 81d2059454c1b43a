// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtCore/qobject.h>

#include <memory>
#include <mutex>

namespace SignalBox::detail {

class Mailbox;
class Route;
enum class Affinity;

/*!
    What ties a handler to the object on whose account it runs: when the object dies, the handler is unregistered, and
    when it moves to another thread, the handler follows.

    The object is touched on its own thread only, but for begin(), whose caller promises that it is alive: its death
    comes through destroyed(), its moves through QEvent::ThreadChange, which an event filter sees on the thread that is
    left; a call that is posted to the object then arrives on the new one. Other threads only ask it where it lives, under
    the mutex, which its death has to take: so it cannot be freed meanwhile. Thread-safe.
*/
class ContextLink : public std::enable_shared_from_this<ContextLink>
{
public:
    ContextLink(Route &route, QObject *context, Affinity affinity) noexcept;
    ~ContextLink();
    Q_DISABLE_COPY_MOVE(ContextLink)

    void begin(const std::shared_ptr<ContextLink> &self);
    /*! Where the context lives: on the calling thread, which sees it leave from now on, or, without memory, does not. */
    enum class Place { Watched, Unwatched, Elsewhere };
    Place watchHere() noexcept;
    /*! Whether the context lives, and on another thread than that of \a mailbox. */
    bool livesElsewhere(const Mailbox &mailbox) noexcept;
    /*! Tells the route where the context lives now; it may be on its way from there. */
    void announce() noexcept;
    /*! The handler is gone. Any thread; \a mailbox leads to that of the context. */
    void end(Mailbox *mailbox) noexcept;

private:
    class Filter;
    class Departure;
    class Disconnection;

    // All on the context's thread.
    void watch();
    void contextIsLeaving() noexcept;
    void contextHasArrived() noexcept;
    void contextIsDestroyed() noexcept;

    void disconnectHere(const QMetaObject::Connection &connection) noexcept;

    QObject *const m_context;
    const Affinity m_affinity;

    std::mutex m_mutex; // guards what follows; never held while foreign code runs
    Route *m_route; // owned, until the handler or the context is gone
    QMetaObject::Connection m_destroyed;
    std::unique_ptr<Filter> m_filter; // lives on the context's thread
    std::shared_ptr<Mailbox> m_home; // that of the filter's thread
    bool m_isContextGone = false;
    bool m_hasEnded = false;
};

} // namespace SignalBox::detail
