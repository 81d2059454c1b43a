// SPDX-License-Identifier: MIT
#pragma once

#include "../core/alignedmemory.h"
#include "stress.h"

#include <new>

#if defined(__GLIBC__)
#    include <malloc.h>
#endif

// Replaces the global operator new, for a program of one source file: counts what lives, overwrites what is freed, and
// fails where memoryFails says so. The counters are spread, so that counting orders threads as little as possible.
// A program of Windows that uses Core as a DLL cannot: what the DLL allocates goes past the program. It counts nothing.

namespace Stress {

// Asked for every allocation. May be null.
using FailureCondition = bool (*)() noexcept;
inline constinit FailureCondition memoryFails = nullptr;

class CountedMemory
{
public:
    // Exact when no other thread allocates.
    static std::int64_t liveBlocks() noexcept
    {
        std::int64_t result = 0;
        for (const Shard &shard : shards)
            result += shard.blocks.load(std::memory_order_relaxed);
        return result;
    }

    static void *allocate(std::size_t bytes)
    {
        return counted([=] { return std::malloc(bytes); });
    }
    static void *allocate(std::size_t bytes, std::align_val_t alignment)
    {
        return counted([=] { return allocateAligned(static_cast<std::size_t>(alignment), bytes); });
    }
    static void deallocate(void *memory) noexcept { release(memory, [=] { std::free(memory); }); }
    static void deallocateAligned(void *memory) noexcept { release(memory, [=] { freeAligned(memory); }); }

private:
    struct alignas(64) Shard
    {
        std::atomic<std::int64_t> blocks;
    };

    template <class Take>
    static void *counted(Take take)
    {
        if (memoryFails && memoryFails())
            throw std::bad_alloc();
        void *const memory = take();
        if (memory == nullptr)
            throw std::bad_alloc();
        count(1);
        return memory;
    }
    template <class Free>
    static void release(void *memory, Free free) noexcept
    {
        if (memory == nullptr)
            return;
        count(-1);
#if defined(__GLIBC__)
        // Who comes too late shall find no handler that still looks like one. (Sanitizers do better.)
        if constexpr (!underSanitizer)
            std::memset(memory, freedByte, malloc_usable_size(memory));
#endif
        free();
    }

    static void count(int change) noexcept
    {
        static constinit thread_local char ownAddress = 0;
        const auto address = reinterpret_cast<std::uintptr_t>(&ownAddress);
        shards[address / 4096 % shardCount].blocks.fetch_add(change, std::memory_order_relaxed);
    }

    static constexpr int freedByte = 0xDB;
    static constexpr std::size_t shardCount = 16;
    static inline constinit Shard shards[shardCount] = {};
};

} // namespace Stress

#if !defined(_WIN32) || defined(SIGNALBOX_CORE_STATIC_DEFINE)
void *operator new(std::size_t bytes)
{
    return Stress::CountedMemory::allocate(bytes);
}
void *operator new(std::size_t bytes, std::align_val_t alignment)
{
    return Stress::CountedMemory::allocate(bytes, alignment);
}
void operator delete(void *memory) noexcept
{
    Stress::CountedMemory::deallocate(memory);
}
void operator delete(void *memory, std::size_t) noexcept
{
    Stress::CountedMemory::deallocate(memory);
}
void operator delete(void *memory, std::align_val_t) noexcept
{
    Stress::CountedMemory::deallocateAligned(memory);
}
void operator delete(void *memory, std::size_t, std::align_val_t) noexcept
{
    Stress::CountedMemory::deallocateAligned(memory);
}
#endif
