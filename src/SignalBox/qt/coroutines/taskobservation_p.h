// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/observing/loopwatch_p.h>
#include <SignalBox/qt/observing/tracer_p.h>

#include <QtCore/qglobal.h>

#include <optional>

namespace SignalBox::detail {

class TaskDriver;

/*! One run of a task, from a wait to the next, as a trace shows it, where arrows lead over the waits; and as the report of stalls. */
class TaskObservation
{
public:
    /*! Whether there is a trace, or stalls are reported. */
    static bool isOn() noexcept
    {
        static const bool isWatched = isLoopWatched();
        return isWatched || Tracer::isOn();
    }

    explicit TaskObservation(TaskDriver &task) noexcept;
    Q_DISABLE_COPY_MOVE(TaskObservation)
    ~TaskObservation() = default;

    /*! The task waits, or has ended. */
    void end() noexcept;

private:
    static bool isLoopWatched() noexcept;
    void beginSlice() noexcept;

    TaskDriver &m_task;
    std::optional<TraceSlice> m_slice; // empty: it is not traced
    LoopWatch *m_loop = nullptr;       // null: nobody looks for stalls
    LoopWatch::Clock::time_point m_begin;
};

} // namespace SignalBox::detail
