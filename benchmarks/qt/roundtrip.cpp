// SPDX-License-Identifier: MIT
//
// How long does one event take to another thread and back, when both wait for it in their event loops?
#include "peers/queuedpeers.h"
#include "questions.h"
#include "targetthread.h"

#include "../measure.h"
#include "../median.h"
#include "../quantiles.h"

#include <vector>

namespace SignalBoxBenchmark {

namespace {

constexpr int tripCount = 10'000;

template <class Peer>
void measureRoundTrip(benchmark::State &state)
{
    TargetThread near(0);
    TargetThread far(1);
    Peer there(far);
    Peer back(near);
    std::vector<double> times;
    times.reserve(tripCount);
    Clock::time_point start;
    std::binary_semaphore isDone(0);
    there.add([&back](const Event &event) { dispatch(back, event); });
    back.add([&](const Event &event) {
        const auto end = Clock::now();
        times.push_back(std::chrono::duration<double, std::nano>(end - start).count());
        if (event == tripCount) {
            isDone.release();
            return;
        }
        start = Clock::now();
        dispatch(there, event + 1);
    });
    for ([[maybe_unused]] auto round : state) {
        times.clear();
        near.run([&] {
            start = Clock::now();
            dispatch(there, 1);
        });
        if (!isDone.try_acquire_for(std::chrono::minutes(1))) {
            state.SkipWithError("an event did not arrive");
            break;
        }
        state.SetIterationTime(median(times) / 1e9);
    }
    reportSamples(state, std::move(times));
}

} // namespace

void registerRoundTrip()
{
    forEachPeer(QueuedPeers(), []<class Peer>(std::type_identity<Peer>) {
        benchmark::RegisterBenchmark(benchmarkName("round-trip", Peer::name, withEventLoop("1")).c_str(),
                                     measureRoundTrip<Peer>)
                ->UseManualTime()
                ->Iterations(3);
    });
}

} // namespace SignalBoxBenchmark
