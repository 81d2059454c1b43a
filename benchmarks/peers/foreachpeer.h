// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

namespace SignalBoxBenchmark {

template <class... Peers>
struct PeerList
{};

// Calls function(std::type_identity<Peer>()) for each peer.
template <class Function, class... Peers>
void forEachPeer(PeerList<Peers...>, Function function)
{
    (function(std::type_identity<Peers>()), ...);
}

} // namespace SignalBoxBenchmark
