// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/observing/stallinfo.h>

#include <QtCore/qglobal.h>
#include <QtCore/qlist.h>

#include <chrono>
#include <functional>
#include <optional>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

class HandlerDescription;

/*!
    Watches the event loop of the thread that makes it, for times in which it does not turn: turn() is called by a timer of that loop,
    every period(). Between two turns it keeps the handler or coroutine that took the longest, as far as that was since the turn before.

    The loop did not turn for at least as long as the timer was late, and as that handler took. Time in which the thread was in no event
    loop at all is not counted: leave() and enter() tell of it. Static functions are thread-safe; the others are for the thread itself.
*/
class LoopWatch
{
public:
    using Clock = std::chrono::steady_clock;

    /*! The time that SIGNALBOX_STALLS says. Zero: nothing is watched. */
    static std::chrono::nanoseconds threshold() noexcept;
    static std::chrono::milliseconds period() noexcept;
    static QList<StallInfo> longestStalls();
    /*! The watch of the calling thread, or null. */
    static LoopWatch *ofThread() noexcept;

    LoopWatch() noexcept;
    ~LoopWatch();
    Q_DISABLE_COPY_MOVE(LoopWatch)

    /*! Whether note() is to be called for a handler or a coroutine that has run. */
    bool isWorthNoting(Clock::time_point begin, Clock::time_point end) const noexcept;
    /*! The handler or coroutine that has run, as reports show it. */
    struct Ran
    {
        HandlerId handler = {};
        const HandlerDescription &description;
        QString registryName = {};
    };
    /*! Keeps what has run, if it took the longest. If the loop has stalled, \a tell is called, unless it is null, when it turns again. Throws std::bad_alloc. */
    void note(Clock::time_point begin, Clock::time_point end, const Ran &ran,
              std::function<void(const StallInfo &)> tell);
    /*! Calls enter() and leave() as the thread's event dispatcher tells of its loops, until \a receiver is destroyed, which lives on the
        thread. */
    void follow(QObject &receiver);
    /*! The loop turns. */
    void turn(const QString &threadName) noexcept;
    /*! The thread may leave its outermost event loop now; the last call before enter() counts. */
    void leave() noexcept { m_left = Clock::now(); }
    /*! The thread is in an event loop. What has been since leave() is no stall. */
    void enter() noexcept;

private:
    Clock::time_point m_lastTurn;
    std::optional<Clock::time_point> m_left; // in no event loop since then, perhaps
    StallInfo m_longest; // what is known of the handler
    Clock::time_point m_longestBegin;
    std::function<void(const StallInfo &)> m_tell;
};

} // namespace SignalBox::detail
