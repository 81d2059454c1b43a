// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/models/eventrow_p.h>
#include <SignalBox/qt/models/incomingevent_p.h>

#include <cstddef>
#include <vector>

namespace SignalBox::detail {

/*! Events that a model has no use for any more, until they are destroyed. */
struct DroppedEvents
{
    bool isEmpty() const noexcept { return rows.empty() && incoming.empty() && snapshots.empty(); }
    /*! A snapshot counts as more than any few. */
    bool areMoreThan(std::size_t few) const noexcept
    {
        std::size_t count = rows.size();
        for (const std::vector<IncomingEvent> &events : incoming)
            count += events.size();
        return !snapshots.empty() || count > few;
    }

    std::vector<EventRow> rows;
    std::vector<std::vector<IncomingEvent>> incoming;
    std::vector<EventPointer> snapshots;
};

} // namespace SignalBox::detail
