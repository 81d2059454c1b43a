// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/shownrows_p.h>

#include <algorithm>
#include <cstddef>

namespace SignalBox::detail {

void ShownRows::insert(int first, const std::vector<ModelRow *> &rows)
{
    const std::size_t place = m_head + static_cast<std::size_t>(first);
    for (const ModelRow *row : rows) {
        if (const std::size_t number = RowMemory::numberOf(row); number >= m_places.size())
            m_places.resize(std::max(2 * m_places.size(), number + 1), hidden);
    }
    m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(place), rows.begin(), rows.end());
    renumber(place, m_rows.size());
}

void ShownRows::remove(int first, int last)
{
    const std::size_t place = m_head + static_cast<std::size_t>(first);
    const std::size_t end = m_head + static_cast<std::size_t>(last) + 1;
    for (std::size_t row = place; row < end; ++row)
        m_places[RowMemory::numberOf(m_rows[row])] = hidden;
    if (first != 0) {
        m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(place),
                     m_rows.begin() + static_cast<std::ptrdiff_t>(end));
        renumber(place, m_rows.size());
        return;
    }
    m_firstPlace += last + 1;
    m_head = end;
    // So each row that goes has seven others moved, and an eighth of the memory is lost, at most.
    if (m_head > m_rows.size() / 8) {
        m_rows.erase(m_rows.begin(), m_rows.begin() + static_cast<std::ptrdiff_t>(m_head));
        m_head = 0;
    }
}

void ShownRows::setOrder(std::vector<ModelRow *> rows)
{
    // Rows that stay where they are need not be looked at.
    const std::span<ModelRow *const> before = all();
    std::size_t first = 0;
    while (first < rows.size() && before[first] == rows[first])
        ++first;
    std::size_t end = rows.size();
    while (end > first && before[end - 1] == rows[end - 1])
        --end;
    m_rows = std::move(rows);
    m_head = 0;
    renumber(first, end);
}

void ShownRows::clear()
{
    m_rows.clear();
    m_places.clear();
    m_head = 0;
    m_firstPlace = 0;
}

// From where to before where, in the vector.
void ShownRows::renumber(std::size_t first, std::size_t end)
{
    for (std::size_t row = first; row < end; ++row)
        m_places[RowMemory::numberOf(m_rows[row])] = m_firstPlace + static_cast<std::int64_t>(row - m_head);
}

std::vector<std::pair<int, int>> ShownRows::runsOf(const std::vector<ModelRow *> &rows) const
{
    std::vector<std::pair<int, int>> runs;
    for (const ModelRow *row : rows) {
        const int index = indexOf(row);
        if (!runs.empty() && runs.back().second + 1 == index)
            ++runs.back().second;
        else
            runs.emplace_back(index, index);
    }
    return runs;
}

} // namespace SignalBox::detail
