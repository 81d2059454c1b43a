// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/list/blockwriter.h>

#include <memory>
#include <utility>

// Building the next list from the present one. Pure functions of immutable data, but that
// rebuild() and eraseRemoved() look at the states of nodes. What throws std::bad_alloc has built nothing.

namespace SignalBox::detail {

// A new list that is not published yet, the blocks made for it, and those of its predecessor that it no
// longer uses. Deletes what it made, unless told that it was published.
template <class Platform>
class ListEdit
{
    using List = HandlerList<Platform>;
    using Block = HandlerBlock<Platform>;
    using Entry = HandlerEntry<Platform>;
    using Node = HandlerNode<Platform>;
    using Part = BlockPart<Platform>;
    using Writer = BlockWriter<Platform>;

    // Below this many handlers neighbouring blocks are joined, and a list becomes one inline block again.
    static constexpr std::uint32_t joinLimit = Block::smallestCapacity * 3 / 4;

public:
    using Item = HandlerItem<Platform>;

    // `base` stays protected while the edit lives.
    explicit ListEdit(List *base) noexcept : m_base(base), m_current(base) {}
    ListEdit(const ListEdit &) = delete;
    ListEdit &operator=(const ListEdit &) = delete;
    ~ListEdit()
    {
        if (m_isRebuilt && m_built)
            destroyNewBlocks(*m_built);
        for (std::uint32_t i = 0; i < m_createdCount; ++i)
            Block::destroy(m_created[i]);
        if (m_built)
            List::destroy(m_built);
        delete[] m_droppedNodes;
    }

    const List *base() const noexcept { return m_base; }
    std::uint64_t nextVersion() const noexcept { return m_base->version + 1; }

    // Where `node` stands. False: nowhere.
    bool find(const Node *node, Item &item) const noexcept
    {
        std::uint32_t span = 0;
        std::uint32_t place = 0;
        if (!locate(node, span, place))
            return false;
        const Block &block = *blockAt(span);
        item = {block.entries()[place], block.keys()[place], place < block.enabled};
        return true;
    }

    // Adds a handler whose key is not in the list. It may be one that erase() has just taken out.
    void insert(const Item &item)
    {
        if (item.entry.node == m_erasedNode)
            m_erasedNode = nullptr;
        const std::uint32_t total = m_current->total + 1;
        if (m_current->spanCount == 0) {
            List *list = List::create(1, total);
            list->setSpan(0, Writer({}, &item).createIn(list->inlineStorage()));
            adopt(list, total);
            return;
        }
        const std::uint32_t index = m_current->spanFor(item.key);
        const Part source{blockAt(index)};
        if (source.block->total >= Block::capacityIn(total))
            insertSplitting(index, item);
        else if (m_current->hasInlineBlock)
            adoptInline(Writer({&source, 1}, &item));
        else
            replaceSpan(index, 1, Writer({&source, 1}, &item));
    }

    // Takes a handler out. False: it is not in the list.
    bool erase(const Node *node)
    {
        std::uint32_t index = 0;
        std::uint32_t place = 0;
        if (!locate(node, index, place))
            return false;
        m_erasedNode = blockAt(index)->entries()[place].node;
        const std::uint32_t count = m_current->spanCount;
        const std::uint32_t total = m_current->total - 1;
        if (total == 0) {
            Block *last = m_current->hasInlineBlock ? nullptr : blockAt(0);
            adopt(List::create(0, 0), 0);
            if (last)
                drop(last);
            return true;
        }
        const auto partAt = [&](std::uint32_t i) { return Part{blockAt(i), nullptr, nullptr, i == index ? place : Part::nothing}; };
        if (m_current->hasInlineBlock || (total <= joinLimit && count <= 2)) {
            const Part all[2] = {partAt(0), partAt(count - 1)};
            adoptInline(Writer({all, count}, nullptr));
            return true;
        }
        // Thin neighbours are joined, or removal at random would leave a list of nearly empty blocks.
        for (const std::uint32_t left : {index, index - 1}) {
            if (left >= count || left + 1 >= count || blockAt(left)->total + blockAt(left + 1)->total - 1 > joinLimit)
                continue;
            const Part joined[2] = {partAt(left), partAt(left + 1)};
            replaceSpan(left, 2, Writer(joined, nullptr));
            return true;
        }
        const Part source = partAt(index);
        replaceSpan(index, 1, Writer({&source, 1}, nullptr));
        return true;
    }

