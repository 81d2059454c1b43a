// SPDX-License-Identifier: MIT
//
// benchmark-installed: what does a notify cost a program that uses the installed library, over the raw loop? Both take turns of a
// millisecond of the processor's time, so that whatever else the machine does meets both.
#include "measure.h"
#include "median.h"
#include "peers/rawloop.h"
#include "peers/signalboxregistry.h"
#include "program.h"

#include <ctime>
#include <vector>

using namespace SignalBoxBenchmark;

namespace {

// Nanoseconds of the processor's time for one step; the parked thread takes none.
template <class Step>
double processorTimeOfEach(std::int64_t count, Step &&step)
{
    const std::clock_t start = std::clock();
    for (std::int64_t done = 0; done < count; ++done)
        step();
    return static_cast<double>(std::clock() - start) * (1e9 / CLOCKS_PER_SEC) / static_cast<double>(count);
}

void compareWithRawLoop(benchmark::State &state, std::size_t handlerCount)
{
    const Sinks sinks(handlerCount);
    RawLoop raw;
    sinks.addHandlers(raw, handlerCount);
    SignalBoxRegistry registry;
    sinks.addHandlers(registry, handlerCount);
    const Event event = 42;
    const auto notifyRaw = [&] { dispatch(raw, event); };
    const auto notifyRegistry = [&] { dispatch(registry, event); };

    for ([[maybe_unused]] auto iteration : state) {
        std::int64_t count = 1;
        while (processorTimeOfEach(count, notifyRaw) * static_cast<double>(count) < 1e6)
            count *= 2;
        processorTimeOfEach(count, notifyRegistry);
        std::vector<double> raws;
        std::vector<double> ours;
        std::vector<double> ratios;
        for (std::int64_t round = 0; round < roundCount; ++round) {
            raws.push_back(processorTimeOfEach(count, notifyRaw));
            ours.push_back(processorTimeOfEach(count, notifyRegistry));
            ratios.push_back(ours.back() / raws.back());
        }
        state.counters["median_ns"] = median(ours);
        state.counters["raw_ns"] = median(raws);
        state.counters["ratio"] = median(ratios);
    }
}

} // namespace

int main(int argc, char **argv)
{
    return runBenchmarks(argc, argv, "benchmark-installed", [] {
        for (const std::size_t count : {16, 64, 65, 1000, 10'000}) {
            const std::string name =
                    benchmarkName("notify-" SIGNALBOX_BENCHMARK_LEVEL, SignalBoxRegistry::name, std::to_string(count));
            benchmark::RegisterBenchmark(name.c_str(), [count](benchmark::State &state) {
                compareWithRawLoop(state, count);
            })->Iterations(1);
        }
    });
}
