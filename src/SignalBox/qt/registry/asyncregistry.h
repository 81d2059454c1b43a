// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/dispatchreport.h>
#    include <SignalBox/core/handlerguard.h>
#    include <SignalBox/core/sourcelocation.h>
#    include <SignalBox/qt/futures/answer.h>
#    include <SignalBox/qt/futures/futureend.h>
#    include <SignalBox/qt/registry/registrationof.h>
#    include <SignalBox/qt/routes/handlershape.h>

#    include <concepts>
#endif
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/registry/asyncregistrar.h>
#include <SignalBox/qt/registry/handlertarget.h>
#include <SignalBox/qt/registry/registryobject.h>
#include <SignalBox/qt/registry/sourceconnection.h>
#include <SignalBox/qt/sources/emission.h>

#include <chrono>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox {

template <class E>
class EventStream;
template <class E>
class NextEvent;
class DeliverAll;
template <class E>
class RealtimeSource;

/*!
    \class SignalBox::AsyncRegistry
    \brief A registry whose handlers choose where they run: on the thread of an object, on a thread, in a pool, or inline.

    An event is any movable value. It is stored once, for all handlers and threads, which only read it. E = void is an event
    without data. A handler is a member function of its context, or any callable that takes `const E &` or nothing. It returns
    \c void; or Propagation, which has an effect for inline handlers and in notifySequential(); or `QFuture<T>`, `Task<>` or
    `Task<Propagation>`, for which notify() waits. A callable that takes `const EventBatch<E> &` gets all waiting events in one call. It returns \c void or
    `QFuture<T>`, and always runs from the event loop. A callable that accepts both an event and a batch gets events.

    \threadsafety Thread-safe: all functions except the constructor, the destructor, and those of QObject and its properties.

    \ordering Handlers are called, or get the event queued, in priority order; equal priorities in the order of
    registration. On one target thread each producer's events keep their order. For one event, queued handlers with
    Backlog::all() run in priority order, even if their contexts or registries differ. Handlers with another backlog
    only keep the order of their own events. Priorities do not order handlers on different threads, or in pools. What a
    thread wrote before it notified is visible to the handlers.

    Coroutines: a handler with a context or onThread() may return a Task. It is called as others are, and its coroutine runs up to the first wait
    within the call. Its captures and its event live until the coroutine ends. If it throws, the handler has failed, before its first wait and after it.
    If it is destroyed, the delivery counts as dropped. It ends with the context of the handler, which it follows to other threads; unregister()
    and the end of the registry let it go on; guards and unregisterAndWait() destroy it, on its thread, and wait for that. Those that end within the
    coroutine do not wait: it goes on to its next `co_await`, which does not return.

    Floods: a thread delivers for some milliseconds (setDrainBudget()), lets its timers, input and painting run, and goes
    on. A flood loses no event unless the handler's Backlog says so, and every loss is counted.

    Removal: unregistering a handler, or destroying its context, drops the events that are still queued for it. On the
    handler's own thread, no call happens after unregister() has returned. On other threads a call may still be under way;
    unregisterAndWait() and guards wait for it. Events that a thread reaches while their handler is paused are dropped too.

    \cost post() takes memory for the event and its queue entry from blocks that hold some two hundred small events. If the only
    handler takes batches, it may have its own store: see EventBatch. post()
    wakes the target thread once per burst, by QMetaObject::invokeMethod(), which locks and allocates. So do not call
    post() on real-time threads; addRealtimeSource() is for those. A producer never waits for a handler.

    \errors No exception of a handler reaches an event loop or a producer. Exceptions of handlers, and of futures that they
    return, go to onException() and handlerFailed(). If nobody listens, they are logged in the category \c signalbox. An
    invalid call is refused with a warning that names it, and returns an invalid id, an empty guard, or an empty future; so is a
    handler beyond 1048544 of one registry. If allocation fails, std::bad_alloc is thrown and the registry has not changed.

    Reentrancy: handlers may register, unregister, notify again, open event loops, and destroy the registry.

    \lifetime A handler ends with its context, which may be destroyed on its thread at any moment. If the context is moved
    to another thread, the handler and its queued events follow. A context must be alive while a handler is registered for
    it. When a thread ends, the events that wait for it are dropped and counted. A pool must outlive the notifies that may
    reach it.

    \code
    SignalBox::AsyncRegistry<Progress> progress;
    progress.registerHandler(&window, [&](const Progress &latest) { window.show(latest); },
                             {.priority = 10, .backlog = SignalBox::Backlog::newest()});
    std::thread worker([&] { progress.post({.percent = 50}); });
    \endcode
*/
template <class E>
class AsyncRegistry : public RegistryObject
{
    static_assert(detail::isEventType<E>, "AsyncRegistry<E>: E is void or a type without reference, const and volatile");
    static_assert(!detail::isEventType<E> || std::is_void_v<E> || std::is_move_constructible_v<E>,
                  "AsyncRegistry<E>: E is void or movable");

