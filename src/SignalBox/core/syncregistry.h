// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <SignalBox/core/dispatchreport.h>
#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/handlerinfo.h>
#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registrar.h>
#include <SignalBox/core/registry/handlerinvocation.h>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/registry/untypedregistry.h>
#include <SignalBox/core/runninghandler.h>
#include <SignalBox/core/sourcelocation.h>

#include <concepts>
#include <memory>
#include <ostream>
#include <type_traits>
#include <utility>
#include <vector>

namespace SignalBox {

namespace detail {
class HandlerRemoval;
class HandlerVisit;
}

/*!
    \namespace SignalBox
    \brief All classes and functions of the library. Namespaces called \c detail are internal.
*/

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
    threads at once and must protect the data that it shares.

    \ordering What a thread did before registerHandler() is visible to every call of the handler. What a call of a
    handler did is visible after unregisterAndWait(), or the end of a waiting guard, has returned.
    A notify() does not call handlers that were registered after it began. Once unregister() or
    setEnabled(id, false) has returned, a notify() on another thread calls the handler only if it had already
    passed its check of the handler. A notify() on the unregistering thread does not call it.
    A thread that uses an id has got it by release and acquire, as HandlerId says.

    \cost notify() is lock-free, wait-free while the list does not change, writes no shared cache line and
    allocates nothing, except for a thread's first notify and the call of a `once` handler, which changes the list.
    Changes are lock-free; they copy one block of handlers and the table of blocks, so their cost is O(sqrt n)
    for n handlers: some hundreds of nanoseconds up to 1000, about a microsecond at 10 000, ten at a million
    (benchmarks/PERFORMANCE.md has the figures). Readers never block writers and writers never block readers.

    \errors notify() never throws. A handler that throws stops no other handler; it is counted, and reported to the
    callback set by onException(). Registering throws std::invalid_argument for an empty callable,
    std::bad_alloc, std::length_error beyond 1048544 handlers, and what the callable's constructor
    throws; the registry has then not changed. unregister(), setEnabled() and clear() succeed even if allocation fails.

    \lifetime A handler's captures are destroyed when it is unregistered and no thread is inside it: by unregister(), or
    by the last thread that leaves the handler, never under a lock. Destroying the registry acts like clear(): it does
    not wait, and a notify() under way calls no further handler. Other threads may still be inside notify() then; none
    may begin one. A handler that runs for long keeps itself and one list of handlers alive, nothing else.

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
    /*! The type of the events. Handlers get a const reference to one. */
    using Event = E;

    /*! An empty registry. One allocation; throws std::bad_alloc. */
    SyncRegistry() = default;

    /*! Reserves room for the ids of `capacity` handlers, so that registering them does not grow the table of ids. Throws
        std::bad_alloc; std::length_error beyond 1048544. */
    explicit SyncRegistry(std::size_t capacity) { m_untyped.reserve(capacity); }

    SyncRegistry(const SyncRegistry &) = delete;
    SyncRegistry &operator=(const SyncRegistry &) = delete;

    /*! As clear(): does not wait for calls that are under way. May be called from inside a handler. */
    ~SyncRegistry() = default;

    /*!
        Registers `handler`. It is called by each notify() that begins after this. Returns its id, for unregister(). Another
        thread may call the handler before this has returned: a handler finds its own id with runningHandler().

        \errors std::invalid_argument for an empty std::function or a null function pointer, std::bad_alloc,
        std::length_error; the registry has then not changed.
        \cost Lock-free; O(log n) to find the place, O(sqrt n) to copy; about three allocations.
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
        As above. The handler calls `member` on `object`, which must outlive the handler. The member function takes the
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

    /*! As registerHandler(). The handler is unregistered when the guard is destroyed; the guard's destructor waits for calls on
        other threads. A guard that is a member is declared last; see HandlerGuard. */
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

    //! \cond Refused, and says what to write instead
    template <class Member, class Object>
        requires detail::MemberBeforeObject<Member, Object, HandlerOptions>
    HandlerId registerHandler(Member &&, Object &&, HandlerOptions = {}, SourceLocation = {})
    {
        detail::refuseMemberBeforeObject<Member>();
        return {};
    }
    template <class Member, class Object>
        requires detail::MemberBeforeObject<Member, Object, HandlerOptions>
    HandlerGuard registerGuard(Member &&, Object &&, HandlerOptions = {}, SourceLocation = {})
    {
        detail::refuseMemberBeforeObject<Member>();
        return {};
    }
    //! \endcond

