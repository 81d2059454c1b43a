// SPDX-License-Identifier: MIT
#pragma once

#include "median.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

namespace SignalBoxBenchmark {

// The smallest of the sorted values that at least this share of them does not exceed. `sorted` must not be empty.
inline double quantile(const std::vector<double> &sorted, double share)
{
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

// The result of a benchmark that takes its own samples, in nanoseconds: their median, and how far the others are from it.
// Nothing where an error left none.
inline void reportSamples(benchmark::State &state, std::vector<double> samples)
{
    if (samples.empty())
        return;
    std::sort(samples.begin(), samples.end());
    state.counters["median_ns"] = median(samples);
    state.counters["p90_ns"] = quantile(samples, 0.90);
    state.counters["p99_ns"] = quantile(samples, 0.99);
    state.counters["worst_ns"] = samples.back();
}

} // namespace SignalBoxBenchmark
