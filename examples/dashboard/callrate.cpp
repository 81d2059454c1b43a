// SPDX-License-Identifier: MIT
#include "callrate.h"

using namespace std::chrono_literals;

CallRate::CallRate(QObject *parent) : QObject(parent), m_series(nullptr, 42) // ten seconds, as texts are due
{}

void CallRate::setCalls(double calls)
{
    if (qFuzzyCompare(m_calls, calls))
        return;
    m_calls = calls;
    // Counts come a few times a second: the rate is that between two of them, whenever it is asked for.
    m_countedAt = RateMeter::Clock::now();
    m_perSecond = m_meter.add(m_countedAt, quint64(calls));
    Q_EMIT callsChanged();
}

void CallRate::sample()
{
    const RateMeter::Clock::time_point now = RateMeter::Clock::now();
    if (now - m_countedAt > 600ms) // no new count comes where there are no calls
        m_perSecond = m_meter.add(now, quint64(m_calls));
    m_series.append(m_perSecond);
    m_series.publish();
    Q_EMIT sampled();
}
