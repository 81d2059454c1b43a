// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/eventinfo.h>

#include <concepts>

namespace SignalBox {

/*!
    \brief Where an EventRegistry keeps its events: which ids there are, and how they are found.

    `find(id)` returns the event of that id, or null if there is none. It is called from signal handlers: it only reads
    memory that does not change as long as the registry lives, and takes no lock. `forEach(visit)`
    calls `visit(EventInfo &)` with each event once, in the order in which a broadcast tells them. VectorStorage and
    SparseStorage are two.

    \threadsafety `find()` and `forEach()` are thread-safe, and `find()` is async-signal-safe.
    \cost What `find()` takes, each record does.
    \lifetime A storage moves into its registry, and its events stay where they are while it does.
    \errors `find()` does not throw.

    \code
    struct OnlyEvent
    {
        SignalBox::EventInfo *find(SignalBox::EventId id) noexcept { return id == 7 ? event.get() : nullptr; }
        void forEach(auto visit) { visit(*event); }

        std::unique_ptr<SignalBox::EventInfo> event = std::make_unique<SignalBox::EventInfo>();
    };
    static_assert(SignalBox::EventStorage<OnlyEvent>);
    \endcode
*/
template <class S>
concept EventStorage = std::movable<S> && requires(S &storage, EventId id, void (*visit)(EventInfo &)) {
    { storage.find(id) } noexcept -> std::same_as<EventInfo *>;
    storage.forEach(visit);
};

} // namespace SignalBox
