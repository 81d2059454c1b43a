// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/eventinfo.h>

#include <concepts>

namespace SignalBox {

/*!
    \brief Holds the events of an EventRegistry, and finds them by their ids.

    `find(id)` returns the event of that id, or null if there is none. It is called in signal handlers, so it takes no
    lock and reads only memory that does not change as long as the registry lives. `forEach(visit)` calls
    `visit(EventInfo &)` once for each event, in the order of a broadcast. VectorStorage and SparseStorage are storages.

    \threadsafety `find()` and `forEach()` are thread-safe, and `find()` is async-signal-safe.
    \cost Each recordEvent() calls `find()`.
    \lifetime A storage is moved into its registry. The addresses of its events do not change by that.
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