    using Value = std::conditional_t<std::is_void_v<E> || !detail::isEventType<E>, detail::NoEvent, E>;
    using Registration = detail::RegistrationOf<E>;

public:
    /*! The type of the events. Handlers get a const reference to one. */
    using Event = E;

    /*! Whether F can handle events of this registry. */
    template <class F>
    static constexpr bool isHandler = detail::isAsyncHandler<std::decay_t<F>, E>;

    /*! The options of a handler: AsyncOptions, or with a backlog that has functions on the events. */
    using Options = AsyncOptionsOf<E>;

    /*! What next() gives: the event, or nothing; for E = void whether there was one. */
    using Next = typename std::conditional_t<std::is_void_v<E>, std::type_identity<bool>, std::type_identity<std::optional<Value>>>::type;

    /*! An empty registry that lives on the calling thread. */
    explicit AsyncRegistry(QObject *parent = nullptr) : RegistryObject(parent) {}

    /*!
        \a function runs where \a target says. The handler ends with the target. A null target or function, and a backlog that makes no
        sense, are refused: the result is an invalid id, and a warning names the call. Another thread may call the handler before this
        has returned. A handler gets its own id by runningHandler().

        - A context, which is a QObject: on its thread, from its event loop or, with Delivery::Auto, inline if the event is notified on that
          thread. \a function may be a member function of the context that takes the event or no argument. It may return what a
          function may return; other results are ignored.
        - onThread(): on that thread. Events that wait when the thread ends are dropped; if the thread is started again, the handler goes on.
        - inPool(): on any thread of the pool, on one at a time, in the order of its events. A backlog with every(), quietFor() or
          onDemand() is refused.
    */
    template <class Target, class F>
        requires detail::HandlerPlace<std::decay_t<Target>> && (!std::is_convertible_v<F, Options>)
    HandlerId registerHandler(Target &&target, F &&function, const Options &options = {},
                              SourceLocation location = SourceLocation::current())
    {
        return Registration(link(), options, "AsyncRegistry::registerHandler()", location).addTo(target, std::forward<F>(function)).release();
    }

    /*!
        \a function runs inline, on the notifying thread; on several at the same time if several threads notify. A backlog
        is refused. In notifySequential() it runs on the thread where the previous handler ended.
    */
    template <class F>
    HandlerId registerHandler(F &&function, const Options &options = {},
                              SourceLocation location = SourceLocation::current())
    {
        return Registration(link(), options, "AsyncRegistry::registerHandler()", location).addInline(std::forward<F>(function)).release();
    }

    /*! As registerHandler(). The destructor of the guard unregisters the handler and waits for its calls on other threads.
        If the guard is a member of a class, declare it last; see HandlerGuard. */
    template <class Target, class F>
        requires detail::HandlerPlace<std::decay_t<Target>> && (!std::is_convertible_v<F, Options>)
    [[nodiscard]] HandlerGuard registerGuard(Target &&target, F &&function, const Options &options = {},
                                             SourceLocation location = SourceLocation::current())
    {
        return Registration(link(), options, "AsyncRegistry::registerGuard()", location).addTo(target, std::forward<F>(function));
    }

    /*! As above, inline. */
    template <class F>
    [[nodiscard]] HandlerGuard registerGuard(F &&function, const Options &options = {},
                                             SourceLocation location = SourceLocation::current())
    {
        return Registration(link(), options, "AsyncRegistry::registerGuard()", location).addInline(std::forward<F>(function));
    }

    //! \cond Refused, and says what to write instead
    template <class Target, class F, std::same_as<Qt::ConnectionType> Type> // deduced, as `{}` would be one
    HandlerId registerHandler(Target &&, F &&, Type)
    {
        static_assert(!sizeof(Target), "a handler has no Qt::ConnectionType: in place of Qt::QueuedConnection write {.delivery = "
                                       "SignalBox::Delivery::Queued}, of Qt::DirectConnection register it without a context");
        return {};
    }
    //! \endcond

    /*! Calls inline handlers, queues the event for the others, and returns. It costs less than notify(). */
    void post(Value event) const
        requires(!std::is_void_v<E>)
    {
        postValue(std::addressof(event), &detail::eventOf<Value>);
    }

    /*! The same for E = void. */
    void post() const
        requires std::is_void_v<E>
    {
        detail::NoEvent none;
        postValue(&none, &detail::eventOf<detail::NoEvent>);
    }

