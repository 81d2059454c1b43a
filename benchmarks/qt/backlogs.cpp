// SPDX-License-Identifier: MIT
//
// What does an event cost whose handler may miss events? A burst of a million to a handler that wants the latest alone,
// which must get the last one; and for each backlog one post to a target that is blocked.
#include "burst.h"
#include "peers/mutexslot.h"
#include "peers/signalboxasync.h"
#include "questions.h"

#include "../median.h"
#include "../quantiles.h"
#include "../peers/foreachpeer.h"

#include <vector>

namespace SignalBoxBenchmark {

namespace {

using SignalBox::Backlog;

template <class Peer>
void addHandler(Peer &peer, CountingHandler handler, [[maybe_unused]] const Backlog &backlog)
{
    if constexpr (std::is_same_v<Peer, SignalBoxAsync>)
        peer.add(handler, backlog);
    else
        peer.add(handler);
}

template <class Peer>
void measureLatest(benchmark::State &state, Target target)
{
    if (availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    Burst<Peer> burst(1, [](Peer &peer, CountingHandler handler) { addHandler(peer, handler, Backlog::newest()); });
    const ScopedPin pin(0);
    burst.run(target, deliveryCount / 10);
    std::vector<double> each;
    std::vector<double> calls;
    for ([[maybe_unused]] auto round : state) {
        const std::optional<BurstTime> time = burst.run(target, deliveryCount);
        if (!time) {
            state.SkipWithError("the last event did not arrive");
            return;
        }
        each.push_back(time->each);
        calls.push_back(static_cast<double>(time->arrived));
        state.SetIterationTime(time->each * static_cast<double>(deliveryCount) / 1e9);
    }
    reportSamples(state, std::move(each));
    state.counters["calls"] = median(calls);
}

template <class Peer>
void measurePost(benchmark::State &state, const Backlog &backlog)
{
    const Sinks sinks(1);
    Arrivals arrivals;
    arrivals.expect(1);
    TargetThread target;
    Peer peer(target);
    addHandler(peer, CountingHandler{sinks.at(0), &arrivals}, backlog);
    Blockade blockade(target);
    const ScopedPin pin(0);
    Event event = 0;
    for ([[maybe_unused]] auto iteration : state)
        dispatch(peer, ++event);
}

template <class Peer>
void registerPost(const std::string &variant, const Backlog &backlog)
{
    benchmark::RegisterBenchmark(benchmarkName("post", Peer::name, variant).c_str(),
                                 [=](benchmark::State &state) { measurePost<Peer>(state, backlog); });
}

} // namespace

void registerBacklogs()
{
    for (const Target target : {Target::Together, Target::Blocked}) {
        const std::string variant = withEventLoop(target == Target::Together ? "together" : "blocked");
        forEachPeer(PeerList<SignalBoxAsync, MutexSlot>(), [&]<class Peer>(std::type_identity<Peer>) {
            benchmark::RegisterBenchmark(benchmarkName("latest", Peer::name, variant).c_str(),
                                         [=](benchmark::State &state) { measureLatest<Peer>(state, target); })
                    ->UseManualTime()
                    ->Unit(benchmark::kMillisecond)
                    ->Iterations(burstCount);
        });
    }
    registerPost<SignalBoxAsync>("latest", Backlog::newest());
    registerPost<MutexSlot>("latest", {});
    registerPost<SignalBoxAsync>("drop-oldest", Backlog::newest(1000));
    registerPost<SignalBoxAsync>("drop-newest", Backlog::oldest(1000));
    registerPost<SignalBoxAsync>("throttled", Backlog::throttled(16));
    registerPost<SignalBoxAsync>("debounced", Backlog::debounced(16));
}

} // namespace SignalBoxBenchmark
