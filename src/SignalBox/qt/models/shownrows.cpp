// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/shownrows_p.h>

#include <algorithm>
#include <cstddef>

namespace SignalBox::detail {

void ShownRows::insert(int first, const std::vector<ModelRow *> &rows)
{
    m_rows.insert(m_rows.begin() + first, rows.begin(), rows.end());
    renumber(first);
}

void ShownRows::remove(int first, int last)
{
    const auto begin = m_rows.begin() + first;
    const auto end = m_rows.begin() + last + 1;
    for (auto row = begin; row != end; ++row)
        (*row)->place = ModelRow::hidden;
    m_rows.erase(begin, end);
    if (first == 0)
        m_firstPlace += last + 1;
    else
        renumber(first);
}

void ShownRows::setOrder(const std::vector<ModelRow *> &rows)
{
    // Rows that stay where they are need not be looked at.
    const std::size_t same = static_cast<std::size_t>(
            std::mismatch(rows.begin(), rows.end(), m_rows.begin(), m_rows.end()).first - rows.begin());
    m_rows.resize(rows.size());
    std::copy(rows.begin(), rows.end(), m_rows.begin());
    renumber(static_cast<int>(same));
}

void ShownRows::clear()
{
    m_rows.clear();
    m_firstPlace = 0;
}

void ShownRows::renumber(int first)
{
    for (std::size_t row = static_cast<std::size_t>(first); row < m_rows.size(); ++row)
        m_rows[row]->place = m_firstPlace + static_cast<std::int64_t>(row);
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
