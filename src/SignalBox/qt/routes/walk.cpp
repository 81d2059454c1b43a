// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/walk.h>

#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/deliveryclock_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

namespace SignalBox::detail {

namespace {

ReceiverList *makeList(std::uint32_t capacity)
{
    // NOLINTNEXTLINE(bugprone-sizeof-expression): it holds pointers
    const EventMemory::Block block = EventMemory::allocate(offsetof(ReceiverList, receivers) + capacity * sizeof(Receiver *));
    auto *list = static_cast<ReceiverList *>(block.memory);
    list->count = 0;
    list->capacity = capacity;
    list->offset = block.offset;
    return list;
}

constexpr std::uint32_t firstCapacity = 8;

} // namespace

Walk::~Walk()
{
    if (m_batchCount == 0) {
        m_event->dropReference();
        return;
    }
    // The walk's own reference goes with the last entry, and nothing of the event is touched after that: its target
    // may have run the handler and freed it.
    if (m_batchCount > 1)
        share(m_batchCount - 1);
    queueBatches();
}

void Walk::share(std::uint32_t count) const noexcept
{
    if (std::exchange(m_isShared, true))
        m_event->addReferences(count);
    else
        m_event->addFirstReferences(count);
}

Completion *Walk::expectReported() const
{
    if (!m_completion) {
        m_completion = new Completion;
        m_event->setCompletion(m_completion);
    }
    m_completion->expect();
    return m_completion;
}

QueueEntry *Walk::takeEntry() const
{
    QueueEntry *const entry = m_isEntryUsed ? SeparateEntry::make(QueueEntry::Single, nullptr, m_event) : m_event->entry();
    m_isEntryUsed = true;
    share(1);
    return entry;
}

QueueEntry *Walk::makeEntry(Receiver &receiver) const
{
    QueueEntry *const entry = SeparateEntry::make(QueueEntry::Single, &receiver, m_event);
    share(1);
    return entry;
}

void Walk::countLost() const noexcept
{
    if (m_completion) // it was expected
        m_completion->drop();
    else
        ++m_lost;
}

void Walk::queue(Mailbox &mailbox, Receiver &receiver) const
{
    for (std::uint32_t i = 0; i < m_batchCount; ++i) {
        if (m_batches[i].mailbox == &mailbox) {
            add(m_batches[i], receiver);
            return;
        }
    }
    if (m_batchCount == m_batches.size())
        flushBatches();
    m_batches[m_batchCount++] = {&mailbox, &receiver, nullptr};
}

void Walk::add(Batch &batch, Receiver &receiver)
{
    ReceiverList *list = batch.others;
    if (list == nullptr || list->count == list->capacity) {
        ReceiverList *larger = makeList(list ? 2 * list->capacity : firstCapacity);
        if (list) {
            std::copy_n(list->receivers, list->count, larger->receivers);
            larger->count = list->count;
            EventMemory::deallocate(list, list->offset);
        } else {
            larger->receivers[0] = batch.first;
            larger->count = 1;
        }
        batch.others = list = larger;
    }
    list->receivers[list->count++] = &receiver;
}

void Walk::flushBatches() const noexcept
{
    share(m_batchCount);
    queueBatches();
}

void Walk::queueBatches() const noexcept
{
    const std::uint32_t count = std::exchange(m_batchCount, 0);
    for (std::uint32_t i = 0; i < count; ++i)
        queueBatch(m_batches[i]);
}

void Walk::queueBatch(const Batch &batch) const noexcept
{
    const QueueEntry::Kind kind = batch.others ? QueueEntry::Several : QueueEntry::Single;
    void *const target = batch.others ? static_cast<void *>(batch.others) : batch.first;
    QueueEntry *entry = nullptr;
    if (!m_isEntryUsed) {
        m_isEntryUsed = true;
        entry = m_event->entry();
        entry->target = kind | reinterpret_cast<std::uintptr_t>(target);
    } else {
        try {
            entry = SeparateEntry::make(kind, nullptr, m_event);
            entry->target |= reinterpret_cast<std::uintptr_t>(target);
        } catch (const std::bad_alloc &) {
            dropBatch(batch);
            return;
        }
    }
    batch.mailbox->push(entry);
}

void Walk::dropBatch(const Batch &batch) const noexcept
{
    const auto drop = [this](Receiver &receiver) {
        receiver.drop(*m_event);
        receiver.release(1);
    };
    if (ReceiverList *list = batch.others) {
        std::for_each_n(list->receivers, list->count, [&](Receiver *receiver) { drop(*receiver); });
        EventMemory::deallocate(list, list->offset);
    } else {
        drop(*batch.first);
    }
    m_event->dropReference();
}

DispatchReport Walk::finish(DispatchReport report) noexcept
{
    flush();
    report.called -= m_forwarded + m_skipped;
    report.dropped += m_lost;
    return report;
}

QFuture<DispatchReport> Walk::finishLater(const DispatchReport &report, std::int64_t deadline)
{
    const DispatchReport own = finish(report);
    if (!m_completion)
        return finishedFuture(own);
    QFuture<DispatchReport> future = m_completion->future();
    if (deadline != DeliveryClock::never && !future.isFinished())
        m_completion->expireAt(deadline);
    m_completion->endWalk(own);
    return future;
}

} // namespace SignalBox::detail
