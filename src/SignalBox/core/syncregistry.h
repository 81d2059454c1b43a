// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <SignalBox/core/dispatchreport.h>
#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/handlerinfo.h>
#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registry/handlerinvocation.h>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/registry/untypedregistry.h>
#include <SignalBox/core/runninghandler.h>
#include <SignalBox/core/sourcelocation.h>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace SignalBox {

namespace detail {
class HandlerVisit;
}

/*!
    \namespace SignalBox
    \brief Everything of the library. What is in a namespace \c detail is nobody else's.
*/

/*!
    What a SyncRegistry of E takes: a callable that returns void or Propagation, on `const E &` or without arguments. One
    that can be called either way gets the event. For E = void: without arguments.
*/
template <class F, class E>
concept HandlerFor = detail::isInvocableFor<std::decay_t<F>, E>
        && (std::is_void_v<detail::HandlerResult<std::decay_t<F>, E>>
            || std::same_as<detail::HandlerResult<std::decay_t<F>, E>, Propagation>);

/*!
    \class SignalBox::SyncRegistry
    \brief Handlers of one event type, called inline, on the notifying thread, in priority order.

    An event is a `const E &` that lives in the notifier for the duration of the call; E need not be
    copyable. E = void is an event without data. A handler is any callable on the event, or without arguments, that
    returns void or Propagation, copied or moved into the registry; or a member function of an object. Handlers are
    called one after another: higher priority first, equal ones in the order of their registration.

    \threadsafety Thread-safe: any member but the destructor, from any number of threads at once, and from inside
    handlers, too: register, unregister (themselves, others, all), notify again to any depth, replace the
    exception callback, destroy the registry that is calling them. A handler may be called by several
    threads at once; what it does to shared data is its own to protect.

    \ordering What a thread did before registerHandler() is visible to every call of the handler. What a call of a
    handler did is visible to whoever returns from unregisterAndWait(), or the end of a waiting guard.
    A handler registered after notify() began is not called by it. Once unregister() or
    setEnabled(id, false) has returned, no notify() calls the handler that had not already passed its
    check of it; on the unregistering thread itself, none at all.

    \cost notify() is lock-free, wait-free while the list does not change, writes no shared cache line and
    allocates nothing, but for a thread's first notify and the firing of `once`, which acts as a writer.
    Changes are
    lock-free; they copy at most some blocks of 64 handlers and a table of blocks, so their cost grows
    slowly with the number of handlers (benchmarks/PERFORMANCE.md has the figures). Readers never block
    writers and writers never block readers.

    \errors notify() never throws: a handler that throws stops nobody, is counted, and is reported to the callback
    set by onException(). Registering throws std::invalid_argument for an empty callable,
    std::bad_alloc, std::length_error beyond 1048544 handlers, and what the callable's constructor
    throws; the registry is then as it was. unregister(), setEnabled() and clear() do their work without memory.

    \lifetime A handler's captures are destroyed when it has been unregistered and nobody is inside of it: at once, or by
    the last thread to leave it, never under a lock. Destroying the registry acts like clear(): it does
    not wait. Other threads may still be inside notify() then; none may be entering it. A handler that
    runs long keeps alive the list it is walked in and itself, nothing else.

    \code
    SignalBox::SyncRegistry<Saved> registry;
    registry.registerHandler([](const Saved &file) { log(file.path); }, {.priority = 100, .name = "log"});
    registry.notify(Saved{"a.txt"});
    \endcode

    The design follows RCU-like snapshot reads with hazard pointers (Michael 2004; P2530) and an asymmetric
    fence; src/ARCHITECTURE.md explains it.
*/
template <class E>
class SyncRegistry
{
    static_assert(detail::isEventType<E>, "SyncRegistry<E>: E is void or a type without reference, const and volatile");

    using Node = detail::UntypedRegistry::Node;
    struct NoEvent
    {
    };
    using Argument = std::conditional_t<std::is_void_v<E>, NoEvent, E>;

public:
    /*! What the handlers get a reference to. */
    using Event = E;

    /*! An empty registry. One allocation; throws std::bad_alloc. */
    SyncRegistry() = default;

