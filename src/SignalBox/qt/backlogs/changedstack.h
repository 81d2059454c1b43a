// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

// Slots that have got an item, from any number of producers for one consumer, which takes all of them at once.
//
//     producer                                    consumer
//       put the item into the slot; it was empty:   take: head <- none; the order is turned round
//       push the slot                               per slot: read its next one, then take its item
//
// The producer that puts an item into an empty slot pushes the slot. So a slot is there once, from then until its item is taken. What stands in the
// head is never freed, as a slot with an item is not.

namespace SignalBox::detail {

template <class Platform, class Item>
struct ChangedSlot
{
    typename Platform::template Atomic<Item *> item{nullptr};
    typename Platform::template Atomic<ChangedSlot *> nextChanged{nullptr}; // relaxed: the head orders it
};

template <class Platform, class Item>
class ChangedStack
{
public:
    using Slot = ChangedSlot<Platform, Item>;

    ChangedStack() : m_head(nullptr) {}
    ChangedStack(const ChangedStack &) = delete;
    ChangedStack &operator=(const ChangedStack &) = delete;

    // --- producers: one at a time for each slot --------------------------------------------------

    // Returns the item that was replaced. Null: the slot is to be pushed.
    static Item *put(Slot &slot, Item *item) noexcept
    {
        // Release: the item, before it is taken. Acquire: what is replaced is the caller's from here on; and a slot that was emptied is
        // pushed after the consumer has read its next one. Partner: TakeNewest. Weaker: the consumer reads an item half written, or
        // follows a link to a slot that was pushed later.
        return slot.item.exchange(item, Platform::order(DeliverySite::PutNewest, std::memory_order_acq_rel));
    }

    void push(Slot &slot) noexcept
    {
        Slot *head = m_head.load(std::memory_order_relaxed);
        do {
            slot.nextChanged.store(head, std::memory_order_relaxed);
            // Release: the slot and its link; partner TakeChanged. Sequentially consistent: the first operation of the wake-up's pair,
            // see wakeup.h. Weaker: producer and consumer miss each other.
        } while (!m_head.compare_exchange_strong(head, &slot, Platform::order(DeliverySite::PushChanged, std::memory_order_seq_cst),
                                               std::memory_order_relaxed));
    }

    // --- the consumer ----------------------------------------------------------------------------

    // The slots that were pushed since the last take, the first one first, linked by nextChanged.
    Slot *takeAll() noexcept
    {
        if (isEmpty())
            return nullptr;
        // Acquire: partner PushChanged. Weaker: a link is followed before it is there.
        Slot *newest = m_head.exchange(nullptr, Platform::order(DeliverySite::TakeChanged, std::memory_order_acquire));
        Slot *oldest = nullptr;
        while (newest) {
            Slot *const next = nextOf(*newest);
            newest->nextChanged.store(oldest, std::memory_order_relaxed);
            oldest = newest;
            newest = next;
        }
        return oldest;
    }

    // To be read before the slot's item is taken.
    static Slot *nextOf(const Slot &slot) noexcept { return slot.nextChanged.load(std::memory_order_relaxed); }

    static Item *take(Slot &slot) noexcept
    {
        // Acquire: the item; release: the slot is the producers' again. Partner: PutNewest.
        return slot.item.exchange(nullptr, Platform::order(DeliverySite::TakeNewest, std::memory_order_acq_rel));
    }

    // Any thread.
    bool isEmpty() const noexcept
    {
        // Sequentially consistent: the second operation of the wake-up's pair, see wakeup.h; partner PushChanged.
        return m_head.load(Platform::order(DeliverySite::ReadChanged, std::memory_order_seq_cst)) == nullptr;
    }

private:
    alignas(64) typename Platform::template Atomic<Slot *> m_head;
};

} // namespace SignalBox::detail
