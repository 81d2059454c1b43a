// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/backlogstore.h>
#include <SignalBox/qt/backlogs/changedstack.h>
#include <SignalBox/qt/backlogs/eventkey.h>
#include <SignalBox/qt/backlogs/keyedslot.h>
#include <SignalBox/qt/delivery/onewritercount.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

namespace SignalBox::detail {

class EventPolicy;

/*! An event for which the merge of the backlog threw. */
struct FailedMerge
{
    QueueEntry *item;
    std::exception_ptr exception;
};

/*!
    Keeps one event of each key: the newest, or one into which newer ones were merged. Keys are taken in the order in which they began to wait. An
    item that is taken counts its own event and those that it replaced or merged. Each event is counted once; an event that is just being pushed
    may be counted with the item before it.

    Each slot is in one of several tables, each with a mutex. A round is a takeAll(), or the take() of the last item that waited. A slot without an
    event for ten rounds is erased; one that had several, within 21. So the store takes memory for the keys that change, not for those that ever came.

    No mutex is held during a merge: the thread that merges has taken the slot's item out, and other threads leave their items with the slot. A thread
    that finds many items there waits for a short time, so that memory stays small where merging is slower than posting. After that it leaves its item
    nonetheless, as the thread that merges may wait for it. A thread that has merged many items for others gives way to one that waits.
*/
class KeyedStore final : public BacklogStore
{
public:
    /*! The result of a push. */
    struct Pushed
    {
        bool hasChanged = false; // the consumer is to be called
        bool isRefused = false; // the key could not be copied, or memory ran out: the caller still owns the item
    };

    explicit KeyedStore(bool merges) noexcept : m_merges(merges) {}

    /*! \a merged gets the items that were replaced or merged. \a policy is used by a store that merges. */
    Pushed push(QueueEntry *item, const EventKey &key, const EventPolicy &policy, EntryList &merged, std::vector<FailedMerge> &failed);

    /*! Not used: there is no item without a key. */
    QueueEntry *push(QueueEntry *item) noexcept override { return item; }
    bool isEmpty() const noexcept override { return m_takenFirst == nullptr && m_changed.isEmpty(); }
    std::uint64_t count() const noexcept override;

    QueueEntry *take() noexcept override;
    void takeAll(Batch &batch) noexcept override;
    void takeRest(EntryList &taken, Extent extent) noexcept override;

    /*! The number of items that were replaced or merged so far. On any thread. */
    std::uint64_t merged() const noexcept;

private:
    using Slot = ChangedSlot<DeliveryPlatform, QueueEntry>;
    using Lock = std::unique_lock<std::mutex>;

    static constexpr int tableBits = 6;
    static constexpr std::uint64_t idleRounds = 10;
    static constexpr int mostLooks = 16 * 1024; // slots in one round: a millisecond or two
    static constexpr int mostPending = 16;
    static constexpr int mostWaits = 1000;

    KeyedTable &tableOf(std::uint64_t hash) noexcept { return m_tables[hash >> (64 - tableBits)]; }
    struct FreeSlot
    {
        void operator()(KeyedSlot *slot) const noexcept { slot->free(); }
    };
    using SparePointer = std::unique_ptr<KeyedSlot, FreeSlot>;

    KeyedSlot *findOrMake(KeyedTable &table, Lock &lock, const EventKey &key, SparePointer &spare) const;
    bool put(KeyedTable &table, KeyedSlot &slot, QueueEntry *item, EntryList &merged) noexcept;
    bool merge(KeyedTable &table, Lock &lock, KeyedSlot &slot, QueueEntry *item, const EventPolicy &policy, EntryList &merged,
               std::vector<FailedMerge> &failed);
    static void addFailed(std::vector<FailedMerge> &failed, EntryList &merged, QueueEntry *newer) noexcept;
    static void waitForRoom(Lock &lock, KeyedSlot::Merging &merging) noexcept;
    static void takeIn(KeyedSlot &slot, QueueEntry *&kept, QueueEntry *newer, const EventPolicy &policy);
    void enqueue(KeyedSlot &slot) noexcept;

    KeyedSlot *takeSlot() noexcept;
    QueueEntry *takeFrom(KeyedSlot &slot) noexcept;
    void link(KeyedSlot *slot) noexcept;
    void unlink(KeyedSlot *slot) noexcept;
    void eraseIdle() noexcept;

    const bool m_merges;
    std::array<KeyedTable, std::size_t{1} << tableBits> m_tables;
    ChangedStack<DeliveryPlatform, QueueEntry> m_changed;

    // For the consumer. Other threads only look whether the first one is null, and may see a change late.
    std::atomic<Slot *> m_takenFirst = nullptr; // slots that were taken from the stack
    OneWriterCount m_takenCount; // of items
    std::uint64_t m_round = 1;
    KeyedSlot *m_oldest = nullptr;
    KeyedSlot *m_newest = nullptr;
};

} // namespace SignalBox::detail
