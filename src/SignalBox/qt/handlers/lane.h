// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/handlers/lanecount.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <atomic>
#include <cstdint>

namespace SignalBox::detail {

class Mailbox;
class NextLane;
class Route;

/*!
    A handler's deliveries to one mailbox. A handler has one lane; each time its context object moves to another
    thread, it goes on in another one (NextLane).

    A lane counts the deliveries between the walk that finds the handler and the drain that runs it. The count keeps
    lane and route alive, and tells whether something older waits. The two sides write to different cache lines, and
    read a third: the drain adds up what it has delivered and subtracts it once, at its end.
*/
class SIGNALBOX_QT_EXPORT Lane
{
public:
    Lane(Route &route, Mailbox *mailbox) noexcept : m_route(&route), m_mailbox(mailbox) {}
    Q_DISABLE_COPY_MOVE(Lane)

    Route &route() const noexcept { return *m_route; }

    // Null: an inline handler's; or, of a NextLane, not known yet.
    Mailbox *mailbox() const noexcept
    {
        // Acquire: pairs with NextLane::openOn(): the parked entries were taken over before.
        return m_mailbox.load(std::memory_order_acquire);
    }

    // --- producers -------------------------------------------------------------------------------

    void reserve() noexcept { m_count.reserve(); }
    // `count` deliveries are over, or will not be. The lane may be gone afterwards.
    void release(std::uint64_t count) noexcept
    {
        if (m_count.release(count))
            end();
    }
    // The handler has left it, or is gone. The lane may be gone afterwards, too.
    void close() noexcept
    {
        if (m_count.close())
            end();
    }

    // --- the consumer: the thread that drains the mailbox ----------------------------------------

    bool isPending() const noexcept { return m_count.isPending(m_delivered.load(std::memory_order_relaxed)); }

    // The handler's context has left: what still comes here is forwarded to `next`.
    NextLane *next() const noexcept
    {
        // Acquire: where the thread has ended, who forwards is not who left. Partner: leaveFor(). Weaker: the next lane
        // is read before it is made.
        return m_next.load(std::memory_order_acquire);
    }
    void leaveFor(NextLane *next) noexcept { m_next.store(next, std::memory_order_release); }

    // Whether the context may live elsewhere by now: it has not been seen here (routemove.cpp).
    // Acquire, and release: for who holds no reservation. He asks this first and for the mailbox then. If that is his own
    // thread's, which nobody else opens a lane on, no later life of the lane has begun before, and what he has read is
    // of this one. Weaker: he takes the lane that his thread has left for one that is where its context was seen.
    bool isProvisional() const noexcept { return m_isProvisional.load(std::memory_order_acquire); }
    void setProvisional(bool isProvisional) noexcept { m_isProvisional.store(isProvisional, std::memory_order_release); }

private:
    friend class Mailbox;
    friend class NextLane;

    void end() noexcept;

    // Read by both sides at each delivery, and hardly ever written.
    Route *const m_route;

    std::atomic<Mailbox *> m_mailbox;
    std::atomic<NextLane *> m_next = nullptr;
    // The producers'.
    alignas(64) LaneCount<DeliveryPlatform> m_count;
    // The consumer's.
    // Not yet subtracted from the count. Relaxed: written by the consumer alone, and read by it, or in vain by a thread that
    // the handler has just left.
    alignas(64) std::atomic<std::uint64_t> m_delivered = 0;
    std::atomic<bool> m_isProvisional = false;
    Lane *m_nextTouched = nullptr; // those with something to subtract
    std::uint64_t m_visitedIn = 0; // the drain that last looked at the handler's backlog
};

} // namespace SignalBox::detail
