// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/list/handlernode.h>

#include <bit>
#include <stdexcept>

// From an id to its node, in O(1) and without a lock, and the place where exactly one caller wins the
// right to remove a handler.
//
// An id is a process-wide sequence number (upper 44 bits, never repeated, so later ids are greater) and
// the index of a slot in its registry's table (lower 20 bits). A slot holds the whole id while its
// handler is registered, 0 otherwise. Slots are reused, ids are not, so comparing the whole id tells a
// live registration from an old one and from one of another registry.
//
// The table grows by segments that double in size and stay until the registry's control block goes:
// a slot's address is good for ever, and looking an id up touches no node. Free slots form a stack
// (Treiber 1986) whose head carries a count against ABA.

namespace SignalBox::detail {

// The last process-wide sequence number given out; shared by ids and by setPriority().
SIGNALBOX_CORE_EXPORT std::uint64_t nextSequence();

// What a registry throws that has as many handlers as it can: the layers above tell it from what a callable throws.
class SIGNALBOX_CORE_EXPORT RegistryIsFull : public std::length_error
{
public:
    RegistryIsFull() : std::length_error("SyncRegistry: a registry holds at most 1048544 handlers") {}
};

template <class Platform>
class IdTable
{
    template <class T>
    using Atomic = typename Platform::template Atomic<T>;
    using Node = HandlerNode<Platform>;

public:
    static constexpr unsigned indexBits = 20;

    IdTable() noexcept = default;
    IdTable(const IdTable &) = delete;
    IdTable &operator=(const IdTable &) = delete;
    ~IdTable()
    {
        for (auto &segment : m_segments)
            delete[] segment.load(std::memory_order_relaxed);
    }

    // Takes a slot for `node` and gives it its id. Not yet visible to find(): see publish().
    // Throws std::bad_alloc; std::length_error when ids or slots are used up. Then nothing has changed.
    void assign(Node *node)
    {
        const std::uint32_t index = takeIndex();
        std::uint64_t sequence = 0;
        try {
            sequence = nextSequence();
        } catch (...) {
            freeIndex(index);
            throw;
        }
        node->id = HandlerIdAccess::make((sequence << indexBits) | index);
        node->sequence.store(sequence, std::memory_order_relaxed);
    }

    // From here on the id can be claimed. Precedes the publication of the node's first list: nobody can
    // know the id before, and whoever knows it finds it.
    void publish(Node *node) noexcept
    {
        Slot &slot = at(indexOf(node->id));
        // Release: after the claim that freed the slot; partner find(), which then sees the id changed.
        slot.node.store(node, Platform::order(MemorySite::PublishId, std::memory_order_release));
        // Release: the node's fields and slot.node before the id. Partner: claim(), find() (acquire).
        // Weaker: a claimer reads the slot's previous node.
        slot.id.store(node->id.value(), Platform::order(MemorySite::PublishId, std::memory_order_release));
    }

    bool contains(HandlerId id) const noexcept { return find(id) != nullptr; }

    // The node registered under `id`, or null. The caller must have a reason for the node to stay alive
    // before it touches it; see RegistryCore::change().
    Node *find(HandlerId id) const noexcept
    {
        const Slot *slot = slotOf(id);
        if (!slot || slot->id.load(Platform::order(MemorySite::PublishId, std::memory_order_acquire)) != id.value())
            return nullptr;
        // The slot may pass to another handler between the two loads. Acquire: a node of a later
        // registration brings the end of this id with it. Ids never return, so the same id means the same node.
        Node *node = slot->node.load(Platform::order(MemorySite::PublishId, std::memory_order_acquire));
        return slot->id.load(std::memory_order_relaxed) == id.value() ? node : nullptr;
    }

    // The one moment at which a handler stops being registered. True for exactly one caller per id.
    bool claim(HandlerId id) noexcept
    {
        Slot *slot = slotOf(id);
        std::uint64_t expected = id.value();
        // Acquire: pairs with publish(), so that nodeOf() and the node's fields are those of this id.
        return slot
                && slot->id.compare_exchange_strong(expected, 0,
                                                    Platform::order(MemorySite::ClaimId, std::memory_order_acq_rel),
                                                    std::memory_order_relaxed);
    }

    // Gives a claimed or never published slot back.
    void release(HandlerId id) noexcept { freeIndex(indexOf(id)); }

    // The slots of `first` and those linked behind it by `next` up to `end`, claimed by the caller; in one step.
    void release(const Node *first, const Node *end, Node *Node::*next) noexcept
    {
        std::uint32_t pushed = indexOf(first->id);
        Slot &last = at(pushed);
        for (const Node *node = first->*next; node != end; node = node->*next) {
            // Relaxed: as in freeSlots().
            at(indexOf(node->id)).nextFree.store(pushed + 1, std::memory_order_relaxed);
            pushed = indexOf(node->id);
        }
        freeSlots(pushed, last);
    }

