// SPDX-License-Identifier: MIT
#include <SignalBox/core/list/idtable.h>

#include <atomic>
#include <stdexcept>

namespace SignalBox::detail {

std::uint64_t nextSequence()
{
    static constinit std::atomic<std::uint64_t> lastSequence{0};
    constexpr std::uint64_t limit = std::uint64_t{1} << (64 - IdTable<StandardPlatform>::indexBits);
    // Relaxed: only distinct and growing numbers are needed.
    const std::uint64_t sequence = lastSequence.fetch_add(1, std::memory_order_relaxed) + 1;
    if (sequence >= limit)
        throw std::length_error("SyncRegistry: all 2^44 handler ids of this process have been given out");
    return sequence;
}

} // namespace SignalBox::detail
