// SPDX-License-Identifier: MIT
#include "series.h"

#include <algorithm>
#include <utility>

double Series::highest() const
{
    return m_values.isEmpty() ? 0 : *std::max_element(m_values.begin(), m_values.end());
}

void Series::append(double value)
{
    if (m_values.size() == m_capacity)
        m_values.removeFirst();
    m_values.append(value);
    m_isChanged = true;
}

void Series::raisePeak(double value)
{
    m_peak = std::max(m_peak, value);
    m_isChanged = true;
}

void Series::dropPeak()
{
    m_peak = -1;
    m_isChanged = true;
}

void Series::clear()
{
    m_values.clear();
    dropPeak();
}

void Series::publish()
{
    if (!std::exchange(m_isChanged, false))
        return;
    Q_EMIT changed();
}
