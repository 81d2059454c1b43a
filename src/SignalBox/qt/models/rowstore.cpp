// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/rowstore_p.h>

#include <SignalBox/qt/backlogs/eventkey.h>
#include <SignalBox/qt/models/memberpolicy.h>

#include <utility>

namespace SignalBox::detail {

// As the store of an inbox computes it, so that its hashes can be used here.
std::size_t RowStore::hashOf(const QVariant &key)
{
    return static_cast<std::size_t>(eventKeyOf(MemberValue{key}).hash);
}

ModelRow *RowStore::find(const QVariant &key, std::size_t hash) const
{
    const auto place = m_keys.find(KeyReference{key, hash});
    return place == m_keys.end() ? nullptr : *place;
}

ModelRow *RowStore::append(QVariant key, std::size_t hash)
{
    if (m_free.empty()) {
        m_memory.emplace_back();
        m_free.push_back(&m_memory.back());
    }
    ModelRow *const row = m_free.back();
    m_free.pop_back();
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
        m_keys.insert(row);
    return row;
}

void RowStore::remove(ModelRow *row)
{
    if (row->hasKey()) {
        // Not by the key: it may be of a type whose == has changed its mind.
        const auto [first, last] = m_keys.equal_range(row);
        if (first != last)
            m_keys.erase(first);
    }
    (row->before ? row->before->after : m_first) = row->after;
    (row->after ? row->after->before : m_last) = row->before;
    --m_count;
    *row = ModelRow();
    m_free.push_back(row);
}

void RowStore::clear()
{
    m_keys.clear();
    m_free.clear();
    m_memory.clear();
    m_first = m_last = nullptr;
    m_count = 0;
}

} // namespace SignalBox::detail
