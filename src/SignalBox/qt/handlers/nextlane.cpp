// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/nextlane_p.h>

#include <SignalBox/qt/handlers/route.h>

#include <utility>

namespace SignalBox::detail {

void Lane::end() noexcept
{
    Route &route = *m_route;
    if (NextLane *following = next()) {
        following->predecessorIsEmpty();
        following->release(1); // see Route::leaveLane()
    }
    m_count.markSpare();
    route.dropOwner();
}

NextLane::Opening::~Opening()
{
    if (!m_lane)
        return;
    m_lane->openClosed(*m_mailbox);
    m_mailbox->wake();
    m_lane->route().dropOwner();
}

// Without a call of the mailbox for each Opening that waits in it, or one would end inside of the other.
void NextLane::Opening::drop() noexcept
{
    NextLane *const lane = std::exchange(m_lane, nullptr);
    lane->openClosed(*m_mailbox);
    if (!m_mailbox->isClosed()) // its thread has started again
        m_mailbox->wake();
    lane->route().dropOwner();
    delete this;
}

void NextLane::Opening::run() noexcept
{
    m_lane->openOn(*m_mailbox);
    std::exchange(m_lane, nullptr)->route().dropOwner();
}

void NextLane::reuse()
{
    auto opening = std::make_unique<Opening>();
    const std::lock_guard lock(m_mutex);
    m_opening = std::move(opening);
    m_target = nullptr;
    m_isPredecessorEmpty = false;
    m_mailbox.store(nullptr, std::memory_order_relaxed);
    m_next.store(nullptr, std::memory_order_relaxed);
    setProvisional(false);
    m_visitedIn = 0;
    m_count.reopen();
}

bool NextLane::park(QueueEntry *entry) noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        if (mailbox())
            return false;
        if (!m_isAbandoned) {
            m_parked.append(entry);
            return true;
        }
    }
    FreedBlocks freed;
    Mailbox::drop(entry, freed);
    return true;
}

bool NextLane::forward(QueueEntry *entry) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (m_isAbandoned)
        return false;
    m_forwarded.append(entry);
    return true;
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

void NextLane::open(Mailbox &target, std::unique_ptr<Opening> opening) noexcept
{
    if (!opening) {
        openOn(target);
        return;
    }
    // It owns the route, and the lane with it: the handler may be gone, and nobody reserves a lane that may be empty for
    // good.
    route().addOwner();
    opening->m_lane = this;
    opening->m_mailbox = &target;
    target.post(std::move(opening));
}

void NextLane::predecessorIsEmpty() noexcept
{
    Mailbox *target = nullptr;
    std::unique_ptr<Opening> opening;
    {
        const std::lock_guard lock(m_mutex);
        m_isPredecessorEmpty = true;
        target = m_target;
        opening = std::move(m_opening);
    }
    if (target)
        open(*target, std::move(opening));
}

void NextLane::openOn(Mailbox &current) noexcept
{
    openAt(current, &Mailbox::takeOver); // in front of all that it has
}

void NextLane::openClosed(Mailbox &closed) noexcept
{
    openAt(closed, &Mailbox::append);
}

void NextLane::openAt(Mailbox &mailbox, void (Mailbox::*queueEntries)(EntryList &&) noexcept) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!m_isPredecessorEmpty || m_target != &mailbox || m_isAbandoned || this->mailbox())
        return;
    // Before anybody can push to it for this lane.
    m_parked.prepend(std::move(m_forwarded));
    (mailbox.*queueEntries)(std::move(m_parked));
    // Release: see Lane::mailbox().
    m_mailbox.store(&mailbox, std::memory_order_release);
}

void NextLane::abandon() noexcept
{
    EntryList entries;
    {
        const std::lock_guard lock(m_mutex);
        m_isAbandoned = true;
        entries.prepend(std::move(m_parked));
        entries.prepend(std::move(m_forwarded));
    }
    FreedBlocks freed;
    while (QueueEntry *entry = entries.takeFirst())
        Mailbox::drop(entry, freed);
}

} // namespace SignalBox::detail
