// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

// What the soak has done, by kind. Relaxed everywhere: numbers for people, and compared only when all threads have paused.
struct Counts
{
    using Count = std::atomic<std::uint64_t>;

    Count posts = 0; // of an AsyncRegistry, by four threads
    Count deliveries = 0;
    Count failures = 0; // of handlers of an AsyncRegistry
    Count futures = 0; // finished
    Count notifies = 0; // of a SyncRegistry
    Count registrations = 0; // of all layers, guards included
    Count contexts = 0; // destroyed
    Count restarts = 0; // of a thread
    Count changes = 0; // of watches
    Count scripts = 0; // calls of JavaScript
    Count engines = 0;
    Count signals = 0; // of the operating system
};

inline Counts counts;

[[noreturn]] inline void failSoak(const char *claim, const char *file, int line)
{
    std::fprintf(stderr, "%s:%d: does not add up: %s\n", file, line, claim);
    std::fflush(nullptr);
    std::abort();
}

#define ADDS_UP(claim) ((claim) ? void() : failSoak(#claim, __FILE__, __LINE__))
