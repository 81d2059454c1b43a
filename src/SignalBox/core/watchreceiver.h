// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/core/watch/toldversion.h>
#include <SignalBox/core/watch/watchstate.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace SignalBox {

template <class T>
class WatchSender;

/*!
    \brief The reason why WatchReceiver::waitForChange() returned.

    \code
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    if (settings.waitForChange(deadline) == SignalBox::WaitOutcome::TimedOut)
        std::cerr << "no settings after five seconds\n";
    \endcode
*/
enum class WaitOutcome {
    Changed, //!< There was a change that the receiver had not seen.
    Closed, //!< The sender was destroyed, and the receiver has seen every change.
    TimedOut, //!< The deadline has passed.
};

/*!
    \brief Whether WatchReceiver::onChanged() also calls the callback for the value that is there already.

    \code
    const auto guard = settings.onChanged([](const Settings &latest) { apply(latest); }, SignalBox::InitialCall::Yes);
    \endcode
*/
enum class InitialCall {
    No,  //!< Only for changes from now on.
    Yes, //!< First for the present value, before onChanged() returns; then for changes, with none left out between.
};

/*! A callback of WatchReceiver::onChanged(): a callable without arguments, or on a `const T &`. */
template <class F, class T>
concept WatchCallback = std::invocable<std::decay_t<F> &>
        || (!std::is_void_v<T> && std::invocable<std::decay_t<F> &, std::add_lvalue_reference_t<const T>>);

/*!
    \struct SignalBox::WatchSnapshot
    \brief A value of a watch, and its version.

    \plainvalue

    \code
    const SignalBox::WatchSnapshot<Settings> latest = settings.snapshot();
    std::cout << "version " << latest.version << ": " << latest.value->title << '\n';
    \endcode
*/
template <class T>
struct WatchSnapshot
{
    std::shared_ptr<const T> value; //!< Never null, and never changed.
    std::uint64_t version = 0; //!< 0 is the initial value.
};

/*!
    \class SignalBox::WatchReceiver
    \brief One reader of a watch: sees the latest value, and knows whether it has seen that value before.

    Made by WatchSender::subscribe(), or as a copy, which has seen what the original has seen. Values between two
    reads are skipped: a watch is for states (a configuration, a mode, a connection), not for commands.

    \threadsafety Reentrant: use one copy per thread. Const members are thread-safe while no other
    member is called. Callbacks run on the sending thread, on several threads at once if several send.

    \ordering What the sender did before send() is visible after the receiver has seen the change: by hasChanged(),
    by the value, by waitForChange(), or in a callback.

    \cost hasChanged(), isClosed(), version() and markSeen() are one load. Reading a value takes a lock for the copy of a
    pointer, and copies a T. A watch of void takes no lock and allocates nothing. Callbacks
    cost as handlers of a SyncRegistry.

    \errors Reading a value throws std::logic_error if the receiver is empty, and what copying a T throws.

    \lifetime May outlive the sender: it is then closed, and keeps the last value. A receiver that was default
    constructed or moved from is empty: closed, and without a value.

    \code
    SignalBox::WatchReceiver<Settings> settings = sender.subscribe();
    while (settings.waitForChange() == SignalBox::WaitOutcome::Changed)
        apply(settings.value());
    \endcode
*/
template <class T = void>
class WatchReceiver
{
    using State = detail::WatchState<T>;
    using Version = detail::WatchStateBase::Version;

public:
    /*! The clock of deadlines. */
    using Clock = std::chrono::steady_clock;

    /*! An empty receiver. */
    WatchReceiver() noexcept = default;
    /*! Has seen what `other` has. No allocation. */
    WatchReceiver(const WatchReceiver &other) noexcept : WatchReceiver(other.m_state, other.m_seen) {}
    /*! `other` becomes empty. */
    WatchReceiver(WatchReceiver &&other) noexcept
        : m_state(std::exchange(other.m_state, nullptr)), m_seen(std::exchange(other.m_seen, 0))
    {
    }
    /*! Copy or move assignment. The previous watch has one receiver less. */
    WatchReceiver &operator=(WatchReceiver other) noexcept
    {
        std::swap(m_state, other.m_state);
        std::swap(m_seen, other.m_seen);
        return *this;
    }
    /*! The watch has one receiver less. Callbacks stay registered as long as their guards live. */
    ~WatchReceiver()
    {
        if (m_state)
            m_state->dropReceiver();
    }

