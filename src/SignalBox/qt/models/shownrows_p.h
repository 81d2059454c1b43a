// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/rowmemory_p.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace SignalBox::detail {

/*!
    The rows that are shown, in the order in which they are. Reentrant.

    The places of rows are in an array, by the numbers that RowMemory gives them: so a change of the order reads no row.
*/
class ShownRows
{
public:
    int count() const noexcept { return static_cast<int>(m_rows.size() - m_head); }
    ModelRow *at(int row) const { return m_rows[m_head + static_cast<std::size_t>(row)]; }
    bool contains(const ModelRow *row) const noexcept
    {
        const std::size_t number = RowMemory::numberOf(row);
        return number < m_places.size() && m_places[number] != hidden;
    }
    /*! Of a row that is shown. */
    int indexOf(const ModelRow *row) const noexcept
    {
        return static_cast<int>(m_places[RowMemory::numberOf(row)] - m_firstPlace);
    }
    /*! Valid until the rows change. */
    std::span<ModelRow *const> all() const noexcept { return std::span(m_rows).subspan(m_head); }

    void insert(int first, const std::vector<ModelRow *> &rows);
    /*! From \a first to \a last, as rows of Qt are counted. */
    void remove(int first, int last);
    /*! The same rows, in another order. */
    void setOrder(std::vector<ModelRow *> rows);
    void clear();

    /*! The runs of neighbours among \a rows, which are ordered by their places: from and up to which of them. */
    std::vector<std::pair<int, int>> runsOf(const std::vector<ModelRow *> &rows) const;

private:
    static constexpr std::int64_t hidden = -1;

    void renumber(std::size_t first, std::size_t end);

    std::vector<ModelRow *> m_rows;
    std::size_t m_head = 0;        // the rows before it have gone: most rows that go are the first ones
    std::vector<std::int64_t> m_places; // of rows, by their numbers
    std::int64_t m_firstPlace = 0;      // grows when the first rows go, so that the others need no other place
};

} // namespace SignalBox::detail
