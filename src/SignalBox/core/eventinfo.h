// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/watch/pendingevents.h>
#include <SignalBox/core/watchsender.h>

#include <cstdint>

namespace SignalBox {

namespace detail {
struct EventAccess;
}

/*! The id of an event of an EventRegistry: a number, such as an index or a signal number. The storage defines which ids exist. */
using EventId = std::uint64_t;

/*!
    \class SignalBox::EventInfo
    \brief One event of an EventRegistry: whether it is pending, and its listeners. A storage holds these.

    Cannot be copied or moved, since a signal handler may be using it.

    \threadsafety It has no public members. The EventRegistry uses it on any thread and in signal handlers.
    \cost Allocates in its constructor only.
    \lifetime The storage creates and destroys it, and keeps its address fixed as long as the registry lives.
    \errors The constructor throws std::bad_alloc.

    The example is EventStorage's.
*/
class EventInfo
{
public:
    /*! An event that is not pending and has no listeners. Throws std::bad_alloc. */
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
