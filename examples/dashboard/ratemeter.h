// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <chrono>
#include <deque>
#include <utility>

// The rate at which a counter grows, over the last half second.
class RateMeter
{
public:
    using Clock = std::chrono::steady_clock;

    double add(Clock::time_point time, quint64 count)
    {
        using namespace std::chrono_literals;
        m_readings.emplace_back(time, count);
        while (m_readings.size() > 2 && time - m_readings.at(1).first >= 500ms)
            m_readings.pop_front();
        const auto &[firstTime, firstCount] = m_readings.front();
        const double seconds = std::chrono::duration<double>(time - firstTime).count();
        return seconds > 0 ? double(count - firstCount) / seconds : 0;
    }

private:
    std::deque<std::pair<Clock::time_point, quint64>> m_readings;
};
