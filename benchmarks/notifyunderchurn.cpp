// SPDX-License-Identifier: MIT
//
// How much slower is a notify of four handlers while another thread registers and unregisters a fifth without pause?
// Each round measures undisturbed and disturbed, one after the other.
#include "measure.h"
#include "median.h"
#include "quantiles.h"
#include "peers/peerlist.h"
#include "questions.h"

#include <vector>

namespace SignalBoxBenchmark {

namespace {

constexpr std::size_t handlerCount = 4;
constexpr double roundLimit = 2e7; // 20 ms

template <class Peer, class Handler>
void notifyDuringChanges(benchmark::State &state)
{
    if (availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    const Sinks sinks(handlerCount + 1);
    Peer peer;
    sinks.addHandlers(peer, handlerCount);
    const auto step = [&peer] {
        const Event event = 42;
        dispatch(peer, event);
    };

    const ScopedPin pin(0);
    const std::int64_t count = stepsPerMillisecond(step);
    std::vector<double> ratios;
    std::vector<double> disturbedTimes;
    double changes = 0;
    double seconds = 0;
    for ([[maybe_unused]] auto round : state) {
        const double undisturbed = timeOfEachWithin(roundLimit, count, step);

        double roundChanges = 0;
        const auto start = Clock::now();
        double disturbed = 0;
        {
            const BackgroundLoad load([&] {
                peer.remove(peer.add(Handler{sinks.at(handlerCount)}));
                ++roundChanges;
            });
            disturbed = timeOfEachWithin(roundLimit, count, step);
        }
        seconds += nanosecondsSince(start) / 1e9;
        changes += roundChanges;

        ratios.push_back(disturbed / undisturbed);
        disturbedTimes.push_back(disturbed);
        state.SetIterationTime(disturbed / 1e9);
    }
    state.counters["ratio"] = median(ratios);
    reportSamples(state, std::move(disturbedTimes));
    state.counters["changes_per_s"] = changes / seconds;
}

} // namespace

void registerNotifyUnderChurn()
{
    forEachPeer(AllPeers(), []<class Peer>(std::type_identity<Peer>) {
        if constexpr (Peer::isThreadSafe) {
            benchmark::RegisterBenchmark(benchmarkName("churn", Peer::name, "plain").c_str(),
                                         notifyDuringChanges<Peer, PlainHandler>)
                    ->UseManualTime()
                    ->Iterations(roundCount);
            benchmark::RegisterBenchmark(benchmarkName("churn", Peer::name, "destructor").c_str(),
                                         notifyDuringChanges<Peer, OwningHandler>)
                    ->UseManualTime()
                    ->Iterations(roundCount);
        }
    });
}

} // namespace SignalBoxBenchmark
