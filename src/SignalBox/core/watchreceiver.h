// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/sourcelocation.h>
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
    \brief Why WatchReceiver::waitForChange() has returned.

    \code
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    if (settings.waitForChange(deadline) == SignalBox::WaitOutcome::TimedOut)
        std::cerr << "no settings after five seconds\n";
    \endcode
*/
enum class WaitOutcome {
    Changed, //!< There was a change that the receiver had not seen.
    Closed, //!< The sender is gone, and every change has been seen.
    TimedOut, //!< The deadline has passed.
};

/*! A callable that WatchReceiver::onChanged() takes: without arguments, or on a `const T &`. */
template <class F, class T>
concept WatchCallback = std::invocable<std::decay_t<F> &>
        || (!std::is_void_v<T> && std::invocable<std::decay_t<F> &, std::add_lvalue_reference_t<const T>>);

/*!
    \struct SignalBox::WatchSnapshot
    \brief A value that a watch has held, and which one.

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
    std::uint64_t version = 0; //!< 0 is the value that the watch began with.
};

/*!
    \class SignalBox::WatchReceiver
    \brief One reader of a watch: sees the latest value, and whether it has seen it before.

    Comes from WatchSender::subscribe(), or as a copy, which has seen what the original has. Values between
    two looks are skipped: a watch is for states (a configuration, a mode, a connection), not for commands.

    \threadsafety Reentrant: each thread has its own copy. Const members are thread-safe while no other
    member is called. Callbacks run on the sending thread, on several at once if several send.

    \ordering What the sender did before send() is visible to whoever has seen the change: by hasChanged(),
    by the value, by waitForChange(), or in a callback.

    \cost hasChanged(), isClosed(), version() and markSeen() are one load. Reading a value takes a lock for the copy of a
    pointer, and allocates what the copy of a T does. A watch of void takes no lock and allocates nothing. Callbacks
    cost as handlers of a SyncRegistry.

    \errors std::logic_error for the value of a receiver of nothing, and what copying a T throws.

    \lifetime May outlive the sender: it is closed then, and keeps the last value. A receiver that was default
    constructed or moved from is one of nothing: closed, and without a value.

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
    /*! Of deadlines. */
    using Clock = std::chrono::steady_clock;

    /*! A receiver of nothing. */
    WatchReceiver() noexcept = default;
    /*! Has seen what `other` has. No allocation. */
    WatchReceiver(const WatchReceiver &other) noexcept : WatchReceiver(other.m_state, other.m_seen) {}
    /*! `other` becomes a receiver of nothing. */
    WatchReceiver(WatchReceiver &&other) noexcept
        : m_state(std::exchange(other.m_state, nullptr)), m_seen(std::exchange(other.m_seen, 0))
    {
    }
    /*! As the copy, or the move, and the end of what was there. */
    WatchReceiver &operator=(WatchReceiver other) noexcept
    {
        std::swap(m_state, other.m_state);
        std::swap(m_seen, other.m_seen);
        return *this;
    }
    /*! One listener less. Callbacks stay with their guards. */
    ~WatchReceiver()
    {
        if (m_state)
            m_state->dropReceiver();
    }

    /*! Whether there is a change that this receiver has not seen. Also true after the sender has gone. */
    [[nodiscard]] bool hasChanged() const noexcept { return version() != m_seen; }

    /*! Whether the sender is gone. There may still be a change to see. */
    [[nodiscard]] bool isClosed() const noexcept { return !m_state || Version::isClosed(m_state->state()); }

    /*! How many changes there were. May be stale on return. */
    [[nodiscard]] std::uint64_t version() const noexcept
    {
        return m_state ? Version::versionOf(m_state->state()) : 0;
    }

    /*! What there is now has been seen: hasChanged() is false until the next change. */
    void markSeen() noexcept { m_seen = version(); }

    /*! A copy of the latest value. Throws std::logic_error for a receiver of nothing, and what the copy throws. */
    [[nodiscard]] T value() const
        requires(!std::is_void_v<T> && std::copy_constructible<T>)
    {
        return *snapshot().value;
    }

    /*! The same, and markSeen() for exactly that value. Nothing is marked if it throws. */
    [[nodiscard]] T valueAndMarkSeen()
        requires(!std::is_void_v<T> && std::copy_constructible<T>)
    {
        const auto latest = snapshot();
        T copy(*latest.value);
        m_seen = latest.version;
        return copy;
    }

    /*! The latest value itself, shared and not copied. It stays as it is: a change is another value. Throws
        std::logic_error for a receiver of nothing. */
    [[nodiscard]] WatchSnapshot<T> snapshot() const
        requires(!std::is_void_v<T>)
    {
        requireState("WatchReceiver: a receiver of nothing has no value; expected one from WatchSender::subscribe()");
        auto [value, state] = m_state->snapshot();
        return {std::move(value), Version::versionOf(state)};
    }

    /*!
        Returns when there is a change that the receiver has not seen, marks it seen, and returns Changed; or
        when the sender goes; or at the deadline. A change before the end, or at the deadline, comes first.
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
        Calls `callback` on each change from now on, on the thread that sends, as an ordinary handler of a
        SyncRegistry: in priority order, with exceptions isolated. It gets the value that is the latest when it
        is called, so that it never goes back on one thread; where several threads send, it may be called by
        them at once. Marks nothing seen. Of a closed watch, or none, the guard is inactive.

        A change from before is not reported: look at hasChanged() afterwards.
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
                // With the state, which may own more than the watch; see withOwner().
                [state = m_state, function = std::decay_t<F>(std::forward<F>(callback))]() mutable {
                    if constexpr (std::invocable<std::decay_t<F> &>)
                        std::invoke(function);
                    else
                        std::invoke(function, *state->snapshot().first);
                },
                std::move(options), location);
        // The sender's end clears the registry, and may have come before this handler.
        if (Version::isClosed(m_state->version.stateAfterRegistration()))
            guard.reset();
        return guard;
    }

    /*!
        Calls `callback` once, when the sender goes, on the thread that destroys it; at once if it has gone.
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

    /*! A receiver of the same watch that also owns `owner`, as its copies and callbacks do: how a source
        learns that nobody listens any more. */
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

    void requireState(const char *message) const
    {
        if (!m_state)
            throw std::logic_error(message);
    }

    std::shared_ptr<State> m_state; // null: of nothing
    std::uint64_t m_seen = 0; // a version
};

} // namespace SignalBox