    // Makes room for `count` handlers. Throws std::bad_alloc, std::length_error.
    void reserve(std::size_t count)
    {
        if (count > capacity)
            throw RegistryIsFull();
        for (std::uint32_t index = 0; index < count; index += segmentSize(segmentOf(index)))
            ensureSegment(segmentOf(index));
    }

private:
    static constexpr std::uint32_t indexMask = (1U << indexBits) - 1;
    static constexpr std::uint32_t firstSegmentSize = 32;
    static constexpr unsigned segmentCount = 15;
    static constexpr std::uint32_t capacity = firstSegmentSize * ((1U << segmentCount) - 1);

    struct Slot
    {
        Atomic<std::uint64_t> id{0};
        Atomic<Node *> node{nullptr};
        Atomic<std::uint32_t> nextFree{0}; // index + 1; 0 ends the stack
    };

    static constexpr std::uint32_t indexOf(HandlerId id) noexcept
    {
        return static_cast<std::uint32_t>(id.value() & indexMask);
    }
    // Segment k holds the indices [32 * (2^k - 1), 32 * (2^(k+1) - 1)).
    static constexpr unsigned segmentOf(std::uint32_t index) noexcept
    {
        return static_cast<unsigned>(std::bit_width(index / firstSegmentSize + 1) - 1);
    }
    static constexpr std::uint32_t segmentSize(unsigned segment) noexcept { return firstSegmentSize << segment; }
    static constexpr std::uint32_t segmentStart(unsigned segment) noexcept
    {
        return firstSegmentSize * ((1U << segment) - 1);
    }

    Slot &at(std::uint32_t index) const noexcept
    {
        const unsigned segment = segmentOf(index);
        return m_segments[segment].load(std::memory_order_relaxed)[index - segmentStart(segment)];
    }

    Slot *slotOf(HandlerId id) const noexcept
    {
        const std::uint32_t index = indexOf(id);
        const unsigned segment = segmentOf(index);
        // Acquire: pairs with ensureSegment(): the entries are constructed.
        Slot *entries = m_segments[segment].load(std::memory_order_acquire);
        return id.isValid() && entries ? entries + (index - segmentStart(segment)) : nullptr;
    }

    void ensureSegment(unsigned segment)
    {
        if (m_segments[segment].load(std::memory_order_acquire))
            return;
        Slot *entries = new Slot[segmentSize(segment)];
        Slot *expected = nullptr;
        // Release: constructed before visible; partner slotOf(). Two may try: the second deletes its own.
        if (!m_segments[segment].compare_exchange_strong(expected, entries, std::memory_order_acq_rel,
                                                         std::memory_order_acquire)) {
            delete[] entries;
        }
    }

    std::uint32_t takeIndex()
    {
        // The head is (count << 32 | index + 1). The count changes with every push, so a head that
        // reads the same has not been popped and pushed in between (ABA) unless 2^32 pushes fell into it.
        std::uint64_t head = m_freeHead.load(Platform::order(MemorySite::FreeIdSlot, std::memory_order_acquire));
        while (static_cast<std::uint32_t>(head) != 0) {
            const std::uint32_t index = static_cast<std::uint32_t>(head) - 1;
            // Acquire above: pairs with the release in freeIndex(), so nextFree is the one pushed with it.
            const std::uint64_t next = at(index).nextFree.load(std::memory_order_relaxed);
            if (m_freeHead.compare_exchange_weak(head, (head & ~std::uint64_t{0xFFFFFFFF}) | next,
                                                 Platform::order(MemorySite::FreeIdSlot, std::memory_order_acquire),
                                                 Platform::order(MemorySite::FreeIdSlot, std::memory_order_acquire)))
                return index;
        }
        std::uint32_t used = m_used.load(std::memory_order_relaxed);
        do {
            if (used >= capacity)
                throw RegistryIsFull();
            ensureSegment(segmentOf(used));
            // Relaxed: only distributes numbers; the segment was made visible by ensureSegment().
        } while (!m_used.compare_exchange_weak(used, used + 1, std::memory_order_relaxed));
        return used;
    }

    void freeIndex(std::uint32_t index) noexcept { freeSlots(index, at(index)); }

    // The slot of `index` and those linked behind it, down to `last`.
    void freeSlots(std::uint32_t index, Slot &last) noexcept
    {
        std::uint64_t head = m_freeHead.load(std::memory_order_relaxed);
        std::uint64_t pushed = 0;
        do {
            last.nextFree.store(static_cast<std::uint32_t>(head), std::memory_order_relaxed);
            pushed = ((head >> 32) + 1) << 32 | (index + 1);
            // Release: nextFree, and all use of the slots under their old ids, before the next takers.
        } while (!m_freeHead.compare_exchange_weak(head, pushed,
                                                   Platform::order(MemorySite::FreeIdSlot, std::memory_order_release),
                                                   std::memory_order_relaxed));
    }

    Atomic<Slot *> m_segments[segmentCount] = {};
    Atomic<std::uint64_t> m_freeHead{0};
    Atomic<std::uint32_t> m_used{0};
};

} // namespace SignalBox::detail
