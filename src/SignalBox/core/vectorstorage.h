// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/eventinfo.h>

#include <cstddef>
#include <vector>

namespace SignalBox {

/*!
    \class SignalBox::VectorStorage
    \brief The events 0, 1, ... count - 1, side by side in memory. An EventStorage.

    \threadsafety Thread-safe after construction; find() is async-signal-safe.
    \cost find() is an index into a vector. Only the constructor allocates.
    \lifetime Is moved into its EventRegistry. The addresses of its events do not change.
    \errors Only the constructor throws.

    \code
    SignalBox::EventRegistry<SignalBox::VectorStorage> events{SignalBox::VectorStorage(2)};
    const auto listener = events.registerListener(1);
    \endcode
*/
class VectorStorage
{
public:
    /*! Holds `count` events. Throws std::bad_alloc, std::length_error. */
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
