// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <thread>
#include <utility>

// The part of Mailbox that drops what waits when its consumer has ended.

namespace SignalBox::detail {

// Called by the consumer, or under the mutex. The mutex also orders what is forwarded here, so one producer's deliveries stay in
// their order, on whichever threads they are taken.
Mailbox::Waiting Mailbox::takeWaiting() noexcept
{
    Waiting result;
    QueueEntry *const entry = fetch();
    if (entry == nullptr)
        return result;
    if (entry == &m_end) {
        m_isEndTaken = true;
        result.kind = Waiting::Kind::Skipped;
        return result;
    }
    if (isComingUp()) { // asked after the fetch: what was queued since the thread was started again is not dropped
        if (m_entry == nullptr)
            m_front.prepend(entry);
        return result;
    }
    result.entry = entry;
    if (entry->kind() == QueueEntry::Work) {
        result.kind = Waiting::Kind::Work;
        return result;
    }
    ReceiverList *const list = entry->kind() == QueueEntry::Several ? entry->receivers() : nullptr;
    if (list && m_entry == nullptr) {
        m_entry = entry;
        m_index = 0;
    }
    Receiver *const receiver = list ? list->receivers[m_index] : entry->receiver();
    result.receiver = receiver;
    result.isFinished = !list || ++m_index == list->count;
    if (result.isFinished)
        m_entry = nullptr;
    result.payload = entry->payload();
    if (!result.isFinished && result.payload) // another thread may take the others, and be done with the entry first
        result.payload->addReference();
    if (receiver == nullptr) {
        result.kind = Waiting::Kind::Skipped;
    } else if (receiver->hasLeft() && receiver->forward(result.payload)) {
        result.kind = Waiting::Kind::Forwarded;
    } else if (entry->kind() == QueueEntry::Visit) {
        receiver->takeBacklog(result.backlog);
        result.kind = Waiting::Kind::DropBacklog;
    } else {
        result.kind = Waiting::Kind::Drop;
    }
    return result;
}

// What drops run is foreign code: entries are taken under the mutex, and dropped without it.
void Mailbox::dropTaken(Waiting &&waiting, FreedBlocks &freed) noexcept
{
    switch (waiting.kind) {
    case Waiting::Kind::Nothing:
        return;
    case Waiting::Kind::Work:
        static_cast<Task *>(waiting.entry)->drop();
        return;
    case Waiting::Kind::Drop:
        waiting.receiver->drop(*waiting.payload);
        break;
    case Waiting::Kind::DropBacklog:
        waiting.receiver->dropBacklog(std::move(waiting.backlog));
        break;
    case Waiting::Kind::Forwarded:
    case Waiting::Kind::Skipped:
        break;
    }
    if (waiting.isFinished)
        waiting.entry->free(freed);
    else if (waiting.payload)
        waiting.payload->dropReference(freed);
    if (waiting.receiver)
        waiting.receiver->release(1);
}

template <class Take>
void Mailbox::dropEach(Take take) noexcept
{
    FreedBlocks freed;
    for (;;) {
        Waiting waiting = take();
        if (waiting.kind == Waiting::Kind::Nothing)
            return;
        dropTaken(std::move(waiting), freed);
    }
}

void Mailbox::dropWaiting() noexcept
{
    dropEach([this] { return takeWaiting(); });
}

void Mailbox::dropAll() noexcept
{
    dropEach([this] {
        const std::lock_guard lock(m_dropMutex);
        return m_wakeUp.isClosed() ? takeWaiting() : Waiting();
    });
}

// A producer between its two steps hides what others have appended behind it. If it finds the queue closed, it comes to drop
// that itself. If it had found the consumer called, it relies on the consumer: which waits here until the last of those has
// made its second step, which is near.
void Mailbox::closeQueue() noexcept
{
    {
        const std::lock_guard lock(m_dropMutex);
        m_front.prepend(std::move(m_held));
        m_wakeUp.close();
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

void Mailbox::reopen() noexcept
{
    bool isCalled = false;
    {
        const std::lock_guard lock(m_dropMutex);
        if (!mayOpen()) // its thread has finished since that was decided, and closeQueue() comes once
            return;
        isCalled = m_entry != nullptr || !m_front.isEmpty() || !m_held.isEmpty() || !m_queue.isUntouched();
        if (isCalled)
            m_wakeUp.keepRaised();
        else
            m_wakeUp.clear();
    }
    if (isCalled)
        callConsumer();
    else if (!m_queue.isUntouched()) // by a producer that had found it closed
        wake();
}

} // namespace SignalBox::detail
