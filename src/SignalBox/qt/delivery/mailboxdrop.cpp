// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/handlers/route.h>

#include <thread>

// The part of Mailbox that drops what waits when its consumer has ended.

namespace SignalBox::detail {

void Mailbox::dropLane(Lane &lane, const Event *event) noexcept
{
    const Mailbox *mailbox = lane.mailbox();
    if (mailbox && mailbox->isClosed() && lane.isProvisional())
        lane.route().leaveEndedThread(lane, *mailbox);
    if (lane.next()) {
        forward(lane, event);
        return;
    }
    if (event)
        lane.route().drop(*event);
    else
        lane.route().dropBacklog(lane);
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
    dropLane(*entry->lane(), entry->kind() == QueueEntry::Visit ? nullptr : Event::of(entry));
    freeEntry(entry, freed);
}

// By the consumer, or under the mutex; which also orders what is forwarded here: so deliveries that one producer has posted
// stay in their order, whoever takes them.
Mailbox::Waiting Mailbox::takeWaiting(const Lane *seen) noexcept
{
    Waiting result;
    QueueEntry *const entry = fetch();
    if (entry == nullptr)
        return result;
    if (entry == &m_end) {
        m_isEndTaken = true;
        result.way = Waiting::Way::Nothing;
        return result;
    }
    if (entry->kind() == QueueEntry::Work) {
        result.way = Waiting::Way::Work;
        result.finished = entry;
        return result;
    }
    LaneList *const list = entry->kind() == QueueEntry::Handlers ? entry->lanes() : nullptr;
    if (list && m_entry == nullptr) {
        m_entry = entry;
        m_index = 0;
    }
    Lane *const lane = list ? list->lanes[m_index] : entry->lane();
    if (lane && lane->isProvisional() && !lane->next() && lane != seen) {
        lane->reserve();
        if (!list)
            m_front.prepend(entry);
        result.way = Waiting::Way::Look;
        result.lane = lane;
        return result;
    }
    const bool isLast = !list || ++m_index == list->count;
    if (isLast) {
        m_entry = nullptr;
        result.finished = entry;
    }
    if (entry->kind() != QueueEntry::Visit)
        result.event = Event::of(entry);
    if (!isLast) // whoever takes the others may be done with the entry first
        result.event->addReference();
    result.lane = lane;
    if (lane == nullptr)
        result.way = Waiting::Way::Nothing;
    else if (lane->next() && passOn(*lane, result.event))
        result.way = Waiting::Way::Forwarded;
    else if (result.event || lane->route().takeBacklog(*lane, result.backlog))
        result.way = Waiting::Way::Drop;
    else
        result.way = Waiting::Way::Visit;
    return result;
}

// What drops run is foreign code: entries are taken under the mutex, and dropped without it.
void Mailbox::dropTaken(Waiting &&waiting, FreedBlocks &freed) noexcept
{
    switch (waiting.way) {
    case Waiting::Way::Empty:
        return;
    case Waiting::Way::Look:
        waiting.lane->route().leaveEndedThread(*waiting.lane, *this);
        return;
    case Waiting::Way::Work:
        static_cast<Task *>(waiting.finished)->drop();
        return;
    case Waiting::Way::Drop:
        if (waiting.event)
            waiting.lane->route().drop(*waiting.event);
        else
            waiting.lane->route().dropItems(std::move(waiting.backlog));
        waiting.lane->release(1);
        break;
    case Waiting::Way::Visit:
        waiting.lane->route().visitWhereItIs();
        waiting.lane->release(1);
        break;
    case Waiting::Way::Forwarded:
        waiting.lane->release(1);
        break;
    case Waiting::Way::Nothing:
        break;
    }
    if (waiting.finished)
        freeEntry(waiting.finished, freed);
    else if (waiting.event)
        waiting.event->dropReference(freed);
}

template <class Take>
void Mailbox::dropEach(Take take) noexcept
{
    FreedBlocks freed;
    Lane *seen = nullptr; // its context has been looked for
    for (;;) {
        Waiting waiting = take(seen);
        if (seen)
            seen->release(1);
        if (waiting.way == Waiting::Way::Empty)
            return;
        seen = waiting.way == Waiting::Way::Look ? waiting.lane : nullptr;
        dropTaken(std::move(waiting), freed);
    }
}

void Mailbox::dropWaiting() noexcept
{
    dropEach([this](const Lane *seen) { return takeWaiting(seen); });
}

void Mailbox::dropAll() noexcept
{
    dropEach([this](const Lane *seen) {
        const std::lock_guard lock(m_dropMutex);
        return m_wakeUp.isClosed() ? takeWaiting(seen) : Waiting();
    });
}

// A producer between its two steps hides what others have appended behind it. If it finds the queue closed, it comes to drop
// that itself. If it had found the consumer called, it relies on the consumer: which waits here until the last of those has
// made its second step, which is near.
void Mailbox::closeQueue() noexcept
{
    m_front.prepend(std::move(m_held));
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
