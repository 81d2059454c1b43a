// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/detail/queueentry.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

namespace SignalBox::detail {

class Mailbox;
class NextLane;
class Route;

/*!
    A handler's deliveries to one mailbox. A handler has one lane; each time its context object moves to another
    thread, it gets another one (NextLane).

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

    // Sequentially consistent: partner Route::leaveLane(). A producer counts itself and looks whether the lane is still
    // the handler's; the mover changes the lane and looks at the count: one of the two sees the other.
    void reserve() noexcept { m_count.fetch_add(1, std::memory_order_seq_cst); }
    // `count` deliveries are over, or will not be. The lane may be gone afterwards.
    void release(std::uint64_t count) noexcept;

    // --- the consumer: the thread that drains the mailbox ----------------------------------------

    bool isPending() const noexcept
    {
        return (m_count.load(std::memory_order_relaxed) & (openCount - 1)) != m_delivered;
    }

    // The handler's context has left: what still comes here is forwarded to `next`.
    NextLane *next() const noexcept
    {
        // Acquire: where the thread has ended, who forwards is not who left. Partner: leaveFor(). Weaker: the next lane
        // is read before it is made.
        return m_next.load(std::memory_order_acquire);
    }
    void leaveFor(NextLane *next) noexcept { m_next.store(next, std::memory_order_release); }

    // Whether the context may live elsewhere by now: it has not been seen here (routemove.cpp). Relaxed, both: who drops
    // on behalf of a thread that has ended looks for itself; all others are on the thread.
    bool isProvisional() const noexcept { return m_isProvisional.load(std::memory_order_relaxed); }
    void setProvisional(bool isProvisional) noexcept { m_isProvisional.store(isProvisional, std::memory_order_relaxed); }

private:
    friend class Mailbox;
    friend class Route;

    static constexpr std::uint64_t openCount = std::uint64_t{1} << 40;
    static constexpr std::uint64_t endedCount = 2 * openCount;

    // Read by both sides at each delivery, and hardly ever written.
    Route *const m_route;

protected:
    std::atomic<Mailbox *> m_mailbox;

private:
    std::atomic<NextLane *> m_next = nullptr;
    // The producers'.
    alignas(64) std::atomic<std::uint64_t> m_count = openCount;
    // The consumer's.
    alignas(64) std::uint64_t m_delivered = 0; // not yet subtracted from the count
    std::atomic<bool> m_isProvisional = false;
    Lane *m_nextTouched = nullptr; // those with something to subtract
    std::uint64_t m_visitedIn = 0; // the drain that last looked at the handler's backlog
};

} // namespace SignalBox::detail
