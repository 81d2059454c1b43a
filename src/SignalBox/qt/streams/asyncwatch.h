// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/handlerguard.h>
#    include <SignalBox/core/registry/nullfunction.h>
#    include <SignalBox/core/sourcelocation.h>
#    include <SignalBox/core/watchreceiver.h>
#    include <SignalBox/core/watchsender.h>
#    include <SignalBox/qt/streams/watchchange.h>
#    include <SignalBox/qt/streams/watchvalues.h>
#endif
#include <SignalBox/qt/futures/answer.h>
#include <SignalBox/qt/futures/futureend.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/registry/asyncregistry.h>

#include <QtCore/qfuture.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::AsyncWatch
    \brief A WatchReceiver for threads with event loops: callbacks run on the thread of their context, and the next
    change is a QFuture.

    If changes arrive faster than a context's thread handles them, they are merged: the callback runs once, with the latest
    value. Memory does not grow: at most one delivery waits for each callback.

    \threadsafety Reentrant. Create, use and destroy the watch on one thread, as a QObject. Its contexts may live on other
    threads, and the sender may send from any thread.

    \ordering As WatchReceiver. A callback never gets an older version after a newer one.

    \cost A callback allocates a registry of one handler. A change costs its sender a post() for each callback that has no
    delivery waiting.

    \errors Exceptions of callbacks are isolated as in AsyncRegistry, and logged in the category \c signalbox.

    \lifetime A callback lives as long as its guard. Destroying the watch unregisters its callbacks and finishes its futures empty. It waits for senders that are
    inside a send() to this watch, not for callbacks that run on other threads. A callback also ends with its context. The
    watch may be destroyed in its own callback, on its own thread.

    \code
    SignalBox::AsyncWatch<Settings> settings(sender.subscribe());
    settings.onChanged(&window, [&](const Settings &latest) { window.apply(latest); }).release();
    settings.changed(&window).then(&window, [&](std::optional<Settings> next) {
        if (next)
            window.apply(*next);
    });
    \endcode
*/
template <class T = void>
class AsyncWatch
{
    struct Changed
    {};
    using Values = detail::WatchValues<T>;

public:
    /*! The result of changed(): the value, or empty; for T = void, whether there was a change. */
    using Next = typename Values::Next;

    /*! Watches the sender of \a receiver. It does not matter which values the receiver has seen already. */
    explicit AsyncWatch(WatchReceiver<T> receiver) : m_values(std::make_shared<Values>(std::move(receiver))) {}
    Q_DISABLE_COPY_MOVE(AsyncWatch)
    /*! Unregisters the callbacks; the futures finish empty. */
    ~AsyncWatch() { m_values->waiters.end(); }

    /*!
        Calls \a function on the thread of \a context after each change from now on, with the latest value if it takes
        one, for as long as the guard lives, as WatchReceiver::onChanged() does. HandlerGuard::release() leaves it to its context and
        the watch. \a options apply as in AsyncRegistry, except that a callback is always enabled. A null context or function is
        refused with a warning and an inactive guard.
    */
    template <WatchCallback<T> F>
    [[nodiscard]] HandlerGuard onChanged(QObject *context, F &&function, const AsyncOptions &options = {},
                                         const SourceLocation &location = SourceLocation::current())
    {
        if (detail::isNullFunction(function)) {
            detail::warnRefused("AsyncWatch::onChanged()", QStringLiteral("the function is null"));
            return {};
        }
        if (!context) {
            detail::warnRefused("AsyncWatch::onChanged()", QStringLiteral("the context object is null"));
            return {};
        }
        const CallbackPlace callback = makeCallback(m_values->receiver.version());
        HandlerGuard guard = registerWith(
                *callback, context,
                [values = m_values, call = std::decay_t<F>(std::forward<F>(function))](Arrival &arrival) mutable {
                    const auto latest = values->latest();
                    if (std::exchange(arrival.seen, latest.version) == latest.version)
                        return;
                    if constexpr (std::invocable<std::decay_t<F> &>)
                        std::invoke(call);
                    else
                        std::invoke(call, *latest.value);
                },
                options, location);
        start(callback, guard);
        return guard;
    }

