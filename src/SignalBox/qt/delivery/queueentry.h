// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/eventmemory.h>

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
    What a mailbox queues, and what a handler's backlog keeps. Which kind it is, and for whom, is in one word; in a backlog
    that is the handler's own, its place in the order instead. Most entries are the one that lies in front of their event,
    for one handler, and cost sixteen bytes.
*/
struct QueueEntry
{
    enum Kind : std::uint64_t {
        Handler, // for one Lane
        Handlers, // for those in a LaneList
        Visit, // one Lane has something in its backlog; no event
        Work, // a Task
        kindMask = 3,
        Separate = 4, // a SeparateEntry: not in front of its event
        addressMask = ~std::uint64_t{7},
    };

    Kind kind() const noexcept { return static_cast<Kind>(target & kindMask); }
    bool isSeparate() const noexcept { return (target & Separate) != 0; }
    Lane *lane() const noexcept { return reinterpret_cast<Lane *>(address()); }
    LaneList *lanes() const noexcept { return reinterpret_cast<LaneList *>(address()); }
    void setLane(Lane *lane) noexcept
    {
        target = (target & ~std::uint64_t{addressMask}) | reinterpret_cast<std::uintptr_t>(lane);
    }

    // In a backlog, see BacklogRing.
    std::uint64_t ticket() const noexcept { return target >> ticketShift; }
    void setTicket(std::uint64_t ticket) noexcept { target = ticket << ticketShift | (target & Separate); }

    std::atomic<QueueEntry *> next = nullptr;
    std::uint64_t target = Handler;

private:
    static constexpr int ticketShift = 3;
    std::uintptr_t address() const noexcept { return static_cast<std::uintptr_t>(target & addressMask); }
};

struct SeparateEntry : QueueEntry
{
    const Event *event; // holds a reference; null for a visit
    EventMemory::Offset offset;
};

} // namespace SignalBox::detail
