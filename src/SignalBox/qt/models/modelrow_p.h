// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/eventrow_p.h>

#include <QtCore/qvariant.h>

#include <cstddef>
#include <cstdint>

namespace SignalBox::detail {

/*! A value by which rows are sorted. What most comparisons need is looked up once. */
struct SortKey
{
    // In this order.
    enum class Kind : unsigned char { Nothing, Unequal, Number, Text, Other };

    SortKey() = default;
    explicit SortKey(QVariant itsValue);

    Kind kind = Kind::Nothing;
    double number = 0; // of a Number; large ones that differ may have the same
    QVariant value;
};

/*! One row of a model, shown or not: its event, its key, its place. */
struct ModelRow
{
    static constexpr std::int64_t hidden = -1;

    bool isShown() const noexcept { return place != hidden; }

    EventRow event;
    QVariant key; // invalid: the model has none
    std::size_t keyHash = 0;
    SortKey sortKey; // of the event; nothing: the model is not sorted
    std::uint64_t arrival = 0; // 1 and up, in the order of arrival; 0: it is no row
    std::int64_t place = hidden; // see ShownRows

    // In the order of arrival.
    ModelRow *before = nullptr;
    ModelRow *after = nullptr;

    int waiting = -1; // the place of the event that waits for it, see WaitingRows
    bool isNew = true; // it has no event yet
    bool isLeaving = false; // from the model, not only from view
};

} // namespace SignalBox::detail
