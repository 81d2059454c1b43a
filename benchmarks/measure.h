// SPDX-License-Identifier: MIT
#pragma once

#include "handlers.h"
#include "secondthread.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace SignalBoxBenchmark {

using Clock = std::chrono::steady_clock;

inline double nanosecondsSince(Clock::time_point start)
{
    return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

// "question/peer/variant": the name under which the table looks for a result. The question comes first, so that
// --filter selects by question.
inline std::string benchmarkName(const std::string &question, const std::string &peer, const std::string &variant)
{
    return question + '/' + peer + '/' + variant;
}

// Rounds for a benchmark that takes its own samples, and reports their median.
inline constexpr std::int64_t roundCount = 41;

// Runs step() `count` times; nanoseconds for one.
template <class Step>
double timeOfEach(std::int64_t count, Step &&step)
{
    const auto start = Clock::now();
    for (std::int64_t done = 0; done < count; ++done)
        step();
    return nanosecondsSince(start) / static_cast<double>(count);
}

// The same, but ends early when `limit` nanoseconds have passed: contention can make a step a thousand times slower.
template <class Step>
double timeOfEachWithin(double limit, std::int64_t count, Step &&step)
{
    constexpr std::int64_t chunk = 256;
    const auto start = Clock::now();
    std::int64_t done = 0;
    double elapsed = 0;
    do {
        for (std::int64_t index = 0; index < chunk; ++index)
            step();
        done += chunk;
        elapsed = nanosecondsSince(start);
    } while (done < count && elapsed < limit);
    return elapsed / static_cast<double>(done);
}

// How many steps take about a millisecond: long against a barrier, short against a time slice.
template <class Step>
std::int64_t stepsPerMillisecond(Step &&step)
{
    std::int64_t count = 16;
    while (timeOfEach(count, step) * static_cast<double>(count) < 1e6)
        count *= 2;
    return count;
}

// Notifies a peer of so many plain handlers again and again.
template <class Peer>
void measureNotify(benchmark::State &state, std::size_t handlerCount)
{
    const Sinks sinks(handlerCount);
    Peer peer;
    sinks.addHandlers(peer, handlerCount);
    const Event event = 42;
    for ([[maybe_unused]] auto iteration : state)
        dispatch(peer, event);
}

// A small generator whose cost is far below that of a registration.
class Random
{
public:
    std::uint64_t next() noexcept
    {
        m_state ^= m_state << 13;
        m_state ^= m_state >> 7;
        m_state ^= m_state << 17;
        return m_state;
    }

    std::size_t below(std::size_t bound) noexcept
    {
        return static_cast<std::size_t>(((next() & 0xffffffffU) * bound) >> 32U);
    }

private:
    std::uint64_t m_state = 0x9e3779b97f4a7c15U;
};

} // namespace SignalBoxBenchmark
