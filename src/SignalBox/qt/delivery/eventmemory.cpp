// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/eventmemory.h>

#include <atomic>
#include <new>
#include <utility>

namespace SignalBox::detail {

class EventChunk
{
public:
    static constexpr std::size_t capacity = 8192 - 32; // with the allocator's own header, two pages
    static constexpr std::size_t firstByte = 16;
    static_assert(capacity / EventMemory::alignment < (std::size_t{1} << EventMemory::offsetBits));

    static EventChunk *create() { return ::new (::operator new(capacity)) EventChunk; }

    static EventChunk *of(void *memory, EventMemory::Offset offset) noexcept
    {
        return reinterpret_cast<EventChunk *>(static_cast<std::byte *>(memory) - offset * EventMemory::alignment);
    }

    std::byte *at(std::size_t byte) noexcept { return reinterpret_cast<std::byte *>(this) + byte; }

    // `count` blocks are no longer in use. Acquire and release: the last thread frees the chunk after all
    // others' uses of it. Weaker: memory is reused under a reader.
    void release(std::uint32_t count) noexcept
    {
        if (m_balance.fetch_sub(count, std::memory_order_acq_rel) == count)
            ::operator delete(this);
    }

    // The owner cuts no more blocks from it; `issued` of them have not been freed by the owner itself.
    void retire(std::uint32_t issued) noexcept { release(owned - issued); }

private:
    EventChunk() noexcept = default;

    // While the chunk has its owner: `owned`, less the blocks that others have freed. Then: the blocks in use.
    static constexpr std::uint32_t owned = std::uint32_t{1} << 30;
    std::atomic<std::uint32_t> m_balance{owned};
};

namespace {

struct OwnChunk
{
    EventChunk *chunk;
    std::size_t used; // bytes
    std::uint32_t issued; // blocks that the owner has not freed itself
    bool isThreadEnding;
};

// Constant-initialised and without a destructor, so that it can be used at any time of a thread's life; initial-exec, as
// the core's, because the general dynamic model costs a call at each use where the library is shared.
#if defined(__ELF__)
__attribute__((tls_model("initial-exec")))
#endif
constinit thread_local OwnChunk own{};

void retireOwnChunk() noexcept
{
    if (EventChunk *chunk = std::exchange(own.chunk, nullptr))
        chunk->retire(own.issued);
    own.issued = 0;
}

struct ThreadEnd
{
    ThreadEnd() = default;
    ThreadEnd(const ThreadEnd &) = delete;
    ThreadEnd &operator=(const ThreadEnd &) = delete;
    ~ThreadEnd()
    {
        own.isThreadEnding = true;
        retireOwnChunk();
    }
    bool isArmed = false;
};
thread_local ThreadEnd threadEnd;

// Throws std::bad_alloc; the chunk before is then still there.
void takeNewChunk()
{
    EventChunk *chunk = EventChunk::create();
    threadEnd.isArmed = true; // its first use in this thread has its destructor run at the thread's end
    retireOwnChunk();
    own.chunk = chunk;
    own.used = EventChunk::firstByte;
}

} // namespace

EventMemory::Block EventMemory::allocate(std::size_t bytes)
{
    bytes = (bytes + alignment - 1) & ~(alignment - 1);
    if (bytes > EventChunk::capacity / 8 || own.isThreadEnding) [[unlikely]]
        return {::operator new(bytes), 0};
    if (own.chunk == nullptr || own.used + bytes > EventChunk::capacity) [[unlikely]]
        takeNewChunk();
    const std::size_t place = own.used;
    own.used += bytes;
    ++own.issued;
    return {own.chunk->at(place), static_cast<Offset>(place / alignment)};
}

void EventMemory::deallocate(void *memory, Offset offset) noexcept
{
    if (offset == 0) [[unlikely]] {
        ::operator delete(memory);
        return;
    }
    EventChunk *chunk = EventChunk::of(memory, offset);
    if (chunk != own.chunk) {
        chunk->release(1);
        return;
    }
    // All that were issued came back to this thread: the chunk is empty.
    if (--own.issued == 0)
        own.used = EventChunk::firstByte;
}

void FreedBlocks::add(void *memory, EventMemory::Offset offset) noexcept
{
    EventChunk *chunk = offset == 0 ? nullptr : EventChunk::of(memory, offset);
    if (chunk == nullptr || chunk == own.chunk) {
        EventMemory::deallocate(memory, offset);
        return;
    }
    if (chunk != m_chunk) {
        flush();
        m_chunk = chunk;
    }
    ++m_count;
}

void FreedBlocks::flush() noexcept
{
    if (m_count != 0)
        m_chunk->release(std::exchange(m_count, 0));
}

} // namespace SignalBox::detail
