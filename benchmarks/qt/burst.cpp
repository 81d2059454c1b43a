// SPDX-License-Identifier: MIT
//
// What does one of a million deliveries to another thread cost, to one handler and to eight, while the target takes
// them, and when it was blocked until all were posted?
#include "burst.h"
#include "peers/queuedpeers.h"
#include "questions.h"

#include "../median.h"
#include "../quantiles.h"

#include <vector>

namespace SignalBoxBenchmark {

namespace {

template <class Peer>
void measureBurst(benchmark::State &state, std::size_t handlerCount, Target target)
{
    if (availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    Burst<Peer> burst(handlerCount, [](Peer &peer, CountingHandler handler) { peer.add(handler); });
    const ScopedPin pin(0);
    const auto eventCount = deliveryCount / static_cast<std::int64_t>(handlerCount);
    burst.run(target, eventCount / 10); // what is allocated once is not asked for
    std::vector<double> each;
    std::vector<double> posting;
    for ([[maybe_unused]] auto round : state) {
        const std::optional<BurstTime> time = burst.run(target, eventCount);
        if (!time || time->arrived != static_cast<std::uint64_t>(deliveryCount)) {
            state.SkipWithError("not every event arrived");
            return;
        }
        each.push_back(time->each);
        posting.push_back(time->posting);
        state.SetIterationTime(time->each * static_cast<double>(deliveryCount) / 1e9);
    }
    reportSamples(state, std::move(each));
    state.counters["posting_ns"] = median(posting);
}

} // namespace

void registerBurst()
{
    for (const std::size_t handlerCount : {1, 8}) {
        for (const Target target : {Target::Together, Target::Blocked}) {
            std::string variant = std::to_string(handlerCount);
            variant += target == Target::Together ? "-together" : "-blocked";
            variant = withEventLoop(std::move(variant));
            forEachPeer(QueuedPeers(), [&]<class Peer>(std::type_identity<Peer>) {
                benchmark::RegisterBenchmark(
                        benchmarkName("burst", Peer::name, variant).c_str(),
                        [=](benchmark::State &state) { measureBurst<Peer>(state, handlerCount, target); })
                        ->UseManualTime()
                        ->Unit(benchmark::kMillisecond)
                        ->Iterations(burstCount);
            });
        }
    }
}

} // namespace SignalBoxBenchmark
