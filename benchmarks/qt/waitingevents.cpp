// SPDX-License-Identifier: MIT
//
// How much memory does an event take that waits for its thread, and how often does it allocate? A million events are
// posted while the target is blocked. Three answers to the first: what the allocator has given out, what became
// resident, and the peak until all are delivered. Allocations: malloc() and all that calls it, on both threads, after
// a first burst.
#include "burst.h"
#include "malloccounter.h"
#include "memory.h"
#include "peers/queuedpeers.h"
#include "questions.h"

namespace SignalBoxBenchmark {

namespace {

constexpr std::int64_t eventCount = deliveryCount;

template <class Peer>
bool runBurst(Peer &peer, TargetThread &target, Arrivals &arrivals, std::int64_t count,
              const std::function<void()> &whileAllWait)
{
    arrivals.expect(1);
    Blockade blockade(target);
    postBurst(peer, count);
    whileAllWait();
    blockade.release();
    return arrivals.wait();
}

// Of `end` over `begin`, per event; nothing if either is unknown.
void setGrowth(benchmark::State &state, const char *name, std::optional<double> begin, std::optional<double> end)
{
    if (begin && end)
        state.counters[name] = (*end - *begin) / static_cast<double>(eventCount);
}

template <class Peer>
void measureWaitingEvents(benchmark::State &state, const SignalBox::Backlog &backlog)
{
    const Sinks sinks(1);
    Arrivals arrivals;
    TargetThread target;
    Peer peer(target);
    const CountingHandler handler{sinks.at(0), &arrivals};
    if constexpr (std::is_same_v<Peer, SignalBoxAsync>)
        peer.add(handler, backlog);
    else
        peer.add(handler);

    const auto targetMallocCount = [&target] {
        std::uint64_t count = 0;
        target.run([&count] { count = mallocCount(); });
        return count;
    };
    for ([[maybe_unused]] auto round : state) {
        if (!runBurst(peer, target, arrivals, eventCount / 10, [] {})) {
            state.SkipWithError("the last event did not arrive");
            return;
        }
        trimMemory();
        restartPeak();
        const std::uint64_t mallocsBefore = mallocCount() + targetMallocCount();
        const std::optional<double> allocatedBefore = allocatedBytes();
        const std::optional<double> residentBefore = residentBytes();
        const std::optional<double> peakBefore = peakBytes();
        std::optional<double> allocated;
        std::optional<double> resident;
        std::uint64_t mallocsOfMeasuring = 0;
        const bool isComplete = runBurst(peer, target, arrivals, eventCount, [&] {
            const std::uint64_t before = mallocCount();
            allocated = allocatedBytes();
            resident = residentBytes();
            mallocsOfMeasuring = mallocCount() - before;
        });
        if (!isComplete) {
            state.SkipWithError("the last event did not arrive");
            return;
        }
        const std::uint64_t mallocs = mallocCount() + targetMallocCount() - mallocsBefore - mallocsOfMeasuring;
        setGrowth(state, "bytes", allocatedBefore, allocated);
        setGrowth(state, "resident_bytes", residentBefore, resident);
        setGrowth(state, "peak_bytes", peakBefore, peakBytes());
        if (isMallocCounted)
            state.counters["allocations"] = static_cast<double>(mallocs) / static_cast<double>(eventCount);
    }
}

template <class Peer>
void registerPeer(const std::string &variant, const SignalBox::Backlog &backlog)
{
    benchmark::RegisterBenchmark(benchmarkName("waiting", Peer::name, withEventLoop(variant)).c_str(),
                                 [=](benchmark::State &state) { measureWaitingEvents<Peer>(state, backlog); })
            ->Iterations(1);
}

} // namespace

void registerWaitingEvents()
{
    forEachPeer(QueuedPeers(), []<class Peer>(std::type_identity<Peer>) { registerPeer<Peer>("all", {}); });
    registerPeer<SignalBoxAsync>("latest", SignalBox::Backlog::newest());
}

} // namespace SignalBoxBenchmark
