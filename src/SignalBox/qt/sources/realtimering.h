// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

#include <cstddef>
#include <optional>

// The places of a ring with one producer, which never waits, and one consumer. What lies in the places is the caller's.
//
//     producer                                      consumer
//       claim: tail - head < capacity, else full       read tail once: what is there
//       fill the place                                 empty the place at head
//       publish: tail + 1                              free it: head + 1
//
// Positions only grow, and wrap with their type: a place is position & mask. The producer keeps the head that it has last read, and
// reads it again only when the ring seems full: so it touches the consumer's line once in a round of the ring, at most.
// Each operation of either side is a fixed number of instructions.

namespace SignalBox::detail {

template <class Platform>
class RealtimeRing
{
public:
    explicit RealtimeRing(std::size_t capacity) noexcept : m_capacity(capacity), m_mask(placesFor(capacity) - 1) {}
    RealtimeRing(const RealtimeRing &) = delete;
    RealtimeRing &operator=(const RealtimeRing &) = delete;

    /*! How many places the caller has to have: a power of two. */
    static constexpr std::size_t placesFor(std::size_t capacity) noexcept
    {
        std::size_t places = 1;
        while (places < capacity)
            places *= 2;
        return places;
    }

    // --- the producer ----------------------------------------------------------------------------

    /*! An empty place, which is the producer's until publish(); the same one again if it does not publish. None: the ring is full. */
    std::optional<std::size_t> claim() noexcept
    {
        const std::size_t tail = m_tail.load(std::memory_order_relaxed); // the producer's own
        if (tail - m_seenHead == m_capacity) {
            // Acquire: the consumer has done with the place; partner FreePlace. Weaker: it is filled while it is emptied.
            m_seenHead = m_head.load(Platform::order(DeliverySite::SeeFreed, std::memory_order_acquire));
            if (tail - m_seenHead == m_capacity)
                return {};
        }
        return tail & m_mask;
    }
    void publish() noexcept
    {
        const std::size_t tail = m_tail.load(std::memory_order_relaxed);
        // Release: what is in the place; partner SeeOffered. Weaker: the consumer reads a value half written.
        m_tail.store(tail + 1, Platform::order(DeliverySite::OfferPlace, std::memory_order_release));
    }
    /*! Nothing more is published. */
    void end() noexcept
    {
        // Release: all that was published before; partner SeeEnd. Weaker: the consumer leaves the last ones behind.
        m_hasEnded.store(true, Platform::order(DeliverySite::EndOffers, std::memory_order_release));
    }

    // --- the consumer ----------------------------------------------------------------------------

    /*! Before a look at what is there: whether that is all. */
    bool hasEnded() const noexcept
    {
        // Acquire: partner EndOffers.
        return m_hasEnded.load(Platform::order(DeliverySite::SeeEnd, std::memory_order_acquire));
    }
    /*! Behind what is there now. */
    std::size_t tail() const noexcept
    {
        // Acquire: partner OfferPlace.
        return m_tail.load(Platform::order(DeliverySite::SeeOffered, std::memory_order_acquire));
    }
    /*! The oldest place in front of \a tail, which tail() gave; none: there is nothing. */
    std::optional<std::size_t> oldest(std::size_t tail) const noexcept
    {
        const std::size_t head = m_head.load(std::memory_order_relaxed); // the consumer's own
        // As a distance, since a consumer within a consumer may have gone past that tail.
        const std::size_t count = tail - head;
        if (count == 0 || count > m_capacity)
            return {};
        return head & m_mask;
    }
    /*! The oldest place is empty now. */
    void free() noexcept
    {
        const std::size_t head = m_head.load(std::memory_order_relaxed);
        // Release: the place is empty; partner SeeFreed. Weaker: the producer fills it while it is emptied.
        m_head.store(head + 1, Platform::order(DeliverySite::FreePlace, std::memory_order_release));
    }

private:
    const std::size_t m_capacity;
    const std::size_t m_mask;

    // The producer's line.
    alignas(64) typename Platform::template Atomic<std::size_t> m_tail{0};
    std::size_t m_seenHead = 0;
    typename Platform::template Atomic<bool> m_hasEnded{false};
    // The consumer's.
    alignas(64) typename Platform::template Atomic<std::size_t> m_head{0};
};

} // namespace SignalBox::detail
