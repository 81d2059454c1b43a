// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qdeadlinetimer.h>

#include <atomic>
#include <cstdint>
#include <limits>

namespace SignalBox::detail {

/*!
    The clock that timed backlogs and deadlines go by, in nanoseconds: the steady clock, or, while there is a TestClock, the time
    that this has set. It never goes back. When the TestClock ends, it goes on from where that stood, so that what waits keeps
    what it had left. Thread-safe.

    What measures or limits real work, such as the budget of a drain, goes by the steady clock itself.
*/
class SIGNALBOX_QT_EXPORT DeliveryClock
{
public:
    /*! Later than all times. */
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

    static std::int64_t now() noexcept
    {
        // Acquire, with resume(): a thread that sees the clock run again sees its offset, too.
        const std::int64_t stopped = s_stoppedAt.load(std::memory_order_acquire);
        return stopped != running ? stopped : steadyNanoseconds() + s_difference.load(std::memory_order_relaxed);
    }
    static bool isStopped() noexcept { return s_stoppedAt.load(std::memory_order_acquire) != running; }

    /*! When \a deadline passes: never, if that is forever or beyond a century; now, if it has passed. */
    static std::int64_t timeOf(QDeadlineTimer deadline) noexcept;

    // --- for a TestClock -------------------------------------------------------------------------

    /*! Stops it at the present time. False: it is stopped. */
    static bool stop() noexcept;
    /*! Whether it is stopped at that \a time. If so, it has stood since that time was set, as no other clock stands there. */
    static bool isStoppedAt(std::int64_t time) noexcept { return s_stoppedAt.load(std::memory_order_acquire) == time; }
    /*! \a time: not before \a present. False: it is not stopped at \a present any more. */
    static bool advance(std::int64_t present, std::int64_t time) noexcept
    {
        // One step: between a look and a store another thread could end the clock, which would stand for ever then. Release, with
        // now(): a thread that sees the time sees what was delivered before.
        return s_stoppedAt.compare_exchange_strong(present, time, std::memory_order_acq_rel, std::memory_order_acquire);
    }
    /*! Only while it is stopped. */
    static void resume() noexcept;

private:
    static constexpr std::int64_t running = std::numeric_limits<std::int64_t>::min();

    static std::atomic<std::int64_t> s_stoppedAt;
    static std::atomic<std::int64_t> s_difference; // from the steady clock; written while stopped
};

} // namespace SignalBox::detail
