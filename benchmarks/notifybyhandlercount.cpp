// SPDX-License-Identifier: MIT
//
// What does a notify cost, by the number of handlers, on one thread?
#include "measure.h"
#include "peers/peerlist.h"
#include "questions.h"

namespace SignalBoxBenchmark {

void registerNotifyByHandlerCount()
{
    for (const std::size_t count : {0, 1, 4, 16, 64, 65, 1000, 10'000}) {
        forEachPeer(AllPeers(), [count]<class Peer>(std::type_identity<Peer>) {
            benchmark::RegisterBenchmark(benchmarkName("notify", Peer::name, std::to_string(count)).c_str(),
                                         [count](benchmark::State &state) { measureNotify<Peer>(state, count); });
        });
    }
}

} // namespace SignalBoxBenchmark
