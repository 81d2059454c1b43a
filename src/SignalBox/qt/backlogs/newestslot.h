// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

// The place of one item: a newer one replaces it.

namespace SignalBox::detail {

template <class Platform, class Item>
class NewestSlot
{
public:
    NewestSlot() : m_item(nullptr) {}
    NewestSlot(const NewestSlot &) = delete;
    NewestSlot &operator=(const NewestSlot &) = delete;

    // Any thread. Returns the item that was replaced, or null.
    Item *put(Item *item) noexcept
    {
        // Release: the item, before it is taken; partner TakeItem. Acquire: what is replaced is its own from here on. Sequentially
        // consistent: the first operation of the wake-up's pair, see wakeup.h. Weaker: producer and consumer miss each other.
        return m_item.exchange(item, Platform::order(DeliverySite::PutItem, std::memory_order_seq_cst));
    }

    // Any thread. Null: there is none.
    Item *take() noexcept
    {
        // Acquire: partner PutItem. Sequentially consistent: the second operation of the wake-up's pair.
        return m_item.exchange(nullptr, Platform::order(DeliverySite::TakeItem, std::memory_order_seq_cst));
    }

    // Any thread. The consumer looks so, too, after it has cleared the wake-up: sequentially consistent as take().
    bool isEmpty() const noexcept { return m_item.load(Platform::order(DeliverySite::TakeItem, std::memory_order_seq_cst)) == nullptr; }

private:
    typename Platform::template Atomic<Item *> m_item;
};

} // namespace SignalBox::detail
