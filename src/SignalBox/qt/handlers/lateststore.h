// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>
#include <SignalBox/qt/delivery/onewritercount.h>
#include <SignalBox/qt/handlers/backlogstore.h>
#include <SignalBox/qt/handlers/changedslots.h>
#include <SignalBox/qt/handlers/combininglock.h>
#include <SignalBox/qt/handlers/latestkey.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace SignalBox::detail {

/*! What is kept for a key: its newest event, if that waits. The key lies behind it in memory. */
class LatestSlot : public ChangedSlot<DeliveryPlatform, QueueEntry>
{
public:
    /*! Copies the key, and throws what that throws. */
    static LatestSlot *make(const LatestKey &key);
    void free() noexcept;

    const void *key() const noexcept { return reinterpret_cast<const std::byte *>(this) + offsetOf(*m_operations); }
    bool isFor(const void *otherKey) const { return m_operations->areEqual(key(), otherKey); }

    const std::uint64_t hash;
    // Items so far. Written under the lock of its table. The exchange of the item orders it: who takes an item sees its count.
    OneWriterCount pushed;
    // Under the lock of its table.
    LatestSlot *pending = nullptr;
    LatestSlot *nextInBucket = nullptr;
    // The consumer's: those that had an event, the oldest first.
    LatestSlot *before = nullptr;
    LatestSlot *after = nullptr;
    std::uint64_t round = 0; // that took the last event; 0: it is in no list
    std::uint64_t told = 0; // how many of the pushed items those stand for that were taken

private:
    explicit LatestSlot(const LatestKey &key) noexcept : hash(key.hash), m_operations(key.operations) {}
    ~LatestSlot() = default;

    static std::size_t offsetOf(const KeyOperations &operations) noexcept
    {
        return (sizeof(LatestSlot) + operations.alignment - 1) / operations.alignment * operations.alignment;
    }

    const KeyOperations *const m_operations;
};

/*!
    The newest event of each key, for latestBy(). Keys come in the order in which they became changed. What is taken says for how many
    events it stands: itself and those that it replaced. Each event is counted once, though one that is just being pushed may be counted with
    the one before it, and stand for one less itself.

    A key has a slot, in one of some tables, each with a lock for which nobody waits. A slot that has had no event for ten rounds, a
    round being a takeAll(), is erased. So the memory is that of the keys that change, not of those that ever came.
*/
class LatestStore final : public BacklogStore
{
public:
    enum class Pushed {
        Changed, // the consumer is to be called
        Merged,  // it comes anyway
        Refused, // the key could not be copied, or there was no memory; the consumer is to be called, as others may have changed
    };

    LatestStore();
    ~LatestStore() override;

    /*! Waits for nobody. \a lost gets what is replaced. */
    Pushed push(QueueEntry *item, const LatestKey &key, EntryList &lost) noexcept;
    /*! Not without a key. */
    QueueEntry *push(QueueEntry *item) noexcept override { return item; }

    bool isUntouched() const noexcept override { return m_changed.isUntouched(); }
    std::uint64_t count() const noexcept override;
    QueueEntry *take(EntryList &lost) noexcept override;
    void takeAll(Batch &batch, EntryList &lost) noexcept override;
    bool isEmpty() const noexcept override { return m_changed.isEmpty(); }
    bool mustLookAgain() const noexcept override { return !m_changed.isEmpty(); }

    /*! How many items were replaced so far. Any thread. */
    std::uint64_t merged() const noexcept;

private:
    using Slot = ChangedSlots<DeliveryPlatform, QueueEntry>::Slot;

    // Slots by their keys: what the lock guards.
    struct alignas(64) Table
    {
        Table() noexcept = default;
        ~Table();

        LatestSlot *find(std::uint64_t hash, const void *key) const noexcept;
        void insert(LatestSlot *slot) noexcept;
        void erase(LatestSlot *slot) noexcept;

        CombiningLock<DeliveryPlatform, LatestSlot> lock;
        // Written under the lock.
        OneWriterCount merged;
        OneWriterCount changed; // items that found their slot empty

    private:
        LatestSlot *&bucketOf(std::uint64_t hash) noexcept { return m_buckets[hash & (m_bucketCount - 1)]; }
        void resize(std::size_t bucketCount) noexcept;

        LatestSlot *m_few[1] = {nullptr};
        std::unique_ptr<LatestSlot *[]> m_many;
        LatestSlot **m_buckets = m_few;
        std::size_t m_bucketCount = 1; // a power of two
        std::size_t m_count = 0;
    };

    static constexpr int tableBits = 6;
    static constexpr std::uint64_t idleRounds = 10;
    static constexpr int mostErased = 16 * 1024; // in one round, which is no longer for it than a millisecond or two

    Table &tableOf(std::uint64_t hash) noexcept { return m_tables[hash >> (64 - tableBits)]; }
    // Both under the table's lock. True: the slot was appended to the changed ones.
    bool put(Table &table, LatestSlot *slot, QueueEntry *item, EntryList &lost) noexcept;
    bool add(Table &table, LatestSlot *slot, EntryList &lost) noexcept;
    bool unlock(Table &table, EntryList &lost) noexcept;

    QueueEntry *takeFrom(Slot *slot) noexcept;
    void link(LatestSlot *slot) noexcept;
    void unlink(LatestSlot *slot) noexcept;
    void eraseIdle(EntryList &lost) noexcept;

    std::array<Table, std::size_t{1} << tableBits> m_tables;
    ChangedSlots<DeliveryPlatform, QueueEntry> m_changed;

    // The consumer's.
    OneWriterCount m_takenCount;
    std::uint64_t m_round = 1;
    LatestSlot *m_oldest = nullptr;
    LatestSlot *m_newest = nullptr;
};

} // namespace SignalBox::detail
