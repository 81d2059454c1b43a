// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/rowstore_p.h>

#include <SignalBox/qt/backlogs/eventkey.h>
#include <SignalBox/qt/models/eventkey_p.h>
#include <SignalBox/qt/models/memberpolicy.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

namespace SignalBox::detail {

// As the store of an inbox computes it, so that its hashes can be used here.
std::size_t RowStore::hashOf(const QVariant &key)
{
    return static_cast<std::size_t>(eventKeyOf(MemberValue{key}).hash);
}

ModelRow *RowStore::find(const QVariant &key, std::size_t hash) const
{
    if (m_keyCount == 0)
        return nullptr;
    ModelRow *row = m_buckets[bucketOf(hash)];
    while (row && (row->keyHash != hash || !EventKeyEqual()(key, row->key())))
        row = row->nextOfBucket;
    return row;
}

// Whatever the hash is like, by its product with the golden ratio: of that, the upper bits are well mixed.
std::size_t RowStore::bucketOf(std::size_t hash) const noexcept
{
    const std::uint64_t mixed = static_cast<std::uint64_t>(hash) * 0x9e3779b97f4a7c15U;
    return static_cast<std::size_t>(mixed >> 32U) & (m_buckets.size() - 1);
}

void RowStore::addKey(ModelRow *row)
{
    if (++m_keyCount > m_buckets.size()) {
        std::vector<ModelRow *> before(std::max<std::size_t>(16, 2 * m_buckets.size()));
        m_buckets.swap(before);
        for (ModelRow *next : before) {
            while (next) {
                ModelRow *&bucket = m_buckets[bucketOf(next->keyHash)];
                next = std::exchange(next->nextOfBucket, std::exchange(bucket, next));
            }
        }
    }
    row->nextOfBucket = std::exchange(m_buckets[bucketOf(row->keyHash)], row);
}

void RowStore::prefetchBucket(std::size_t hash) const noexcept
{
    if (m_keyCount != 0)
        prefetch(&m_buckets[bucketOf(hash)]);
}

void RowStore::prefetchFirstOfBucket(std::size_t hash) const noexcept
{
    if (m_keyCount == 0)
        return;
    if (const ModelRow *const row = m_buckets[bucketOf(hash)])
        row->prefetchLinks();
}

void RowStore::prefetchNeighbours(const ModelRow *row) const noexcept
{
    if (row->before)
        row->before->prefetchLinks();
    if (row->after)
        row->after->prefetchLinks();
    row->prefetchKey();
    prefetchBucket(row->keyHash);
}

// Not by the key: it may be of a type whose == has changed its mind.
void RowStore::removeKey(ModelRow *row) noexcept
{
    ModelRow **link = &m_buckets[bucketOf(row->keyHash)];
    while (*link != row)
        link = &(*link)->nextOfBucket;
    *link = row->nextOfBucket;
    --m_keyCount;
}

ModelRow *RowStore::append(QVariant key, std::size_t hash)
{
    ModelRow *const row = m_memory.take();
    const bool hasKey = key.isValid();
    if (hasKey)
        row->setKey(std::move(key));
    row->keyHash = hash;
    row->arrival = ++m_arrivals;
    row->before = m_last;
    (m_last ? m_last->after : m_first) = row;
    m_last = row;
    ++m_count;
    if (hasKey)
        addKey(row);
    return row;
}

void RowStore::remove(ModelRow *row)
{
    if (row->hasKey())
        removeKey(row);
    (row->before ? row->before->after : m_first) = row->after;
    (row->after ? row->after->before : m_last) = row->before;
    --m_count;
    row->reset();
    m_memory.giveBack(row);
}

void RowStore::clear()
{
    m_buckets.clear();
    m_keyCount = 0;
    m_memory.clear();
    m_first = m_last = nullptr;
    m_count = 0;
}

} // namespace SignalBox::detail
