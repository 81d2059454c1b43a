// SPDX-License-Identifier: MIT
//
// What does an emission of a signal cost that is a source, next to a post to the same handler on another thread? The bar adds
// a direct connection to the post: sources/Qt direct connection.
#include "burst.h"
#include "peers/signalboxasync.h"
#include "peers/signalboxsource.h"
#include "questions.h"

#include "../measure.h"
#include "../peers/foreachpeer.h"
#include "../quantiles.h"

#include <vector>

namespace SignalBoxBenchmark {

namespace {

template <class Peer>
void measureEmissions(benchmark::State &state, Target target)
{
    if (availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    Burst<Peer> burst(1, [](Peer &peer, CountingHandler handler) { peer.add(handler); });
    const ScopedPin pin(0);
    burst.run(target, deliveryCount / 10); // what is allocated once is not asked for
    std::vector<double> each;
    for ([[maybe_unused]] auto round : state) {
        const std::optional<BurstTime> time = burst.run(target, deliveryCount);
        if (!time || time->arrived != static_cast<std::uint64_t>(deliveryCount)) {
            state.SkipWithError("not every event arrived");
            return;
        }
        each.push_back(time->each);
        state.SetIterationTime(time->each * static_cast<double>(deliveryCount) / 1e9);
    }
    reportSamples(state, std::move(each));
}

} // namespace

void registerSources()
{
    benchmark::RegisterBenchmark(benchmarkName("sources", QtDirectConnection::name, "direct").c_str(),
                                 [](benchmark::State &state) { measureNotify<QtDirectConnection>(state, 1); });
    for (const Target target : {Target::Together, Target::Blocked}) {
        forEachPeer(PeerList<SignalBoxAsync, SignalBoxSource, SignalBoxConnect>(), [target]<class Peer>(std::type_identity<Peer>) {
            benchmark::RegisterBenchmark(
                    benchmarkName("sources", Peer::name, withEventLoop(target == Target::Together ? "together" : "blocked")).c_str(),
                    [target](benchmark::State &state) { measureEmissions<Peer>(state, target); })
                    ->UseManualTime()
                    ->Iterations(burstCount);
        });
    }
}

} // namespace SignalBoxBenchmark
