// SPDX-License-Identifier: MIT
//
// How much slower is a notify while another thread notifies the same registry? Each round measures either thread alone
// and then both together, so that a drift of the machine meets all three alike; the slower of the two ratios counts.
#include "measure.h"
#include "median.h"
#include "quantiles.h"
#include "peers/peerlist.h"
#include "questions.h"

#include <algorithm>
#include <atomic>
#include <vector>

namespace SignalBoxBenchmark {

namespace {

constexpr std::size_t handlerCount = 4;

// Where two threads meet before they measure, and tell each other that they have.
struct Meeting
{
    alignas(64) std::atomic<int> arrived{0};
    alignas(64) std::atomic<int> finished{0};
};

// A thread that has its own result goes on until the other one has, too: neither is ever measured alone.
template <class Step>
double timeOfEachTogether(Meeting &meeting, std::int64_t count, Step &&step)
{
    meeting.arrived.fetch_add(1);
    while (meeting.arrived.load() < 2) {}
    const double result = timeOfEach(count, step);
    meeting.finished.fetch_add(1);
    while (meeting.finished.load() < 2)
        step();
    return result;
}

template <class Peer>
void notifyFromTwoThreads(benchmark::State &state)
{
    if (availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    const Sinks sinks(handlerCount);
    Peer peer;
    sinks.addHandlers(peer, handlerCount);
    const auto step = [&peer] {
        const Event event = 42;
        dispatch(peer, event);
    };

    const ScopedPin pin(0);
    SecondThread second;
    const std::int64_t count = stepsPerMillisecond(step);
    std::vector<double> ratios;
    std::vector<double> together;
    for ([[maybe_unused]] auto round : state) {
        const double firstAlone = timeOfEach(count, step);
        double secondAlone = 0;
        second.start([&] { secondAlone = timeOfEach(count, step); });
        second.wait();

        Meeting meeting;
        double secondTogether = 0;
        second.start([&] { secondTogether = timeOfEachTogether(meeting, count, step); });
        const double firstTogether = timeOfEachTogether(meeting, count, step);
        second.wait();

        ratios.push_back(std::max(firstTogether / firstAlone, secondTogether / secondAlone));
        together.push_back(std::max(firstTogether, secondTogether));
        state.SetIterationTime(together.back() / 1e9);
    }
    state.counters["ratio"] = median(ratios);
    reportSamples(state, std::move(together));
}

} // namespace

void registerNotifyByThreads()
{
    forEachPeer(AllPeers(), []<class Peer>(std::type_identity<Peer>) {
        // The raw loop is only read here, which two threads may do.
        if constexpr (Peer::isThreadSafe || std::is_same_v<Peer, RawLoop>) {
            benchmark::RegisterBenchmark(benchmarkName("threads", Peer::name, "2").c_str(), notifyFromTwoThreads<Peer>)
                    ->UseManualTime()
                    ->Iterations(roundCount);
        }
    });
}

} // namespace SignalBoxBenchmark
