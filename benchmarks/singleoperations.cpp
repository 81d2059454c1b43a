// SPDX-License-Identifier: MIT
//
// How much do single operations differ from their median: a notify, and the replacement of a random handler? The other
// questions ask for means of many. Each sample is one replacement, or a hundred notifies, which are as short as the look at
// the clock; that is not subtracted.
#include "changes.h"
#include "quantiles.h"
#include "questions.h"

namespace SignalBoxBenchmark {

namespace {

constexpr std::int64_t sampleCount = 20'000;
constexpr std::int64_t notifiesPerSample = 100;

template <class Peer>
void notifyHandlers(benchmark::State &state, std::size_t handlerCount)
{
    const Sinks sinks(handlerCount);
    Peer peer;
    sinks.addHandlers(peer, handlerCount);
    timeSteps(state, notifiesPerSample, [&peer] {
        const Event event = 42;
        dispatch(peer, event);
    });
}

template <class Peer>
void replaceRandomHandler(benchmark::State &state, std::size_t handlerCount)
{
    Replacement<Peer, PlainHandler> replacement(handlerCount, Priorities::Same);
    timeSteps(state, 1, [&replacement] { replacement.step(); });
}

void add(const char *peer, const std::string &variant, std::function<void(benchmark::State &)> function)
{
    benchmark::RegisterBenchmark(benchmarkName("single", peer, variant).c_str(), std::move(function))
            ->UseManualTime()
            ->Iterations(sampleCount);
}

} // namespace

void registerSingleOperations()
{
    forEachPeer(AllPeers(), []<class Peer>(std::type_identity<Peer>) {
        for (const std::size_t count : {4, 64}) {
            add(Peer::name, "notify-" + std::to_string(count),
                [count](benchmark::State &state) { notifyHandlers<Peer>(state, count); });
        }
        if constexpr (!std::is_same_v<Peer, RawLoop>) {
            for (const std::size_t count : {16, 1000}) {
                add(Peer::name, "register-" + std::to_string(count),
                    [count](benchmark::State &state) { replaceRandomHandler<Peer>(state, count); });
            }
        }
    });
}

} // namespace SignalBoxBenchmark
