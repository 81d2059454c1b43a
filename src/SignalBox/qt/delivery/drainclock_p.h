// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/drainbudget.h>

#include <chrono>
#include <cstdint>

namespace SignalBox::detail {

/*! The time of the steady clock, as a number that fits an atomic. */
inline std::int64_t steadyNanoseconds() noexcept
{
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/*!
    How often a drain looks at the clock, which costs as much as a delivery: after so many deliveries that the time in
    between is a small part of the budget, if the handlers go on as they did.
*/
class DrainClock
{
public:
    explicit DrainClock(std::int64_t begin) noexcept
        : m_begin(begin), m_lastLook(begin), m_budget(std::chrono::nanoseconds(drainBudget()).count())
    {
    }

    bool isOver() noexcept
    {
        if (--m_untilLook > 0)
            return false;
        const std::int64_t time = steadyNanoseconds();
        if (time - m_lastLook > m_budget / 16)
            m_stride = 1;
        else if (m_stride < longestStride)
            m_stride *= 2;
        m_lastLook = time;
        m_untilLook = m_stride;
        return time - m_begin >= m_budget;
    }

private:
    static constexpr int longestStride = 16;

    const std::int64_t m_begin;
    std::int64_t m_lastLook;
    const std::int64_t m_budget;
    int m_stride = 1;
    int m_untilLook = 1;
};

} // namespace SignalBox::detail
