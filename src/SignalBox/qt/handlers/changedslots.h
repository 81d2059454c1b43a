// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>
#include <SignalBox/qt/delivery/deliveryqueue.h>

// Slots of one item each, and a queue of those that have one: any number of producers, of which one at a time puts into the same slot,
// and one consumer.
//
//     producer                              consumer
//       item.exchange(new)                    pop a slot
//       there was none: append the slot       item.exchange(null)
//
// A slot is in the queue, or about to be, exactly while it has an item: only the producer that finds it empty appends it, and only the
// consumer empties it, after it has popped it. So no slot is in the queue twice, slots come in the order in which they got an item,
// and an item that finds the slot full either reaches the consumer with that slot's turn, or is replaced itself.

namespace SignalBox::detail {

template <class Platform, class Item>
struct ChangedSlot
{
    typename Platform::template Atomic<ChangedSlot *> next{nullptr}; // in the queue
    typename Platform::template Atomic<Item *> item{nullptr};
};

template <class Platform, class Item>
class ChangedSlots
{
public:
    using Slot = ChangedSlot<Platform, Item>;

    // The item that it replaces; null: the slot has been queued, and the consumer is to be called.
    Item *put(Slot *slot, Item *item) noexcept
    {
        // Release: the item; partner TakeNewest. Acquire: the slot is out of the queue, and the one before is whole. Weaker: an item
        // is read half written, or a slot appended that is still in use there.
        Item *const replaced =
                slot->item.exchange(item, Platform::order(DeliverySite::PutNewest, std::memory_order_acq_rel));
        if (!replaced)
            Queue::link(m_queue.append(slot), slot);
        return replaced;
    }

    // Consumer only, as all that follows. Null: there is none, or its producer is not done yet.
    Slot *pop() noexcept { return m_queue.pop().node; }
    // Of a slot that has just been popped. It can be queued again from then on.
    static Item *take(Slot *slot) noexcept
    {
        // Acquire and release: partner PutNewest.
        return slot->item.exchange(nullptr, Platform::order(DeliverySite::TakeNewest, std::memory_order_acq_rel));
    }
    // Pops those that are queued by now, and not those that come meanwhile.
    template <class Visit>
    void popPresent(Visit &&visit)
    {
        m_queue.popPresent(visit);
    }
    bool isEmpty() const noexcept { return m_queue.isEmpty(); }
    // Any thread.
    bool isUntouched() const noexcept { return m_queue.isUntouched(); }

private:
    using Queue = DeliveryQueue<Platform, Slot>;

    Queue m_queue;
};

} // namespace SignalBox::detail
