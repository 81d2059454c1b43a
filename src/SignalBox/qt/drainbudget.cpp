// SPDX-License-Identifier: MIT
#include <SignalBox/qt/drainbudget.h>

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
    microseconds.store(std::max<std::int64_t>(0, budget.count()), std::memory_order_relaxed);
}

std::chrono::microseconds drainBudget() noexcept
{
    return std::chrono::microseconds(microseconds.load(std::memory_order_relaxed));
}

} // namespace SignalBox
