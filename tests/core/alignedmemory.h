// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>

#if defined(_WIN32)
#    include <malloc.h>
#endif

// std::aligned_alloc(), which Windows lacks: memory that free() can release is never aligned more than usual there.

// Null if there is no memory.
inline void *allocateAligned(std::size_t alignment, std::size_t bytes) noexcept
{
#if defined(_WIN32)
    return _aligned_malloc(bytes, alignment);
#else
    return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
#endif
}

inline void freeAligned(void *memory) noexcept
{
#if defined(_WIN32)
    _aligned_free(memory);
#else
    std::free(memory);
#endif
}
