// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/route.h>

#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/handlers/contextlink_p.h>
#include <SignalBox/qt/handlers/nextlane_p.h>

#include <algorithm>
#include <new>

// The part of Route that follows a context object to other threads. Each move ends one lane and begins the next; what
// waits in the one goes on in the other (nextlane_p.h). Two things always hold:
//
// - An open lane that is not provisional is on the thread where the context has been seen, with the filter that will see
//   it leave (or that thread has ended, and what comes is dropped). A provisional one is where the context was, or was
//   going, when somebody looked. So before anything is delivered or dropped there, somebody looks again.
// - For a parked lane that is aimed nowhere, somebody is on the way who will aim it: the call that travels with the
//   context, and the Departure on the thread that was left. The one may be lost with the new thread, and the other finds
//   that thread. Whoever else leaves a lane aims the next one at once. If the context has gone on since, the lane opens
//   as a provisional one, which is left again.

namespace SignalBox::detail {

void Route::leaveThread() noexcept
{
    Lane *lane = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        m_seenAt = nullptr;
        lane = m_lane.load(std::memory_order_relaxed);
    }
    leaveLane(*lane, nullptr);
}

// Any thread: what does not wait in a queue of this thread is forwarded when its own thread gets to it. False: the lane
// was parked, and is still, aimed nowhere; or somebody else has left it; or the handler has ended; or memory is short.
bool Route::leaveLane(Lane &left, const QueueEntry *begun) noexcept
{
    NextLane *next = nullptr;
    try {
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded || m_lane.load(std::memory_order_relaxed) != &left)
            return false;
        if (&left != &m_firstLane && static_cast<NextLane &>(left).closeTarget())
            return false;
        next = spareLane();
        addOwner();
        // The lane that is left forwards to the next one, also when the handler has ended: it holds a reservation there.
        next->reserve();
        left.leaveFor(next);
        // From here on no delivery comes to the lane that has not been counted by it (lanecount.h).
        makeCurrent<DeliveryPlatform, Lane>(m_lane, next);
    } catch (const std::bad_alloc &) {
        left.setProvisional(true); // the next delivery tries again
        return false;
    }
    Mailbox &mailbox = *left.mailbox();
    const bool isMine = mailbox.isDrainedHere();
    if (begun)
        Mailbox::forward(left, begun->kind() == QueueEntry::Visit ? nullptr : Event::of(begun));
    if (isMine) {
        EntryList taken;
        try {
            mailbox.takeOut(left, *next, taken);
        } catch (const std::bad_alloc &) {
            // What was not taken out is forwarded when the mailbox gets to it.
        }
        while (QueueEntry *entry = taken.takeFirst()) {
            next->reserve();
            if (!next->forward(entry)) {
                FreedBlocks freed;
                Mailbox::drop(entry, freed);
            }
            left.release(1);
        }
        if (std::exchange(m_isCallPlanned, false))
            mailbox.forgetVisit(left);
    }
    if (m_ring && !m_ring->isEmpty())
        queueVisit();
    if (isMine)
        mailbox.settle(left);
    left.close();
    return true;
}

// Under the mutex. Throws std::bad_alloc.
NextLane *Route::spareLane()
{
    for (const std::unique_ptr<NextLane> &lane : m_nextLanes) {
        if (lane->isSpare()) {
            lane->reuse();
            return lane.get();
        }
    }
    m_nextLanes.push_back(std::make_unique<NextLane>(*this));
    return m_nextLanes.back().get();
}

bool Route::mayDeliverHere(Lane &lane, const QueueEntry *begun) noexcept
{
    std::shared_ptr<ContextLink> context;
    {
        const std::lock_guard lock(m_mutex);
        if (m_lane.load(std::memory_order_relaxed) == &lane)
            context = m_context;
    }
    if (!context) // the caller forwards, or finds that the handler is gone
        return true;
    const ContextLink::Place place = context->watchHere();
    if (place != ContextLink::Place::Elsewhere) {
        lane.setProvisional(place == ContextLink::Place::Unwatched);
        return true;
    }
    addOwner(); // with `begun` may go the last reservation
    if (leaveLane(lane, begun))
        findContext();
    else if (begun)
        Mailbox::dropLane(lane, begun->kind() == QueueEntry::Visit ? nullptr : Event::of(begun));
    else if (!lane.next())
        dropBacklog(lane);
    dropOwner();
    return false;
}

void Route::leaveEndedThread(Lane &lane, const Mailbox &ended) noexcept
{
    std::shared_ptr<ContextLink> context;
    {
        const std::lock_guard lock(m_mutex);
        if (m_lane.load(std::memory_order_relaxed) == &lane)
            context = m_context;
    }
    if (context && context->livesElsewhere(ended) && leaveLane(lane, nullptr))
        findContext();
}

void Route::enterThread(const std::shared_ptr<Mailbox> &mailbox, Arrival arrival) noexcept
{
    if (arrival == Arrival::Seen) {
        Lane *elsewhere = nullptr;
        {
            const std::lock_guard lock(m_mutex);
            if (m_hasEnded)
                return;
            m_seenAt = mailbox;
            Lane *const lane = m_lane.load(std::memory_order_relaxed);
            const Mailbox *open = lane->mailbox();
            if (open == mailbox.get())
                lane->setProvisional(false);
            else if (open)
                elsewhere = lane;
        }
        // Provisional: the handler is not running there, nor will it be, as long as the context stays here.
        if (elsewhere)
            leaveLane(*elsewhere, nullptr);
    }
    aim(mailbox, arrival);
}

// Tells a parked lane where to open.
void Route::aim(const std::shared_ptr<Mailbox> &mailbox, Arrival arrival) noexcept
{
    NextLane *lane = nullptr;
    std::unique_ptr<NextLane::Opening> opening;
    try {
        // On that thread it opens at once. (Where the thread has ended, what is taken over would be dropped at once, under
        // the lane's mutex.)
        if (!mailbox->isDrainedHere())
            opening = std::make_unique<NextLane::Opening>();
        const std::lock_guard lock(m_mutex);
        // An announcement may be overtaken by what it announces, and either by the next move. Under the mutex: so it
        // never replaces what is newer.
        if (m_hasEnded || (arrival == Arrival::Seen ? m_seenAt != mailbox : m_seenAt != nullptr))
            return;
        Lane *const current = m_lane.load(std::memory_order_relaxed);
        if (current->mailbox())
            return;
        if (std::find(m_mailboxes.begin(), m_mailboxes.end(), mailbox) == m_mailboxes.end())
            m_mailboxes.push_back(mailbox);
        lane = static_cast<NextLane *>(current);
        if (!lane->setTarget(mailbox.get(), arrival))
            return;
    } catch (const std::bad_alloc &) {
        return; // its deliveries stay parked
    }
    lane->open(*mailbox, std::move(opening));
}

// Aims the lane that follows one which was left where the context did not tell of its move.
void Route::findContext() noexcept
{
    std::shared_ptr<Mailbox> seenAt;
    std::shared_ptr<ContextLink> context;
    {
        const std::lock_guard lock(m_mutex);
        seenAt = m_seenAt;
        context = m_context;
    }
    if (seenAt)
        aim(seenAt, Arrival::Seen);
    else if (context)
        context->announce();
}

void Route::abandonParked() noexcept
{
    Lane *lane = m_lane.load(std::memory_order_acquire);
    if (lane != &m_firstLane)
        static_cast<NextLane *>(lane)->abandon();
}

} // namespace SignalBox::detail