    // The whole list anew from the states of its nodes: without removed ones, each other one enabled or
    // paused as its state says; without `skipped`, and with `added` (both may be null). First edit only.
    void rebuild(const Item *added, const Node *skipped)
    {
        m_isOrdered = false;
        rebuildBlocks(nullptr, added, skipped);
    }

    // Takes out the `count` handlers that are linked from `first` to `end` by `next`, and are marked as removed. The
    // blocks that have none of them are shared with the present list, unless they are thin: thin neighbours are
    // joined, as by erase(). False: the list has none of them. First edit only.
    bool eraseRemoved(const Node *first, const Node *end, Node *Node::*next, std::size_t count)
    {
        // Looking for a handler costs as much as copying some others.
        constexpr std::size_t costOfSearch = 8;
        if (count * costOfSearch >= m_base->total)
            return eraseRemoved();
        const std::unique_ptr<bool[]> isChanged(new bool[m_base->spanCount]());
        bool isAny = false;
        for (const Node *node = first; node != end; node = node->*next) {
            std::uint32_t span = 0;
            std::uint32_t place = 0;
            if (!locate(node, span, place))
                continue;
            isChanged[span] = true;
            isAny = true;
        }
        if (isAny)
            rebuildBlocks(isChanged.get(), nullptr, nullptr);
        return isAny;
    }

    // The same for all that are marked.
    bool eraseRemoved()
    {
        if (m_base->total == 0)
            return false;
        rebuildBlocks(nullptr, nullptr, nullptr);
        return m_droppedNodeCount != 0;
    }

    // A list of this one handler. First edit only.
    void replaceAll(const Item &item)
    {
        m_droppedNodes = new Node *[m_base->total];
        List *list = List::create(1, 0);
        list->spanCount = 0;
        m_isRebuilt = true;
        m_isOrdered = false;
        adopt(list, 0);
        append(*list, blockOf(&item, 1));
        m_base->forEach([this](const Entry &entry, const HandlerKey &, bool) {
            m_droppedNodes[m_droppedNodeCount++] = entry.node;
        });
    }

    // The finished list. `checkedChanges`: Control::uncheckedChanges as read before the edit began.
    List *finish(std::uint64_t checkedChanges) noexcept
    {
        m_built->version = m_base->version + 1;
        m_built->checkedChanges = checkedChanges;
        m_built->previous = m_base;
        // An edit of a list whose states were in order is in order: a change without memory in between
        // would have tagged its base, and the publication would fail.
        m_built->isPlain = m_isOrdered;
        m_built->singleBlockCount = m_built->spanCount == 1 && m_isOrdered ? m_built->spans()[0].enabled : 0;
        for (std::uint32_t i = 0; i < m_createdCount; ++i)
            m_created[i]->birth = m_built->version;
        if (m_isRebuilt) {
            for (std::uint32_t i = 0; i < m_built->spanCount; ++i) {
                if (isNew(*m_built->blockAt(i)))
                    m_built->blockAt(i)->birth = m_built->version;
            }
        }
        return m_built;
    }

