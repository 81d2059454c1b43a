// SPDX-License-Identifier: MIT
//
// How long does a 16 ms timer of the target thread have to wait, at worst, while two million events per second come in
// for three seconds? Until the last of them has been delivered. The same without any event shows what the machine does.
#include "arrivals.h"
#include "peers/queuedpeers.h"
#include "questions.h"
#include "targetthread.h"

#include <QtCore/qbasictimer.h>

#include <algorithm>
#include <thread>

namespace SignalBoxBenchmark {

namespace {

constexpr double eventsPerNanosecond = 2e6 / 1e9;
constexpr double floodNanoseconds = 3e9;

// Lives on the target thread.
class GapTimer final : public QObject
{
public:
    void start()
    {
        m_last = Clock::now();
        m_timer.start(16, Qt::PreciseTimer, this);
    }

    // Nanoseconds, the gap that has not ended included.
    double worst() const { return std::max(m_worst, nanosecondsSince(m_last)); }

protected:
    void timerEvent(QTimerEvent *) override
    {
        m_worst = worst();
        m_last = Clock::now();
    }

private:
    QBasicTimer m_timer;
    Clock::time_point m_last;
    double m_worst = 0;
};

// Posts as many events as are due, and as fast as it can when it is late, for as long as the flood lasts; how many.
template <class Peer>
std::uint64_t flood(Peer &peer)
{
    const auto start = Clock::now();
    std::uint64_t posted = 0;
    for (;;) {
        const double elapsed = nanosecondsSince(start);
        if (elapsed >= floodNanoseconds)
            break;
        const auto due = static_cast<std::uint64_t>(elapsed * eventsPerNanosecond);
        // In pieces: a producer that cannot keep up looks at the clock all the same.
        for (const std::uint64_t end = std::min(due, posted + 256); posted < end; ++posted)
            dispatch(peer, static_cast<Event>(posted));
    }
    dispatch(peer, lastEvent);
    return posted + 1;
}

template <class Peer>
void measureTimerGap(benchmark::State &state)
{
    if (availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    const Sinks sinks(1);
    Arrivals arrivals;
    TargetThread target;
    const ScopedPin pin(0);
    Peer peer(target);
    peer.add(CountingHandler{sinks.at(0), &arrivals});
    for ([[maybe_unused]] auto round : state) {
        arrivals.expect(1);
        std::optional<GapTimer> timer;
        target.run([&timer] { timer.emplace().start(); });
        const auto start = Clock::now();
        const std::uint64_t posted = flood(peer);
        const double duration = nanosecondsSince(start);
        const bool isComplete = arrivals.wait() && arrivals.eventCount() == posted;
        double worst = 0;
        target.run([&] {
            worst = timer->worst();
            timer.reset();
        });
        if (!isComplete) {
            state.SkipWithError("not every event arrived");
            return;
        }
        state.SetIterationTime(worst / 1e9);
        state.counters["events_per_s"] = static_cast<double>(posted) / duration * 1e9;
    }
}

void measureIdleGap(benchmark::State &state)
{
    TargetThread target;
    for ([[maybe_unused]] auto round : state) {
        std::optional<GapTimer> timer;
        target.run([&timer] { timer.emplace().start(); });
        std::this_thread::sleep_for(std::chrono::duration<double, std::nano>(floodNanoseconds));
        double worst = 0;
        target.run([&] {
            worst = timer->worst();
            timer.reset();
        });
        state.SetIterationTime(worst / 1e9);
    }
}

} // namespace

void registerTimerGap()
{
    const std::string variant = withEventLoop("flood");
    const auto add = [&variant](const char *peer, void (*function)(benchmark::State &)) {
        benchmark::RegisterBenchmark(benchmarkName("timer-gap", peer, variant).c_str(), function)
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond)
                ->Iterations(1);
    };
    add("idle", measureIdleGap);
    forEachPeer(QueuedPeers(), [&]<class Peer>(std::type_identity<Peer>) { add(Peer::name, measureTimerGap<Peer>); });
}

} // namespace SignalBoxBenchmark
