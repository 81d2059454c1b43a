// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/dispatchreport.h>
#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/qt/futures/answer.h>
#endif
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/handlers/notification.h>
#include <SignalBox/qt/handlertarget.h>
#include <SignalBox/qt/registryobject.h>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox {

namespace detail {

template <class T>
inline constexpr bool isFuture = false;
template <class T>
inline constexpr bool isFuture<QFuture<T>> = true;

} // namespace detail

/*!
    \class SignalBox::AsyncRegistry
    \brief A registry whose handlers choose where they run: on the thread of an object, on a thread, in a pool, or inline.

    An event is any movable value; it is stored once, however many handlers and threads it goes to, and they only read
    it. A handler is any callable on `const E &` that returns \c void, Propagation (heeded where the handler runs inline,
    and by notifySequential()), or `QFuture<T>`, which a notify awaits.

    \threadsafety Thread-safe: all functions but the constructor, the destructor, and those of QObject and its properties.

    \ordering Handlers are called or forwarded to in priority order, ties in the order of registration. On one target
    thread each producer's events keep their order, and within an event queued handlers with an unbounded backlog keep
    priority order, whatever their contexts and registries. Handlers with another backlog keep the order of their own
    events only. Across threads, and between handlers in pools, priority says nothing. What a thread wrote before it
    notified is visible to the handlers.

    Floods: a thread delivers for some milliseconds (setDrainBudget()), gives way to its timers, input and painting, and
    goes on. Nothing is lost unless the handler's Backlog says so, and every loss is counted.

    Removal: unregistering a handler, or the death of its context, drops what is still queued for it; so does pausing it,
    when its thread gets there. Called on the handler's own thread, unregister() is final at once; elsewhere
    unregisterAndWait() and guards are, which wait for a call under way.

    \cost post() takes an event's storage and a queue entry from memory that is allocated once for some two hundred
    small events, and calls the target thread once per burst, through QMetaObject::invokeMethod(), which locks and
    allocates: it is not for real-time threads. No producer ever waits for a handler.

    \errors No exception crosses an event loop or reaches a producer. Those that leave a handler, or are in the future that
    it returned, go to onException() and to handlerFailed(), and are logged in the category \c signalbox when nobody
    listens. A call that makes no sense is refused: a warning that names it, and an invalid id, a guard of nothing, or an
    empty future. Without memory, std::bad_alloc; the registry is then as it was.

    Reentrancy: handlers may register, unregister, notify again, open event loops, and destroy the registry.

    \lifetime A handler with a context is gone when the context is destroyed, which may happen on the context's thread
    at any moment; it follows a context that is moved to another thread, with what is queued for it. A context must
    be alive while it is registered. When a thread ends, what waits for it is dropped and counted. A pool must outlive
    the notifies that may reach it.

    \code
    SignalBox::AsyncRegistry<Progress> progress;
    progress.registerHandler(&window, [&](const Progress &latest) { window.show(latest); },
                             {.priority = 10, .backlog = SignalBox::Backlog::latest()});
    std::thread worker([&] { progress.post({.percent = 50}); });
    \endcode
*/
template <class E>
class AsyncRegistry : public RegistryObject
{
    static_assert(std::is_object_v<E> && !std::is_const_v<E> && std::is_move_constructible_v<E>,
                  "an event is a movable value");

public:
    /*! What the handlers get a reference to. */
    using Event = E;

    /*! Whether F can handle events of this registry. */
    template <class F>
    static constexpr bool isHandler = [] {
        if constexpr (std::is_invocable_v<std::decay_t<F> &, const E &>) {
            using Result = std::invoke_result_t<std::decay_t<F> &, const E &>;
            return std::is_void_v<Result> || std::is_same_v<Result, Propagation> || detail::isFuture<Result>;
        } else {
            return false;
        }
    }();

    /*! An empty registry that lives on the calling thread. */
    explicit AsyncRegistry(QObject *parent = nullptr) : RegistryObject(parent) {}

