// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/handlers/nextlane_p.h>
#include <SignalBox/qt/handlers/route.h>

#include <new>

// The part of Mailbox that serves a context that moves to another thread (handlers/routemove.cpp): what waits for the lane
// that it leaves goes on in the next one.

namespace SignalBox::detail {

// False: there is no memory for it, or nobody any more whom it could reach. Runs no foreign code.
bool Mailbox::passOn(Lane &lane, const Event *event) noexcept
{
    NextLane &next = *lane.next();
    QueueEntry *entry = nullptr;
    try {
        entry = makeEntry(event ? QueueEntry::Handler : QueueEntry::Visit, next, event);
    } catch (const std::bad_alloc &) {
        return false;
    }
    if (event)
        event->addReference();
    next.reserve();
    if (next.forward(entry))
        return true;
    next.release(1); // the lane has a reservation of its own there: see Route::leaveLane()
    FreedBlocks freed;
    freeEntry(entry, freed);
    return false;
}

void Mailbox::forward(Lane &lane, const Event *event) noexcept
{
    if (!passOn(lane, event)) {
        if (event)
            lane.route().drop(*event);
        else
            lane.route().visitWhereItIs(); // tries again
    }
    lane.release(1);
}

void Mailbox::takeOut(Lane &lane, Lane &to, EntryList &taken)
{
    const auto takeFrom = [&](QueueEntry &entry, std::uint32_t begin) {
        if (entry.kind() == QueueEntry::Work)
            return;
        if (entry.kind() != QueueEntry::Handlers) {
            if (entry.lane() != &lane)
                return;
            const bool isVisit = entry.kind() == QueueEntry::Visit;
            const Event *event = isVisit ? nullptr : Event::of(&entry);
            taken.append(makeEntry(isVisit ? QueueEntry::Visit : QueueEntry::Handler, to, event));
            if (event)
                event->addReference();
            entry.setLane(nullptr);
            return;
        }
        LaneList &list = *entry.lanes();
        for (std::uint32_t i = begin; i < list.count; ++i) {
            if (list.lanes[i] != &lane)
                continue;
            taken.append(makeEntry(QueueEntry::Handler, to, Event::of(&entry)));
            Event::of(&entry)->addReference();
            list.lanes[i] = nullptr;
        }
    };
    if (m_entry)
        takeFrom(*m_entry, m_index);
    const auto takeFromAll = [&](QueueEntry &entry) { takeFrom(entry, 0); };
    m_held.forEach(takeFromAll);
    m_front.forEach(takeFromAll);
    m_queue.forEach(takeFromAll);
}

void Mailbox::takeOver(EntryList &&entries) noexcept
{
    m_front.prepend(std::move(entries));
    wake();
}

} // namespace SignalBox::detail
