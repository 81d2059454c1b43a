// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/changedstack.h>
#include <SignalBox/qt/backlogs/eventkey.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/onewritercount.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace SignalBox::detail {

/*! Keeps the item of one key. The key lies behind the slot in memory. */
class KeyedSlot : public ChangedSlot<DeliveryPlatform, QueueEntry>
{
public:
    enum class Merges { No, Yes };

    /*! Makes a slot with a copy of the key. Throws std::bad_alloc, and what copying the key throws. */
    static KeyedSlot *make(const EventKey &key, Merges merges);
    void free() noexcept;

    const void *key() const noexcept { return reinterpret_cast<const std::byte *>(this) + offsetOf(*m_operations); }
    bool isFor(const void *otherKey) const { return m_operations->areEqual(key(), otherKey); }

    const std::uint64_t hash;

    // The number of items so far. Written under the mutex of the table. The exchange of the item orders it, so the thread that takes an item sees it.
    OneWriterCount pushed;
    KeyedSlot *nextInBucket = nullptr;

    // Used under the same mutex. Apart, as the slots of other stores are read faster without it.
    struct Merging
    {
        EntryList pending; // items that came while another thread merged
        int pendingCount = 0;
        int waitingProducers = 0; // that wait for room in `pending`
        bool isQueued = false; // in the stack, or taken from it and not looked at yet
        bool isUnderWay = false; // the merger has taken the item out, and will put it back
        std::thread::id merger;
        bool isOwn = false; // the item's event is a copy that only this slot has; for the merger
    };
    const std::unique_ptr<Merging> merging; // null: newer items replace older ones

    // For the consumer.
    std::uint64_t told = 0; // how many of the pushed items were taken, or replaced by those
    std::uint64_t round = 0; // the round that took the last event
    std::uint64_t linkedRound = 0; // the round in which it came to the list of slots that had an event; 0: it is not there
    void *place = nullptr; // what the recipient keeps with the key, and a number of its own for that
    std::uint64_t placeNumber = 0;
    KeyedSlot *before = nullptr; // in that list, oldest first
    KeyedSlot *after = nullptr;

    /*! Whether a producer merges into the item, or events wait to be merged into it. The consumer leaves the item then. */
    bool isBusy() const noexcept { return merging && (merging->isUnderWay || merging->pendingCount != 0); }
    /*! Whether a producer uses it without the mutex. */
    bool isInUse() const noexcept { return isBusy() || (merging && merging->waitingProducers != 0); }

private:
    KeyedSlot(const EventKey &key, std::unique_ptr<Merging> &&mergingOrNull) noexcept
        : hash(key.hash), merging(std::move(mergingOrNull)), m_operations(key.operations)
    {
    }
    ~KeyedSlot() = default;

    static std::size_t offsetOf(const KeyOperations &operations) noexcept
    {
        return (sizeof(KeyedSlot) + operations.alignment - 1) / operations.alignment * operations.alignment;
    }

    const KeyOperations *const m_operations;
};

/*! Finds slots by their keys. The caller holds the mutex, for a few instructions and for comparisons of keys. */
class alignas(64) KeyedTable
{
public:
    KeyedTable() noexcept = default;
    ~KeyedTable();
    KeyedTable(const KeyedTable &) = delete;
    KeyedTable &operator=(const KeyedTable &) = delete;

    KeyedSlot *find(std::uint64_t hash, const void *key) const noexcept;
    void insert(KeyedSlot *slot) noexcept;
    void erase(KeyedSlot *slot) noexcept;

    std::mutex mutex;
    // Written under the mutex.
    OneWriterCount merged; // items that were replaced or taken in
    OneWriterCount changed; // items that found their slot empty

private:
    KeyedSlot *&bucketOf(std::uint64_t hash) noexcept { return m_buckets[hash & (m_bucketCount - 1)]; }
    void resize(std::size_t bucketCount) noexcept;

    KeyedSlot *m_few[1] = {nullptr};
    std::unique_ptr<KeyedSlot *[]> m_many;
    KeyedSlot **m_buckets = m_few;
    std::size_t m_bucketCount = 1; // a power of two
    std::size_t m_count = 0;
};

} // namespace SignalBox::detail
