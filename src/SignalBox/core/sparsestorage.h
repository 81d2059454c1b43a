// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/eventinfo.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace SignalBox {

/*!
    \class SignalBox::SparseStorage
    \brief A few events whose ids are far apart, in ascending order. An EventStorage.

    \threadsafety Thread-safe after construction; find() is async-signal-safe.
    \cost find() is a binary search. Only the constructor allocates.
    \lifetime Is moved into its EventRegistry. The addresses of its events do not change.
    \errors Only the constructor throws.

    \code
    SignalBox::EventRegistry<SignalBox::SparseStorage> events{SignalBox::SparseStorage({2, 15, 400})};
    const auto listener = events.registerListener(400);
    \endcode
*/
class SparseStorage
{
public:
    /*! Holds one event for each id. Order and repetitions do not matter. Throws std::bad_alloc. */
    explicit SparseStorage(std::vector<EventId> ids) : m_ids(uniqueAndSorted(std::move(ids))), m_events(m_ids.size()) {}

    /*! The event of that id, or null. */
    EventInfo *find(EventId id) noexcept
    {
        const auto place = std::lower_bound(m_ids.cbegin(), m_ids.cend(), id);
        if (place == m_ids.cend() || *place != id)
            return nullptr;
        return m_events.data() + (place - m_ids.cbegin());
    }

    /*! Calls `visit(EventInfo &)` with each event, in the order of the ids. */
    template <class F>
    void forEach(F visit)
    {
        for (EventInfo &event : m_events)
            visit(event);
    }

private:
    static std::vector<EventId> uniqueAndSorted(std::vector<EventId> ids)
    {
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        return ids;
    }

    // Neither is changed later: signal handlers read them.
    std::vector<EventId> m_ids;
    std::vector<EventInfo> m_events;
};

} // namespace SignalBox
