// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/inbox.h>

#include <SignalBox/qt/backlogs/backlogsegment.h>
#include <SignalBox/qt/backlogs/segmentstore.h>
#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/deliveryclock_p.h>

#include <algorithm>
#include <chrono>
#include <new>

namespace SignalBox::detail {

namespace {

bool needsKeys(const Backlog &backlog) noexcept
{
    switch (backlog.keep()) {
    case Backlog::Keep::NewestByKey:
    case Backlog::Keep::MergedByKey:
    case Backlog::Keep::Merged:
        return true;
    case Backlog::Keep::All:
    case Backlog::Keep::Newest:
    case Backlog::Keep::Oldest:
        break;
    }
    return false;
}

std::int64_t nanoseconds(std::chrono::milliseconds time) noexcept
{
    return std::chrono::nanoseconds(time).count();
}

} // namespace

std::unique_ptr<Inbox> Inbox::make(const Terms &terms, const ValueType *values, HandlerStatistics &statistics)
{
    const Backlog &backlog = terms.backlog;
    if (terms.nested == Nested::Deliver && terms.calledWith == CalledWith::Event && backlog == Backlog::all())
        return nullptr;
    std::unique_ptr<BacklogStore> store;
    if (needsKeys(backlog))
        store = std::make_unique<KeyedStore>(backlog.keep() != Backlog::Keep::NewestByKey);
    else if (backlog.keep() == Backlog::Keep::All)
        store = std::make_unique<SegmentStore>(values);
    else
        store = BacklogStore::make(backlog);
    return std::unique_ptr<Inbox>(new Inbox(terms, std::move(store), statistics));
}

Inbox::Inbox(const Terms &terms, std::unique_ptr<BacklogStore> store, HandlerStatistics &statistics)
    : m_terms(terms),
      m_store(std::move(store)),
      m_keyed(needsKeys(terms.backlog) ? static_cast<KeyedStore *>(m_store.get()) : nullptr),
      m_statistics(statistics)
{
}

Inbox::~Inbox()
{
    EntryList rest;
    takeRest(rest);
    drop(std::move(rest));
}

bool Inbox::wantsOneRound(const Backlog &backlog, CalledWith calledWith) noexcept
{
    return calledWith == CalledWith::Batch || needsKeys(backlog)
        || (backlog.keep() == Backlog::Keep::Newest && backlog.limit() == 1);
}

// --- producers -----------------------------------------------------------------------------------

bool Inbox::push(QueueEntry *item, const EventKey *key, const EventPolicy *policy, std::vector<FailedMerge> &failed)
{
    if (!key) {
        push(item);
        return true;
    }
    notePost();
    EntryList merged;
    const KeyedStore::Pushed pushed = m_keyed->push(item, *key, *policy, merged, failed);
    if (pushed.isRefused)
        lose(item, Loss::Dropped);
    while (QueueEntry *lost = merged.takeFirst())
        lose(lost, Loss::Counted);
    return pushed.hasChanged;
}

void Inbox::push(QueueEntry *item)
{
    notePost();
    QueueEntry *lost = nullptr;
    try {
        lost = m_store->push(item);
    } catch (const std::bad_alloc &) {
        Batch::freeItem(*item);
        throw;
    }
    if (lost)
        lose(lost, backlog().limit() == 1 && backlog().keep() == Backlog::Keep::Newest ? Loss::Merged : Loss::Dropped);
}

bool Inbox::pushValue(void *value)
{
    notePost();
    return m_store->pushValue(value);
}

void Inbox::notePost() noexcept
{
    if (backlog().isQuietFor())
        m_lastPost.store(DeliveryClock::now(), std::memory_order_relaxed);
}

// --- losses --------------------------------------------------------------------------------------

void Inbox::lose(QueueEntry *item, Loss loss) noexcept
{
    if (loss == Loss::Merged)
        m_statistics.countMerged(1);
    else if (loss == Loss::Dropped)
        m_statistics.countDropped(1);
    if (Completion *completion = m_terms.endsDeliveries ? Batch::eventOf(*item).completion() : nullptr)
        completion->drop();
    Batch::freeItem(*item);
}

void Inbox::dropSegment(BacklogSegment *segment) noexcept
{
    std::uint64_t values = 0;
    for (std::uint32_t index = 0; index < segment->count(); ++index) {
        if (segment->isValue(index))
            ++values;
        else
            lose(segment->entry(index), Loss::Dropped);
    }
    m_statistics.countDropped(values);
    segment->clear();
    segment->free();
}

void Inbox::dropWaiting() noexcept
{
    EntryList waiting;
    {
        const std::lock_guard lock(m_mutex);
        m_store->takeRest(waiting, BacklogStore::Extent::Present);
    }
    drop(std::move(waiting));
}

void Inbox::takeRest(EntryList &taken) noexcept
{
    const std::lock_guard lock(m_mutex);
    m_store->takeRest(taken, BacklogStore::Extent::Everything);
    m_roundLeft = 0;
}

void Inbox::drop(EntryList &&taken) noexcept
{
    while (QueueEntry *item = taken.takeFirst()) {
        if (BacklogSegment::is(*item)) {
            dropSegment(static_cast<BacklogSegment *>(item));
        } else {
            countReplacedAsDropped(*item);
            lose(item, Loss::Dropped);
        }
    }
}

void Inbox::countReplacedAsDropped(const QueueEntry &item) noexcept
{
    if (m_keyed)
        m_droppedReplaced.fetch_add(item.ticket() - 1, std::memory_order_relaxed);
}

void Inbox::updateStatistics() noexcept
{
    if (m_keyed)
        m_statistics.setMerged(m_keyed->merged());
}

// --- the consumer --------------------------------------------------------------------------------

std::int64_t Inbox::dueTime() const noexcept
{
    if (backlog().isOnDemand())
        return DeliveryClock::never;
    if (backlog().isQuietFor())
        return m_lastPost.load(std::memory_order_relaxed) + nanoseconds(backlog().time());
    return m_nextRound;
}

void Inbox::startRound(std::int64_t time) noexcept
{
    ++m_round;
    m_roundTime = 0;
    if (backlog().isEvery())
        m_nextRound = time + nanoseconds(backlog().time());
}

void Inbox::beginRound(std::int64_t time) noexcept
{
    m_roundLeft = m_store->count();
    if (m_roundLeft != 0)
        startRound(time);
}

QueueEntry *Inbox::takeEvent() noexcept
{
    const std::lock_guard lock(m_mutex);
    QueueEntry *const item = m_store->take();
    if (item)
        m_roundLeft = leftOf(m_roundLeft, 1);
    else if (m_store->isEmpty())
        m_roundLeft = 0;
    return item;
}

void Inbox::takeBatch(Batch &batch, std::int64_t time) noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        m_store->takeAll(batch);
    }
    if (!batch.isEmpty())
        startRound(time);
}