    // The new list now belongs to the registry, and may be gone already: only the base is protected. Calls retire() for
    // each block that the new list no longer uses, and for each node that it no longer has.
    template <class Retire>
    void published(Retire &&retire) noexcept
    {
        if (m_isRebuilt && !m_base->hasInlineBlock) {
            for (std::uint32_t i = 0; i < m_base->spanCount; ++i) {
                if (!m_isShared || !m_isShared[i])
                    retire(m_base->blockAt(i));
            }
        }
        for (std::uint32_t i = 0; i < m_droppedCount; ++i)
            retire(m_dropped[i]);
        for (std::uint32_t i = 0; i < m_droppedNodeCount; ++i)
            retire(m_droppedNodes[i]);
        if (m_erasedNode)
            retire(m_erasedNode);
        m_createdCount = 0;
        m_built = nullptr;
    }

private:
    // rebuild() of the blocks that `isChanged` says (null: all) and of thin ones. The others are shared.
    void rebuildBlocks(const bool *isChanged, const Item *added, const Node *skipped)
    {
        const std::uint32_t spanCount = m_base->spanCount;
        // Of a block: three quarters of what it may take.
        const std::uint32_t fill = Block::capacityIn(m_base->total) / 4 * 3;
        m_droppedNodes = new Node *[m_base->total];
        if (isChanged)
            m_isShared.reset(new bool[spanCount]());
        // A block is full when it is appended, or comes before a shared one, or last.
        const std::uint32_t limit = m_base->total / fill + (isChanged ? 2 * spanCount : 0) + 2;
        List *list = List::create(limit, 0);
        list->spanCount = 0;
        m_isRebuilt = true;
        adopt(list, 0);
        Item items[Block::greatestCapacity / 4 * 3];
        std::uint32_t pending = 0;
        const auto flush = [&] {
            if (pending != 0)
                append(*list, blockOf(items, std::exchange(pending, 0)));
        };
        const auto put = [&](const Item &item) {
            if (pending == fill)
                flush();
            items[pending++] = item;
        };
        for (std::uint32_t i = 0; i < spanCount; ++i) {
            Block *const block = m_base->blockAt(i);
            if (isChanged && !isChanged[i] && pending + block->total > fill / 2) {
                flush();
                append(*list, block);
                m_isShared[i] = true;
                continue;
            }
            block->forEach([&](const Entry &entry, const HandlerKey &key, bool) {
                if (added && added->key < key) {
                    put(*added);
                    added = nullptr;
                }
                // Partner: CountUnchecked. A change that this load misses is not yet counted in the
                // `checkedChanges` given to finish(), or fails the publication.
                const std::uint32_t state =
                        entry.node->state.load(Platform::order(MemorySite::CheckState, std::memory_order_seq_cst));
                if (entry.node == skipped)
                    return;
                if (state & Node::Removed)
                    m_droppedNodes[m_droppedNodeCount++] = entry.node;
                else
                    put(Item{entry, key, !(state & Node::Disabled)});
            });
        }
        if (added)
            put(*added);
        flush();
    }

    static void append(List &list, Block *block) noexcept
    {
        list.setSpan(list.spanCount, block);
        ++list.spanCount;
        list.total += block->total;
    }

    // Whether this edit has made it: blocks of published lists were born with these.
    bool isNew(const Block &block) const noexcept { return block.birth == 0 || block.birth > m_base->version; }

    Block *blockAt(std::uint32_t index) const noexcept { return m_current->blockAt(index); }

    bool locate(const Node *node, std::uint32_t &span, std::uint32_t &place) const noexcept
    {
        if (m_current->spanCount == 0)
            return false;
        // Relaxed: hints. If setPriority() is changing them, the scan below finds the node.
        const HandlerKey hint{node->priority.load(std::memory_order_relaxed),
                              node->sequence.load(std::memory_order_relaxed)};
        span = m_current->spanFor(hint);
        place = blockAt(span)->find(node, hint);
        if (place != blockAt(span)->total)
            return true;
        for (span = 0; span < m_current->spanCount; ++span) {
            place = blockAt(span)->find(node, hint);
            if (place != blockAt(span)->total)
                return true;
        }
        return false;
    }

    // A full block becomes two: in the middle, but when the handler goes to the very end of the list, as
    // with many registrations of one priority, the left one stays full.
    void insertSplitting(std::uint32_t index, const Item &item)
    {
        const Block &source = *blockAt(index);
        HandlerKey keys[Block::greatestCapacity];
        std::copy(source.keys(), source.keys() + source.total, keys);
        std::sort(keys, keys + source.total);
        const bool isAppended = index + 1 == m_current->spanCount && keys[source.total - 1] < item.key;
        const HandlerKey split = isAppended ? item.key : keys[source.total / 2];
        const bool goesRight = split <= item.key;
        const Part left{&source, nullptr, &split};
        const Part right{&source, &split, nullptr};
        Block *halves[2];
        halves[0] = remember(Writer({&left, 1}, goesRight ? nullptr : &item).create());
        halves[1] = remember(Writer({&right, 1}, goesRight ? &item : nullptr).create());
        replaceSpans(index, 1, halves);
    }

