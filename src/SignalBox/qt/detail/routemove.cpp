// SPDX-License-Identifier: MIT
#include <SignalBox/qt/detail/route.h>

#include <SignalBox/qt/contextlink_p.h>
#include <SignalBox/qt/mailbox_p.h>
#include <SignalBox/qt/nextlane_p.h>

#include <algorithm>
#include <new>

// The part of Route that follows a context object to other threads. Each move ends one lane, on the thread that drains
// it, and begins the next; what waits in the one goes on in the other (nextlane_p.h).

namespace SignalBox::detail {

// A context that was registered from another thread had moved before it could be watched: the lane can be left on the old
// thread only, or, when that is over, by whoever finds it so.
class Route::LateMove final : public Task
{
public:
    explicit LateMove(Route &route) : m_route(route) { m_route.addOwner(); }
    ~LateMove() override
    {
        if (!m_hasRun)
            m_route.moveLate(Queue::OfNobody);
        m_route.dropOwner();
    }
    void run() noexcept override
    {
        m_hasRun = true;
        m_route.moveLate(Queue::OfThisThread);
    }

private:
    Route &m_route;
    bool m_hasRun = false;
};

void Route::leaveThread() noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        m_isContextSeen = false;
        m_lateTarget = nullptr;
        // A late move leaves the lane where it is open; but if the context was back there, it is left now, since what
        // waits there would be delivered before the late move's turn. That then finds the next lane, and aims it.
        const Mailbox *open = m_lane.load(std::memory_order_relaxed)->mailbox();
        if (m_isMovingLate && !(open && open->isCurrentThread()))
            return;
    }
    leaveLane(Queue::OfThisThread, nullptr);
}

bool Route::leaveLane(Queue queue, const QueueEntry *begun) noexcept
{
    Lane *left = nullptr;
    NextLane *next = nullptr;
    std::vector<QueueEntry *> taken;
    try {
        const std::lock_guard lock(m_mutex);
        left = m_lane.load(std::memory_order_relaxed);
        if (m_hasEnded || (left != &m_firstLane && static_cast<NextLane *>(left)->closeTarget()))
            return false;
        m_nextLanes.push_back(std::make_unique<NextLane>(*this));
        next = m_nextLanes.back().get();
        addOwner();
        // The lane that is left forwards to the next one, also when the handler has ended: it holds a reservation there.
        next->reserve();
        left->leaveFor(next);
        // Sequentially consistent: partner Lane::reserve(). From here on no delivery comes to the lane that has not
        // been counted by it.
        m_lane.store(next, std::memory_order_seq_cst);
    } catch (const std::bad_alloc &) {
        return false; // the handler stays where it is
    }
    Mailbox &mailbox = *left->mailbox();
    if (begun)
        Mailbox::forward(*left, begun->kind() == QueueEntry::Visit ? nullptr : Event::of(begun));
    if (queue == Queue::OfThisThread) {
        try {
            mailbox.takeOut(*left, *next, taken);
        } catch (const std::bad_alloc &) {
            // What was not taken out is forwarded when the mailbox gets to it.
        }
        for (QueueEntry *entry : taken) {
            next->reserve();
            next->forward(entry);
        }
        left->release(taken.size());
        if (std::exchange(m_isCallPlanned, false))
            mailbox.forgetVisit(*left);
    }
    if (m_ring && !m_ring->isEmpty())
        queueVisit();
    if (queue == Queue::OfThisThread)
        mailbox.settle(*left);
    left->release(Lane::openCount);
    return true;
}

bool Route::leaveIfContextHas(Lane &lane, const QueueEntry &begun) noexcept
{
    lane.setProvisional(false);
    std::shared_ptr<ContextLink> context;
    {
        const std::lock_guard lock(m_mutex);
        if (m_lane.load(std::memory_order_relaxed) != &lane)
            return false;
        context = m_context;
    }
    return context && !context->watchHere() && leaveLane(Queue::OfThisThread, &begun);
}

void Route::enterThread(std::shared_ptr<Mailbox> mailbox, Arrival arrival) noexcept
{
    Mailbox &target = *mailbox;
    NextLane *lane = nullptr;
    Mailbox *open = nullptr;
    try {
        const std::lock_guard lock(m_mutex);
        // An announcement may be overtaken by what it announces, and the context may have gone on since.
        if (m_hasEnded || (arrival == Arrival::Announced && m_isContextSeen))
            return;
        m_isContextSeen = arrival == Arrival::Seen;
        if (m_isMovingLate) {
            m_lateTarget = std::move(mailbox);
            return;
        }
        lane = aim(mailbox, arrival);
        if (!lane) {
            Lane *const current = m_lane.load(std::memory_order_relaxed);
            open = current->mailbox();
            if (arrival == Arrival::Announced)
                return;
            if (open == &target) {
                current->setProvisional(false);
                return;
            }
            m_lateTarget = std::move(mailbox);
            m_isMovingLate = true;
        }
    } catch (const std::bad_alloc &) {
        return; // its deliveries stay parked
    }
    if (open)
        open->post(std::make_unique<LateMove>(*this));
    else
        lane->open(target);
}

// Under the mutex: so an arrival that is told late never replaces a newer one. Null: the lane is open, and its own thread
// alone can leave it. Throws std::bad_alloc.
NextLane *Route::aim(const std::shared_ptr<Mailbox> &mailbox, Arrival arrival)
{
    Lane *const current = m_lane.load(std::memory_order_relaxed);
    if (current->mailbox())
        return nullptr;
    if (std::find(m_mailboxes.begin(), m_mailboxes.end(), mailbox) == m_mailboxes.end())
        m_mailboxes.push_back(mailbox);
    auto *lane = static_cast<NextLane *>(current);
    return lane->setTarget(mailbox.get(), arrival) ? lane : nullptr;
}

void Route::moveLate(Queue queue) noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_lateTarget && m_lateTarget.get() == m_lane.load(std::memory_order_relaxed)->mailbox()) {
            m_isMovingLate = false; // it is back
            return;
        }
    }
    leaveLane(queue, nullptr);
    std::shared_ptr<Mailbox> target;
    NextLane *lane = nullptr;
    try {
        const std::lock_guard lock(m_mutex);
        m_isMovingLate = false; // until here nobody else aims the lane
        target = std::move(m_lateTarget);
        if (target && !m_hasEnded)
            lane = aim(target, m_isContextSeen ? Arrival::Seen : Arrival::Announced);
    } catch (const std::bad_alloc &) {
        return; // its deliveries stay parked
    }
    if (lane)
        lane->open(*target);
}

void Route::abandonParked() noexcept
{
    Lane *lane = m_lane.load(std::memory_order_acquire);
    if (lane != &m_firstLane)
        static_cast<NextLane *>(lane)->abandon();
}

} // namespace SignalBox::detail
