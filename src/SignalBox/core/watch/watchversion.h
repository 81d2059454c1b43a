// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/hazard/memorysite.h>

#include <atomic>
#include <chrono>
#include <cstdint>

// How often a watch has changed, whether its sender is gone, and the sleep until either happens.
//
//     sender                                   waiter
//       state <- state + change, or closed       waiters <- waiters + 1
//       waiters > 0?                             seen call of `wakes`
//           wakes <- wakes + 1, wake             state differs: done; else sleep while `wakes` is what was seen
//
// The futex word is `wakes` and not the state, which has 64 bits: a receiver that looks away for any
// number of changes still sees that there were some.
//
// Orderings.
// - AdvanceState and SeeWaiters against CountWaiter and AwaitState: "store mine, then load yours" on
//   both sides, so all four are seq_cst. Weaker, and the sender sees no waiter while the waiter sees no
//   change, and sleeps on.
// - AdvanceState also releases and ReadState acquires: what the sender did before is visible to whoever
//   has seen the change.
// - CountWake releases, SeeWake acquires: a waiter that has read the new `wakes` reads the new state.

namespace SignalBox::detail {

template <class Platform>
class WatchVersion
{
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::uint64_t closed = 1;
    static constexpr std::uint64_t change = 2;
    static constexpr bool isClosed(std::uint64_t state) noexcept { return (state & closed) != 0; }
    static constexpr std::uint64_t versionOf(std::uint64_t state) noexcept { return state / change; }

    std::uint64_t state() const noexcept
    {
        return m_state.load(Platform::order(MemorySite::ReadState, std::memory_order_acquire));
    }

    // wakeWaiters() must follow, later where a lock is held.
    void advance() noexcept
    {
        m_state.fetch_add(change, Platform::order(MemorySite::AdvanceState, std::memory_order_seq_cst));
    }
    void close() noexcept
    {
        m_state.fetch_or(closed, Platform::order(MemorySite::AdvanceState, std::memory_order_seq_cst));
    }
    // As state(), for somebody who has just added a callback: comes before or after close() in the order
    // of read-modify-writes, so that one of the two sees what the other has done. Acquire-release.
    std::uint64_t stateAfterRegistration() noexcept
    {
        return m_state.fetch_or(0, Platform::order(MemorySite::ConfirmOpen, std::memory_order_acq_rel));
    }

    void wakeWaiters() noexcept
    {
        if (m_waiters.load(Platform::order(MemorySite::SeeWaiters, std::memory_order_seq_cst)) == 0)
            return;
        m_wakes.fetch_add(1, Platform::order(MemorySite::CountWake, std::memory_order_release));
        Platform::wakeAll(m_wakes);
    }

    // Until the version is not `seen`, or closed, or the deadline has passed. Returns the state then.
    std::uint64_t wait(std::uint64_t seen, Clock::time_point deadline) noexcept
    {
        m_waiters.fetch_add(1, Platform::order(MemorySite::CountWaiter, std::memory_order_seq_cst));
        std::uint64_t state = 0;
        for (bool hasTime = true;;) {
            const std::uint32_t wakes =
                    m_wakes.load(Platform::order(MemorySite::SeeWake, std::memory_order_acquire));
            state = m_state.load(Platform::order(MemorySite::AwaitState, std::memory_order_seq_cst));
            if (versionOf(state) != seen || isClosed(state) || !hasTime)
                break;
            hasTime = Platform::wait(m_wakes, wakes, deadline);
        }
        // Relaxed: a sender that still counts this thread wakes nobody.
        m_waiters.fetch_sub(1, std::memory_order_relaxed);
        return state;
    }

private:
    typename Platform::template Atomic<std::uint64_t> m_state{0};
    typename Platform::template Atomic<std::uint32_t> m_waiters{0};
    typename Platform::template Atomic<std::uint32_t> m_wakes{0};
};

} // namespace SignalBox::detail
