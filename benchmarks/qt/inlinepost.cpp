// SPDX-License-Identifier: MIT
//
// What does a post cost whose handlers all run inline, next to a signal whose connections are direct?
#include "../measure.h"
#include "../peers/foreachpeer.h"
#include "../peers/qtdirectconnection.h"
#include "peers/signalboxinline.h"
#include "questions.h"

namespace SignalBoxBenchmark {

namespace {

template <class Peer>
void measureInlinePost(benchmark::State &state, std::size_t handlerCount)
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

void registerInlinePost()
{
    for (const std::size_t count : {0, 1, 8}) {
        forEachPeer(PeerList<QtDirectConnection, SignalBoxInline>(), [count]<class Peer>(std::type_identity<Peer>) {
            benchmark::RegisterBenchmark(
                    benchmarkName("post", Peer::name, "inline-" + std::to_string(count)).c_str(),
                    [count](benchmark::State &state) { measureInlinePost<Peer>(state, count); });
        });
    }
}

} // namespace SignalBoxBenchmark
