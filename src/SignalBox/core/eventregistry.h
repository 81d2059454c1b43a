// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <SignalBox/core/eventstorage.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/core/vectorstorage.h>
#include <SignalBox/core/wakefunction.h>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::EventRegistry
    \brief Events from sources that can only set a flag: POSIX signal handlers, interrupt-like callbacks,
    real-time audio threads.

    recordEvent() marks an event as pending, from wherever it is called, and wakes. Some thread that may do more calls
    broadcast(), which tells the listeners of each event that is pending. Any number of records before a broadcast are
    one notification: an event says that something has happened, not how often.

    \threadsafety Thread-safe: all members but the destructor. recordEvent() is async-signal-safe as well. Several
    threads may broadcast; each pending event is told by one of them.

    \ordering An event that is recorded, at any moment relative to a broadcast, is delivered by it or by the next.
    What the recorder did before recordEvent() is visible to the listeners, for each of several records. Events of one
    broadcast are told in the order of the storage.

    \cost recordEvent() is wait-free: the storage's lookup, two atomic exchanges and the wake function. broadcast() with
    nothing pending is one exchange; otherwise it looks at every event. Neither allocates. Listeners cost as in
    WatchSender<void>.

    \errors std::out_of_range for an id that the storage does not have, from registerListener(); recordEvent()
    ignores it. A listener's callback that throws stops nobody and is reported to onException().

    \lifetime The end of the registry closes its listeners. Nobody may be recording or broadcasting then: where a
    signal handler may still be running, keep the registry for ever.

    \code
    SignalBox::EventRegistry<> events{SignalBox::VectorStorage(2), wakeMainLoop};
    const auto overrun = events.registerListener(0);
    const auto guard = overrun.onChanged([] { log("audio buffer overrun"); });
    events.recordEvent(0); // in the real-time thread
    events.broadcast();    // in the main loop, when woken
    \endcode
*/
template <EventStorage Storage = VectorStorage>
class EventRegistry
{
    using Platform = detail::StandardPlatform;
    using Access = detail::EventAccess;
    static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler must not meet a lock");

public:
    /*! The events of `storage`, none pending. `wake` is called after each record. */
    explicit EventRegistry(Storage storage, WakeFunction wake = {}) : m_storage(std::move(storage)), m_wake(wake) {}
    EventRegistry(const EventRegistry &) = delete;
    EventRegistry &operator=(const EventRegistry &) = delete;

    /*! A receiver that sees a change whenever the event is broadcast from now on. Throws std::out_of_range for an
        unknown id. */
    [[nodiscard]] WatchReceiver<> registerListener(EventId id)
    {
        EventInfo *const event = m_storage.find(id);
        if (!event)
            throw std::out_of_range("EventRegistry::registerListener: there is no event " + std::to_string(id)
                                    + "; expected an id of the registry's storage");
        return Access::sender(*event).subscribe();
    }

    /*! The event is pending until the next broadcast. Async-signal-safe, wait-free; an unknown id is ignored. */
    void recordEvent(EventId id) noexcept
    {
        EventInfo *const event = m_storage.find(id);
        if (!event)
            return;
        Access::pending(*event).record();
        m_summary.set();
        m_wake();
    }

    /*!
        Tells the listeners of each pending event, on the calling thread; true if any of them had a listener. A
        listener may take its time, and may broadcast (in an event loop of its own, say): what this call has not come
        to yet is told by that one, and the wake function asks for it.
    */
    bool broadcast()
    {
        bool hadListener = false;
        detail::broadcastPending<Platform, EventInfo>(
                m_summary, [this](auto visit) { m_storage.forEach(visit); },
                [](EventInfo &event) -> auto & { return Access::pending(event); },
                [&](EventInfo &event) { hadListener |= Access::sender(event).send(); }, [this] { m_wake(); });
        return hadListener;
    }

    /*! Forgets what is pending: for a child of fork(), to which its parent's events are nothing. As cheap as a broadcast()
        without listeners. */
    void discardPending()
    {
        m_summary.take();
        m_storage.forEach([](EventInfo &event) { Access::pending(event).take(); });
    }

    /*! Calls `callback` with an ExceptionInfo when a listener's callback throws; see SyncRegistry::onException(), which is
        called for each event. Where that throws, the events before it have the new callback already. */
    template <HandlerFor<ExceptionInfo> F>
    void onException(F callback, SourceLocation location = SourceLocation::current())
    {
        const auto shared = std::make_shared<F>(std::move(callback));
        m_storage.forEach([&](EventInfo &event) {
            const auto report = [shared](const ExceptionInfo &info) {
                static_cast<void>(detail::invokeHandler<ExceptionInfo>(*shared, &info));
            };
            Access::sender(event).onException(report, location);
        });
    }

private:
    Storage m_storage;
    const WakeFunction m_wake;
    detail::PendingSummary<Platform> m_summary;
};

} // namespace SignalBox
