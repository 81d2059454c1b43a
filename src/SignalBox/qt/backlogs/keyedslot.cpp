// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/keyedslot.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

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

KeyedSlot *KeyedSlot::make(const EventKey &key, Merges merges)
{
    std::unique_ptr<Merging> merging = merges == Merges::Yes ? std::make_unique<Merging>() : nullptr;
    const KeyOperations &operations = *key.operations;
    const std::size_t size = offsetOf(operations) + operations.size;
    void *const memory = isOverAligned(operations) ? ::operator new(size, std::align_val_t(operations.alignment)) : ::operator new(size);
    try {
        operations.copy(static_cast<std::byte *>(memory) + offsetOf(operations), key.value);
    } catch (...) {
        deallocate(memory, operations);
        throw;
    }
    return ::new (memory) KeyedSlot(key, std::move(merging));
}

void KeyedSlot::free() noexcept
{
    const KeyOperations &operations = *m_operations;
    operations.destroy(const_cast<void *>(key()));
    this->~KeyedSlot();
    deallocate(this, operations);
}

KeyedTable::~KeyedTable()
{
    for (std::size_t i = 0; i < m_bucketCount; ++i) {
        while (KeyedSlot *slot = m_buckets[i]) {
            m_buckets[i] = slot->nextInBucket;
            slot->free();
        }
    }
}

KeyedSlot *KeyedTable::find(std::uint64_t hash, const void *key) const noexcept
{
    KeyedSlot *slot = m_buckets[hash & (m_bucketCount - 1)];
    while (slot && (slot->hash != hash || !slot->isFor(key)))
        slot = slot->nextInBucket;
    return slot;
}

void KeyedTable::insert(KeyedSlot *slot) noexcept
{
    if (m_count++ == m_bucketCount)
        resize(4 * m_bucketCount);
    KeyedSlot *&bucket = bucketOf(slot->hash);
    slot->nextInBucket = std::exchange(bucket, slot);
}

void KeyedTable::erase(KeyedSlot *slot) noexcept
{
    KeyedSlot **place = &bucketOf(slot->hash);
    while (*place != slot)
        place = &(*place)->nextInBucket;
    *place = slot->nextInBucket;
    if (--m_count < m_bucketCount / 16)
        resize(m_bucketCount / 4);
}

// Without memory it stays as it is, which only is slower.
void KeyedTable::resize(std::size_t bucketCount) noexcept
{
    std::unique_ptr<KeyedSlot *[]> buckets(new (std::nothrow) KeyedSlot *[bucketCount]());
    if (!buckets)
        return;
    for (std::size_t i = 0; i < m_bucketCount; ++i) {
        while (KeyedSlot *slot = m_buckets[i]) {
            m_buckets[i] = slot->nextInBucket;
            slot->nextInBucket = std::exchange(buckets[slot->hash & (bucketCount - 1)], slot);
        }
    }
    m_many = std::move(buckets);
    m_buckets = m_many.get();
    m_bucketCount = bucketCount;
}

} // namespace SignalBox::detail
