// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/qt/coroutines/sleep.h>

#    include <chrono>
#endif

namespace SignalBox {

//! \cond What sleepFor() returns
class SleepFor
{
public:
    using TaskWait = detail::Sleep;

    explicit SleepFor(std::chrono::nanoseconds duration) noexcept : m_duration(duration) {}
    operator std::chrono::nanoseconds() const noexcept { return m_duration; } // NOLINT(google-explicit-constructor)

private:
    std::chrono::nanoseconds m_duration;
};
//! \endcond

/*!
    `co_await sleepFor(50ms)` in a Task waits for that time. A time that is not positive has passed. It goes by the clock of deadlines, so that
    a TestClock drives it.

    \cost An entry among the library's deadlines.
*/
[[nodiscard]] inline SleepFor sleepFor(std::chrono::nanoseconds duration) noexcept
{
    return SleepFor(duration);
}

} // namespace SignalBox
