// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

#include <algorithm>
#include <cstdint>
#include <memory>

// The newest `capacity` items of any number of producers, for one consumer; with a capacity of one, the latest.
//
// With a capacity of one nobody needs a ticket: a producer exchanges its item into the only place, and what it gets back is
// lost; the consumer exchanges nothing into it. The order of these exchanges is the order of the items.
//
// Otherwise a producer takes a ticket and exchanges its item into place (ticket % capacity). What it gets back was `capacity`
// tickets or more older, and is lost: that is all there is to dropping the oldest. Nobody waits for anybody:
//
// - A producer that was overtaken by a whole round gets back a newer item than its own. It puts that one back and
//   takes on what comes out, until it holds the oldest; each step makes the place newer.
// - The consumer goes through tickets in order, skipping those that are a round behind. An empty place belongs to a
//   producer that has its ticket and not yet stored: the consumer stops there, and that producer calls it. An item that
//   is newer than expected goes back as a producer's does.
// - A producer may be overtaken by the consumer as well, which has taken a newer item from the place and will not look
//   there for this one. So a producer that finds its place empty looks where the consumer is. If the consumer has been
//   there, it made the place empty, or emptied it before others used it, and the exchange of who finds it so
//   comes after that: the producer sees where the consumer had got to, and takes the item out. What it gets may be an
//   item of the next round; that one it puts back, and looks again, since it may have been late a second time.
//   The consumer need not look: what is there when it comes, it takes; what comes later sees that it has been there.
//
// FIFO per producer: its second ticket is later than its first, which it has stored by then.
//
// A ring that drops the newest counts instead: an item enters only if it finds room, so no place is ever taken.
//
// Item has a std::uint64_t ticket() and a setTicket(). Whoever is told that an item is lost owns it.

namespace SignalBox::detail {

template <class Platform, class Item>
class BacklogRing
{
    template <class T>
    using Atomic = typename Platform::template Atomic<T>;

public:
    explicit BacklogRing(std::uint32_t capacity) : m_capacity(capacity), m_places(std::make_unique<Atomic<Item *>[]>(capacity)) {}
    BacklogRing(const BacklogRing &) = delete;
    BacklogRing &operator=(const BacklogRing &) = delete;

    // The item that had to go, or null.
    Item *push(Item *item) noexcept
    {
        if (m_capacity == 1)
            return exchange(m_places[0], item);
        takeTicket(item);
        for (;;) {
            const std::uint64_t ticket = item->ticket(); // before others may have it
            if (Item *out = store(item))
                return out;
            // Relaxed, and below: if the consumer has passed this place, the exchange that found it empty acquired that.
            if (m_first.load(std::memory_order_relaxed) <= ticket)
                return nullptr;
            item = take(placeOf(ticket));
            if (item == nullptr || item->ticket() < m_first.load(std::memory_order_relaxed))
                return item;
        }
    }

    // The same for a ring that drops the newest: false, and the item stays the caller's, if there is no room.
    bool pushIfRoom(Item *item) noexcept
    {
        // Acquire: pairs with release(): the place is empty. Weaker: the exchange in push() finds it taken.
        std::uint32_t count = m_count.load(std::memory_order_relaxed);
        do {
            if (count >= m_capacity)
                return false;
        } while (!m_count.compare_exchange_weak(count, count + 1,
                                                Platform::order(DeliverySite::CountItem, std::memory_order_acquire),
                                                std::memory_order_relaxed));
        // The place is empty.
        if (m_capacity == 1) {
            exchange(m_places[0], item);
        } else {
            takeTicket(item);
            store(item);
        }
        return true;
    }

    // --- consumer only ---------------------------------------------------------------------------