    /*! Whether there is a change that this receiver has not seen. May be true after the sender was destroyed. */
    [[nodiscard]] bool hasChanged() const noexcept { return version() != m_seen; }

    /*! Whether the sender was destroyed. There may still be a change that was not seen. */
    [[nodiscard]] bool isClosed() const noexcept { return !m_state || Version::isClosed(m_state->state()); }

    /*! The number of changes so far. May be out of date on return. */
    [[nodiscard]] std::uint64_t version() const noexcept
    {
        return m_state ? Version::versionOf(m_state->state()) : 0;
    }

    /*! Marks the latest value as seen: hasChanged() is false until the next change. */
    void markSeen() noexcept { m_seen = version(); }

    /*! A copy of the latest value. Throws std::logic_error if the receiver is empty, and what the copy throws. */
    [[nodiscard]] T value() const
        requires(!std::is_void_v<T> && std::copy_constructible<T>)
    {
        return *snapshot().value;
    }

    /*! As value(), and marks exactly that value as seen. Marks nothing if it throws. */
    [[nodiscard]] T valueAndMarkSeen()
        requires(!std::is_void_v<T> && std::copy_constructible<T>)
    {
        const auto latest = snapshot();
        T copy(*latest.value);
        m_seen = latest.version;
        return copy;
    }

    /*! The latest value itself, shared and not copied. It never changes: a change is another value. Throws
        std::logic_error if the receiver is empty. */
    [[nodiscard]] WatchSnapshot<T> snapshot() const
        requires(!std::is_void_v<T>)
    {
        requireState("WatchReceiver: an empty receiver has no value; expected one from WatchSender::subscribe()");
        auto [value, state] = m_state->snapshot();
        return {std::move(value), Version::versionOf(state)};
    }

    /*!
        Waits until there is a change that the receiver has not seen, marks it seen, and returns Changed. Returns Closed
        when the sender is destroyed, TimedOut at the deadline. If there is a change as well, it returns Changed.
        \cost Sleeps; no lock, no allocation.
    */
    WaitOutcome waitForChange(Clock::time_point deadline = Clock::time_point::max()) noexcept
    {
        if (!m_state)
            return WaitOutcome::Closed;
        const std::uint64_t state = m_state->version.wait(m_seen, deadline);
        if (Version::versionOf(state) != m_seen) {
            m_seen = Version::versionOf(state);
            return WaitOutcome::Changed;
        }
        return Version::isClosed(state) ? WaitOutcome::Closed : WaitOutcome::TimedOut;
    }

    /*!
        Calls `callback` on each change from now on, on the sending thread, as an ordinary handler of a
        SyncRegistry: in priority order, with exceptions isolated. It gets the value that is the latest when it
        is called, so on one thread the values never go back. If several threads send, they may call it at the same time.
        Marks nothing as seen. If the watch is closed or the receiver empty, the guard is inactive.

        Earlier changes are not reported: call hasChanged() afterwards, or pass InitialCall::Yes.
        \errors std::invalid_argument for an empty callable, std::bad_alloc.
    */
    template <WatchCallback<T> F>
    [[nodiscard("the callback is unregistered when its guard is destroyed")]] HandlerGuard
    onChanged(F &&callback, HandlerOptions options = {},
              SourceLocation location = SourceLocation::current()) const
    {
        detail::requireCallable(callback, "WatchReceiver::onChanged: the callback is empty; expected something callable");
        if (!m_state)
            return {};
        HandlerGuard guard = m_state->changed.registerGuard(
                [listener = detail::WatchListener<State>(m_state), function = std::decay_t<F>(std::forward<F>(callback))]() mutable {
                    if constexpr (std::invocable<std::decay_t<F> &>)
                        std::invoke(function);
                    else
                        std::invoke(function, *listener.state().snapshot().first);
                },
                std::move(options), location);
        endIfClosed(guard);
        return guard;
    }

