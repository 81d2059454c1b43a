// SPDX-License-Identifier: MIT
#include <SignalBox/qt/mailbox_p.h>

#include <SignalBox/qt/detail/event.h>
#include <SignalBox/qt/detail/route.h>
#include <SignalBox/qt/nextlane_p.h>

#include <new>

// The part of Mailbox that serves a context that moves to another thread (detail/routemove.cpp): what waits for the lane
// that it leaves goes on in the next one.

namespace SignalBox::detail {

// The handler's context has left this thread.
void Mailbox::forward(Lane &lane, const Event *event) noexcept
{
    NextLane &next = *lane.next();
    next.reserve();
    QueueEntry *entry = nullptr;
    try {
        entry = makeEntry(event ? QueueEntry::Handler : QueueEntry::Visit, next, event);
        // First: a lane that has been abandoned drops the entry at once, and the entry's reference with it.
        if (event)
            event->addReference();
        next.forward(entry);
    } catch (const std::bad_alloc &) {
        if (entry) {
            FreedBlocks freed;
            freeEntry(entry, freed);
        }
        if (event)
            next.route().drop(*event);
        next.release(1);
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
    raiseForSelf();
}

} // namespace SignalBox::detail