    /*! Makes room for the ids of `capacity` handlers, so that many registrations grow no table. Throws
        std::bad_alloc; std::length_error beyond 1048544. */
    explicit SyncRegistry(std::size_t capacity) { m_untyped.reserve(capacity); }

    SyncRegistry(const SyncRegistry &) = delete;
    SyncRegistry &operator=(const SyncRegistry &) = delete;

    /*! Like clear(); does not wait for calls that are under way. May be called from inside a handler. */
    ~SyncRegistry() = default;

    /*!
        Registers `handler`, from the next notify() on. Returns its id, which unregister() takes.

        \errors std::invalid_argument for an empty std::function or a null function pointer, std::bad_alloc,
        std::length_error; nothing has changed then.
        \cost Lock-free; O(log n) to find the place, and the copy of a block; three allocations or so.
    */
    template <HandlerFor<E> F>
    HandlerId registerHandler(F &&handler, HandlerOptions options = {},
                              SourceLocation location = SourceLocation::current())
    {
        detail::requireCallable(handler,
                                "SyncRegistry::registerHandler: the handler is empty; expected something callable");
        return m_untyped.add(sourceOf<E>(std::forward<F>(handler)), options, location);
    }

    /*!
        As above: the handler calls `member` on `object`, which outlives the handler. The member function takes the
        event or nothing. If it returns Propagation, that counts; anything else that it returns is ignored.

        \errors std::invalid_argument for a null object or a null member function; otherwise as above.
    */
    template <class Object, class Member>
        requires detail::MemberHandlerFor<Member, Object, E>
    HandlerId registerHandler(Object *object, Member member, HandlerOptions options = {},
                              SourceLocation location = SourceLocation::current())
    {
        auto handler = bind(object, member, "SyncRegistry::registerHandler: the object is null",
                            "SyncRegistry::registerHandler: the member function is null");
        return m_untyped.add(sourceOf<E>(std::move(handler)), options, location);
    }

    /*! Like registerHandler(), but the handler is registered only as long as the guard lives, whose end waits. */
    template <HandlerFor<E> F>
    [[nodiscard("the handler is unregistered when its guard is destroyed")]] HandlerGuard
    registerGuard(F &&handler, HandlerOptions options = {},
                  SourceLocation location = SourceLocation::current())
    {
        detail::requireCallable(handler,
                                "SyncRegistry::registerGuard: the handler is empty; expected something callable");
        return HandlerGuard(m_untyped.addGuarded(sourceOf<E>(std::forward<F>(handler)), options, location));
    }

    /*! As above, for a member function of `object`. */
    template <class Object, class Member>
        requires detail::MemberHandlerFor<Member, Object, E>
    [[nodiscard("the handler is unregistered when its guard is destroyed")]] HandlerGuard
    registerGuard(Object *object, Member member, HandlerOptions options = {},
                  SourceLocation location = SourceLocation::current())
    {
        auto handler = bind(object, member, "SyncRegistry::registerGuard: the object is null",
                            "SyncRegistry::registerGuard: the member function is null");
        return HandlerGuard(m_untyped.addGuarded(sourceOf<E>(std::move(handler)), options, location));
    }

    /*!
        Unregisters. True once per id, for exactly one caller; false for an id that is invalid, gone, or of
        another registry. Never waits: a call that another thread is in, or is just entering, goes on, and
        the last such thread destroys the handler's captures.
        \cost Lock-free; needs no memory. One process-wide fence if captures have a destructor to run.
    */
    bool unregister(HandlerId id) noexcept { return m_untyped.remove(id); }

    /*! The same, and returns when no other thread is inside the handler, and its captures are destroyed
        unless the calling thread itself is inside. Returns false at once where unregister() does: another
        thread may then be about to remove the handler, and calls may still begin; only a guard waits for that.
        Blocks; see HandlerGuard for what is waited for and what is not. */
    bool unregisterAndWait(HandlerId id) noexcept { return m_untyped.removeAndWait(id); }

    /*! Unregisters all handlers that are registered when it begins. Does not wait. Guards become inactive. O(n); one
        process-wide fence for all; needs no memory. */
    void clear() noexcept { m_untyped.clear(); }

