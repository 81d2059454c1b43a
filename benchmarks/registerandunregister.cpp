// SPDX-License-Identifier: MIT
//
// What does it cost to unregister a random one of N handlers and to register another in its place? The captures are
// plain: nothing has to be destroyed.
#include "changes.h"
#include "questions.h"

namespace SignalBoxBenchmark {

namespace {

template <class Peer>
void replaceRandomHandler(benchmark::State &state, std::size_t count, Priorities priorities)
{
    Replacement<Peer, PlainHandler> replacement(count, priorities);
    for ([[maybe_unused]] auto iteration : state)
        replacement.step();
}

} // namespace

void registerRegisterAndUnregister()
{
    for (const std::size_t count : {16, 64, 1000, 10'000}) {
        forEachPeer(AllPeers(), [count]<class Peer>(std::type_identity<Peer>) {
            if constexpr (!std::is_same_v<Peer, RawLoop>) {
                benchmark::RegisterBenchmark(benchmarkName("register", Peer::name, std::to_string(count)).c_str(),
                                             [count](benchmark::State &state) {
                                                 replaceRandomHandler<Peer>(state, count, Priorities::Same);
                                             });
            }
            if constexpr (Peer::hasPriorities) {
                benchmark::RegisterBenchmark(
                        benchmarkName("register-priorities", Peer::name, std::to_string(count)).c_str(),
                        [count](benchmark::State &state) {
                            replaceRandomHandler<Peer>(state, count, Priorities::EightDistinct);
                        });
            }
        });
    }
}

} // namespace SignalBoxBenchmark
