// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

struct MemorySample
{
    double seconds; // since the begin
    double heap; // bytes in use
    double resident; // bytes
};

// Of the process, now. Linux with glibc; elsewhere zeros.
MemorySample sampleMemory(double seconds);

// Whether memory stays flat: a straight line through the samples after the first fifth of the time, by least squares,
// rises over the rest of the time by no more than a bound.
class MemoryVerdict
{
public:
    static constexpr double heapBound = 512.0 * 1024;
    static constexpr double residentBound = 8.0 * 1024 * 1024;

    explicit MemoryVerdict(const std::vector<MemorySample> &samples);

    double heapRise() const noexcept { return m_heapRise; }
    double residentRise() const noexcept { return m_residentRise; }
    bool isFlat() const noexcept { return m_heapRise <= heapBound && m_residentRise <= residentBound; }

private:
    double m_heapRise = 0;
    double m_residentRise = 0;
};