    /*!
        \a function runs on the thread of \a context, through its event loop or, with Delivery::Auto, inline when the
        notify is called there; it is gone with \a context. What makes no sense is refused with a warning that names
        the call, and an invalid id: a null context or function, a bounded backlog without capacity, a negative interval.
    */
    template <class F>
    HandlerId registerHandler(QObject *context, F &&function, const AsyncOptions &options = {},
                              SourceLocation location = SourceLocation::current())
    {
        return addTo(context, std::forward<F>(function), options, "AsyncRegistry::registerHandler()", location).release();
    }

    /*! As above on the thread of \a target, made by onThread(). What waits when the thread ends is dropped. */
    template <class F>
    HandlerId registerHandler(ThreadTarget target, F &&function, const AsyncOptions &options = {},
                              SourceLocation location = SourceLocation::current())
    {
        return addTo(target, std::forward<F>(function), options, "AsyncRegistry::registerHandler()", location).release();
    }

    /*!
        \a function runs on some thread of the pool of \a target, made by inPool(), on one at a time, in the order of its
        events. It is gone with the pool. A throttled or debounced backlog is refused.
    */
    template <class F>
    HandlerId registerHandler(PoolTarget target, F &&function, const AsyncOptions &options = {},
                              SourceLocation location = SourceLocation::current())
    {
        return addTo(target, std::forward<F>(function), options, "AsyncRegistry::registerHandler()", location).release();
    }

    /*!
        \a function runs inline, on the thread that notifies, and on several at a time if they do. A backlog is
        refused. In notifySequential() it runs where the handler before it ended.
    */
    template <class F>
    HandlerId registerHandler(F &&function, const AsyncOptions &options = {},
                              SourceLocation location = SourceLocation::current())
    {
        return addInline(std::forward<F>(function), options, "AsyncRegistry::registerHandler()", location).release();
    }

    /*! As registerHandler(); the guard unregisters when it is destroyed, and waits for calls under way on other threads. */
    template <class F>
    [[nodiscard]] HandlerGuard registerGuard(QObject *context, F &&function, const AsyncOptions &options = {},
                                             SourceLocation location = SourceLocation::current())
    {
        return addTo(context, std::forward<F>(function), options, "AsyncRegistry::registerGuard()", location);
    }

    /*! As above on a thread: \a target is made by onThread(). */
    template <class F>
    [[nodiscard]] HandlerGuard registerGuard(ThreadTarget target, F &&function, const AsyncOptions &options = {},
                                             SourceLocation location = SourceLocation::current())
    {
        return addTo(target, std::forward<F>(function), options, "AsyncRegistry::registerGuard()", location);
    }

    /*! As above in a pool: \a target is made by inPool(). */
    template <class F>
    [[nodiscard]] HandlerGuard registerGuard(PoolTarget target, F &&function, const AsyncOptions &options = {},
                                             SourceLocation location = SourceLocation::current())
    {
        return addTo(target, std::forward<F>(function), options, "AsyncRegistry::registerGuard()", location);
    }

    /*! As above, inline. */
    template <class F>
    [[nodiscard]] HandlerGuard registerGuard(F &&function, const AsyncOptions &options = {},
                                             SourceLocation location = SourceLocation::current())
    {
        return addInline(std::forward<F>(function), options, "AsyncRegistry::registerGuard()", location);
    }

    //! \cond Refused, and says what to write instead
    template <detail::AmbiguousTarget Target, class F>
    HandlerId registerHandler(const Target &, F &&, const AsyncOptions & = {})
    {
        refuseTarget<Target>();
        return {};
    }
    template <detail::AmbiguousTarget Target, class F>
    HandlerGuard registerGuard(const Target &, F &&, const AsyncOptions & = {})
    {
        refuseTarget<Target>();
        return {};
    }
    //! \endcond

    /*! Fire and forget: calls inline handlers, forwards to the others, and returns. The cheap call. */
    void post(E event) const
    {
        if (isEmpty())
            return;
        postEvent(detail::EventStorage<E>::create(std::move(event), extras()));
    }