    /*!
        As above. With InitialCall::Yes the callback is first called once on the calling thread, with the present value,
        before this returns; a change that another thread sends meanwhile is told right after that, also here. The callback
        is then told each value at most once. Where several changes come together, those but the last may be left out. An
        exception of the initial call goes to WatchSender::onException(), as that of any other call. A callback that is
        registered paused gets no initial call; with `once`, the initial call is the only one.
        \errors As above.
    */
    template <WatchCallback<T> F>
    [[nodiscard("the callback is unregistered when its guard is destroyed")]] HandlerGuard
    onChanged(F &&callback, InitialCall initialCall, HandlerOptions options = {},
              SourceLocation location = SourceLocation::current()) const
    {
        if (initialCall == InitialCall::No || !options.enabled)
            return onChanged(std::forward<F>(callback), std::move(options), location);
        detail::requireCallable(callback, "WatchReceiver::onChanged: the callback is empty; expected something callable");
        if (!m_state)
            return {};
        const bool isOnce = std::exchange(options.once, false);
        const auto told = std::make_shared<detail::ToldVersion<detail::StandardPlatform>>();
        HandlerGuard guard = m_state->changed.registerGuard(
                [listener = detail::WatchListener<State>(m_state), told, function = std::decay_t<F>(std::forward<F>(callback))]() mutable {
                    if constexpr (std::is_void_v<T>) {
                        if (told->take(Version::versionOf(listener.state().version.stateAfterRegistration())))
                            std::invoke(function);
                    } else {
                        const auto [value, state] = listener.state().snapshot();
                        if (!told->take(Version::versionOf(state)))
                            return;
                        if constexpr (std::invocable<std::decay_t<F> &>)
                            std::invoke(function);
                        else
                            std::invoke(function, *value);
                    }
                },
                std::move(options), location);
        const detail::HandlerReference handler(guard);
        handler.call(nullptr);
        if (isOnce) {
            guard.reset();
            return guard;
        }
        told->endInitialCall();
        handler.call(nullptr); // what was sent meanwhile
        endIfClosed(guard);
        return guard;
    }

    /*!
        Calls `callback` once, when the sender is destroyed, on the thread that destroys it; at once if it was destroyed before.
        \errors As onChanged().
    */
    template <std::invocable F>
    [[nodiscard("the callback is unregistered when its guard is destroyed")]] HandlerGuard
    onClosed(F &&callback, HandlerOptions options = {},
             SourceLocation location = SourceLocation::current()) const
    {
        detail::requireCallable(callback, "WatchReceiver::onClosed: the callback is empty; expected something callable");
        if (!m_state) {
            std::invoke(callback);
            return {};
        }
        options.once = true;
        HandlerGuard guard = m_state->closed.registerGuard(
                [function = std::decay_t<F>(std::forward<F>(callback))]() mutable { std::invoke(function); },
                std::move(options), location);
        // Whoever notifies first fires the handler; it is for one call.
        if (Version::isClosed(m_state->version.stateAfterRegistration()))
            m_state->closed.notify();
        return guard;
    }

    /*! A receiver of the same watch that also owns `owner`, as its copies and callbacks do. When `owner` is destroyed, its
        source knows that no listener is left. */
    [[nodiscard]] WatchReceiver withOwner(std::shared_ptr<void> owner) const
    {
        if (!m_state)
            return {};
        using Both = std::pair<std::shared_ptr<State>, std::shared_ptr<void>>;
        auto both = std::make_shared<Both>(m_state, std::move(owner));
        State *const state = m_state.get();
        return WatchReceiver(std::shared_ptr<State>(std::move(both), state), m_seen);
    }

private:
    friend class WatchSender<T>;

    WatchReceiver(std::shared_ptr<State> state, std::uint64_t seen) noexcept : m_state(std::move(state)), m_seen(seen)
    {
        if (m_state)
            m_state->addReceiver();
    }

    // The sender's end clears the registry, and may have come before this handler.
    void endIfClosed(HandlerGuard &guard) const noexcept
    {
        if (Version::isClosed(m_state->version.stateAfterRegistration()))
            guard.reset();
    }

    void requireState(const char *message) const
    {
        if (!m_state)
            throw std::logic_error(message);
    }

    std::shared_ptr<State> m_state; // null: empty
    std::uint64_t m_seen = 0; // a version
};

} // namespace SignalBox
