// SPDX-License-Identifier: MIT
#include "series.h"

#include <algorithm>

double Series::highest() const
{
    return m_values.isEmpty() ? 0 : *std::max_element(m_values.begin(), m_values.end());
}

void Series::append(double value)
{
    if (m_values.size() == capacity)
        m_values.removeFirst();
    m_values.append(value);
    Q_EMIT changed();
}

void Series::raisePeak(double value)
{
    m_peak = std::max(m_peak, value);
}

void Series::dropPeak()
{
    m_peak = -1;
    Q_EMIT changed();
}
