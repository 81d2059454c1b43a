// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

namespace SignalBoxBenchmark {

// Bytes that the program has from the allocator, with the allocator's own headers and rounding. Empty where the C library
// does not tell.
std::optional<double> allocatedBytes();

// Bytes of memory that the process has touched and that no file stands behind. Empty where the system does not tell.
std::optional<double> residentBytes();

// Starts a new peak. Then: the most bytes that were resident at any time since.
void restartPeak();
std::optional<double> peakBytes();

// Gives back to the system what the allocator keeps for later, so that growth is seen as growth.
void trimMemory();

} // namespace SignalBoxBenchmark
