// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/eventrow_p.h>
#include <SignalBox/qt/delivery/prefetch_p.h>

#include <QtCore/qvariant.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace SignalBox::detail {

/*! A value by which rows are sorted. What most comparisons need is looked up once. */
struct SortKey
{
    // In this order.
    enum class Kind : unsigned char { Nothing, Unequal, Number, Text, Other };

    SortKey() = default;
    explicit SortKey(QVariant &&itsValue);

    Kind kind = Kind::Nothing;
    double number = 0; // of a Number
    std::unique_ptr<const QVariant> value; // null, where kind and number say all of it
};

/*! One row of a model, shown or not: its event, its key. */
struct ModelRow
{
    bool hasKey() const noexcept { return m_key && m_key->isValid(); }
    /*! Of a model with a key. */
    const QVariant &key() const noexcept { return *m_key; }
    void setKey(QVariant &&key)
    {
        if (m_key)
            *m_key = std::move(key);
        else
            m_key = std::make_unique<QVariant>(std::move(key));
    }
    /*! As a new one. The memory of a key stays for the next. */
    void reset()
    {
        std::unique_ptr<QVariant> key = std::move(m_key);
        if (key)
            key->clear();
        *this = ModelRow();
        m_key = std::move(key);
    }

    void prefetchOrder() const noexcept
    {
        detail::prefetch(this);
        detail::prefetch(&arrival);
    }
    /*! Its order, event and state. */
    void prefetch() const noexcept
    {
        detail::prefetch(this);
        detail::prefetch(&isLeaving);
    }
    /*! Its neighbours and key. */
    void prefetchLinks() const noexcept
    {
        detail::prefetch(&before);
        detail::prefetch(&m_key);
    }
    /*! After prefetchLinks(). */
    void prefetchKey() const noexcept { detail::prefetch(m_key.get()); }

    // What an update looks at comes first: in 64 bytes, on one or two lines of the cache.
    SortKey sortKey;             // of the event; nothing: the model is not sorted
    std::uint64_t arrival = 0;   // 1 and up, in the order of arrival; 0: it is no row
    EventRow event;
    int waiting = -1;       // where its event is among those that wait, see EventModel::Private; -1: none does
    bool isNew = true;      // it has no event yet
    bool isLeaving = false; // from the model, not only from view

    // In the order of arrival.
    ModelRow *before = nullptr;
    ModelRow *after = nullptr;

    std::size_t keyHash = 0;
    ModelRow *nextOfBucket = nullptr; // of the table of keys

private:
    std::unique_ptr<QVariant> m_key; // apart, as most rows have none
};

} // namespace SignalBox::detail
