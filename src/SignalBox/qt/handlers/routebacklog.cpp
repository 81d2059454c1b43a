// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/route.h>

#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <chrono>
#include <new>
#include <utility>

// The part of Route that serves a backlog: events go into its ring, and visits of the mailbox take them out.

namespace SignalBox::detail {

namespace {

std::int64_t nanoseconds(std::chrono::milliseconds time) noexcept
{
    return std::chrono::nanoseconds(time).count();
}

// Its word is its place in the ring, and names no receiver.
void freeItem(QueueEntry *item, FreedBlocks &freed) noexcept
{
    item->target &= QueueEntry::Separate;
    item->free(freed);
}

} // namespace

void Route::queueBacklog(QueueEntry *item) noexcept
{
    if (m_backlog.kind() == Backlog::Kind::Debounced)
        m_lastPost.store(steadyNanoseconds(), std::memory_order_relaxed);
    const bool dropsNewest = m_backlog.overflow() == Overflow::DropNewest;
    if (dropsNewest) {
        if (!m_ring->pushIfRoom(item))
            loseItem(item, false);
    } else {
        const bool isMerging = m_backlog.kind() != Backlog::Kind::Bounded;
        m_ring->push(item, [&](QueueEntry *lost) { loseItem(lost, isMerging); });
    }
    queueVisit();
}

void Route::loseItem(QueueEntry *item, bool isMerged) noexcept
{
    if (isMerged)
        m_statistics.countMerged(1);
    else
        m_statistics.countDropped(1);
    if (Completion *completion = Event::of(*item->payload()).completion())
        completion->drop();
    FreedBlocks freed;
    freeItem(item, freed);
}

void Route::visit(Mailbox &mailbox, Drain &drain) noexcept
{
    m_visit.clear();
    const bool isMerging = m_backlog.kind() != Backlog::Kind::Bounded;
    std::int64_t next = 0;
    if (m_backlog.isTimed()) {
        if (m_ring->isEmpty())
            return;
        const std::int64_t time = steadyNanoseconds();
        const std::int64_t interval = nanoseconds(m_backlog.interval());
        const std::int64_t due = m_backlog.kind() == Backlog::Kind::Throttled
                                   ? m_nextCall
                                   : m_lastPost.load(std::memory_order_relaxed) + interval;
        if (time < due && !m_handler.isRegistered()) {
            if (m_plannedAt != 0) {
                mailbox.forgetVisit(std::exchange(m_plannedAt, 0), *this);
                release(1); // not the last one: the visit's
            }
            EntryList backlog;
            takeBacklog(backlog);
            dropBacklog(std::move(backlog));
            return;
        }
        if (time < due) {
            if (m_plannedAt == 0 && reserve()) {
                m_plannedAt = due;
                mailbox.planVisit(due, *this);
            }
            return;
        }
        next = time + interval;
    }
    QueueEntry *item = m_ring->pop([&](QueueEntry *lost) { loseItem(lost, isMerging); });
    if (item == nullptr)
        return;
    m_nextCall = next;
    if (m_backlog.overflow() == Overflow::DropNewest)
        m_ring->release();
    // Before the call: a nested event loop goes on with it.
    if (!m_ring->isEmpty())
        queueVisit();
    callHandler(Event::of(*item->payload()), drain.calls);
    freeItem(item, drain.freed);
}

void Route::visitAsPlanned() noexcept
{
    m_plannedAt = 0;
    queueVisit();
    release(1);
}

void Route::dropAsPlanned() noexcept
{
    m_plannedAt = 0; // the thread may start again
    EntryList backlog;
    takeBacklog(backlog);
    dropBacklog(std::move(backlog));
    release(1);
}

// Nobody consumes meanwhile: not in its mailbox, which is closed, and nowhere else, as the caller has a reservation.
void Route::takeBacklog(EntryList &taken) noexcept
{
    if (!m_ring)
        return;
    const auto take = [&](QueueEntry *item) { taken.append(item); };
    const std::lock_guard lock(m_backlogMutex);
    m_visit.clear();
    while (QueueEntry *item = m_ring->pop(take)) {
        if (m_backlog.overflow() == Overflow::DropNewest)
            m_ring->release();
        take(item);
    }
}

void Route::dropBacklog(EntryList &&taken) noexcept
{
    while (QueueEntry *item = taken.takeFirst()) {
        refuseClaim();
        loseItem(item, false);
    }
}

} // namespace SignalBox::detail
