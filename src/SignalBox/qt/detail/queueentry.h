// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/detail/eventmemory.h>

#include <atomic>
#include <cstdint>

namespace SignalBox::detail {

class Event;
class Lane;

/*! Several handlers of one event on one target thread, in the order of their calls. */
struct LaneList
{
    std::uint32_t count;
    std::uint32_t capacity;
    EventMemory::Offset offset;
    Lane *lanes[1]; // `capacity` of them; null: no longer here
};

/*!
    What a mailbox queues. Which kind it is, and for whom, is in one word: most entries are the one that lies in
    front of their event, for one handler, and cost sixteen bytes.
*/
struct QueueEntry
{
    enum Kind : std::uintptr_t {
        Handler, // for one Lane
        Handlers, // for those in a LaneList
        Visit, // one Lane has something in its backlog; no event
        Work, // a Task
        kindMask = 3,
        Separate = 4, // a SeparateEntry: not in front of its event
        addressMask = ~std::uintptr_t{7},
    };

    Kind kind() const noexcept { return static_cast<Kind>(target & kindMask); }
    bool isSeparate() const noexcept { return (target & Separate) != 0; }
    Lane *lane() const noexcept { return reinterpret_cast<Lane *>(target & addressMask); }
    LaneList *lanes() const noexcept { return reinterpret_cast<LaneList *>(target & addressMask); }
    void setLane(Lane *lane) noexcept
    {
        target = (target & ~std::uintptr_t{addressMask}) | reinterpret_cast<std::uintptr_t>(lane);
    }

    std::atomic<QueueEntry *> next = nullptr;
    std::uintptr_t target = Handler;
};

struct SeparateEntry : QueueEntry
{
    const Event *event; // holds a reference; null for a visit
    EventMemory::Offset offset;
};

} // namespace SignalBox::detail
