// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>

#include <atomic>
#include <chrono>
#include <cstdint>

// Sleeping until a 32-bit word changes, with a deadline: what std::atomic::wait lacks. futex(2) on
// Linux, WaitOnAddress on Windows; elsewhere a poll once per millisecond. May return early; callers loop.

namespace SignalBox::detail {

// Returns false if the deadline passed. `deadline` of time_point::max() means for ever.
SIGNALBOX_CORE_EXPORT bool waitOnAddress(const std::atomic<std::uint32_t> &word, std::uint32_t expected,
                                         std::chrono::steady_clock::time_point deadline) noexcept;
SIGNALBOX_CORE_EXPORT void wakeAllOnAddress(const std::atomic<std::uint32_t> &word) noexcept;

} // namespace SignalBox::detail