    /*!
        As post(), and returns a future. It finishes when all handlers, and all futures that they returned, have finished. Its result
        has the numbers of calls, failures and dropped deliveries. A delivery counts as dropped if the handler was unregistered, its thread
        has ended, or its backlog dropped the event. Cancelling the future skips handlers that have not begun. A cancelled
        future has no result. Without memory for the result when the handlers have finished, it is cancelled.

        Handlers that have not begun when \a deadline passes are not called, and count as dropped. This is meant for threads that do not run
        their event loop. The deadline ends neither a call that has begun nor the future that a handler returned: the future of
        notify() waits for both.

        The future is finished on return if all handlers were inline. The call costs a QPromise more than post().
    */
    QFuture<DispatchReport> notify(Value event, QDeadlineTimer deadline = QDeadlineTimer::Forever) const
        requires(!std::is_void_v<E>)
    {
        return notifyEvent(stored(std::move(event)), deadline);
    }

    /*! The same for E = void. */
    QFuture<DispatchReport> notify(QDeadlineTimer deadline = QDeadlineTimer::Forever) const
        requires std::is_void_v<E>
    {
        return notifyEvent(stored({}), deadline);
    }

    /*!
        As notify(), but one handler after the other, in priority order: each handler finishes before the next one begins, on whatever
        threads they run. A handler that returns Propagation::Stop ends the sequence. Inline handlers run before
        this call returns, up to the first handler that runs elsewhere or returns an unfinished future. After that, an inline handler
        runs on the thread where the handler before it has finished.
    */
    QFuture<DispatchReport> notifySequential(Value event, QDeadlineTimer deadline = QDeadlineTimer::Forever) const
        requires(!std::is_void_v<E>)
    {
        return notifyEventSequentially(stored(std::move(event)), deadline);
    }

    /*! The same for E = void. */
    QFuture<DispatchReport> notifySequential(QDeadlineTimer deadline = QDeadlineTimer::Forever) const
        requires std::is_void_v<E>
    {
        return notifyEventSequentially(stored({}), deadline);
    }

    /*!
        Returns a future of a copy of the next event; of true for E = void. It finishes on the thread of \a context. It is empty if the context
        is null, if the context or the registry is destroyed first, or if \a deadline passes; any thread may finish it then. A cancelled
        future finishes and unregisters its handler soon after, even if the thread of the context is blocked. The call costs a registration
        and a message to the library's own thread.
    */
    QFuture<Next> next(QObject *context, QDeadlineTimer deadline = QDeadlineTimer::Forever,
                       SourceLocation location = SourceLocation::current())
        requires std::is_copy_constructible_v<Value>
    {
        auto answer = std::make_shared<detail::Answer<Next>>();
        QFuture<Next> future = answer->future();
        const Options options{.name = QStringLiteral("next()"), .once = true};
        auto give = [answer = std::move(answer)](const auto &...event) -> void {
            if constexpr (std::is_void_v<E>)
                answer->give(true);
            else
                answer->give(event...);
        };
        HandlerGuard guard = Registration(link(), options, "AsyncRegistry::next()", location).addTo(context, std::move(give));
        if (guard.isActive())
            detail::endWithFuture(guard, detail::WatchedFuture(future), deadline);
        guard.release();
        return future;
    }

    /*!
        `co_await registry.deliverAll(event)` in a Task gives the DispatchReport of a notify(), when all handlers have ended; see DeliverAll. It needs the
        header <SignalBox/DeliverAll>.
    */
    template <class Delivery = DeliverAll, class Event = Value>
        requires(!std::is_void_v<E> && std::is_convertible_v<Event, Value>)
    [[nodiscard]] Delivery deliverAll(Event &&event, QDeadlineTimer deadline = QDeadlineTimer::Forever) const
    {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
        static_assert(std::is_lvalue_reference_v<Event> || std::is_trivially_destructible_v<Value> || !std::is_aggregate_v<Value>,
                      "deliverAll(): GCC before 13 destroys an aggregate that is made inside a co_await expression twice; name it first: "
                      "const Event event{...}; co_await registry.deliverAll(event)");
#endif
        return Delivery(*this, stored(Value(std::forward<Event>(event))), deadline);
    }

    /*! The same for E = void. */
    template <class Delivery = DeliverAll>
        requires std::is_void_v<E>
    [[nodiscard]] Delivery deliverAll(QDeadlineTimer deadline = QDeadlineTimer::Forever) const
    {
        return Delivery(*this, stored({}), deadline);
    }

    /*! `co_await registry.next()` in a Task gives a copy of the next event; see NextEvent. It needs the header <SignalBox/NextEvent>. */
    template <class Event = NextEvent<E>>
    [[nodiscard]] Event next(SourceLocation location = SourceLocation::current())
        requires std::is_copy_constructible_v<Value>
    {
        return Event(*this, location);
    }

