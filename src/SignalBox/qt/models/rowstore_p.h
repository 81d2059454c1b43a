// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/eventkey_p.h>
#include <SignalBox/qt/models/modelrow_p.h>

#include <QtCore/qglobal.h>

#include <cstddef>
#include <deque>
#include <unordered_set>
#include <vector>

namespace SignalBox::detail {

/*!
    The rows of a model in the order of their arrival, whether they are shown or not, and by their keys. Reentrant.

    The memory of a row that has gone is used for another one, and freed with the store or by clear(). So whoever keeps a pointer and the number
    of its arrival can tell whether it is still that row.
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

private:
    struct KeyReference
    {
        const QVariant &key;
        std::size_t hash;
    };
    // Not noexcept: else libstdc++ keeps no hashes, and looks into each row of a bucket for its own.
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(const ModelRow *row) const { return row->keyHash; }
        std::size_t operator()(const KeyReference &key) const { return key.hash; }
    };
    struct Equal
    {
        using is_transparent = void;
        bool operator()(const ModelRow *a, const ModelRow *b) const { return a == b; }
        bool operator()(const KeyReference &a, const ModelRow *b) const
        {
            return a.hash == b->keyHash && EventKeyEqual()(a.key, b->key());
        }
        bool operator()(const ModelRow *a, const KeyReference &b) const { return (*this)(b, a); }
    };

    std::deque<ModelRow> m_memory;
    std::vector<ModelRow *> m_free;
    std::unordered_set<ModelRow *, Hash, Equal> m_keys;
    ModelRow *m_first = nullptr;
    ModelRow *m_last = nullptr;
    int m_count = 0;
    std::uint64_t m_arrivals = 0;
};

} // namespace SignalBox::detail