    /*!
        As post(), all handlers concurrently; the future finishes when the last one has ended, the futures that handlers
        returned included, and has the sum of what happened. Handlers that are gone, threads that have ended and full
        backlogs count as dropped, and so do handlers that have not begun when \a deadline passes: it is for threads
        that never run their event loop. Cancelling the future skips what has not begun; a cancelled future has no result.

        The future is finished on return if all handlers were inline. Costs a QPromise more than post().
    */
    QFuture<DispatchReport> notify(E event, QDeadlineTimer deadline = QDeadlineTimer::Forever) const
    {
        if (isEmpty())
            return detail::finishedFuture({});
        return notifyEvent(detail::EventStorage<E>::create(std::move(event), detail::Event::Extras::Yes), deadline);
    }

    /*!
        The same, one handler after the other, in priority order: each, wherever it runs, has ended before the next one
        begins. A handler that returns Propagation::Stop ends it.
    */
    QFuture<DispatchReport> notifySequential(E event, QDeadlineTimer deadline = QDeadlineTimer::Forever) const
    {
        if (isEmpty())
            return detail::finishedFuture({});
        return notifyEventSequentially(detail::EventStorage<E>::create(std::move(event), detail::Event::Extras::Yes),
                                       deadline);
    }

    /*!
        The next event, copied; finished on the thread of \a context. Empty when the context or the registry dies
        first, or the context is null.
    */
    QFuture<std::optional<E>> next(QObject *context, SourceLocation location = SourceLocation::current())
        requires std::is_copy_constructible_v<E>
    {
        auto answer = std::make_shared<detail::Answer<std::optional<E>>>();
        QFuture<std::optional<E>> future = answer->future();
        const AsyncOptions options{.name = QStringLiteral("next()"), .once = true};
        addCall(
            wayTo(context, options, "AsyncRegistry::next()"), [answer = std::move(answer)](const E &event) { answer->give(event); },
            options, location)
            .release();
        return future;
    }

private:
    template <class Target>
    static constexpr void refuseTarget()
    {
        static_assert(!detail::AmbiguousTarget<Target>,
                      "write onThread(thread) or inPool(pool) for a handler that runs there, or static_cast<QObject *>(object) "
                      "for one that runs where that object lives, as with QObject::connect()");
    }

    template <class Target, class F>
    HandlerGuard addTo(Target target, F &&function, const AsyncOptions &options, const char *caller,
                       const SourceLocation &location)
    {
        if constexpr (checkHandler<F>()) {
            if (detail::isNullFunction(function)) {
                warn(caller, "the function is null");
                return {};
            }
            return addCall(wayTo(target, options, caller), std::forward<F>(function), options, location);
        }
    }

    template <class F>
    HandlerGuard addInline(F &&function, const AsyncOptions &options, const char *caller,
                           const SourceLocation &location)
    {
        if constexpr (checkHandler<F>()) {
            if (detail::isNullFunction(function)) {
                warn(caller, "the function is null");
                return {};
            }
            return addCall(inlineWay(options, caller), std::forward<F>(function), options, location);
        }
    }

    template <class F>
    static constexpr bool checkHandler()
    {
        static_assert(isHandler<F>, "a handler of AsyncRegistry<E> is a callable on const E & that returns void, "
                                    "Propagation or QFuture<T>");
        return isHandler<F>;
    }

    template <class F>
    HandlerGuard addCall(Way way, F &&function, const AsyncOptions &options, const SourceLocation &location)
    {
        using Function = std::decay_t<F>;
        using Result = std::invoke_result_t<Function &, const E &>;
        return add(
            way,
            [handler = Function(std::forward<F>(function))](
                const detail::Notification &notification, [[maybe_unused]] detail::Route &route) mutable -> Propagation {
                const E &value = static_cast<const detail::StoredEvent<E> &>(notification.event()).value();
                if constexpr (std::is_same_v<Result, Propagation>) {
                    return std::invoke(handler, value);
                } else if constexpr (detail::isFuture<Result>) {
                    notification.await(QFuture<void>(std::invoke(handler, value)), route);
                    return Propagation::Continue;
                } else {
                    std::invoke(handler, value);
                    return Propagation::Continue;
                }
            },
            options, location);
    }
};

} // namespace SignalBox
