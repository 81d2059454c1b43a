// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/eventinfo.h>

#include <cstddef>
#include <vector>

namespace SignalBox {

/*! The events 0, 1, ... count - 1, side by side in memory: found by their index. An EventStorage. */
class VectorStorage
{
public:
    /*! Throws std::bad_alloc, std::length_error. */
    explicit VectorStorage(std::size_t count) : m_events(count) {}

    EventInfo *find(EventId id) noexcept { return id < m_events.size() ? m_events.data() + id : nullptr; }

    template <class F>
    void forEach(F visit)
    {
        for (EventInfo &event : m_events)
            visit(event);
    }

private:
    std::vector<EventInfo> m_events; // never resized: events do not move
};

} // namespace SignalBox
