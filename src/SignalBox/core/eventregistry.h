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

    recordEvent() marks an event as pending and calls the wake function. An ordinary thread then calls broadcast(), which
    notifies the listeners of each pending event. All records before a broadcast become one notification: an event says
    that something has happened, not how often.

    \threadsafety Thread-safe: all members but the destructor. recordEvent() is async-signal-safe as well. Several
    threads may broadcast at once; one of them notifies the listeners of each pending event.

    \ordering An event that is recorded during a broadcast is delivered by that broadcast or by the next one.
    What the recorder did before recordEvent() is visible to the listeners, also if several records become one
    notification. A broadcast delivers its events in the order of the storage.

    \cost recordEvent() is wait-free: the storage's lookup, two atomic exchanges and the wake function. broadcast() with
    nothing pending is one exchange; otherwise it looks at every event. Neither allocates. Listeners cost as in
    WatchSender<void>.

    \errors registerListener() throws std::out_of_range for an unknown id; recordEvent() ignores it. A callback of a
    listener that throws stops no other callback, and is reported to onException().

    \lifetime Destroying the registry closes its listeners. No thread may be recording or broadcasting then. If a signal
    handler may still run, never destroy the registry.

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

    /*! A receiver that sees a change at each broadcast of the event from now on. Throws std::out_of_range for an
        unknown id. */
    [[nodiscard]] WatchReceiver<> registerListener(EventId id)
    {
        EventInfo *const event = m_storage.find(id);
        if (!event)
            throw std::out_of_range("EventRegistry::registerListener: there is no event " + std::to_string(id)
                                    + "; expected an id of the registry's storage");
        return Access::sender(*event).subscribe();
    }

    /*! Marks the event as pending until the next broadcast. Async-signal-safe, wait-free; an unknown id is ignored. */
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
        Notifies the listeners of each pending event, on the calling thread. Returns whether any of these events had a
        listener. A listener may block, and may call broadcast() itself, for example in a nested event loop: the inner call
        then delivers the events that this one has not reached. The wake function is called to ask for it.
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

    /*! Discards all pending events: for a child of fork(), which the events of its parent do not concern. Costs as much as a
        broadcast() without listeners. */
    void discardPending()
    {
        m_summary.take();
        m_storage.forEach([](EventInfo &event) { Access::pending(event).take(); });
    }

    /*! Calls `callback` with an ExceptionInfo when a listener's callback throws; see SyncRegistry::onException(), which is
        called for each event. If that throws, the events before it have the new callback already. */
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
