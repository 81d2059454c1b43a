// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/eventmemory.h>

#include <cstddef>
#include <memory>
#include <new>

namespace SignalBox::detail {

// What an await has allocated lies in the memory of events: so that it costs an allocation in two hundred.

/*! The base of a class whose objects lie there. It has no class that derives from it and needs a larger alignment. */
class InEventMemory
{
public:
    static void *operator new(std::size_t bytes)
    {
        const EventMemory::Block block = EventMemory::allocate(bytes + headBytes);
        ::new (block.memory) EventMemory::Offset(block.offset);
        return static_cast<std::byte *>(block.memory) + headBytes;
    }
    static void operator delete(void *object) noexcept
    {
        void *const memory = static_cast<std::byte *>(object) - headBytes;
        EventMemory::deallocate(memory, *std::launder(static_cast<EventMemory::Offset *>(memory)));
    }

protected:
    ~InEventMemory() = default;

private:
    static constexpr std::size_t headBytes = EventMemory::alignment; // where the block begins in its chunk
};

/*! For std::allocate_shared(). */
template <class T>
class EventMemoryAllocator
{
    static_assert(alignof(T) <= EventMemory::alignment);

public:
    using value_type = T;

    EventMemoryAllocator() noexcept = default;
    template <class Other>
    EventMemoryAllocator(
            const EventMemoryAllocator<Other> &) noexcept // NOLINT(google-explicit-constructor): as allocators are
    {}

    T *allocate(std::size_t count) { return static_cast<T *>(InEventMemory::operator new(count * sizeof(T))); }
    void deallocate(T *memory, std::size_t) noexcept { InEventMemory::operator delete(memory); }
    bool operator==(const EventMemoryAllocator &) const noexcept = default;
};

} // namespace SignalBox::detail
