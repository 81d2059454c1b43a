// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/hazard/platform.h>
#include <SignalBox/core/syncregistry.h>
#include <SignalBox/core/watch/watchversion.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

// What a sender and its receivers share: the latest value, its version, and the registries of callbacks.

namespace SignalBox::detail {

// The events of the two registries: they say that, the value is read by whoever is called.
class WatchStateBase
{
public:
    using Version = WatchVersion<StandardPlatform>;

    WatchStateBase() = default;
    WatchStateBase(const WatchStateBase &) = delete;
    WatchStateBase &operator=(const WatchStateBase &) = delete;

    std::uint64_t state() const noexcept { return version.state(); }

    // After the change. The caller shares the state, since a callback may destroy the sender.
    void tell() noexcept
    {
        version.wakeWaiters();
        changed.notify();
    }

    // The sender goes. Captures that own receivers of this watch end here, so that no cycle stays.
    void close() noexcept
    {
        receiversGone.clear(); // its end is not theirs
        version.close();
        version.wakeWaiters();
        closed.notify();
        changed.clear();
    }

    // Receivers, and callbacks. Relaxed: the count is only ever a hint; it may be stale when it is returned.
    std::size_t receiverCount() const noexcept { return m_receivers.load(std::memory_order_relaxed); }
    void addReceiver() noexcept { m_receivers.fetch_add(1, std::memory_order_relaxed); }
    // By somebody who shares the state: what is called here may destroy the sender.
    void dropReceiver() noexcept
    {
        // Acquire and release: what all receivers did comes before what is called for the end of the last one.
        if (m_receivers.fetch_sub(1, std::memory_order_acq_rel) == 1)
            receiversGone.notify();
    }

    Version version;
    SyncRegistry<void> changed;
    SyncRegistry<void> closed; // handlers for one call: both close() and a late registration fire them
    SyncRegistry<void> receiversGone;

private:
    std::atomic<std::size_t> m_receivers{0};
};

template <class T>
class WatchState : public WatchStateBase
{
public:
    using Value = std::shared_ptr<const T>;

    // Throws std::bad_alloc: the registries of the base need memory.
    explicit WatchState(Value value) : m_value(std::move(value)) {}

    // Together: the version is the value's.
    std::pair<Value, std::uint64_t> snapshot() const
    {
        const std::lock_guard lock(m_mutex);
        return {m_value, version.state()};
    }

    // The value before.
    Value replace(Value value)
    {
        const std::lock_guard lock(m_mutex);
        m_value.swap(value);
        version.advance();
        return value;
    }

    // False, and nothing has changed: somebody was faster than who read `seen`.
    bool replaceIfUnchanged(const Value &seen, Value &value)
    {
        const std::lock_guard lock(m_mutex);
        if (m_value != seen)
            return false;
        m_value.swap(value);
        version.advance();
        return true;
    }

private:
    // Held for the exchange of a pointer; never while foreign code runs or memory is taken or freed.
    mutable std::mutex m_mutex;
    Value m_value;
};

template <>
class WatchState<void> : public WatchStateBase
{
};

/*! Part of each callback: counts as a receiver, and shares the state, which may own more than the watch (see
    WatchReceiver::withOwner()). */
template <class State>
class WatchListener
{
public:
    explicit WatchListener(std::shared_ptr<State> state) noexcept : m_state(std::move(state)) { m_state->addReceiver(); }
    WatchListener(WatchListener &&other) noexcept = default;
    WatchListener(const WatchListener &) = delete;
    WatchListener &operator=(const WatchListener &) = delete;
    ~WatchListener()
    {
        if (m_state)
            m_state->dropReceiver();
    }

    State &state() const noexcept { return *m_state; }

private:
    std::shared_ptr<State> m_state; // null: moved from
};

} // namespace SignalBox::detail
