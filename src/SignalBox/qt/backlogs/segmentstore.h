// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/onewritercount.h>
#include <SignalBox/qt/backlogs/backlogsegment.h>
#include <SignalBox/qt/backlogs/backlogstore.h>
#include <SignalBox/qt/backlogs/segmentqueue.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace SignalBox::detail {

/*! Keeps all items, and values that are for one handler only, in segments. */
class SegmentStore final : public BacklogStore
{
public:
    /*! \a type: that of the values; null: this store keeps no values. */
    explicit SegmentStore(const ValueType *type);
    ~SegmentStore() override;

    QueueEntry *push(QueueEntry *item) override;
    bool keepsValues() const noexcept override { return m_type != nullptr; }
    bool pushValue(void *value) override;
    bool isEmpty() const noexcept override { return m_takenCount.value() == 0 && m_queue.isEmpty(); }
    std::uint64_t count() const noexcept override;

    QueueEntry *take() noexcept override;
    void takeAll(Batch &batch) noexcept override;
    void takeRest(EntryList &taken, Extent extent) noexcept override;
    void giveBack(EntryList &&segments) noexcept override;

private:
    using Queue = SegmentQueue<DeliveryPlatform, BacklogSegment>;

    Queue::Place claim();
    // Takes the queue's segments, and appends them to those that were taken before.
    void takeSegments() noexcept;
    static bool isFilledSoon(const Queue::Place &place) noexcept;
    // The oldest segment, if all that was claimed in it is published, else null.
    BacklogSegment *takeFirst() noexcept;
    void giveBack(BacklogSegment *segment) noexcept;

    const ValueType *const m_type;
    Queue m_queue;
    std::atomic<std::uint64_t> m_added = 0; // segments, for the queue; relaxed: count() only looks
    std::atomic<BacklogSegment *> m_spare = nullptr; // saves an allocation where few events come at a time

    // For the consumer.
    EntryList m_taken; // segments, oldest first
    BacklogSegment *m_begun = nullptr; // the segment before these, if take() has taken a part of it
    std::uint32_t m_next = 0; // the next place in that segment
    OneWriterCount m_takenCount; // of places in all of them
    OneWriterCount m_removed; // segments, from the queue
};

} // namespace SignalBox::detail
