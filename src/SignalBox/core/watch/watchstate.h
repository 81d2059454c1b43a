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
        version.close();
        version.wakeWaiters();
        closed.notify();
        changed.clear();
    }

    // Relaxed: the count is only ever a hint; it may be stale when it is returned.
    void addReceiver() noexcept { m_receivers.fetch_add(1, std::memory_order_relaxed); }
    void dropReceiver() noexcept { m_receivers.fetch_sub(1, std::memory_order_relaxed); }
    std::size_t receiverCount() const noexcept
    {
        return m_receivers.load(std::memory_order_relaxed) + changed.handlerCount();
    }

    Version version;
    SyncRegistry<void> changed;
    SyncRegistry<void> closed; // handlers for one call: both close() and a late registration fire them

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

} // namespace SignalBox::detail
