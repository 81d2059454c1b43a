// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/drainbudget.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace SignalBox {

namespace {

constinit std::atomic<std::int64_t> microseconds{4000};

} // namespace

// Relaxed, both: a setting that orders nothing.
void setDrainBudget(std::chrono::microseconds budget) noexcept
{
    // Its nanoseconds fit their type, also when they are added to a time.
    constexpr std::chrono::microseconds longest = std::chrono::hours(100 * 365 * 24);
    microseconds.store(std::clamp(budget, std::chrono::microseconds(0), longest).count(), std::memory_order_relaxed);
}

std::chrono::microseconds drainBudget() noexcept
{
    return std::chrono::microseconds(microseconds.load(std::memory_order_relaxed));
}

} // namespace SignalBox
