// SPDX-License-Identifier: MIT
//
// How often does a notify of four handlers allocate? Counts the operator new of the notifying thread; whoever calls
// malloc() himself is not seen here.
#include "allocationcounter.h"
#include "measure.h"
#include "peers/peerlist.h"
#include "questions.h"

namespace SignalBoxBenchmark {

namespace {

template <class Peer>
void countAllocations(benchmark::State &state)
{
    constexpr std::size_t handlerCount = 4;
    const Sinks sinks(handlerCount);
    Peer peer;
    sinks.addHandlers(peer, handlerCount);

    const Event event = 42;
    dispatch(peer, event); // what a thread or a registry allocates once is not asked for
    const std::uint64_t before = allocationCount();
    for ([[maybe_unused]] auto iteration : state)
        dispatch(peer, event);
    state.counters["allocations"] =
            static_cast<double>(allocationCount() - before) / static_cast<double>(state.iterations());
}

} // namespace

void registerAllocationsPerNotify()
{
    forEachPeer(AllPeers(), []<class Peer>(std::type_identity<Peer>) {
        benchmark::RegisterBenchmark(benchmarkName("allocations", Peer::name, "4").c_str(), countAllocations<Peer>)
                ->Iterations(10'000);
    });
}

} // namespace SignalBoxBenchmark
