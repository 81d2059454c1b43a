// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace SignalBox::detail {

/*! A number that one thread at a time changes, without a locked instruction, and that any thread may read. Relaxed: it orders nothing. */
class OneWriterCount
{
public:
    std::uint64_t value() const noexcept { return m_value.load(std::memory_order_relaxed); }
    void set(std::uint64_t value) noexcept { m_value.store(value, std::memory_order_relaxed); }
    void add(std::uint64_t count) noexcept { set(value() + count); }
    void subtract(std::uint64_t count) noexcept { set(value() - count); }

private:
    std::atomic<std::uint64_t> m_value = 0;
};

/*! What is left of \a count without \a gone, where both were read while others changed them. */
constexpr std::uint64_t leftOf(std::uint64_t count, std::uint64_t gone) noexcept
{
    return count > gone ? count - gone : 0;
}

} // namespace SignalBox::detail
