// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/deliveryclock_p.h>

#include <chrono>

namespace SignalBox::detail {

constinit std::atomic<std::int64_t> DeliveryClock::s_stoppedAt{running};
constinit std::atomic<std::int64_t> DeliveryClock::s_difference{0};

std::int64_t DeliveryClock::timeOf(QDeadlineTimer deadline) noexcept
{
    constexpr std::chrono::hours century(100 * 365 * 24);
    // Compared, and not subtracted: a difference of 292 years fits no number of nanoseconds.
    if (deadline.isForever() || deadline > QDeadlineTimer(century))
        return never;
    return now() + deadline.remainingTimeNSecs();
}

bool DeliveryClock::stop() noexcept
{
    std::int64_t expected = running;
    return s_stoppedAt.compare_exchange_strong(expected, now(), std::memory_order_acq_rel);
}

void DeliveryClock::resume() noexcept
{
    // One more, so that no clock stops where this one stood: isStoppedAt().
    s_difference.store(s_stoppedAt.load(std::memory_order_relaxed) + 1 - steadyNanoseconds(), std::memory_order_relaxed);
    s_stoppedAt.store(running, std::memory_order_release);
}

} // namespace SignalBox::detail
