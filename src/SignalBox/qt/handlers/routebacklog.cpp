// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/route.h>

#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/deliveryclock_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/handlers/backlogsegment.h>
#include <SignalBox/qt/handlers/lateststore.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

// The part of Route that serves a backlog: events go into its store, and visits of the mailbox take them out.

namespace SignalBox::detail {

namespace {

std::int64_t nanoseconds(std::chrono::milliseconds time) noexcept
{
    return std::chrono::nanoseconds(time).count();
}

// Its word is its place in the ring, and names no receiver.
void freeItem(QueueEntry *item, FreedBlocks &freed) noexcept
{
    item->target &= QueueEntry::Separate;
    item->free(freed);
}

// The same for a single one.
void freeItem(QueueEntry *item) noexcept
{
    const Event &event = Event::of(*item->payload());
    if (item->isSeparate())
        EventMemory::deallocate(item, static_cast<SeparateEntry *>(item)->offset);
    event.dropReference();
}

} // namespace

void Route::queueBacklog(QueueEntry *item, const LatestKey *key)
{
    if (key) {
        EntryList lost;
        const LatestStore::Pushed pushed = m_latestStore->push(item, *key, lost);
        if (pushed == LatestStore::Pushed::Refused)
            loseItem(item, Loss::Dropped);
        loseItems(std::move(lost), Loss::Counted);
        if (pushed != LatestStore::Pushed::Merged)
            queueVisit();
        return;
    }
    if (m_backlog.kind() == Backlog::Kind::Debounced)
        m_lastPost.store(DeliveryClock::now(), std::memory_order_relaxed);
    QueueEntry *lost = nullptr;
    try {
        lost = m_store->push(item);
    } catch (const std::bad_alloc &) {
        freeItem(item);
        throw;
    }
    if (lost)
        loseItem(lost, lossByStore());
    queueVisit();
}

Route::Loss Route::lossByStore() const noexcept
{
    if (m_latestStore)
        return Loss::Counted;
    switch (m_backlog.kind()) {
    case Backlog::Kind::Latest:
    case Backlog::Kind::Throttled:
    case Backlog::Kind::Debounced:
        return Loss::Merged;
    case Backlog::Kind::Unbounded:
    case Backlog::Kind::Bounded:
    case Backlog::Kind::Batched:
        break;
    }
    return Loss::Dropped;
}

void Route::updateMerged() noexcept
{
    if (m_latestStore)
        m_statistics.setMerged(m_latestStore->merged());
}

void Route::dropReplacedBy(const QueueEntry &item) noexcept
{
    if (m_latestStore)
        m_droppedReplaced.fetch_add(item.ticket() - 1, std::memory_order_relaxed);
}

void Route::loseItems(EntryList &&items, Loss loss) noexcept
{
    while (QueueEntry *item = items.takeFirst())
        loseItem(item, loss);
}

void Route::loseItem(QueueEntry *item, Loss loss) noexcept
{
    if (loss == Loss::Merged)
        m_statistics.countMerged(1);
    else if (loss == Loss::Dropped)
        m_statistics.countDropped(1);
    if (Completion *completion = Event::of(*item->payload()).completion())
        completion->drop();
    freeItem(item);
}

void Route::loseSegment(BacklogSegment *segment) noexcept
{
    std::uint64_t values = 0;
    for (std::uint32_t index = 0; index < segment->count(); ++index) {
        if (segment->isValue(index))
            ++values;
        else
            loseItem(segment->entry(index), Loss::Dropped);
    }
    m_statistics.countDropped(values);
    segment->clear();
    segment->free();
}

void Route::visit(Mailbox &mailbox, Drain &drain) noexcept
{
    m_visit.clear();
    // The rest of a batch has been due before.
    if (m_due.isEmpty() && m_backlog.isTimed() && (m_store->isEmpty() || !isDue(mailbox)))
        return;
    if (m_calledWith == CalledWith::Batch)
        visitForBatch(drain.calls, drain.freed);
    else
        visitForEvent(drain.calls, drain.freed);
}

bool Route::isDue(Mailbox &mailbox) noexcept
{
    const std::int64_t time = DeliveryClock::now();
    const std::int64_t interval = nanoseconds(m_backlog.interval());
    const std::int64_t due = m_backlog.kind() == Backlog::Kind::Debounced
            ? m_lastPost.load(std::memory_order_relaxed) + interval
            : m_nextCall;
    if (time >= due)
        return true;
    if (!m_handler.isRegistered()) {
        if (m_plannedAt != 0) {
            mailbox.forgetVisit(std::exchange(m_plannedAt, 0), *this);
            release(1); // not the last one: the visit's
        }
        EntryList backlog;
        takeBacklog(backlog);
        dropBacklog(std::move(backlog));
    } else if (m_plannedAt == 0 && reserve()) {
        m_plannedAt = due;
        mailbox.planVisit(due, *this);
    }
    return false;
}

QueueEntry *Route::takeNext() noexcept
{
    if (QueueEntry *item = m_due.takeFirst()) {
        m_dueCount.subtract(1);
        return item;
    }
    EntryList lost;
    QueueEntry *item = nullptr;
    if (m_latestStore || m_backlog.kind() == Backlog::Kind::Batched) {
        Batch batch(std::move(m_spare));
        m_store->takeAll(batch, lost);
        for (const BatchItem &due : batch.allItems())
            m_due.append(due.entry());
        m_store->giveBack(batch.takeSegments());
        m_dueCount.set(leftOf(batch.size(), 1));
        m_spare = batch.takeMemory();
        item = m_due.takeFirst();
    } else {
        item = m_store->take(lost);
    }
    loseItems(std::move(lost), lossByStore());
    return item;
}

void Route::visitForEvent(HandlerCalls &calls, FreedBlocks &freed) noexcept
{
    QueueEntry *const item = takeNext();
    if (item && m_backlog.isTimed())
        m_nextCall = DeliveryClock::now() + nanoseconds(m_backlog.interval());
    // One batch in each drain, with all of its events.
    if (m_latestStore)
        setWantsOneVisit(m_due.isEmpty());
    // Before the call: a nested event loop goes on with it.
    if (item ? !isEmpty() : m_store->mustLookAgain())
        queueVisit();
    if (!item)
        return;
    callHandler(Batch::eventOf(*item), calls);
    freeItem(item, freed);
}

void Route::visitForBatch(HandlerCalls &calls, FreedBlocks &freed) noexcept
{
    Batch batch(std::move(m_spare));
    EntryList lost;
    m_store->takeAll(batch, lost);
    loseItems(std::move(lost), lossByStore());
    if (!batch.isEmpty() && m_backlog.isTimed())
        m_nextCall = DeliveryClock::now() + nanoseconds(m_backlog.interval());
    // Before the call: a nested event loop goes on with it.
    if (batch.isEmpty() ? m_store->mustLookAgain() : !isEmpty())
        queueVisit();
    callHandler(batch, calls);
    for (const BatchItem &item : batch.allItems()) {
        if (QueueEntry *entry = item.entry())
            freeItem(entry, freed);
    }
    m_store->giveBack(batch.takeSegments());
    m_spare = batch.takeMemory();
}

void Route::beginDeliveries(Batch &batch) noexcept
{
    FreedBlocks freed;
    const auto isOver = [&](const BatchItem &item) {
        Completion *const completion = item.completion();
        if (!completion || completion->begin())
            return false;
        dropReplacedBy(*item.entry());
        m_statistics.countDropped(1);
        freeItem(item.entry(), freed);
        return true;
    };
    Batch::Items &items = batch.allItems();
    items.erase(std::remove_if(items.begin(), items.end(), isOver), items.end());
}

void Route::callHandler(Batch &batch, HandlerCalls &calls) noexcept
{
    if (batch.isCounted())
        beginDeliveries(batch);
    if (batch.isEmpty())
        return;
    updateMerged();
    const std::uint64_t losses = m_statistics.losses();
    batch.setLost(losses - std::exchange(m_toldLosses, losses));
    const std::uint64_t drops = m_statistics.dropped() + m_droppedReplaced.load(std::memory_order_relaxed);
    batch.setDropped(drops - std::exchange(m_toldDrops, drops));
    const Outcome outcome = calls.call(m_handler, &batch);
    const bool isCalled = outcome != Outcome::NotCalled && !batch.isRefused;
    if (!isCalled) {
        m_toldLosses -= batch.lost(); // the next batch tells
        m_toldDrops -= batch.dropped();
        m_statistics.countDropped(batch.size());
    }
    if (!batch.isCounted() || batch.isAwaited)
        return;
    for (const BatchItem &item : batch.allItems()) {
        Completion *const completion = item.completion();
        if (!completion)
            continue;
        if (!isCalled)
            completion->revoke();
        else
            completion->end(outcome == Outcome::Failed ? Completion::Ending::Threw : Completion::Ending::Returned,
                            m_handler.id());
    }
}

void Route::visitAsPlanned() noexcept
{
    m_plannedAt = 0;
    queueVisit();
    release(1);
}

void Route::dropAsPlanned() noexcept
{
    m_plannedAt = 0; // the thread may start again
    EntryList backlog;
    takeBacklog(backlog);
    dropBacklog(std::move(backlog));
    release(1);
}

// Nobody consumes meanwhile: not in its mailbox, which is closed, and nowhere else, as the caller has a reservation.
void Route::takeBacklog(EntryList &taken) noexcept
{
    if (!m_store)
        return;
    const std::lock_guard lock(m_backlogMutex);
    m_visit.clear();
    while (QueueEntry *item = m_due.takeFirst())
        taken.append(item);
    m_dueCount.set(0);
    m_store->takeRest(taken);
}

void Route::dropBacklog(EntryList &&taken) noexcept
{
    while (QueueEntry *item = taken.takeFirst()) {
        refuseClaim();
        if (BacklogSegment::is(*item)) {
            loseSegment(static_cast<BacklogSegment *>(item));
        } else {
            dropReplacedBy(*item);
            loseItem(item, Loss::Dropped);
        }
    }
}

} // namespace SignalBox::detail
