// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/modelrow_p.h>

#include <QtCore/qnamespace.h>

#include <vector>

namespace SignalBox::detail {

/*!
    The order in which rows stand: by their sort keys, equal ones as they arrived; or all as they arrived. Nothing comes before anything, values that
    are equal to nothing before numbers, numbers before texts, these before all else, which is compared as QVariant::compare() does.

    Whatever types of the program compare to, sorting ends, and loses no row.
*/
class RowOrder
{
public:
    enum class By { Arrival, SortKey };

    By by = By::Arrival;
    Qt::SortOrder direction = Qt::AscendingOrder;

    bool isLess(const ModelRow *a, const ModelRow *b) const noexcept;
    void sort(std::vector<ModelRow *> &rows) const;
    /*! Of two that are sorted, the second of which is short. */
    std::vector<ModelRow *> merged(const std::vector<ModelRow *> &a, const std::vector<ModelRow *> &b) const;

    /*! Less than 0, 0, or more. */
    static int compare(const SortKey &a, const SortKey &b) noexcept;
};

} // namespace SignalBox::detail
