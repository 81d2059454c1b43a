// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qtimer.h>

#include <chrono>
#include <deque>
#include <optional>
#include <utility>

// How smooth the window is: a timer of the GUI thread asks for a turn every 16 ms, as an animation does, and the gaps
// between the turns that it gets are kept for some seconds. What blocks the thread blocks the frames.
class FrameClock
{
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds interval{16};
    static constexpr std::chrono::seconds memory{5};

    FrameClock();

    // The worst gap of the time that is remembered, in milliseconds; 0 before the first.
    double worst() const;
    // The worst gap that has ended since the last call, or lasts.
    double takeWorst(Clock::time_point time);

    void start() { m_timer.start(); }
    // A turn at this time.
    void addTurn(Clock::time_point time);
    // Forgets all gaps. The next turn begins anew.
    void reset();

private:
    QTimer m_timer;
    std::optional<Clock::time_point> m_last;
    std::deque<std::pair<Clock::time_point, double>> m_gaps; // by the time of their end
    double m_worstEnded = 0;
};