    /*! Whether the handler is registered, paused or not. Lock-free, O(1). */
    [[nodiscard]] bool contains(HandlerId id) const noexcept { return m_untyped.contains(id); }
    /*! How many are registered, paused ones included. May be stale on return. O(1). */
    [[nodiscard]] std::size_t handlerCount() const noexcept { return m_untyped.handlerCount(); }
    /*! Whether handlerCount() is 0. */
    [[nodiscard]] bool isEmpty() const noexcept { return handlerCount() == 0; }

    /*! Pauses or resumes a handler, which keeps its place. A paused handler costs notify() nothing. False
        where unregister() would be. Lock-free; needs no memory. */
    bool setEnabled(HandlerId id, bool enabled) noexcept { return m_untyped.setEnabled(id, enabled); }

    /*! Whether the handler is registered and not paused. May be stale on return. Lock-free, O(1). */
    [[nodiscard]] bool isEnabled(HandlerId id) const noexcept { return m_untyped.isEnabled(id); }

    /*! Moves a handler to another priority, last among its new equals; it keeps its id. False where
        unregister() would be. Throws std::bad_alloc; nothing has changed then. Lock-free. */
    bool setPriority(HandlerId id, int priority) { return m_untyped.setPriority(id, priority); }

    /*!
        Calls `callback` with an ExceptionInfo, on the notifying thread, whenever a handler throws, in
        place of the callback set before, which may still finish a call. An exception of its own is
        swallowed.
        \errors std::invalid_argument for an empty callable, std::bad_alloc; the earlier callback then stays.
    */
    template <HandlerFor<ExceptionInfo> F>
    void onException(F &&callback, SourceLocation location = SourceLocation::current())
    {
        detail::requireCallable(callback, "SyncRegistry::onException: the callback is empty; expected something callable");
        m_untyped.setExceptionCallback(sourceOf<ExceptionInfo>(std::forward<F>(callback)), location);
    }

    /*! Exceptions go unreported from here on, but are counted. Needs no memory. */
    void clearExceptionCallback() noexcept { m_untyped.clearExceptionCallback(); }

    /*! Calls the handlers; see the class for order, threads and cost. Reports how many. */
    DispatchReport notify(const Argument &event) const noexcept
        requires(!std::is_void_v<E>)
    {
        return m_untyped.notify(std::addressof(event));
    }

    /*! The same for E = void. */
    DispatchReport notify() const noexcept
        requires std::is_void_v<E>
    {
        return m_untyped.notify(nullptr);
    }

    /*! A row for every handler, in the order of their calls, paused ones included. Throws std::bad_alloc. O(n). */
    [[nodiscard]] std::vector<HandlerInfo> handlers() const { return m_untyped.handlers(); }

private:
    friend class detail::HandlerReference;
    friend class detail::HandlerVisit;

    // Calls the callable for the event behind the untyped pointer of the dispatch path. Results that make no sense were
    // refused when it was registered.
    template <class Event, class Callable>
    struct Call
    {
        void operator()(Callable &callable, const void *event, [[maybe_unused]] detail::Outcome *outcome) const
        {
            if constexpr (std::is_same_v<detail::HandlerResult<Callable, Event>, Propagation>) {
                if (detail::invokeHandler<Event>(callable, event) == Propagation::Stop)
                    *outcome = detail::Outcome::Stop;
            } else {
                static_cast<void>(detail::invokeHandler<Event>(callable, event));
            }
        }
    };

    template <class Event, class F>
    static Node::Source sourceOf(F &&callable) noexcept
    {
        using Callable = std::decay_t<F>;
        return detail::CallableIn<detail::StandardPlatform, Callable>::template from<Call<Event, Callable>>(
                std::forward<F>(callable));
    }

    template <class Object, class Member>
    static detail::BoundMember<Object, Member> bind(Object *object, Member member, const char *nullObjectMessage,
                                                    const char *nullMemberMessage)
    {
        detail::requireCallable(object, nullObjectMessage);
        detail::requireCallable(member, nullMemberMessage);
        return {object, member};
    }

    detail::UntypedRegistry m_untyped;
};

} // namespace SignalBox
