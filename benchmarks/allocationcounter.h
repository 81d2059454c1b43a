// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace SignalBoxBenchmark {

// How often the calling thread has called operator new so far. Allocations by malloc() itself are not seen.
std::uint64_t allocationCount() noexcept;

} // namespace SignalBoxBenchmark
