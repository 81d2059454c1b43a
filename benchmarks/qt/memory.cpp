// SPDX-License-Identifier: MIT
#include "memory.h"

#include <fstream>
#include <string>

#if __has_include(<malloc.h>) && defined(__linux__)
#    include <malloc.h>
#endif

namespace SignalBoxBenchmark {

namespace {

// A line of /proc/self/status, which counts in KiB.
std::optional<double> statusBytes(const std::string &key)
{
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(key + ':'))
            return std::stod(line.substr(key.size() + 1)) * 1024;
    }
    return std::nullopt;
}

} // namespace

std::optional<double> allocatedBytes()
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    const struct mallinfo2 info = mallinfo2(); // of all arenas
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
#else
    return std::nullopt;
#endif
}

std::optional<double> residentBytes()
{
    return statusBytes("RssAnon");
}

void restartPeak()
{
    std::ofstream("/proc/self/clear_refs") << 5;
}

std::optional<double> peakBytes()
{
    return statusBytes("VmHWM");
}

void trimMemory()
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

} // namespace SignalBoxBenchmark
