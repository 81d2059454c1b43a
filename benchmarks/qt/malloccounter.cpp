// SPDX-License-Identifier: MIT
//
// Replaces malloc() for the whole program, at the price of one increment, by glibc's own under its other name.
#include "malloccounter.h"

#include <cstddef>
#include <cstdlib>

namespace {

constinit thread_local std::uint64_t allocations = 0;

} // namespace

#ifdef __GLIBC__

extern "C" {

void *__libc_malloc(std::size_t size) noexcept;
void *__libc_calloc(std::size_t count, std::size_t size) noexcept;
void *__libc_realloc(void *memory, std::size_t size) noexcept;

void *malloc(std::size_t size) noexcept
{
    ++allocations;
    return __libc_malloc(size);
}

void *calloc(std::size_t count, std::size_t size) noexcept
{
    ++allocations;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, std::size_t size) noexcept
{
    ++allocations;
    return __libc_realloc(memory, size);
}
}

#endif

namespace SignalBoxBenchmark {

#ifdef __GLIBC__
extern const bool isMallocCounted = true;
#else
extern const bool isMallocCounted = false;
#endif

std::uint64_t mallocCount() noexcept
{
    return allocations;
}

} // namespace SignalBoxBenchmark
