// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/list/handlerlist.h>

#include <algorithm>
#include <cstring>
#include <span>

// Filling one new block from parts of old ones.

namespace SignalBox::detail {

// A handler as it stands in a list.
template <class Platform>
struct HandlerItem
{
    HandlerEntry<Platform> entry;
    HandlerKey key;
    bool enabled;
};

// The handlers of `block` with from <= key < to (null means unlimited), but for the one at index `erased`.
template <class Platform>
struct BlockPart
{
    static constexpr std::uint32_t nothing = ~std::uint32_t{0};

    const HandlerBlock<Platform> *block;
    const HandlerKey *from = nullptr;
    const HandlerKey *to = nullptr;
    std::uint32_t erased = nothing;
};

// A block made of up to two neighbouring parts, and perhaps one handler more.
template <class Platform>
class BlockWriter
{
    using Block = HandlerBlock<Platform>;
    using Entry = HandlerEntry<Platform>;
    using Item = HandlerItem<Platform>;
    using Part = BlockPart<Platform>;

public:
    // `inserted` may be null. The parts come in key order and outlive the writer.
    BlockWriter(std::span<const Part> parts, const Item *inserted) noexcept : m_parts(parts), m_inserted(inserted)
    {
        m_enabled = count(true);
        m_total = m_enabled + count(false);
    }

    std::uint32_t total() const noexcept { return m_total; }

    // On the heap. Throws std::bad_alloc.
    Block *create() const
    {
        Block *block = Block::create(m_enabled, m_total);
        fill(*block);
        return block;
    }

    // In Block::byteCount(total()) bytes of `storage`.
    Block *createIn(void *storage) const noexcept
    {
        Block *block = ::new (storage) Block(m_enabled, m_total);
        fill(*block);
        return block;
    }

private:
    // Indices of one half (enabled or paused) of a part.
    struct Run
    {
        std::uint32_t from;
        std::uint32_t to;
    };

    static Run runOf(const Part &part, bool enabled) noexcept
    {
        const Block &block = *part.block;
        const HandlerKey *keys = block.keys();
        const HandlerKey *begin = enabled ? keys : keys + block.enabled;
        const HandlerKey *end = enabled ? keys + block.enabled : keys + block.total;
        const HandlerKey *from = part.from ? std::lower_bound(begin, end, *part.from) : begin;
        const HandlerKey *to = part.to ? std::lower_bound(from, end, *part.to) : end;
        return {static_cast<std::uint32_t>(from - keys), static_cast<std::uint32_t>(to - keys)};
    }

    static bool erasesFrom(const Part &part, Run run) noexcept { return run.from <= part.erased && part.erased < run.to; }

    bool isInsertedInto(bool enabled) const noexcept { return m_inserted && m_inserted->enabled == enabled; }

    std::uint32_t count(bool enabled) const noexcept
    {
        std::uint32_t result = isInsertedInto(enabled) ? 1 : 0;
        for (const Part &part : m_parts) {
            const Run run = runOf(part, enabled);
            result += run.to - run.from - (erasesFrom(part, run) ? 1 : 0);
        }
        return result;
    }

    void fill(Block &block) const noexcept
    {
        Entry *entries = block.entries();
        HandlerKey *keys = block.keys();
        const auto copy = [&](const Block &source, std::uint32_t from, std::uint32_t to) {
            if (from == to)
                return;
            std::memcpy(entries, source.entries() + from, (to - from) * sizeof(Entry));
            std::memcpy(keys, source.keys() + from, (to - from) * sizeof(HandlerKey));
            entries += to - from;
            keys += to - from;
        };
        for (const bool enabled : {true, false}) {
            bool isInsertedDue = isInsertedInto(enabled);
            const auto putInserted = [&] {
                *entries++ = m_inserted->entry;
                *keys++ = m_inserted->key;
                isInsertedDue = false;
            };
            for (const Part &part : m_parts) {
                Run run = runOf(part, enabled);
                if (isInsertedDue) {
                    const HandlerKey *first = part.block->keys();
                    const auto place = static_cast<std::uint32_t>(
                            std::upper_bound(first + run.from, first + run.to, m_inserted->key) - first);
                    copy(*part.block, run.from, place);
                    run.from = place;
                    if (place != run.to)
                        putInserted();
                }
                if (erasesFrom(part, run)) {
                    copy(*part.block, run.from, part.erased);
                    run.from = part.erased + 1;
                }
                copy(*part.block, run.from, run.to);
            }
            if (isInsertedDue)
                putInserted();
        }
    }

    std::span<const Part> m_parts;
    const Item *m_inserted;
    std::uint32_t m_enabled = 0;
    std::uint32_t m_total = 0;
};

} // namespace SignalBox::detail