    /*!
        Returns a stream of the events from now on, for coroutines and futures; see EventStream. It needs the header
        <SignalBox/EventStream>. \a options are those of a handler: the backlog says which waiting events may be lost. Call this
        on the thread of \a context. A null context, a context of another thread, and options that registerHandler() refuses are refused
        with a warning; the result is a stream that has ended.
    */
    template <class Stream = EventStream<E>>
    [[nodiscard]] Stream stream(QObject *context, const Options &options = {},
                                SourceLocation location = SourceLocation::current())
    {
        return Stream(*this, context, options, location);
    }

    /*!
        Posts an event for each emission of \a signal of \a sender, on the emitting thread. If the signal has one argument, it is
        converted to E. If it has several, the event is `E{arguments...}` where E is an aggregate, else `E(arguments...)`. Trailing
        arguments may be left out: if the first argument is an E, it alone is the event; an aggregate takes as many as it has
        members. For E = void, all arguments are ignored, and an empty class needs none. No other event is made of a signal without
        arguments, even if E has a default constructor. If no event can be made from copies of the arguments, the call does not compile.

        Name an overloaded signal by qOverload(). The connection ends with the sender, with the registry, or by
        SourceConnection::disconnect(). The sender may move to other threads, and emit on several at once.

        \note `sender->disconnect(&registry)`, and QObject::disconnect() with the registry as the receiver, do not end it: call
        SourceConnection::disconnect(). To Qt the registry is not the receiver, as that must not be destroyed on one thread while the
        signal is emitted on another.

        If the constructor of the event throws, that is logged and the emission is lost. A null sender, a null signal, and a member
        function that is no signal are refused with a warning.
        \cost A direct connection of Qt, and a post().
    */
    template <class Sender, class Signal>
    SourceConnection addSource(const Sender *sender, Signal signal)
    {
        if constexpr (detail::checkSignal<Sender, Signal>()) {
            using Arguments = typename detail::SignalTraits<Signal>::Arguments;
            constexpr int taken = detail::takenByEvent<E, Arguments>();
            static_assert(taken >= 0 || Arguments::count != 0,
                          "addSource(): the signal has no arguments to make the registry's event of: expected AsyncRegistry<void>, or an "
                          "event that is an empty class");
            static_assert(taken >= 0 || Arguments::count == 0,
                          "addSource(): the registry's event cannot be made of copies of the signal's arguments: expected an argument that "
                          "converts to it, or E{arguments...} or E(arguments...) of several");
            if constexpr (taken >= 0) {
                if (const char *const problem = detail::connectProblem(sender, signal))
                    detail::warnRefused("AsyncRegistry::addSource()", QLatin1String(problem), "nothing was connected");
                else
                    return SourceConnection(detail::connectSource<E, taken>(sender, signal, makeSource()));
            }
        }
        return SourceConnection();
    }

    //! \cond Refused, and says what to write instead
    template <class Signal, class Sender>
        requires std::is_member_function_pointer_v<std::remove_cvref_t<Signal>>
    SourceConnection addSource(Signal &&, Sender &&)
    {
        static_assert(!sizeof(Signal), "the object first, then its signal: addSource(sender, &Sender::signal)");
        return SourceConnection();
    }
    //! \endcond

    /*!
        Returns a source for a thread that must not wait, such as an audio callback; see RealtimeSource. It needs the header
        <SignalBox/RealtimeSource>. At most \a capacity events wait in it. The registry's thread looks every \a interval and posts what is there;
        while nothing comes, it looks less often, at least every eight intervals. Call this on the registry's thread.

        Another thread, a capacity that is not positive or above 2^30, and an interval below 1 ms or above one hour are refused with a warning. The
        result is a source that takes nothing. An event type that is not nothrow-movable is refused by the compiler.
    */
    template <class Source = RealtimeSource<E>>
    [[nodiscard]] Source addRealtimeSource(qsizetype capacity, std::chrono::milliseconds interval = std::chrono::milliseconds(5))
    {
        static_assert(std::is_nothrow_move_constructible_v<Value>,
                      "addRealtimeSource(): the registry's event is moved on a thread that must not wait: expected a type whose move constructor "
                      "is noexcept");
        return Source(*this, capacity, interval);
    }

    /*! A registrar of this registry, for others who may only register handlers. It is valid as long as the registry. */
    [[nodiscard]] AsyncRegistrar<E> registrar() noexcept { return AsyncRegistrar<E>(*this); }

private:
    // Null: nobody would learn of it.
    detail::EventPointer stored(Value &&event) const
    {
        if (isUnheard())
            return {};
        return detail::EventStorage<Value>::create(std::move(event), detail::Event::Extras::Yes);
    }
};

} // namespace SignalBox
