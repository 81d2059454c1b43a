// SPDX-License-Identifier: MIT
#include "memory.h"

#include <cstdio>

#if defined(__GLIBC__)
#    include <malloc.h>
#endif
#if defined(__linux__)
#    include <unistd.h>
#endif

namespace {

double heapInUse()
{
#if defined(__GLIBC__)
    const struct mallinfo2 info = mallinfo2(); // of all arenas
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
#else
    return 0;
#endif
}

double residentMemory()
{
    double result = 0;
#if defined(__linux__)
    if (std::FILE *file = std::fopen("/proc/self/statm", "r")) {
        long total = 0;
        long resident = 0;
        if (std::fscanf(file, "%ld %ld", &total, &resident) == 2)
            result = static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
        std::fclose(file);
    }
#endif
    return result;
}

// How much the line through the points rises between the first and the last.
double rise(const std::vector<MemorySample> &samples, std::size_t first, double MemorySample::*value)
{
    const std::size_t count = samples.size() - first;
    if (count < 2)
        return 0;
    double meanTime = 0;
    double meanValue = 0;
    for (std::size_t i = first; i < samples.size(); ++i) {
        meanTime += samples[i].seconds / static_cast<double>(count);
        meanValue += samples[i].*value / static_cast<double>(count);
    }
    double covariance = 0;
    double variance = 0;
    for (std::size_t i = first; i < samples.size(); ++i) {
        const double time = samples[i].seconds - meanTime;
        covariance += time * (samples[i].*value - meanValue);
        variance += time * time;
    }
    return covariance / variance * (samples.back().seconds - samples[first].seconds);
}

} // namespace

MemorySample sampleMemory(double seconds)
{
    return {seconds, heapInUse(), residentMemory()};
}

MemoryVerdict::MemoryVerdict(const std::vector<MemorySample> &samples)
{
    std::size_t first = 0;
    while (first < samples.size() && samples[first].seconds < samples.back().seconds / 5)
        ++first;
    m_heapRise = rise(samples, first, &MemorySample::heap);
    m_residentRise = rise(samples, first, &MemorySample::resident);
}