    /*!
        Unregisters the handler. Returns true once per id, to exactly one caller; false for an id that is invalid,
        already unregistered, or of another registry. Never waits: a call that another thread is in, or is just entering,
        goes on, and the last such thread destroys the handler's captures.
        \cost Lock-free; succeeds even if allocation fails. One process-wide fence if the captures have a destructor.
    */
    bool unregister(HandlerId id) noexcept { return m_untyped.remove(id); }

    /*! As unregister(), and then waits until no other thread is inside the handler. Its captures are destroyed then,
        unless the calling thread itself is inside. Does not wait for an id that is already unregistered: it returns
        false at once, while calls of the handler may still run or begin on other threads. Only a guard waits for those.
        HandlerGuard says what is waited for and what is not. */
    bool unregisterAndWait(HandlerId id) noexcept { return m_untyped.removeAndWait(id); }

    /*! Unregisters all handlers that are registered when it begins. Does not wait. Guards become inactive. O(n); one
        process-wide fence for all; succeeds even if allocation fails. */
    void clear() noexcept { m_untyped.clear(); }

    /*! Whether the handler is registered, paused or not. Lock-free, O(1). */
    [[nodiscard]] bool contains(HandlerId id) const noexcept { return m_untyped.contains(id); }
    /*! The number of registered handlers, including paused ones. May be out of date on return. O(1). */
    [[nodiscard]] std::size_t handlerCount() const noexcept { return m_untyped.handlerCount(); }
    /*! Whether handlerCount() is 0. */
    [[nodiscard]] bool isEmpty() const noexcept { return handlerCount() == 0; }

    /*! Pauses or resumes a handler, which keeps its place. A paused handler costs notify() nothing. Returns false
        if the handler is not registered here. Lock-free; succeeds even if allocation fails. */
    bool setEnabled(HandlerId id, bool enabled) noexcept { return m_untyped.setEnabled(id, enabled); }

    /*! Whether the handler is registered and not paused. May be out of date on return. Lock-free, O(1). */
    [[nodiscard]] bool isEnabled(HandlerId id) const noexcept { return m_untyped.isEnabled(id); }

    /*! Moves a handler to another priority, behind the handlers that have it already. It keeps its id. Returns false
        if the handler is not registered here. Throws std::bad_alloc, and has then changed nothing. Lock-free. */
    bool setPriority(HandlerId id, int priority) { return m_untyped.setPriority(id, priority); }

    /*!
        Sets the callback that is called with an ExceptionInfo, on the notifying thread, whenever a handler throws. It
        replaces the previous callback, which may still finish a call. An exception of the callback itself is swallowed.
        \errors std::invalid_argument for an empty callable, std::bad_alloc; the previous callback then stays.
    */
    template <HandlerFor<ExceptionInfo> F>
    void onException(F &&callback, SourceLocation location = SourceLocation::current())
    {
        detail::requireCallable(callback, "SyncRegistry::onException: the callback is empty; expected something callable");
        m_untyped.setExceptionCallback(sourceOf<ExceptionInfo>(std::forward<F>(callback)), location);
    }

    /*! From here on exceptions are counted, but not reported. Succeeds even if allocation fails. */
    void clearExceptionCallback() noexcept { m_untyped.clearExceptionCallback(); }

    /*! Writes "SyncRegistry(3 handlers)". */
    friend std::ostream &operator<<(std::ostream &stream, const SyncRegistry &registry)
    {
        const std::size_t count = registry.handlerCount();
        return stream << "SyncRegistry(" << count << (count == 1 ? " handler)" : " handlers)");
    }

    /*! Calls the handlers and returns how many were called. The class says what holds for order, threads and cost. */
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

    /*! Describes all handlers, including paused ones, in the order in which they are called. Throws std::bad_alloc. O(n). */
    [[nodiscard]] std::vector<HandlerInfo> handlers() const { return m_untyped.handlers(); }

    /*! The half of this registry that may only register, to be handed to others. As valid as the registry is. */
    [[nodiscard]] Registrar<E> registrar() noexcept { return Registrar<E>(*this); }

private:
    friend class detail::HandlerReference;
    friend class detail::HandlerRemoval;
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
