// SPDX-License-Identifier: MIT
#include "frameclock.h"

#include <algorithm>

using namespace std::chrono_literals;

FrameClock::FrameClock(QObject *parent)
    : QObject(parent)
{
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(interval);
    connect(&m_timer, &QTimer::timeout, this, [this] { addTurn(Clock::now()); });
}

void FrameClock::addTurn(Clock::time_point time)
{
    if (m_last)
        m_gaps.emplace_back(time, std::chrono::duration<double, std::milli>(time - *m_last).count());
    m_last = time;
    while (!m_gaps.empty() && time - m_gaps.front().first > memory)
        m_gaps.pop_front();
    // Numbers that change with every frame cannot be read; a worse one is shown at once.
    if (time - m_published < 250ms && (m_gaps.empty() || m_gaps.back().second <= m_worst))
        return;
    m_published = time;
    m_current = worstSince(time - 500ms);
    m_worst = worstSince(time - memory);
    Q_EMIT changed();
}

void FrameClock::reset()
{
    m_last.reset();
    m_gaps.clear();
    m_current = 0;
    m_worst = 0;
    Q_EMIT changed();
}

double FrameClock::worstSince(Clock::time_point time) const
{
    double worst = 0;
    for (auto gap = m_gaps.rbegin(); gap != m_gaps.rend() && gap->first >= time; ++gap)
        worst = std::max(worst, gap->second);
    return worst;
}
