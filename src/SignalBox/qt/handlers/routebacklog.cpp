// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/route.h>

#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/futures/completion_p.h>

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
    const Event *event = Event::of(item);
    if (Completion *completion = event->completion())
        completion->drop();
    if (item->isSeparate())
        EventMemory::deallocate(item, static_cast<SeparateEntry *>(item)->offset);
    event->dropReference();
}

void Route::visit(Mailbox &mailbox, Lane &lane, Drain &drain) noexcept
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
            if (std::exchange(m_isCallPlanned, false))
                mailbox.forgetVisit(lane);
            dropBacklog(lane);
            return;
        }
        if (time < due) {
            if (!std::exchange(m_isCallPlanned, true)) {
                lane.reserve();
                mailbox.visitAt(due, lane);
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
    const Event *event = Event::of(item);
    if (item->isSeparate())
        drain.freed.add(item, static_cast<SeparateEntry *>(item)->offset);
    deliver(*event, drain.calls);
    event->dropReference(drain.freed);
}

void Route::visitAsPlanned(Mailbox &mailbox, Lane &lane, Drain &drain) noexcept
{
    m_isCallPlanned = false;
    if (!lane.isProvisional() || mayDeliverHere(lane, nullptr)) {
        if (lane.next())
            queueVisit();
        else
            visit(mailbox, lane, drain);
    }
    lane.release(1);
}

void Route::dropAsPlanned(Lane &lane) noexcept
{
    m_isCallPlanned = false; // the thread may start again
    if (lane.next())
        queueVisit();
    else
        dropBacklog(lane);
    lane.release(1);
}

void Route::dropBacklog(const Lane &lane) noexcept
{
    EntryList taken;
    if (takeBacklog(lane, taken))
        dropItems(std::move(taken));
    else
        visitWhereItIs();
}

// The caller sees to it that no consumer of that lane begins meanwhile; no other one begins under the mutex. And where the
// thread has ended, each producer drops what it brought: one at a time takes from the ring.
bool Route::takeBacklog(const Lane &lane, EntryList &taken) noexcept
{
    if (!m_ring)
        return true;
    const auto take = [&](QueueEntry *item) { taken.append(item); };
    const std::lock_guard lock(m_mutex);
    if (m_lane.load(std::memory_order_relaxed) != &lane)
        return false;
    m_visit.clear();
    while (QueueEntry *item = m_ring->pop(take)) {
        if (m_backlog.overflow() == Overflow::DropNewest)
            m_ring->release();
        take(item);
    }
    return true;
}

void Route::dropItems(EntryList &&taken) noexcept
{
    while (QueueEntry *item = taken.takeFirst()) {
        refuseClaim();
        loseItem(item, false);
    }
}

void Route::visitWhereItIs() noexcept
{
    m_visit.clear(); // that visit is over
    if (!m_ring->isEmpty())
        queueVisit();
}

} // namespace SignalBox::detail
