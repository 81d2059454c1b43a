// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/modelrow_p.h>
#include <SignalBox/qt/models/rowmemory_p.h>

#include <QtCore/qglobal.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace SignalBox::detail {

/*!
    The rows of a model in the order of their arrival, whether they are shown or not, and by their keys. Reentrant.

    The memory of a row that has gone is used for another one; it is freed with the store or by clear(). Each row has another number of arrival. So who
    keeps a pointer and that number can tell whether it is still the same row.
*/
class RowStore
{
public:
    RowStore() = default;
    Q_DISABLE_COPY_MOVE(RowStore)

    int count() const noexcept { return m_count; }
    ModelRow *first() const noexcept { return m_first; }
    ModelRow *last() const noexcept { return m_last; }

    /*! The last of the rows from now on. An invalid key: it has none. */
    ModelRow *append(QVariant key = QVariant(), std::size_t hash = 0);
    void remove(ModelRow *row);
    void clear();

    static std::size_t hashOf(const QVariant &key);
    /*! Null: there is none. */
    ModelRow *find(const QVariant &key, std::size_t hash) const;

    /*! Before a find() or append() with that hash. */
    void prefetchBucket(std::size_t hash) const noexcept;
    /*! Later, before the same. */
    void prefetchFirstOfBucket(std::size_t hash) const noexcept;
    /*! Before a remove(). */
    void prefetchNeighbours(const ModelRow *row) const noexcept;

private:
    std::size_t bucketOf(std::size_t hash) const noexcept;
    void addKey(ModelRow *row);
    void removeKey(ModelRow *row) noexcept;

    RowMemory m_memory;
    std::vector<ModelRow *> m_buckets; // by keys: the first row of each bucket; there is a power of two of them
    std::size_t m_keyCount = 0;
    ModelRow *m_first = nullptr;
    ModelRow *m_last = nullptr;
    int m_count = 0;
    std::uint64_t m_arrivals = 0;
};

} // namespace SignalBox::detail
