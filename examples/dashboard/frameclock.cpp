// SPDX-License-Identifier: MIT
#include "frameclock.h"

#include <algorithm>
#include <utility>

FrameClock::FrameClock()
{
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(interval);
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { addTurn(Clock::now()); });
}

void FrameClock::addTurn(Clock::time_point time)
{
    if (m_last) {
        m_gaps.emplace_back(time, std::chrono::duration<double, std::milli>(time - *m_last).count());
        m_worstEnded = std::max(m_worstEnded, m_gaps.back().second);
    }
    m_last = time;
    while (!m_gaps.empty() && time - m_gaps.front().first > memory)
        m_gaps.pop_front();
}

void FrameClock::reset()
{
    m_last.reset();
    m_gaps.clear();
    m_worstEnded = 0;
}

double FrameClock::takeWorst(Clock::time_point time)
{
    double worst = std::exchange(m_worstEnded, 0);
    if (m_last && time - *m_last > interval)
        worst = std::max(worst, std::chrono::duration<double, std::milli>(time - *m_last).count());
    return worst;
}

double FrameClock::worst() const
{
    double worst = 0;
    for (const auto &gap : m_gaps)
        worst = std::max(worst, gap.second);
    return worst;
}
