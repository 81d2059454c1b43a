// SPDX-License-Identifier: MIT
//
// What does one of a million events cost whose handler takes all that wait in one call? From one producer and from two, while
// the target takes them, and when it was blocked until all were posted; beside what is written by hand for that.
#include "burst.h"
#include "peers/mutexlist.h"
#include "peers/signalboxasync.h"
#include "questions.h"

#include "../median.h"
#include "../peers/foreachpeer.h"
#include "../quantiles.h"

#include <string>
#include <vector>

namespace SignalBoxBenchmark {

namespace {

template <class Peer>
void addBatchHandler(Peer &peer, CountingHandler handler)
{
    peer.addForBatches([handler](const auto &batch) {
        for (const Event &event : batch)
            handler(event);
    });
}

template <class Peer>
void measureBatches(benchmark::State &state, int producerCount, Target target)
{
    if (availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    Burst<Peer> burst(1, [](Peer &peer, CountingHandler handler) { addBatchHandler(peer, handler); }, producerCount);
    const ScopedPin pin(0);
    burst.run(target, deliveryCount / 10); // what is allocated once is not asked for
    std::vector<double> each;
    std::vector<double> posting;
    for ([[maybe_unused]] auto round : state) {
        const std::optional<BurstTime> time = burst.run(target, deliveryCount);
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

void registerBatches()
{
    for (const int producerCount : {1, 2}) {
        for (const Target target : {Target::Together, Target::Blocked}) {
            std::string variant = producerCount == 1 ? "one-producer" : "two-producers";
            variant += target == Target::Together ? "-together" : "-blocked";
            variant = withEventLoop(std::move(variant));
            forEachPeer(PeerList<SignalBoxAsync, MutexList>(), [&]<class Peer>(std::type_identity<Peer>) {
                benchmark::RegisterBenchmark(
                        benchmarkName("batches", Peer::name, variant).c_str(),
                        [=](benchmark::State &state) { measureBatches<Peer>(state, producerCount, target); })
                        ->UseManualTime()
                        ->Unit(benchmark::kMillisecond)
                        ->Iterations(burstCount);
            });
        }
    }
}

} // namespace SignalBoxBenchmark
