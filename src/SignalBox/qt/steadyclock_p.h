// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace SignalBox::detail {

/*! The time of the steady clock, as a number that fits an atomic. */
inline std::int64_t steadyNanoseconds() noexcept
{
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace SignalBox::detail
