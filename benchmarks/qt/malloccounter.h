// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace SignalBoxBenchmark {

// How often the calling thread has called malloc(), calloc(), realloc() or operator new so far. Always 0 where the C
// library is not glibc, see isMallocCounted.
std::uint64_t mallocCount() noexcept;
extern const bool isMallocCounted;

} // namespace SignalBoxBenchmark
