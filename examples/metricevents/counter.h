// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

/*! Counts up, on any number of threads, lock-free. On a cache line of its own, so that threads that count different
    things do not slow each other down. */
class alignas(64) Counter
{
public:
    // Relaxed: a counter orders nothing but itself.
    void add(std::uint64_t amount = 1) noexcept { m_value.fetch_add(amount, std::memory_order_relaxed); }
    std::uint64_t value() const noexcept { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> m_value = 0;
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};
