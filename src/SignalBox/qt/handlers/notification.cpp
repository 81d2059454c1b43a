// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/notification.h>

#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/handlers/sequence_p.h>
#include <SignalBox/qt/handlers/route.h>

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

Walk::Walk(EventPointer event, Report report) noexcept
    : Notification(Kind::Walk, event.release()), m_wantsReport(report == Report::Yes)
{
}

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

Completion *Walk::completion() const
{
    if (!m_wantsReport)
        return nullptr;
    if (!m_completion) {
        m_completion = new Completion;
        m_event->setCompletion(m_completion);
    }
    return m_completion;
}

Completion *Walk::expectDelivery() const
{
    Completion *const result = completion();
    if (result)
        result->expect();
    return result;
}

void Walk::queueBacklog(Route &route) const noexcept
{
    ++m_forwarded;
    bool isExpected = false;
    try {
        isExpected = expectDelivery() != nullptr;
        QueueEntry *item = m_isEntryUsed ? SeparateEntry::make(QueueEntry::Single, nullptr, m_event) : m_event->entry();
        m_isEntryUsed = true;
        share(1);
        route.queueBacklog(item);
    } catch (const std::bad_alloc &) {
        route.refuseClaim();
        route.statistics().countDropped(1);
        if (isExpected)
            m_completion->drop();
        else
            ++m_lost;
    }
}

void Walk::queue(Route &route) const noexcept
{
    ++m_forwarded;
    bool isExpected = false;
    Mailbox *mailbox = nullptr;
    try {
        isExpected = expectDelivery() != nullptr;
        mailbox = route.reserve();
        if (!mailbox) {
            flush();
            QueueEntry *entry = nullptr;
            try {
                entry = SeparateEntry::make(QueueEntry::Single, &route, m_event);
            } catch (...) {
                route.refuse();
                throw;
            }
            share(1);
            route.park(entry);
            return;
        }
        for (std::uint32_t i = 0; i < m_batchCount; ++i) {
            if (m_batches[i].mailbox == mailbox) {
                add(m_batches[i], route);
                return;
            }
        }
        if (m_batchCount == m_batches.size())
            flushBatches();
        m_batches[m_batchCount++] = {mailbox, &route, nullptr};
    } catch (const std::bad_alloc &) {
        route.refuseClaim();
        route.statistics().countDropped(1);
        if (isExpected)
            m_completion->drop();
        else
            ++m_lost;
        if (mailbox)
            route.release(1);
    }
}

void Walk::add(Batch &batch, Route &route)
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
    list->receivers[list->count++] = &route;
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
    void *const target = batch.others ? static_cast<void *>(batch.others) : static_cast<Receiver *>(batch.first);
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

QFuture<DispatchReport> finishedFuture(const DispatchReport &report)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 6, 0)
    return QtFuture::makeReadyValueFuture(report);
#else
    return QtFuture::makeReadyFuture(report);
#endif
}

QFuture<DispatchReport> Walk::finishLater(const DispatchReport &report, QDeadlineTimer deadline)
{
    const DispatchReport own = finish(report);
    if (!m_completion)
        return finishedFuture(own);
    QFuture<DispatchReport> future = m_completion->future();
    if (!deadline.isForever() && !future.isFinished())
        m_completion->expireAt(deadline);
    m_completion->endWalk(own);
    return future;
}

SequentialWalk::SequentialWalk(EventPointer event, QDeadlineTimer deadline) noexcept
    : Notification(Kind::SequentialWalk, event.release()), m_isLimited(!deadline.isForever()), m_deadline(deadline)
{
}

SequentialWalk::~SequentialWalk()
{
    if (m_event)
        m_event->dropReference();
}

bool SequentialWalk::mayRun() const noexcept
{
    // Not hasExpired(), which in Qt 6.4 is wrong from 292 years on.
    if (m_isLimited && m_deadline < QDeadlineTimer::current())
        m_isHandingOver = true;
    return !m_isHandingOver;
}

void SequentialWalk::addStep(Route &route) const noexcept
{
    m_isHandingOver = true;
    try {
        m_steps.push_back(&route);
        route.addOwner();
    } catch (const std::bad_alloc &) {
        route.refuseClaim();
        route.statistics().countDropped(1);
        ++m_lost;
    }
}

Completion *SequentialWalk::awaitHandler() const
{
    m_sequence = new Sequence;
    m_sequence->expect();
    m_sequence->begin();
    m_isHandingOver = true;
    ++m_skipped; // the sequence counts it
    return m_sequence;
}

QFuture<DispatchReport> SequentialWalk::finish(DispatchReport report)
{
    report.called -= static_cast<std::uint32_t>(m_steps.size()) + m_skipped + m_lost;
    report.dropped += m_lost;
    if (m_steps.empty() && !m_sequence)
        return finishedFuture(report);
    const EventPointer event(std::exchange(m_event, nullptr));
    return Sequence::run(m_sequence, event, std::move(m_steps), report, m_deadline);
}

} // namespace SignalBox::detail
