// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/modelrow_p.h>

#include <QtCore/qnamespace.h>

#include <cstddef>
#include <span>
#include <vector>

namespace SignalBox::detail {

/*!
    The order in which rows stand: that of their sort keys, or that of their arrival. Rows with equal keys stand in the order of their arrival.

    Keys of different kinds have an order, too: first rows without a key, then values that are not equal to themselves, numbers, texts, and all other
    types, whose values QVariant::compare() compares.

    A type of the program may compare its values without an order. Sorting ends then, too, and loses no row.
*/
class RowOrder
{
public:
    enum class By { Arrival, SortKey };

    By by = By::Arrival;
    Qt::SortOrder direction = Qt::AscendingOrder;

    bool isLess(const ModelRow *a, const ModelRow *b) const noexcept;
    void sort(std::vector<ModelRow *> &rows) const;
    /*! All rows of two sorted lists, sorted. Fast if the second one is short. */
    std::vector<ModelRow *> merged(std::span<ModelRow *const> a, const std::vector<ModelRow *> &b) const;

    /*! Less than 0: \a a comes first; 0: they are equal; more: \a b comes first. */
    static int compare(const SortKey &a, const SortKey &b) noexcept;

private:
    void findPlaces(std::span<ModelRow *const> sorted, std::span<ModelRow *const> rows,
                    std::span<std::size_t> places) const noexcept;
    void sortByNumbers(std::vector<ModelRow *> &rows) const;
};

} // namespace SignalBox::detail
