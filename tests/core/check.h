// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstdlib>

// In place of a test framework, for programs that replace the allocator, fork, or end in unusual ways: allocates
// nothing, and ends the program at the first failure.

// Of the random sequence that runs, or 0; printed when it fails.
inline unsigned currentSeed = 0;

inline void checkThat(bool isTrue, const char *condition, const char *file, int line) noexcept
{
    if (isTrue)
        return;
    std::fprintf(stderr, "%s:%d: FAIL: %s\n", file, line, condition);
    if (currentSeed)
        std::fprintf(stderr, "    in the sequence with seed %u\n", currentSeed);
    std::_Exit(1);
}

#define CHECK(condition) checkThat(static_cast<bool>(condition), #condition, __FILE__, __LINE__)

#define RUN(test) \
    do { \
        std::fprintf(stderr, "RUN  %s\n", #test); \
        test(); \
    } while (false)