    // The oldest item, or null. lost(item) is called for each that went missing on the way.
    template <class Lost>
    Item *pop(Lost &&lost) noexcept
    {
        if (m_capacity == 1)
            return take(m_places[0]);
        for (;;) {
            // Sequentially consistent: see takeTicket().
            const std::uint64_t end = m_next.load(Platform::order(DeliverySite::ReadTickets, std::memory_order_seq_cst));
            std::uint64_t first = m_first.load(std::memory_order_relaxed);
            if (end - first > m_capacity) {
                first = end - m_capacity;
                m_first.store(first, std::memory_order_relaxed); // released by the exchanges that follow, as below
            }
            if (first == end)
                return nullptr;
            Item *item = take(placeOf(first));
            if (item == nullptr)
                return nullptr; // its producer is about to store it, and calls
            if (item->ticket() == first) {
                m_first.store(first + 1, std::memory_order_relaxed);
                return item;
            }
            if (item->ticket() > first)
                item = store(item); // we are behind: back with it, and on to where the ring begins now
            if (item)
                lost(item);
        }
    }

    // For a consumer that takes what waits, and not what comes meanwhile: pops until it is taken up to what end() said first.
    std::uint64_t end() const noexcept
    {
        // Relaxed: a bound. That the consumer sees what it is called for, pop() sees to.
        return m_next.load(std::memory_order_relaxed);
    }
    bool isTakenUpTo(std::uint64_t end) const noexcept { return m_first.load(std::memory_order_relaxed) >= end; }

    // Drops the newest: an item that pop() gave is done with.
    void release() noexcept { m_count.fetch_sub(1, Platform::order(DeliverySite::CountItem, std::memory_order_release)); }

    // Any thread: how many wait. Relaxed: it is late while others push and pop.
    std::uint64_t count() const noexcept
    {
        if (m_capacity == 1)
            return m_places[0].load(std::memory_order_relaxed) ? 1 : 0;
        const std::uint64_t first = m_first.load(std::memory_order_relaxed);
        const std::uint64_t next = m_next.load(std::memory_order_relaxed);
        return next > first ? std::min<std::uint64_t>(next - first, m_capacity) : 0;
    }
    bool isEmpty() const noexcept
    {
        if (m_capacity == 1)
            return m_places[0].load(Platform::order(DeliverySite::ReadTickets, std::memory_order_seq_cst)) == nullptr;
        return m_first.load(std::memory_order_relaxed) == m_next.load(Platform::order(DeliverySite::ReadTickets, std::memory_order_seq_cst));
    }

private:
    void takeTicket(Item *item) noexcept
    {
        // Sequentially consistent: the producer raises the wake-up afterwards (see wakeup.h), and a consumer that has
        // cleared it sees the ticket. Weaker: it finds the ring empty, and the item waits until somebody posts another.
        item->setTicket(m_next.fetch_add(1, Platform::order(DeliverySite::TakeTicket, std::memory_order_seq_cst)));
    }

    Atomic<Item *> &placeOf(std::uint64_t ticket) noexcept { return m_places[ticket % m_capacity]; }

    // Release: the item's contents; partner take(). Acquire: those of what comes out, and where the consumer was when it
    // made the place empty. Weaker: an item is read, or destroyed, half written, or lies where nobody looks. A consumer that
    // comes first and finds the place empty releases that it has cleared the wake-up, so the producer calls it.
    Item *exchange(Atomic<Item *> &place, Item *item) noexcept
    {
        return place.exchange(item, Platform::order(DeliverySite::StoreItem, std::memory_order_acq_rel));
    }
    // As exchange().
    Item *take(Atomic<Item *> &place) noexcept
    {
        return place.exchange(nullptr, Platform::order(DeliverySite::TakeItem, std::memory_order_acq_rel));
    }

    // Into its place. Returns the oldest item that it met there, or null.
    Item *store(Item *item) noexcept
    {
        Atomic<Item *> &place = placeOf(item->ticket());
        for (;;) {
            const std::uint64_t ticket = item->ticket();
            Item *const out = exchange(place, item);
            if (out == nullptr || out->ticket() < ticket)
                return out;
            item = out; // a round ahead of ours: back with it
        }
    }

    const std::uint32_t m_capacity;
    const std::unique_ptr<Atomic<Item *>[]> m_places;
    alignas(64) Atomic<std::uint64_t> m_next{0}; // producers
    Atomic<std::uint32_t> m_count{0};
    alignas(64) Atomic<std::uint64_t> m_first{0}; // the consumer
};

} // namespace SignalBox::detail
