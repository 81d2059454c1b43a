// SPDX-License-Identifier: MIT
#pragma once

#include "measure.h"
#include "median.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
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

// One sample for each iteration: sample() gives its nanoseconds.
template <class Sample>
void takeSamples(benchmark::State &state, Sample &&sample)
{
    std::vector<double> samples;
    samples.reserve(static_cast<std::size_t>(state.max_iterations));
    for ([[maybe_unused]] auto iteration : state) {
        samples.push_back(sample());
        state.SetIterationTime(samples.back() / 1e9);
    }
    reportSamples(state, std::move(samples));
}

// Each sample is the mean of so many runs of step(), after some runs that warm up.
template <class Step>
void timeSteps(benchmark::State &state, std::int64_t stepsPerSample, Step &&step)
{
    const ScopedPin pin(0);
    for (benchmark::IterationCount warmUp = 0; warmUp < state.max_iterations / 10; ++warmUp)
        step();
    takeSamples(state, [&] { return timeOfEach(stepsPerSample, step); });
}

} // namespace SignalBoxBenchmark
