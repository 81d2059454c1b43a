// SPDX-License-Identifier: MIT
#pragma once

#include "plainbacklog.h"

#include <SignalBox/Backlog>
#include <SignalBox/BacklogOf>

// The backlogs that a PlainBacklog is a model of.

namespace plain {

template <class Kept>
SignalBox::BacklogOf<int> withTime(const Kept &kept, When when)
{
    switch (when) {
    case When::Soon:
        return kept;
    case When::EveryTurn:
        return kept.every(0);
    case When::Every:
        return kept.every(interval);
    case When::QuietFor:
        return kept.quietFor(interval);
    case When::OnDemand:
        return kept.onDemand();
    }
    return {};
}

template <class Kept>
SignalBox::BacklogOf<int> withAll(const Kept &kept, When when, Wanted wanted)
{
    return wanted == Wanted::Even ? withTime(kept.where(isEven), when) : withTime(kept, when);
}

} // namespace plain

inline SignalBox::BacklogOf<int> backlogOf(Keep keep, When when, Wanted wanted)
{
    using SignalBox::Backlog;
    using namespace plain;
    switch (keep) {
    case Keep::All:
        return withAll(Backlog::all(), when, wanted);
    case Keep::Newest:
        return withAll(Backlog::newest(), when, wanted);
    case Keep::NewestThree:
        return withAll(Backlog::newest(3), when, wanted);
    case Keep::OldestThree:
        return withAll(Backlog::oldest(3), when, wanted);
    case Keep::NewestBy:
        return withAll(Backlog::newestBy(keyOf), when, wanted);
    case Keep::MergedBy:
        return withAll(Backlog::mergedBy(keyOf, add), when, wanted);
    case Keep::Merged:
        return withAll(Backlog::merged(add), when, wanted);
    }
    return {};
}
