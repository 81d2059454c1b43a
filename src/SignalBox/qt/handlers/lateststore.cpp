// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/lateststore.h>

#include <SignalBox/qt/handlers/batch.h>

#include <new>
#include <stdexcept>
#include <utility>

namespace SignalBox::detail {

// --- a slot --------------------------------------------------------------------------------------

namespace {

bool isOverAligned(const KeyOperations &operations) noexcept
{
    return operations.alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__;
}

void deallocate(void *memory, const KeyOperations &operations) noexcept
{
    if (isOverAligned(operations))
        ::operator delete(memory, std::align_val_t(operations.alignment));
    else
        ::operator delete(memory);
}

} // namespace

LatestSlot *LatestSlot::make(const LatestKey &key)
{
    const KeyOperations &operations = *key.operations;
    const std::size_t size = offsetOf(operations) + operations.size;
    void *const memory = isOverAligned(operations) ? ::operator new(size, std::align_val_t(operations.alignment)) : ::operator new(size);
    try {
        operations.copy(static_cast<std::byte *>(memory) + offsetOf(operations), key.value);
    } catch (...) {
        deallocate(memory, operations);
        throw;
    }
    return ::new (memory) LatestSlot(key);
}

void LatestSlot::free() noexcept
{
    const KeyOperations &operations = *m_operations;
    operations.destroy(const_cast<void *>(key()));
    this->~LatestSlot();
    deallocate(this, operations);
}

void throwUnequalKey()
{
    throw std::domain_error("latestBy(): expected a key that is equal to itself");
}

// --- slots by their keys -------------------------------------------------------------------------

LatestStore::Table::~Table()
{
    for (std::size_t i = 0; i < m_bucketCount; ++i) {
        while (LatestSlot *slot = m_buckets[i]) {
            m_buckets[i] = slot->nextInBucket;
            slot->free();
        }
    }
}

LatestSlot *LatestStore::Table::find(std::uint64_t hash, const void *key) const noexcept
{
    LatestSlot *slot = m_buckets[hash & (m_bucketCount - 1)];
    while (slot && (slot->hash != hash || !slot->isFor(key)))
        slot = slot->nextInBucket;
    return slot;
}

void LatestStore::Table::insert(LatestSlot *slot) noexcept
{
    if (m_count++ == m_bucketCount)
        resize(4 * m_bucketCount);
    LatestSlot *&bucket = bucketOf(slot->hash);
    slot->nextInBucket = std::exchange(bucket, slot);
}

void LatestStore::Table::erase(LatestSlot *slot) noexcept
{
    LatestSlot **place = &bucketOf(slot->hash);
    while (*place != slot)
        place = &(*place)->nextInBucket;
    *place = slot->nextInBucket;
    if (--m_count < m_bucketCount / 16)
        resize(m_bucketCount / 4);
}

// Without memory it stays as it is, which only is slower.
void LatestStore::Table::resize(std::size_t bucketCount) noexcept
{
    std::unique_ptr<LatestSlot *[]> buckets(new (std::nothrow) LatestSlot *[bucketCount]());
    if (!buckets)
        return;
    for (std::size_t i = 0; i < m_bucketCount; ++i) {
        while (LatestSlot *slot = m_buckets[i]) {
            m_buckets[i] = slot->nextInBucket;
            slot->nextInBucket = std::exchange(buckets[slot->hash & (bucketCount - 1)], slot);
        }
    }
    m_many = std::move(buckets);
    m_buckets = m_many.get();
    m_bucketCount = bucketCount;
}

// --- producers -----------------------------------------------------------------------------------

LatestStore::LatestStore() = default;
LatestStore::~LatestStore() = default;

LatestStore::Pushed LatestStore::push(QueueEntry *item, const LatestKey &key, EntryList &lost) noexcept
{
    Table &table = tableOf(key.hash);
    const auto makeSlot = [&]() -> LatestSlot * {
        try {
            return LatestSlot::make(key);
        } catch (...) {
            return nullptr;
        }
    };
    bool hasChanged = false;
    bool isRefused = false;
    if (table.lock.tryLock()) {
        LatestSlot *slot = table.find(key.hash, key.value);
        if (!slot && (slot = makeSlot()))
            table.insert(slot);
        isRefused = !slot;
        if (slot)
            hasChanged = put(table, slot, item, lost);
    } else {
        LatestSlot *const slot = makeSlot();
        if (!slot)
            return Pushed::Refused;
        slot->item.store(item, std::memory_order_relaxed); // leave() publishes it
        if (table.lock.leave(slot))
            return Pushed::Merged; // the holder of the lock calls the consumer
        hasChanged = add(table, slot, lost);
    }
    hasChanged |= unlock(table, lost);
    return isRefused ? Pushed::Refused : hasChanged ? Pushed::Changed : Pushed::Merged;
}

bool LatestStore::put(Table &table, LatestSlot *slot, QueueEntry *item, EntryList &lost) noexcept
{
    // Before the item is there: who takes that takes its count, too.
    slot->pushed.add(1);
    QueueEntry *const replaced = m_changed.put(slot, item);
    if (!replaced) {
        table.changed.add(1);
        return true;
    }
    table.merged.add(1);
    lost.append(replaced);
    return false;
}

// What was left: a slot of its own, that has its item and is in no table yet.
bool LatestStore::add(Table &table, LatestSlot *slot, EntryList &lost) noexcept
{
    QueueEntry *const item = slot->item.exchange(nullptr, std::memory_order_relaxed);
    if (LatestSlot *known = table.find(slot->hash, slot->key())) {
        slot->free();
        slot = known;
    } else {
        table.insert(slot);
    }
    return put(table, slot, item, lost);
}

bool LatestStore::unlock(Table &table, EntryList &lost) noexcept
{
    bool hasChanged = false;
    table.lock.unlock([&](LatestSlot *slot) { hasChanged |= add(table, slot, lost); });
    return hasChanged;
}

std::uint64_t LatestStore::merged() const noexcept
{
    std::uint64_t result = 0;
    for (const Table &table : m_tables)
        result += table.merged.value();
    return result;
}

std::uint64_t LatestStore::count() const noexcept
{
    std::uint64_t changed = 0;
    for (const Table &table : m_tables)
        changed += table.changed.value();
    return leftOf(changed, m_takenCount.value());
}

// --- the consumer --------------------------------------------------------------------------------

QueueEntry *LatestStore::takeFrom(Slot *changed) noexcept
{
    auto *const slot = static_cast<LatestSlot *>(changed);
    unlink(slot);
    link(slot);
    m_takenCount.add(1);
    QueueEntry *const item = ChangedSlots<DeliveryPlatform, QueueEntry>::take(slot);
    const std::uint64_t pushed = slot->pushed.value();
    item->setTicket(pushed - std::exchange(slot->told, pushed));
    return item;
}

QueueEntry *LatestStore::take(EntryList &) noexcept
{
    Slot *const slot = m_changed.pop();
    return slot ? takeFrom(slot) : nullptr;
}

void LatestStore::takeAll(Batch &batch, EntryList &lost) noexcept
{
    ++m_round;
    m_changed.popPresent([&](Slot *slot) { batch.addNewest(takeFrom(slot)); });
    eraseIdle(lost);
}

// What finds the slot's table locked comes again in the next round.
void LatestStore::eraseIdle(EntryList &lost) noexcept
{
    for (int erased = 0; m_oldest && m_oldest->round + idleRounds < m_round && erased < mostErased; ++erased) {
        LatestSlot *const slot = m_oldest;
        Table &table = tableOf(slot->hash);
        if (!table.lock.tryLock())
            return;
        // With an item it is among those that have changed, and comes back to the list when it is taken. Relaxed: others write it
        // under the lock.
        const bool isIdle = slot->item.load(std::memory_order_relaxed) == nullptr;
        unlink(slot);
        if (isIdle)
            table.erase(slot);
        unlock(table, lost); // who calls this looks whether something has changed
        if (isIdle)
            slot->free();
    }
}

void LatestStore::link(LatestSlot *slot) noexcept
{
    slot->round = m_round;
    slot->before = m_newest;
    slot->after = nullptr;
    (m_newest ? m_newest->after : m_oldest) = slot;
    m_newest = slot;
}

void LatestStore::unlink(LatestSlot *slot) noexcept
{
    if (std::exchange(slot->round, 0) == 0)
        return;
    (slot->before ? slot->before->after : m_oldest) = slot->after;
    (slot->after ? slot->after->before : m_newest) = slot->before;
}

} // namespace SignalBox::detail
