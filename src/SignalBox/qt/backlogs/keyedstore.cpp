// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/keyedstore.h>

#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/backlogs/eventpolicy.h>
#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/prefetch_p.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

// --- producers -----------------------------------------------------------------------------------

KeyedStore::Pushed KeyedStore::push(QueueEntry *item, const EventKey &key, const EventPolicy &policy, EntryList &merged,
                                    std::vector<FailedMerge> &failed)
{
    SparePointer spare; // freed without the lock
    KeyedTable &table = tableOf(key.hash);
    Lock lock(table.mutex);
    KeyedSlot *const slot = findOrMake(table, lock, key, spare);
    if (!slot)
        return {.isRefused = true};
    if (m_merges)
        return {.hasChanged = merge(table, lock, *slot, item, policy, merged, failed)};
    return {.hasChanged = put(table, *slot, item, merged)};
}

// The key is copied without the lock, as that runs code of the program.
KeyedSlot *KeyedStore::findOrMake(KeyedTable &table, Lock &lock, const EventKey &key, SparePointer &spare) const
{
    if (KeyedSlot *slot = table.find(key.hash, key.value))
        return slot;
    lock.unlock();
    try {
        spare.reset(KeyedSlot::make(key, m_merges ? KeyedSlot::Merges::Yes : KeyedSlot::Merges::No));
    } catch (...) {
        return nullptr;
    }
    lock.lock();
    if (KeyedSlot *slot = table.find(key.hash, key.value))
        return slot;
    table.insert(spare.get());
    return spare.release();
}

bool KeyedStore::put(KeyedTable &table, KeyedSlot &slot, QueueEntry *item, EntryList &merged) noexcept
{
    // Before the item is there, so that the consumer finds an item and its count together.
    slot.pushed.add(1);
    QueueEntry *const replaced = ChangedStack<DeliveryPlatform, QueueEntry>::put(slot, item);
    if (!replaced) {
        table.changed.add(1);
        m_changed.push(slot);
        return true;
    }
    table.merged.add(1);
    merged.append(replaced);
    return false;
}

bool KeyedStore::merge(KeyedTable &table, Lock &lock, KeyedSlot &slot, QueueEntry *item, const EventPolicy &policy, EntryList &merged,
                       std::vector<FailedMerge> &failed)
{
    KeyedSlot::Merging &merging = *slot.merging;
    if (merging.isUnderWay)
        waitForRoom(lock, merging);
    slot.pushed.add(1);
    // Relaxed, here and below: under the mutex, where items are merged.
    if (!slot.isBusy() && !slot.item.load(std::memory_order_relaxed)) {
        slot.item.store(item, std::memory_order_relaxed);
        table.changed.add(1);
        enqueue(slot);
        return true;
    }
    merging.pending.append(item);
    ++merging.pendingCount;
    if (merging.isUnderWay)
        return false; // by the thread that does
    merging.isUnderWay = true;
    merging.merger = std::this_thread::get_id();
    QueueEntry *kept = slot.item.exchange(nullptr, std::memory_order_relaxed);
    for (int count = 0; merging.pendingCount != 0 && (count < mostPending || merging.waitingProducers == 0); ++count) {
        QueueEntry *const newer = merging.pending.takeFirst();
        --merging.pendingCount;
        lock.unlock();
        bool isTakenIn = false;
        try {
            takeIn(slot, kept, newer, policy);
            isTakenIn = true;
            merged.append(newer);
        } catch (...) {
            addFailed(failed, merged, newer);
        }
        lock.lock();
        if (isTakenIn)
            table.merged.add(1);
    }
    merging.isUnderWay = false;
    merging.merger = {};
    slot.item.store(kept, std::memory_order_relaxed);
    if (merging.isQueued)
        return false;
    enqueue(slot); // the consumer has come by meanwhile
    return true;
}

// Inside of a catch. Without memory it counts as merged.
void KeyedStore::addFailed(std::vector<FailedMerge> &failed, EntryList &merged, QueueEntry *newer) noexcept
{
    try {
        failed.push_back({newer, std::current_exception()});
    } catch (const std::bad_alloc &) {
        merged.append(newer);
    }
}

void KeyedStore::waitForRoom(Lock &lock, KeyedSlot::Merging &merging) noexcept
{
    ++merging.waitingProducers;
    for (int waits = 0; merging.isUnderWay && merging.pendingCount >= mostPending && merging.merger != std::this_thread::get_id() && waits < mostWaits;
         ++waits) {
        lock.unlock();
        std::this_thread::yield();
        lock.lock();
    }
    --merging.waitingProducers;
}

// The first event that is kept may be shared with other handlers, so it is copied. Its delivery is the copy's.
void KeyedStore::takeIn(KeyedSlot &slot, QueueEntry *&kept, QueueEntry *newer, const EventPolicy &policy)
{
    const Event &first = Batch::eventOf(*kept);
    if (!slot.merging->isOwn) {
        EventPointer own = policy.copy(first);
        if (own->hasExtras())
            own->prepareValue();
        if (Completion *completion = first.completion()) {
            completion->addReference();
            own->setCompletion(completion);
        }
        QueueEntry *const entry = own->entry();
        Batch::freeItem(*std::exchange(kept, entry));
        static_cast<void>(own.release()); // the entry's
        slot.merging->isOwn = true;
    }
    policy.merge(Batch::eventOf(*kept), Batch::eventOf(*newer));
}

