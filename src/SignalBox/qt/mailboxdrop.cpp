// SPDX-License-Identifier: MIT
#include <SignalBox/qt/mailbox_p.h>

#include <SignalBox/qt/detail/event.h>
#include <SignalBox/qt/detail/route.h>

#include <thread>

// The part of Mailbox that drops what waits when its consumer has ended.

namespace SignalBox::detail {

void Mailbox::dropLane(Lane &lane, const Event *event) noexcept
{
    if (lane.isProvisional())
        lane.route().leaveEndedThread(lane);
    if (lane.next()) {
        forward(lane, event);
        return;
    }
    if (event)
        lane.route().drop(*event);
    else
        lane.route().dropBacklog();
    lane.release(1);
}

void Mailbox::dropLanes(const QueueEntry &entry, const Event &event) noexcept
{
    if (entry.kind() == QueueEntry::Handlers) {
        LaneList *list = entry.lanes();
        for (std::uint32_t i = 0; i < list->count; ++i) {
            if (list->lanes[i])
                dropLane(*list->lanes[i], &event);
        }
        if (!entry.isSeparate() && &entry != event.entry()) // it never was in a queue
            EventMemory::deallocate(list, list->offset);
    } else if (entry.lane()) {
        dropLane(*entry.lane(), &event);
    }
}

void Mailbox::drop(QueueEntry *entry, FreedBlocks &freed) noexcept
{
    switch (entry->kind()) {
    case QueueEntry::Work:
        delete static_cast<Task *>(entry);
        return;
    case QueueEntry::Visit:
        if (entry->lane())
            dropLane(*entry->lane(), nullptr);
        break;
    default:
        dropLanes(*entry, *Event::of(entry));
    }
    freeEntry(entry, freed);
}

QueueEntry *Mailbox::takeWaiting() noexcept
{
    const std::uint32_t delivered = m_entry ? m_index : 0;
    QueueEntry *const entry = fetch();
    m_entry = nullptr;
    for (std::uint32_t i = 0; i < delivered; ++i)
        entry->lanes()->lanes[i] = nullptr;
    return entry;
}

void Mailbox::dropWaiting() noexcept
{
    FreedBlocks freed;
    while (QueueEntry *entry = takeWaiting())
        drop(entry, freed);
}

// What drops run is foreign code: entries are taken under the mutex, and dropped without it.
void Mailbox::dropAll() noexcept
{
    FreedBlocks freed;
    for (;;) {
        QueueEntry *entry = nullptr;
        {
            const std::lock_guard lock(m_dropMutex);
            if (m_wakeUp.isClosed())
                entry = takeWaiting();
            if (entry == &m_end) {
                m_isEndTaken = true;
                continue;
            }
        }
        if (entry == nullptr)
            return; // or a producer is between its steps: see closeQueue()
        drop(entry, freed);
    }
}

// A producer between its two steps hides what others have appended behind it. If it finds the queue closed, it comes to drop
// that itself. If it had found the consumer called, it relies on the consumer: which waits here until the last of those has
// made its second step, which is near. (It waits for none that comes later, or a flood of them could keep it here.)
void Mailbox::closeQueue() noexcept
{
    m_wakeUp.close();
    {
        const std::lock_guard lock(m_dropMutex);
        m_isEndTaken = false;
    }
    m_end.target = QueueEntry::Work;
    Queue::link(m_queue.append(&m_end), &m_end);
    for (;;) {
        dropAll();
        {
            const std::lock_guard lock(m_dropMutex);
            if (m_isEndTaken)
                return;
        }
        std::this_thread::yield();
    }
}

// The calling thread is the consumer from here on: nobody drops any more.
void Mailbox::reopen() noexcept
{
    const std::lock_guard lock(m_dropMutex);
    m_wakeUp.keepRaised();
}

} // namespace SignalBox::detail
