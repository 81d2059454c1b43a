// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/segmentstore.h>

#include <SignalBox/qt/backlogs/batch.h>

#include <new>
#include <thread>
#include <utility>

namespace SignalBox::detail {

SegmentStore::SegmentStore(const ValueType *type) : m_type(type), m_queue(BacklogSegment::capacityFor(type)) {}

SegmentStore::~SegmentStore()
{
    if (BacklogSegment *spare = m_spare.load(std::memory_order_acquire))
        spare->free();
}

// --- producers -----------------------------------------------------------------------------------

SegmentStore::Queue::Place SegmentStore::claim()
{
    return m_queue.claim(
        [this] {
            // Acquire: partner giveBack(). Weaker: a place is filled before it is seen to be free.
            BacklogSegment *const spare = m_spare.exchange(nullptr, std::memory_order_acquire);
            BacklogSegment *const segment = spare ? spare : BacklogSegment::create(m_type);
            m_added.fetch_add(1, std::memory_order_relaxed);
            return segment;
        },
        [this](BacklogSegment *segment) {
            m_added.fetch_sub(1, std::memory_order_relaxed);
            segment->free();
        });
}

QueueEntry *SegmentStore::push(QueueEntry *item)
{
    const Queue::Place place = claim();
    place.segment->setEntry(place.index, item);
    Queue::publish(place, BacklogSegment::Entry);
    return nullptr;
}

bool SegmentStore::pushValue(void *value)
{
    if (!m_type)
        return false;
    const Queue::Place place = claim();
    m_type->move(place.segment->place(place.index), value);
    Queue::publish(place, BacklogSegment::Value);
    return true;
}

std::uint64_t SegmentStore::count() const noexcept
{
    const std::uint64_t newest = m_queue.newestCount();
    const std::uint64_t segments = leftOf(m_added.load(std::memory_order_relaxed), m_removed.value());
    return m_takenCount.value() + newest + (newest > 0 && segments > 1 ? (segments - 1) * m_queue.capacity() : 0);
}

// --- the consumer --------------------------------------------------------------------------------

void SegmentStore::takeSegments() noexcept
{
    const Queue::Taken taken = m_queue.take();
    std::uint32_t count = taken.count;
    EntryList newer;
    for (BacklogSegment *segment = taken.newest; segment; segment = segment->previous()) {
        segment->setCount(std::exchange(count, m_queue.capacity()));
        m_takenCount.add(segment->count());
        m_removed.add(1);
        newer.prepend(segment);
    }
    newer.prepend(std::move(m_taken));
    m_taken.prepend(std::move(newer));
}

// Looks often enough for a producer that runs; one that was preempted is not waited for.
bool SegmentStore::isFilledSoon(const Queue::Place &place) noexcept
{
    constexpr int mostLooks = 200;
    for (int look = 0; look < mostLooks; ++look) {
        if (Queue::stateOf(place) != BacklogSegment::Free)
            return true;
    }
    return false;
}

BacklogSegment *SegmentStore::takeFirst() noexcept
{
    auto *const first = static_cast<BacklogSegment *>(m_taken.takeFirst());
    if (!first)
        return nullptr;
    for (std::uint32_t index = 0; index < first->count(); ++index) {
        if (!isFilledSoon({first, index})) {
            m_taken.prepend(first);
            return nullptr;
        }
    }
    m_takenCount.subtract(first->count());
    return first;
}

QueueEntry *SegmentStore::take() noexcept
{
    if (!m_begun) {
        if (m_taken.isEmpty())
            takeSegments();
        m_begun = static_cast<BacklogSegment *>(m_taken.takeFirst());
        m_next = 0;
    }
    if (!m_begun || !isFilledSoon({m_begun, m_next}))
        return nullptr;
    QueueEntry *const item = m_begun->entry(m_next++);
    m_takenCount.subtract(1);
    if (m_next == m_begun->count())
        giveBack(std::exchange(m_begun, nullptr));
    return item;
}

void SegmentStore::takeAll(Batch &batch) noexcept
{
    takeSegments(); // also where an earlier visit has left some: all that waits is one batch
    try {
        batch.reserve(m_takenCount.value());
    } catch (const std::bad_alloc &) {
        return; // The next visit tries again.
    }
    while (BacklogSegment *segment = takeFirst())
        batch.add(*segment);
}

void SegmentStore::takeRest(EntryList &taken, Extent extent) noexcept
{
    while (m_begun) {
        if (QueueEntry *item = take())
            taken.append(item);
        else
            std::this_thread::yield();
    }
    takeSegments();
    for (;;) {
        while (BacklogSegment *segment = takeFirst())
            taken.append(segment);
        if (!m_taken.isEmpty()) {
            std::this_thread::yield(); // a producer that has yet to fill its place is waited for, which is near
            continue;
        }
        if (extent == Extent::Everything)
            takeSegments();
        if (m_taken.isEmpty())
            return;
    }
}

void SegmentStore::giveBack(EntryList &&segments) noexcept
{
    while (QueueEntry *entry = segments.takeFirst())
        giveBack(static_cast<BacklogSegment *>(entry));
}

void SegmentStore::giveBack(BacklogSegment *segment) noexcept
{
    segment->clear();
    BacklogSegment *none = nullptr;
    // Release: what was done with it; partner claim().
    if (!m_spare.compare_exchange_strong(none, segment, std::memory_order_release, std::memory_order_relaxed))
        segment->free();
}

} // namespace SignalBox::detail
