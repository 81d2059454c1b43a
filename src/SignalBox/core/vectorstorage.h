// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/eventinfo.h>

#include <cstddef>
#include <vector>

namespace SignalBox {

/*!
    \class SignalBox::VectorStorage
    \brief The events 0, 1, ... count - 1, side by side in memory. An EventStorage.

    \threadsafety Thread-safe once it is made; find() is async-signal-safe.
    \cost find() is an index into a vector. It allocates when it is made, and not later.
    \lifetime Moves into its EventRegistry. Its events stay where they are.
    \errors Only making it throws.

    \code
    SignalBox::EventRegistry<SignalBox::VectorStorage> events{SignalBox::VectorStorage(2)};
    const auto listener = events.registerListener(1);
    \endcode
*/
class VectorStorage
{
public:
    /*! `count` events. Throws std::bad_alloc, std::length_error. */
    explicit VectorStorage(std::size_t count) : m_events(count) {}

    /*! The event of that index, or null. */
    EventInfo *find(EventId id) noexcept { return id < m_events.size() ? m_events.data() + id : nullptr; }

    /*! Calls `visit(EventInfo &)` with each event, in the order of the ids. */
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
