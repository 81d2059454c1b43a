// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>
#include <QtQml/qqmlregistration.h>

#include <chrono>
#include <deque>
#include <optional>
#include <utility>

// How smooth the window is: a timer of the GUI thread asks for a turn every 16 ms, as an animation does, and the gaps
// between the turns that it gets are kept for some seconds. What blocks the thread blocks the frames.
class FrameClock : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The flood has one")
    Q_PROPERTY(double current READ current NOTIFY changed FINAL)
    Q_PROPERTY(double worst READ worst NOTIFY changed FINAL)
    Q_PROPERTY(int memory READ memorySeconds CONSTANT FINAL)

public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds interval{16};
    static constexpr std::chrono::seconds memory{5};

    explicit FrameClock(QObject *parent = nullptr);

    // The worst gap of the last half second, in milliseconds; 0 before the first.
    double current() const { return m_current; }
    // The worst of the time that is remembered.
    double worst() const { return m_worst; }
    int memorySeconds() const { return int(memory.count()); }

    void start() { m_timer.start(); }
    // A turn at this time.
    void addTurn(Clock::time_point time);
    // Forgets all gaps. The next turn begins anew.
    void reset();

Q_SIGNALS:
    void changed();

private:
    double worstSince(Clock::time_point time) const;

    QTimer m_timer;
    std::optional<Clock::time_point> m_last;
    std::deque<std::pair<Clock::time_point, double>> m_gaps; // by the time of their end
    Clock::time_point m_published;
    double m_current = 0;
    double m_worst = 0;
};
