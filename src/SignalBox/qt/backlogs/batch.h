// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/qt_export.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace SignalBox::detail {

class BacklogSegment;
class KeyedSlot;
struct ValueType;

/*! What a handler is called with: each event by itself, or what waits for it together, as a Batch. */
enum class CalledWith : unsigned char { Event, Batch };

/*! One event of a batch: the entry of a shared one, or a value that lies in the handler's store. */
class BatchItem
{
public:
    explicit BatchItem(QueueEntry *entry) noexcept : m_word(reinterpret_cast<std::uintptr_t>(entry)) {}
    static BatchItem ofValue(const void *value) noexcept
    {
        BatchItem item(nullptr);
        item.m_word = reinterpret_cast<std::uintptr_t>(value) | valueTag;
        return item;
    }

    bool isValue() const noexcept { return (m_word & valueTag) != 0; }
    const void *value() const noexcept { return reinterpret_cast<const void *>(m_word & ~valueTag); }
    /*! Null for a value. */
    QueueEntry *entry() const noexcept { return isValue() ? nullptr : reinterpret_cast<QueueEntry *>(m_word); }
    const Event &event() const noexcept { return Event::of(*entry()->payload()); }
    /*! Null: no future waits for the event. */
    Completion *completion() const noexcept { return isValue() ? nullptr : event().completion(); }

private:
    static constexpr std::uintptr_t valueTag = 1; // entries and values are aligned

    std::uintptr_t m_word;
};

/*!
    The events of one call of a batch handler, on the stack of the visit that took them out of the handler's store. It owns
    their entries, which are freed after the call, and the segments in which they lay, which the store gets back.
*/
class SIGNALBOX_QT_EXPORT Batch final : public Notification
{
public:
    using Items = std::vector<BatchItem>;

    /*! \a memory is empty, and only saves an allocation. */
    explicit Batch(Items &&memory) noexcept : Notification(Kind::Batch, nullptr), m_items(std::move(memory)) {}

    void add(QueueEntry *item)
    {
        m_items.emplace_back(item);
        m_isCounted |= eventOf(*item).completion() != nullptr;
    }
    /*! Adds an item of a KeyedStore, and the slot of its key. */
    void addNewest(QueueEntry *item, KeyedSlot &slot)
    {
        add(item);
        // Relaxed: the consumer's alone. An item of a batch is in no list.
        item->next.store(reinterpret_cast<QueueEntry *>(&slot), std::memory_order_relaxed);
        m_hasReplaced = true;
    }
    /*! Adds all that is in the segment. */
    void add(BacklogSegment &segment);
    /*! Throws std::bad_alloc. The next \a count items need no memory then. */
    void reserve(std::size_t count) { m_items.reserve(m_items.size() + count); }
    EntryList takeSegments() noexcept { return std::move(m_segments); }

    std::size_t size() const noexcept { return m_items.size(); }
    bool isEmpty() const noexcept { return m_items.empty(); }
    /*! The event of an item that is no value. */
    const Event &eventAt(std::size_t index) const noexcept { return m_items[index].event(); }
    /*! The number of events that the item counts: its own, and those of the same key that it replaced. */
    std::uint64_t countAt(std::size_t index) const noexcept { return m_hasReplaced ? m_items[index].entry()->ticket() : 1; }
    /*! The slot of the item's key; null in a batch without keys. Valid until the handler's thread runs its event loop, or the call ends. */
    KeyedSlot *slotAt(std::size_t index) const noexcept
    {
        return m_hasReplaced ? reinterpret_cast<KeyedSlot *>(m_items[index].entry()->next.load(std::memory_order_relaxed)) : nullptr;
    }
    const BatchItem *items() const noexcept { return m_items.data(); }
    /*! Whether a future waits for one of the events. */
    bool isCounted() const noexcept { return m_isCounted; }
    /*! How many events the handler has lost since the batch before. */
    std::uint64_t lost() const noexcept { return m_lost; }
    void setLost(std::uint64_t lost) noexcept { m_lost = lost; }
    /*! How many of the lost events were dropped, and not replaced or merged. The sum of this and of countAt() of all items is the number of events. */
    std::uint64_t dropped() const noexcept { return m_dropped; }
    void setDropped(std::uint64_t dropped) noexcept { m_dropped = dropped; }
    /*! For the visit that has made the batch, as takeMemory() is. */
    Items &allItems() noexcept { return m_items; }
    /*! The memory of the items, for the next batch, unless there is much of it. */
    Items takeMemory() noexcept
    {
        m_items.clear();
        return m_items.capacity() <= mostSpareItems ? std::move(m_items) : Items();
    }

    static const Event &eventOf(const QueueEntry &item) noexcept { return Event::of(*item.payload()); }
    /*! Frees an item of a backlog, whose word names no receiver. */
    static void freeItem(QueueEntry &item, FreedBlocks &freed) noexcept
    {
        item.target &= QueueEntry::Separate;
        item.free(freed);
    }
    /*! The same for a single one. */
    static void freeItem(QueueEntry &item) noexcept
    {
        const Event &event = eventOf(item);
        if (item.isSeparate())
            EventMemory::deallocate(&item, static_cast<SeparateEntry &>(item).offset);
        event.dropReference();
    }

private:
    static constexpr std::size_t mostSpareItems = 64 * 1024;

    Items m_items;
    EntryList m_segments;
    std::uint64_t m_lost = 0;
    std::uint64_t m_dropped = 0;
    bool m_isCounted = false;
    bool m_hasReplaced = false;
};

} // namespace SignalBox::detail