void Inbox::giveBack(Batch &batch) noexcept
{
    m_store->giveBack(batch.takeSegments()); // without the mutex: values are destroyed
    m_spare = batch.takeMemory();
}

void Inbox::tellLosses(Batch &batch) noexcept
{
    updateStatistics();
    const std::uint64_t losses = m_statistics.losses();
    batch.setLost(losses - std::exchange(m_toldLosses, losses));
    const std::uint64_t drops = m_statistics.dropped() + m_droppedReplaced.load(std::memory_order_relaxed);
    batch.setDropped(drops - std::exchange(m_toldDrops, drops));
}

void Inbox::keepLosses(const Batch &batch) noexcept
{
    m_toldLosses -= batch.lost();
    m_toldDrops -= batch.dropped();
}

// A call that began later, in an event loop of this one, has its own time.
bool Inbox::endCall(std::uint64_t round, std::int64_t begin, std::int64_t end) noexcept
{
    constexpr std::int64_t longestRest = std::chrono::nanoseconds(std::chrono::seconds(1)).count();
    if (round != m_round)
        return false;
    m_roundTime += end - begin;
    const std::int64_t rested = end + std::min(m_roundTime, longestRest);
    if (rested <= m_nextRound)
        return false;
    m_nextRound = rested;
    return true;
}

} // namespace SignalBox::detail