    // `removed` spans at `index` become one block, or none if it would be empty.
    void replaceSpan(std::uint32_t index, std::uint32_t removed, const Writer &writer)
    {
        if (writer.total() == 0) {
            replaceSpans(index, removed, {});
            return;
        }
        Block *block = remember(writer.create());
        replaceSpans(index, removed, {&block, 1});
    }

    void replaceSpans(std::uint32_t index, std::uint32_t removed, std::span<Block *const> blocks)
    {
        const auto added = static_cast<std::uint32_t>(blocks.size());
        const auto *from = m_current->spans();
        Block *replaced[2] = {nullptr, nullptr};
        std::uint32_t total = m_current->total;
        for (std::uint32_t i = 0; i < removed; ++i) {
            total -= blockAt(index + i)->total;
            replaced[i] = m_current->hasInlineBlock ? nullptr : blockAt(index + i);
        }
        List *list = List::create(m_current->spanCount - removed + added, 0);
        std::copy(from, from + index, list->spans());
        for (std::uint32_t i = 0; i < added; ++i) {
            total += blocks[i]->total;
            list->setSpan(index + i, blocks[i]);
        }
        std::copy(from + index + removed, from + m_current->spanCount, list->spans() + index + added);
        adopt(list, total);
        for (Block *block : replaced) {
            if (block)
                drop(block);
        }
    }

    // One inline block takes the place of all (at most two) spans.
    void adoptInline(const Writer &writer)
    {
        Block *replaced[2] = {nullptr, nullptr};
        if (!m_current->hasInlineBlock) {
            for (std::uint32_t i = 0; i < m_current->spanCount; ++i)
                replaced[i] = blockAt(i);
        }
        List *list = List::create(1, writer.total());
        list->setSpan(0, writer.createIn(list->inlineStorage()));
        adopt(list, writer.total());
        for (Block *block : replaced) {
            if (block)
                drop(block);
        }
    }

    static Block *blockOf(const Item *items, std::uint32_t total)
    {
        const auto enabled = static_cast<std::uint32_t>(
                std::count_if(items, items + total, [](const Item &item) { return item.enabled; }));
        Block *block = Block::create(enabled, total);
        std::uint32_t next = 0;
        for (const bool half : {true, false}) {
            for (std::uint32_t i = 0; i < total; ++i) {
                if (items[i].enabled == half) {
                    block->entries()[next] = items[i].entry;
                    block->keys()[next] = items[i].key;
                    ++next;
                }
            }
        }
        return block;
    }

    void adopt(List *list, std::uint32_t total) noexcept
    {
        list->total = total;
        if (m_built)
            List::destroy(m_built);
        m_built = list;
        m_current = list;
    }

    Block *remember(Block *block) noexcept { return m_created[m_createdCount++] = block; }

    // `block` is no longer in the list: a step of this very edit may have made it.
    void drop(Block *block) noexcept
    {
        Block **end = m_created + m_createdCount;
        Block **made = std::find(m_created, end, block);
        if (made == end) {
            m_dropped[m_droppedCount++] = block;
            return;
        }
        *made = m_created[--m_createdCount];
        Block::destroy(block);
    }

    void destroyNewBlocks(List &list) noexcept
    {
        for (std::uint32_t i = 0; i < list.spanCount; ++i) {
            if (isNew(*list.blockAt(i)))
                Block::destroy(list.blockAt(i));
        }
        list.spanCount = 0;
    }

    List *m_base;
    List *m_current; // what the next step starts from: m_base or m_built
    List *m_built = nullptr;
    // An edit is at most an erase and an insert, each of which replaces and makes at most two blocks.
    Block *m_created[4] = {};
    Block *m_dropped[4] = {};
    std::uint32_t m_createdCount = 0;
    std::uint32_t m_droppedCount = 0;
    Node *m_erasedNode = nullptr; // by erase()
    std::unique_ptr<bool[]> m_isShared; // by the base's spans; null: none
    bool m_isRebuilt = false;     // then its own blocks are not among m_created
    bool m_isOrdered = true;      // the states were in order where it began
    Node **m_droppedNodes = nullptr;
    std::uint32_t m_droppedNodeCount = 0;
};

} // namespace SignalBox::detail