    /*!
        Returns a future of the first value that no future of this watch has given yet. If there is one, the future has finished on
        return. It is empty (false for T = void) if the sender, the context or the watch is destroyed first, or \a deadline passes. It
        finishes on the thread of \a context. If it is empty, or the value was there already, it may finish on another thread. A cancelled
        future finishes soon after, even if the thread of the context is blocked.
    */
    [[nodiscard]] QFuture<Next>
    changed(QObject *context, QDeadlineTimer deadline = QDeadlineTimer::Forever,
            SourceLocation location = SourceLocation::current()) requires(std::is_void_v<T> || std::copy_constructible<T>)
    {
        const auto answer = std::make_shared<detail::Answer<Next>>();
        const auto future = answer->future();
        if (!context) {
            detail::warnRefused("AsyncWatch::changed()", QStringLiteral("the context object is null"));
            return future; // finished, empty, with the answer
        }
        if (m_values->give(*answer))
            return future;
        const CallbackPlace callback = makeCallback(m_values->given.load());
        // It stays until the future is finished: a change may have been given to another future.
        HandlerGuard guard = registerWith(
                *callback, context, [values = m_values, answer](Arrival &) { values->give(*answer); },
                {.name = QStringLiteral("changed()")}, location);
        if (!start(callback, guard))
            return future;
        callback->onReturned = m_values->returned.registerGuard([&waiting = *callback] { waiting.handOver(); });
        if (m_values->receiver.version() != m_values->given.load())
            callback->handOver(); // returned before that
        // The context's handler alone owns the answer, which is empty when that goes.
        callback->onClosed =
                m_values->receiver.onClosed([values = m_values, waiting = std::weak_ptr<detail::Answer<Next>>(answer)] {
                    if (const auto open = waiting.lock(); open && !values->give(*open))
                        open->give({});
                });
        detail::endWithFuture(guard, detail::WatchedFuture(future), deadline);
        guard.release();
        return future;
    }

    //! \cond What changed() without a context returns
    using Change = detail::WatchChange<T>;
    //! \endcond

    /*!
        `co_await watch.changed()` in a Task gives the first value that neither a future nor an await of this watch has given yet. If there is one,
        the coroutine does not suspend. It is empty (false for T = void) if the sender or the watch is destroyed first. It allocates nothing, except for the first await of
        a watch that waits. A Task on any thread may await it, while the watch lives when the await begins.
    */
    [[nodiscard]] Change changed() requires(std::is_void_v<T> || std::copy_constructible<T>) { return Change(m_values); }

    /*! The receiver that was passed to the constructor: for its value, and whether it is closed. */
    const WatchReceiver<T> &receiver() const noexcept { return m_values->receiver; }

private:
    // Of one callback: shared by the sender's side and the context's.
    struct Arrival
    {
        explicit Arrival(std::uint64_t version) : seen(version) {}

        // Sequentially consistent: the context's side clears it before it reads the value, so that a sender that
        // finds it set has its value read.
        std::atomic<bool> isOnItsWay = false;
        std::uint64_t seen; // the context's thread only
    };

    struct Callback
    {
        explicit Callback(std::uint64_t version) : begin(version), arrival(std::make_shared<Arrival>(version)) {}

        // On the sender's thread. The registry may be gone when post() returns.
        void handOver()
        {
            const std::shared_ptr<Arrival> mine = arrival;
            if (mine->isOnItsWay.exchange(true))
                return;
            try {
                registry.post({});
            } catch (...) {
                mine->isOnItsWay.store(false);
                throw;
            }
        }

        const std::uint64_t begin; // the version that has been seen
        const std::shared_ptr<Arrival> arrival;
        AsyncRegistry<Changed> registry; // of one handler
        HandlerGuard onChanged;          // these end first, and wait for senders
        HandlerGuard onReturned;
        HandlerGuard onClosed;
    };
    using CallbackPlace = typename std::list<Callback>::iterator;

    template <class Arrive>
    static HandlerGuard registerWith(Callback &callback, QObject *context, Arrive arrive, AsyncOptions options,
                                     const SourceLocation &location)
    {
        options.enabled = true;
        return callback.registry.registerGuard(
                context,
                [arrival = callback.arrival, arrive = std::move(arrive)](const Changed &) mutable {
                    arrival->isOnItsWay.store(false);
                    arrive(*arrival);
                },
                options, location);
    }

    CallbackPlace makeCallback(std::uint64_t begin)
    {
        if (m_callbacks.size() >= m_nextSweep) { // where no event loop tells
            std::erase_if(m_callbacks, [](const Callback &callback) { return callback.registry.isEmpty(); });
            m_nextSweep = 2 * m_callbacks.size() + firstSweep;
        }
        return m_callbacks.emplace(m_callbacks.end(), begin);
    }

    // False: it was refused, and is gone.
    bool start(CallbackPlace callback, const HandlerGuard &guard)
    {
        if (!guard.isActive()) {
            m_callbacks.erase(callback);
            return false;
        }
        // Its handler ends in many ways, on any thread. This is told on the watch's own, by its event loop.
        QObject::connect(&callback->registry, &RegistryObject::handlersChanged, [this, callback] {
            if (callback->registry.isEmpty())
                m_callbacks.erase(callback);
        });
        callback->onChanged = m_values->receiver.onChanged([&started = *callback] { started.handOver(); });
        if (m_values->receiver.version() != callback->begin)
            callback->handOver(); // changed before that
        return true;
    }

    const std::shared_ptr<Values> m_values;
    std::list<Callback> m_callbacks;
    static constexpr std::size_t firstSweep = 16;
    std::size_t m_nextSweep = firstSweep;
};

} // namespace SignalBox
