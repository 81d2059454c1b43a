// SPDX-License-Identifier: MIT
//
// What does a post cost whose handlers all run inline, next to a signal whose connections are direct?
#include "../measure.h"
#include "../peers/foreachpeer.h"
#include "../peers/qtdirectconnection.h"
#include "peers/signalboxinline.h"
#include "questions.h"

namespace SignalBoxBenchmark {

void registerInlinePost()
{
    for (const std::size_t count : {0, 1, 8}) {
        forEachPeer(PeerList<QtDirectConnection, SignalBoxInline>(), [count]<class Peer>(std::type_identity<Peer>) {
            benchmark::RegisterBenchmark(
                    benchmarkName("post", Peer::name, "inline-" + std::to_string(count)).c_str(),
                    [count](benchmark::State &state) { measureNotify<Peer>(state, count); });
        });
    }
}

} // namespace SignalBoxBenchmark