void KeyedStore::enqueue(KeyedSlot &slot) noexcept
{
    slot.merging->isQueued = true;
    m_changed.push(slot);
}

std::uint64_t KeyedStore::merged() const noexcept
{
    std::uint64_t result = 0;
    for (const KeyedTable &table : m_tables)
        result += table.merged.value();
    return result;
}

std::uint64_t KeyedStore::count() const noexcept
{
    std::uint64_t changed = 0;
    for (const KeyedTable &table : m_tables)
        changed += table.changed.value();
    return leftOf(changed, m_takenCount.value());
}

// --- the consumer --------------------------------------------------------------------------------

// Null: there is none. Its next one is read before its item is taken, as it may be pushed again after that.
KeyedSlot *KeyedStore::takeSlot() noexcept
{
    Slot *const slot = m_takenFirst.load(std::memory_order_relaxed);
    if (slot)
        m_takenFirst.store(ChangedStack<DeliveryPlatform, QueueEntry>::nextOf(*slot), std::memory_order_relaxed);
    return static_cast<KeyedSlot *>(slot);
}

// Null: a producer is merging it, and pushes the slot again.
QueueEntry *KeyedStore::takeFrom(KeyedSlot &slot) noexcept
{
    QueueEntry *item = nullptr;
    if (m_merges) {
        const std::lock_guard lock(tableOf(slot.hash).mutex);
        slot.merging->isQueued = false;
        if (slot.isBusy())
            return nullptr;
        slot.merging->isOwn = false;
        item = slot.item.exchange(nullptr, std::memory_order_relaxed);
    } else {
        item = ChangedStack<DeliveryPlatform, QueueEntry>::take(slot);
    }
    slot.round = m_round;
    if (slot.linkedRound == 0)
        link(&slot);
    m_takenCount.add(1);
    const std::uint64_t pushed = slot.pushed.value();
    item->setTicket(pushed - std::exchange(slot.told, pushed));
    return item;
}

QueueEntry *KeyedStore::take() noexcept
{
    if (!m_takenFirst.load(std::memory_order_relaxed)) {
        ++m_round;
        eraseIdle();
        m_takenFirst.store(m_changed.takeAll(), std::memory_order_relaxed);
    }
    while (KeyedSlot *slot = takeSlot()) {
        if (QueueEntry *item = takeFrom(*slot))
            return item;
    }
    return nullptr;
}

void KeyedStore::takeAll(Batch &batch) noexcept
{
    ++m_round;
    Slot *ahead = m_changed.takeAll();
    m_takenFirst.store(ahead, std::memory_order_relaxed);
    // Items were written by other processors. The slot ahead still has its item, so nobody pushes it, and its link stays. Relaxed: a producer may
    // replace the item meanwhile, so its address is not followed.
    for (std::size_t count = 0; ahead && count < prefetchDistance; ++count)
        ahead = ChangedStack<DeliveryPlatform, QueueEntry>::nextOf(*ahead);
    while (KeyedSlot *slot = takeSlot()) {
        if (ahead) {
            prefetch(ahead->item.load(std::memory_order_relaxed));
            ahead = ChangedStack<DeliveryPlatform, QueueEntry>::nextOf(*ahead);
        }
        if (QueueEntry *item = takeFrom(*slot))
            batch.addNewest(item, *slot);
    }
    eraseIdle();
}

void KeyedStore::takeRest(EntryList &taken, Extent extent) noexcept
{
    do {
        if (!m_takenFirst.load(std::memory_order_relaxed))
            m_takenFirst.store(m_changed.takeAll(), std::memory_order_relaxed);
        while (KeyedSlot *slot = takeSlot()) {
            if (QueueEntry *item = takeFrom(*slot))
                taken.append(item);
        }
        // An item that is being merged is waited for: no later call would take it.
    } while (extent == Extent::Everything && count() != 0 && (std::this_thread::yield(), true));
}

// A slot that had an event since it came to the list goes to the end of it. So most slots move once in ten rounds, and not with each event.
// What finds the slot's table locked comes again in the next round.
void KeyedStore::eraseIdle() noexcept
{
    for (int looks = 0; m_oldest && m_oldest->linkedRound + idleRounds < m_round && looks < mostLooks; ++looks) {
        KeyedSlot *const slot = m_oldest;
        if (slot->round + idleRounds >= m_round) {
            unlink(slot);
            link(slot);
            continue;
        }
        KeyedTable &table = tableOf(slot->hash);
        Lock lock(table.mutex, std::try_to_lock);
        if (!lock.owns_lock())
            return;
        // With an item it is among those that have changed, and comes back to the list when it is taken. Relaxed: others write it
        // under the mutex.
        const bool isIdle = !slot->isInUse() && slot->item.load(std::memory_order_relaxed) == nullptr;
        unlink(slot);
        if (isIdle)
            table.erase(slot);
        lock.unlock();
        if (isIdle)
            slot->free();
    }
}

void KeyedStore::link(KeyedSlot *slot) noexcept
{
    slot->linkedRound = m_round;
    slot->before = m_newest;
    slot->after = nullptr;
    (m_newest ? m_newest->after : m_oldest) = slot;
    m_newest = slot;
}

void KeyedStore::unlink(KeyedSlot *slot) noexcept
{
    slot->linkedRound = 0;
    (slot->before ? slot->before->after : m_oldest) = slot->after;
    (slot->after ? slot->after->before : m_newest) = slot->before;
}

} // namespace SignalBox::detail
