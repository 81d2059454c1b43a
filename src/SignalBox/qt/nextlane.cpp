// SPDX-License-Identifier: MIT
#include <SignalBox/qt/nextlane_p.h>

#include <SignalBox/qt/detail/route.h>
#include <SignalBox/qt/mailbox_p.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

namespace {

// Opens a lane whose last obstacle went away on another thread. It owns the route, and the lane with it: the handler may
// be gone, and nobody reserves a lane that may be empty for good.
class Opening final : public Task
{
public:
    Opening(NextLane &lane, Mailbox &mailbox) : m_lane(lane), m_mailbox(mailbox) { m_lane.route().addOwner(); }
    ~Opening() override
    {
        if (!m_hasRun)
            m_lane.openClosed(m_mailbox);
        m_lane.route().dropOwner();
    }
    void run() noexcept override
    {
        m_hasRun = true;
        m_lane.openOn(m_mailbox);
    }

private:
    NextLane &m_lane;
    Mailbox &m_mailbox; // runs this
    bool m_hasRun = false;
};

} // namespace

void Lane::release(std::uint64_t count) noexcept
{
    // Sequentially consistent: see reserve(). It also orders what the deliveries did before the end of the route.
    if (m_count.fetch_sub(count, std::memory_order_seq_cst) != count)
        return;
    // Nothing more can come; but a producer that found the lane before it was left may count itself and take that back,
    // at any time: the lane ends once.
    std::uint64_t none = 0;
    if (!m_count.compare_exchange_strong(none, endedCount, std::memory_order_seq_cst))
        return;
    if (NextLane *following = next()) {
        following->predecessorIsEmpty();
        following->release(1); // see Route::leaveLane()
    }
    m_route->dropOwner();
}

bool NextLane::park(QueueEntry *entry)
{
    {
        const std::lock_guard lock(m_mutex);
        if (mailbox())
            return false;
        if (!m_isAbandoned) {
            m_parked.push_back(entry);
            return true;
        }
    }
    FreedBlocks freed;
    Mailbox::drop(entry, freed);
    return true;
}

void NextLane::forward(QueueEntry *entry)
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_isAbandoned) {
            m_forwarded.push_back(entry);
            return;
        }
    }
    FreedBlocks freed;
    Mailbox::drop(entry, freed);
}

bool NextLane::closeTarget() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (mailbox())
        return false;
    m_target = nullptr;
    return true;
}

bool NextLane::setTarget(Mailbox *target, Arrival arrival) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (mailbox())
        return false;
    m_target = target;
    setProvisional(arrival == Arrival::Announced);
    return true;
}

void NextLane::open(Mailbox &target) noexcept
{
    if (target.isDrainedHere()) // and not closed: what would be taken over would be dropped at once, under the mutex
        openOn(target);
    else
        target.post(std::make_unique<Opening>(*this, target));
}

void NextLane::predecessorIsEmpty() noexcept
{
    Mailbox *target = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        m_isPredecessorEmpty = true;
        target = m_target;
    }
    if (target)
        target->post(std::make_unique<Opening>(*this, *target));
}

void NextLane::openOn(Mailbox &current) noexcept
{
    std::vector<QueueEntry *> forwarded;
    std::vector<QueueEntry *> parked;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_isPredecessorEmpty || m_target != &current || m_isAbandoned || mailbox())
            return;
        forwarded.swap(m_forwarded);
        parked.swap(m_parked);
        // In front of all the mailbox has, before anybody can push to it for this lane.
        current.takeOver(forwarded, parked);
        // Release: see Lane::mailbox().
        m_mailbox.store(&current, std::memory_order_release);
    }
}

void NextLane::openClosed(Mailbox &closed) noexcept
{
    std::vector<QueueEntry *> entries;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_isPredecessorEmpty || m_target != &closed || m_isAbandoned || mailbox())
            return;
        entries.swap(m_forwarded);
        entries.insert(entries.end(), m_parked.begin(), m_parked.end());
        m_parked.clear();
        m_mailbox.store(&closed, std::memory_order_release);
    }
    for (QueueEntry *entry : entries)
        closed.push(entry);
}

void NextLane::abandon() noexcept
{
    std::vector<QueueEntry *> forwarded;
    std::vector<QueueEntry *> parked;
    {
        const std::lock_guard lock(m_mutex);
        m_isAbandoned = true;
        forwarded.swap(m_forwarded);
        parked.swap(m_parked);
    }
    FreedBlocks freed;
    for (QueueEntry *entry : forwarded)
        Mailbox::drop(entry, freed);
    for (QueueEntry *entry : parked)
        Mailbox::drop(entry, freed);
}

} // namespace SignalBox::detail
