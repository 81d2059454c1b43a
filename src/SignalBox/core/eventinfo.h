// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/watch/pendingevents.h>
#include <SignalBox/core/watchsender.h>

#include <cstdint>

namespace SignalBox {

namespace detail {
struct EventAccess;
}

/*! Names an event of an EventRegistry: an index, a signal number, whatever the storage knows. A plain number. */
using EventId = std::uint64_t;

/*!
    \class SignalBox::EventInfo
    \brief One event of an EventRegistry: whether it is pending, and who listens. What a storage stores.

    Neither copied nor moved, as a signal handler may be using it.

    \threadsafety It has no members to call: the EventRegistry uses it, from any thread and from signal handlers.
    \cost Allocates when it is made, and not later.
    \lifetime Made and destroyed by the storage, which keeps it where it is as long as the registry lives.
    \errors std::bad_alloc when it is made.

    The example is EventStorage's.
*/
class EventInfo
{
public:
    /*! Not pending, without listeners. Throws std::bad_alloc. */
    EventInfo() = default;
    EventInfo(const EventInfo &) = delete;
    EventInfo &operator=(const EventInfo &) = delete;

private:
    friend struct detail::EventAccess;

    detail::PendingFlag<detail::StandardPlatform> m_pending;
    WatchSender<> m_sender;
};

namespace detail {

struct EventAccess
{
    static PendingFlag<StandardPlatform> &pending(EventInfo &event) noexcept { return event.m_pending; }
    static WatchSender<> &sender(EventInfo &event) noexcept { return event.m_sender; }
};

} // namespace detail

} // namespace SignalBox
