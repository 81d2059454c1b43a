// SPDX-License-Identifier: MIT
//
// What does a notify cost, by the number of handlers, on one thread?
#include "measure.h"
#include "peers/peerlist.h"
#include "questions.h"

namespace SignalBoxBenchmark {

namespace {

template <class Peer>
void notifyHandlers(benchmark::State &state, std::size_t handlerCount)
{
    const Sinks sinks(handlerCount);
    Peer peer;
    for (std::size_t index = 0; index < handlerCount; ++index)
        peer.add(PlainHandler{sinks.at(index)});

    const Event event = 42;
    for ([[maybe_unused]] auto iteration : state)
        dispatch(peer, event);
}

} // namespace

void registerNotifyByHandlerCount()
{
    for (const std::size_t count : {0, 1, 4, 16, 64, 1000, 10'000}) {
        forEachPeer(AllPeers(), [count]<class Peer>(std::type_identity<Peer>) {
            benchmark::RegisterBenchmark(benchmarkName("notify", Peer::name, std::to_string(count)).c_str(),
                                         [count](benchmark::State &state) { notifyHandlers<Peer>(state, count); });
        });
    }
}

} // namespace SignalBoxBenchmark
