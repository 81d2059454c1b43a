// SPDX-License-Identifier: MIT
//
// What does an event cost a thread that must not wait, which offers it to a RealtimeSource, next to a queued signal, a post, and a ring that
// is written by hand? Whole rounds of ten thousand, which the target takes meanwhile and afterwards: the mean of hundreds of them; and single ones
// with the look at the clock, of which it counts how long the slowest of a hundred thousand takes.
#include "arrivals.h"
#include "peers/handring.h"
#include "peers/queuedpeers.h"
#include "peers/signalboxrealtime.h"
#include "questions.h"
#include "targetthread.h"

#include "../measure.h"
#include "../median.h"
#include "../quantiles.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace SignalBoxBenchmark {

namespace {

constexpr std::int64_t eventsInARound = 10'000;
constexpr std::int64_t offerRounds = 300;

struct SignalBoxPost : SignalBoxAsync
{
    static constexpr const char *name = "SignalBox post";

    using SignalBoxAsync::SignalBoxAsync;
};

// The look at the clock alone, with what interrupts it.
struct Nothing
{
    static constexpr const char *name = "idle";

    explicit Nothing(TargetThread &) {}
    template <class Handler>
    void add(Handler)
    {}
    void notify(const Event &) {}
};

void report(benchmark::State &state, std::vector<double> samples)
{
    if (samples.empty())
        return;
    std::sort(samples.begin(), samples.end());
    state.counters["p99999_ns"] = quantile(samples, 0.99999);
    reportSamples(state, std::move(samples));
}

template <class Peer>
void measureOffers(benchmark::State &state, std::int64_t eventsInASample)
{
    if (availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    const Sinks sinks(1);
    Arrivals arrivals;
    TargetThread target;
    Peer peer(target);
    peer.add(CountingHandler{sinks.at(0), &arrivals});
    const ScopedPin pin(0);
    std::vector<double> samples(
            static_cast<std::size_t>(offerRounds * eventsInARound / eventsInASample)); // touched here
    std::size_t count = 0;
    for ([[maybe_unused]] auto round : state) {
        arrivals.expect(1);
        double total = 0;
        for (std::int64_t event = 0; event < eventsInARound; event += eventsInASample) {
            const auto start = Clock::now();
            for (std::int64_t i = 0; i < eventsInASample; ++i)
                dispatch(peer, static_cast<Event>(event));
            const double each = nanosecondsSince(start) / static_cast<double>(eventsInASample);
            samples[count++] = each;
            total += each * static_cast<double>(eventsInASample);
        }
        state.SetIterationTime(total / 1e9);
        if constexpr (std::is_same_v<Peer, Nothing>)
            continue;
        dispatch(peer, lastEvent);
        if (!arrivals.wait() || arrivals.eventCount() != static_cast<std::uint64_t>(eventsInARound + 1)) {
            state.SkipWithError("not every event arrived");
            break;
        }
    }
    report(state, std::move(samples));
}

} // namespace

void registerOffer()
{
    forEachPeer(PeerList<Nothing, SignalBoxRealtime, HandRing, SignalBoxPost, QtQueuedSignal>(),
                []<class Peer>(std::type_identity<Peer>) {
                    for (const auto &[variant, eventsInASample] :
                         {std::pair<const char *, std::int64_t>{"hundred", 100}, {"one", 1}}) {
                        benchmark::RegisterBenchmark(benchmarkName("offer", Peer::name, variant).c_str(),
                                                     [eventsInASample](benchmark::State &state) {
                                                         measureOffers<Peer>(state, eventsInASample);
                                                     })
                                ->UseManualTime()
                                ->Iterations(offerRounds);
                    }
                });
}

} // namespace SignalBoxBenchmark
