// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/list/handlernode.h>

#include <algorithm>
#include <bit>
#include <compare>
#include <functional>
#include <new>

// The immutable list of one registry's handlers that a notify walks.
//
//     HandlerList ── spans[0] ──> HandlerBlock: entries (64 at the most, in long lists 512), then their keys
//                 ── spans[1] ──> HandlerBlock
//                 ...
//
// Entries are {function, node} pairs in one contiguous run per block, which is all the walk touches.
// Handlers are sorted by key (priority descending, then sequence); every block holds a range of keys:
// first its enabled handlers, sorted, then its paused ones, sorted, so that a paused handler costs a walk
// nothing. A change (listedit.h) copies one block and the table of spans and shares all other blocks
// with its predecessor: 10 000 handlers cost a change some 7 KB of copying instead of 320, a million 100 KB.
// A list of one block carries it inline: one allocation, one pointer less to follow.
//
// Nothing here is atomic but `pins`: a list is complete before it is published and never changes after.

namespace SignalBox::detail {

template <class Platform>
struct HandlerEntry
{
    typename HandlerNode<Platform>::Invoke invoke;
    HandlerNode<Platform> *node;
};

struct HandlerKey
{
    int priority;
    std::uint64_t sequence;

    friend constexpr bool operator==(const HandlerKey &, const HandlerKey &) noexcept = default;
    // Less means earlier: higher priority first, then the order of registration.
    friend constexpr std::strong_ordering operator<=>(const HandlerKey &a, const HandlerKey &b) noexcept
    {
        if (a.priority != b.priority)
            return b.priority <=> a.priority;
        return a.sequence <=> b.sequence;
    }
};

template <class Platform>
struct HandlerBlock : Retirable
{
    using Entry = HandlerEntry<Platform>;

    static constexpr std::uint32_t smallestCapacity = 64;
    static constexpr std::uint32_t greatestCapacity = 512;

    // How many handlers a block takes in a list of `listTotal`: some square root of it, so that a change, which copies a block
    // and the table of all blocks, costs as much.
    static constexpr std::uint32_t capacityIn(std::uint32_t listTotal) noexcept
    {
        const auto width = static_cast<unsigned>(std::bit_width(listTotal | 0x1FFF)); // 13 and more
        return std::min(smallestCapacity << ((width - 13) / 2), greatestCapacity);
    }

    HandlerBlock(std::uint32_t enabledCount, std::uint32_t totalCount) noexcept
        : Retirable(Kind::Block), enabled(enabledCount), total(totalCount)
    {
    }

    static constexpr std::size_t byteCount(std::uint32_t total) noexcept
    {
        return sizeof(HandlerBlock) + total * (sizeof(Entry) + sizeof(HandlerKey));
    }
    // Throws std::bad_alloc. Entries and keys are for the caller to fill.
    static HandlerBlock *create(std::uint32_t enabled, std::uint32_t total)
    {
        return ::new (Platform::allocate(byteCount(total))) HandlerBlock(enabled, total);
    }
    static void destroy(HandlerBlock *block) noexcept
    {
        block->~HandlerBlock();
        Platform::deallocate(block);
    }

    Entry *entries() noexcept { return reinterpret_cast<Entry *>(this + 1); }
    const Entry *entries() const noexcept { return reinterpret_cast<const Entry *>(this + 1); }
    HandlerKey *keys() noexcept { return reinterpret_cast<HandlerKey *>(entries() + total); }
    const HandlerKey *keys() const noexcept { return reinterpret_cast<const HandlerKey *>(entries() + total); }

    // Index of `node`, or `total`. `hint` is the key it probably has.
    std::uint32_t find(const HandlerNode<Platform> *node, const HandlerKey &hint) const noexcept
    {
        const HandlerKey *end = keys() + enabled;
        const auto place = static_cast<std::uint32_t>(std::lower_bound(keys(), end, hint) - keys());
        if (place < enabled && entries()[place].node == node)
            return place;
        std::uint32_t index = 0;
        while (index < total && entries()[index].node != node)
            ++index;
        return index;
    }

