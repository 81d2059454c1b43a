// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace SignalBox::detail {

/*! How many rows or events before its turn one is asked for, where many are looked at that lie all over the memory. */
inline constexpr std::size_t prefetchDistance = 8;

/*! Tells the processor that what is at \a address is needed soon. It need not be valid. */
inline void prefetch([[maybe_unused]] const void *address) noexcept
{
#ifdef __GNUC__
    __builtin_prefetch(address);
#endif
}

} // namespace SignalBox::detail
