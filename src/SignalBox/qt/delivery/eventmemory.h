// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <cstddef>
#include <cstdint>

// Memory for events and what carries them, which one thread allocates and another one frees, at rates at which a
// general allocator is most of the cost (malloc and a free by another thread: 100 ns and more).
//
// Each thread cuts blocks from a chunk of its own, without any atomic operation. A chunk counts the blocks that are
// freed, and goes when its owner has turned to another one and all are. So one allocation serves some two hundred
// small events; an event that waits for long keeps its chunk of 8 KiB alive.

namespace SignalBox::detail {

class EventChunk;

class SIGNALBOX_QT_EXPORT EventMemory
{
public:
    // Where a block begins in its chunk, in units of `alignment`: what deallocate() needs to find the chunk. 0: the
    // block is an allocation of its own.
    using Offset = std::uint32_t;
    static constexpr int offsetBits = 11;
    static constexpr std::size_t alignment = 8;

    struct Block
    {
        void *memory;
        Offset offset;
    };

    // Throws std::bad_alloc. On any thread, also one that runs its last thread_local destructors.
    static Block allocate(std::size_t bytes);
    // On any thread.
    static void deallocate(void *memory, Offset offset) noexcept;
};

// Counts blocks that are freed one after the other, as those of one chunk mostly are, in one atomic operation.
class SIGNALBOX_QT_EXPORT FreedBlocks
{
public:
    FreedBlocks() noexcept = default;
    FreedBlocks(const FreedBlocks &) = delete;
    FreedBlocks &operator=(const FreedBlocks &) = delete;
    ~FreedBlocks() { flush(); }

    void add(void *memory, EventMemory::Offset offset) noexcept;
    void flush() noexcept;

private:
    EventChunk *m_chunk = nullptr;
    std::uint32_t m_count = 0;
};

} // namespace SignalBox::detail