    // Calls visit(entry, key, enabled) for every handler in key order, paused ones included.
    template <class Visit>
    void forEach(Visit &&visit) const
    {
        std::uint32_t nextEnabled = 0;
        std::uint32_t nextPaused = enabled;
        while (nextEnabled < enabled || nextPaused < total) {
            const bool isEnabled =
                    nextPaused == total || (nextEnabled < enabled && keys()[nextEnabled] < keys()[nextPaused]);
            const std::uint32_t index = isEnabled ? nextEnabled++ : nextPaused++;
            visit(entries()[index], keys()[index], isEnabled);
        }
    }

    HandlerKey firstKey() const noexcept
    {
        if (enabled == 0)
            return keys()[0];
        return enabled == total || keys()[0] < keys()[enabled] ? keys()[0] : keys()[enabled];
    }

    std::uint32_t enabled; // entries [0, enabled) are called
    std::uint32_t total; // entries [enabled, total) are paused
    [[no_unique_address]] typename Platform::Canary canary;
};

template <class Platform>
struct HandlerList
{
    using Block = HandlerBlock<Platform>;
    using Entry = HandlerEntry<Platform>;

    // All the walk needs of a block, next to its neighbours.
    struct Span
    {
        const Entry *entries;
        HandlerKey first; // smallest key in the block
        std::uint32_t enabled;

        const Block *block() const noexcept { return reinterpret_cast<const Block *>(entries) - 1; }
        // Whether `entry`, of any span, is an enabled handler of this one.
        bool contains(const Entry *entry) const noexcept
        {
            return !std::less<>()(entry, entries) && std::less<>()(entry, entries + enabled);
        }
    };

    explicit constexpr HandlerList(std::uint32_t count = 0) noexcept : spanCount(count) {}

    // `inlineTotal`: room for the inline block; 0 for none. Throws std::bad_alloc.
    static HandlerList *create(std::uint32_t spanCount, std::uint32_t inlineTotal)
    {
        const std::size_t bytes = sizeof(HandlerList) + spanCount * sizeof(Span)
                + (inlineTotal ? Block::byteCount(inlineTotal) : 0);
        auto *list = ::new (Platform::allocate(bytes)) HandlerList(spanCount);
        list->hasInlineBlock = inlineTotal != 0;
        return list;
    }
    static void destroy(HandlerList *list) noexcept
    {
        if (list->hasInlineBlock)
            list->blockAt(0)->~Block();
        list->~HandlerList();
        Platform::deallocate(list);
    }

    Span *spans() noexcept { return reinterpret_cast<Span *>(this + 1); }
    const Span *spans() const noexcept { return reinterpret_cast<const Span *>(this + 1); }
    void *inlineStorage() noexcept { return spans() + spanCount; }

    Block *blockAt(std::uint32_t index) const noexcept { return const_cast<Block *>(spans()[index].block()); }

    void setSpan(std::uint32_t index, Block *block) noexcept
    {
        spans()[index] = {block->entries(), block->firstKey(), block->enabled};
    }

    // The span whose range of keys covers `key`. Precondition: not empty.
    std::uint32_t spanFor(const HandlerKey &key) const noexcept
    {
        std::uint32_t low = 0;
        std::uint32_t high = spanCount;
        while (high - low > 1) {
            const std::uint32_t middle = (low + high) / 2;
            (spans()[middle].first <= key ? low : high) = middle;
        }
        return low;
    }

    // Calls visit(entry, key, enabled) for every handler in key order, paused ones included.
    template <class Visit>
    void forEach(Visit &&visit) const
    {
        for (std::uint32_t i = 0; i < spanCount; ++i)
            blockAt(i)->forEach(visit);
    }

    std::uint64_t version = 0;
    // Value of Control::uncheckedChanges that all states this list was built from reflect.
    std::uint64_t checkedChanges = 0;
    // The list that was published before this one; older ones follow. Set before publication, later
    // changed by the elected reclaimer only.
    HandlerList *previous = nullptr;
    std::uint32_t spanCount = 0;
    std::uint32_t total = 0;
    // For the hot path: how many enabled handlers there are if the list is plain and has one block; otherwise 0.
    std::uint32_t singleBlockCount = 0;
    bool hasInlineBlock = false; // the one span's block is part of the list's own memory
    bool isPlain = false; // no walk of it as it was published needs to check states (Control::needsStateChecks)
    // Notifies nested deeper than their record has slots; see dispatch.h.
    typename Platform::template Atomic<std::uint32_t> pins{0};
    [[no_unique_address]] typename Platform::Canary canary;
};

} // namespace SignalBox::detail
