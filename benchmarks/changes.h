// SPDX-License-Identifier: MIT
#pragma once

#include "measure.h"
#include "peers/peerlist.h"

#include <vector>

namespace SignalBoxBenchmark {

enum class Priorities {
    Same,
    EightDistinct,
};

// A registry of `count` handlers, of which a random one is replaced at each step.
template <class Peer, class Handler>
class Replacement
{
public:
    Replacement(std::size_t count, Priorities priorities) : m_priorities(priorities), m_sinks(count)
    {
        m_handles.reserve(count);
        for (std::size_t index = 0; index < count; ++index)
            m_handles.push_back(add(index));
    }

    void step()
    {
        const std::size_t index = m_random.below(m_handles.size());
        m_peer.remove(m_handles[index]);
        m_handles[index] = add(index);
    }

private:
    typename Peer::Handle add(std::size_t index)
    {
        const int priority = m_priorities == Priorities::Same ? 0 : static_cast<int>(m_random.below(8));
        return m_peer.add(Handler{m_sinks.at(index)}, priority);
    }

    const Priorities m_priorities;
    const Sinks m_sinks;
    Random m_random;
    Peer m_peer;
    std::vector<typename Peer::Handle> m_handles;
};

// What the other thread does when a change is measured while other threads run: it notifies a registry of its own.
template <class Peer>
class UnrelatedRegistry
{
public:
    UnrelatedRegistry() : m_sinks(4) { m_sinks.addHandlers(m_peer, 4); }

    void step()
    {
        const Event event = 42;
        dispatch(m_peer, event);
    }

private:
    const Sinks m_sinks;
    Peer m_peer;
};

} // namespace SignalBoxBenchmark
