// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/core/watchreceiver.h>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::WatchSender
    \brief Holds the latest value of something, and notifies its receivers of changes.

    With T = void there is no value, only the fact that something has changed.

    Any number of WatchReceivers read the value, wait for changes, or register callbacks. Each sees the latest value and
    skips the values between two reads. To deliver every event, use a SyncRegistry.

    \threadsafety Thread-safe: all members but the destructor and assignment. Values sent on
    several threads at once get one order, the same for all receivers; their callbacks may run at the same time.

    \ordering As WatchReceiver. Callbacks run on the sending thread, before send() returns, after waiting
    threads have been woken; in priority order.

    \cost A change allocates the value, takes a lock for the exchange of a pointer, and wakes threads only if some wait.
    With T = void: one read-modify-write; lock-free, no allocation. Callbacks cost as in SyncRegistry. A callback may call
    send(); the calls then nest.

    \errors What T's constructors throw, std::bad_alloc; the watch has then not changed. A callback that throws
    stops no other callback, and is reported to onException().

    \lifetime Destroying the sender closes its receivers, unregisters their callbacks as SyncRegistry::clear() does
    (without waiting for those that run on other threads), and wakes waiting threads. A callback may destroy the
    sender that is calling it. Not async-signal-safe; EventRegistry::recordEvent() is. After fork(), a child
    must not use a watch with a value that another thread of its parent was using.

    \code
    SignalBox::WatchSender<Settings> sender(Settings::load());
    auto receiver = sender.subscribe();
    const auto guard = receiver.onChanged([](const Settings &settings) { apply(settings); });
    sender.send(Settings{"night", 80});
    \endcode
*/
template <class T = void>
class WatchSender
{
    static_assert(std::is_void_v<T> || (std::is_object_v<T> && !std::is_const_v<T> && std::move_constructible<T>),
                  "what is watched is a movable value, or void");

    using State = detail::WatchState<T>;

public:
    /*! Begins with a value-initialised T, at version 0. */
    WatchSender()
        requires(std::is_void_v<T> || std::default_initializable<T>)
        : m_state(makeState())
    {
    }

    /*! Begins with `value`, at version 0. */
    template <class U = T>
        requires(!std::is_void_v<T> && std::constructible_from<T, U &&>
                 && !std::same_as<std::remove_cvref_t<U>, WatchSender>)
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): the constraint excludes this class
    explicit WatchSender(U &&value) : m_state(std::make_shared<State>(std::make_shared<const T>(std::forward<U>(value))))
    {
    }

    WatchSender(const WatchSender &) = delete;
    WatchSender &operator=(const WatchSender &) = delete;
    /*! A sender that was moved from may only be destroyed or assigned to. */
    WatchSender(WatchSender &&other) noexcept = default;
    /*! First closes the watch of this sender. */
    WatchSender &operator=(WatchSender &&other) noexcept
    {
        if (this != &other) {
            const auto old = std::exchange(m_state, std::exchange(other.m_state, nullptr));
            if (old)
                old->close();
        }
        return *this;
    }
    /*! Closes the receivers. */
    ~WatchSender()
    {
        if (const auto state = std::move(m_state))
            state->close();
    }

    /*! Sends a value. Returns whether there are receivers; the value is stored either way. */
    template <class U = T>
        requires(!std::is_void_v<T> && std::constructible_from<T, U &&>)
    bool send(U &&value)
    {
        const auto next = std::make_shared<const T>(std::forward<U>(value));
        const auto state = m_state;
        const auto old = state->replace(next); // ends after the callbacks, outside the lock
        state->tell();
        return state->receiverCount() != 0;
    }

    /*! Sends a change. Returns whether there are receivers. */
    bool send() noexcept
        requires std::is_void_v<T>
    {
        const auto state = m_state;
        state->version.advance();
        state->tell();
        return state->receiverCount() != 0;
    }

    /*! As send(), and returns a copy of the previous value. */
    template <class U = T>
        requires(!std::is_void_v<T> && std::copy_constructible<T> && std::constructible_from<T, U &&>)
    T sendReplace(U &&value)
    {
        std::shared_ptr<const T> next = std::make_shared<const T>(std::forward<U>(value));
        const auto state = m_state;
        for (;;) {
            const auto seen = state->snapshot().first;
            T copy(*seen); // before the change, since it may throw
            if (state->replaceIfUnchanged(seen, next)) {
                state->tell();
                return copy;
            }
        }
    }

    /*!
        Calls `modify` with a copy of the latest value, and sends the copy if it returns true. Returns whether
        it did. Where others send meanwhile, `modify` is called again, with a copy of theirs, so that no change
        is overwritten unseen. Runs under no lock.
    */
    template <class F>
        requires(!std::is_void_v<T> && std::copy_constructible<T>
                 && std::predicate<F &, std::add_lvalue_reference_t<T>>)
    bool sendIfModified(F modify)
    {
        const auto state = m_state;
        for (;;) {
            const auto seen = state->snapshot().first;
            const auto copy = std::make_shared<T>(*seen);
            if (!std::invoke(modify, *copy))
                return false;
            std::shared_ptr<const T> next = copy;
            if (state->replaceIfUnchanged(seen, next)) {
                state->tell();
                return true;
            }
        }
    }

    /*! A receiver that has seen what there is now. */
    [[nodiscard]] WatchReceiver<T> subscribe() const noexcept
    {
        return WatchReceiver<T>(m_state, detail::WatchStateBase::Version::versionOf(m_state->state()));
    }

    /*! How many receivers and registered callbacks there are. May be stale on return. */
    [[nodiscard]] std::size_t receiverCount() const noexcept { return m_state->receiverCount(); }

    /*! Whether nobody listens now. More may subscribe. */
    [[nodiscard]] bool isClosed() const noexcept { return receiverCount() == 0; }

    /*!
        Calls `callback` each time the last receiver, or registered callback, has gone, on the thread on which that
        happened: a source that nobody listens to may rest. Others may have subscribed meanwhile: isClosed() tells. Not
        called if there was no receiver before, and not at the sender's own end; so ask isClosed() after this.
        A callback that throws is reported to onException().
        \errors std::invalid_argument for an empty callable, std::bad_alloc.
    */
    template <std::invocable F>
    [[nodiscard("the callback is unregistered when its guard is destroyed")]] HandlerGuard
    onReceiversGone(F &&callback, HandlerOptions options = {}, SourceLocation location = SourceLocation::current())
    {
        detail::requireCallable(callback, "WatchSender::onReceiversGone: the callback is empty; expected something callable");
        return m_state->receiversGone.registerGuard(
                [function = std::decay_t<F>(std::forward<F>(callback))]() mutable { std::invoke(function); },
                std::move(options), location);
    }

    /*! Calls `callback` with an ExceptionInfo when a callback of a receiver throws; see SyncRegistry::onException(). Not
        of a sender that was moved from. */
    template <HandlerFor<ExceptionInfo> F>
    void onException(F callback, SourceLocation location = SourceLocation::current())
    {
        const auto shared = std::make_shared<F>(std::move(callback));
        const auto report = [shared](const ExceptionInfo &info) { static_cast<void>(detail::invokeHandler<ExceptionInfo>(*shared, &info)); };
        m_state->changed.onException(report, location);
        m_state->closed.onException(report, location);
        m_state->receiversGone.onException(report, location);
    }

private:
    static std::shared_ptr<State> makeState()
    {
        if constexpr (std::is_void_v<T>)
            return std::make_shared<State>();
        else
            return std::make_shared<State>(std::make_shared<const T>());
    }

    std::shared_ptr<State> m_state; // null: moved from
};

} // namespace SignalBox
