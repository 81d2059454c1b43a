// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

#include <algorithm>
#include <cstdint>

// A queue with any number of producers and one consumer, which takes all that is in it at once: what one handler has not been
// called with yet. A producer's place is one addition away.
//
//     tail = newest segment | places of it that are claimed          Segments are aligned, so that one word has both.
//
//     producer                                      consumer
//       claim: tail + 1; the place before is its own   take: tail <- none; all that was claimed is the consumer's
//       none left: tail <- a new segment               all of it published? Else it comes back later
//       fill the place, publish it
//
// Segments are linked from the newest to the oldest. A producer links its segment before anybody sees it, and never follows a link:
// so it touches no segment but the one in which it has a place, and that cannot go before the place is published. What stands in
// the tail is the newest segment, never one that was freed; so where an address comes back, it means the same again.
//
// Claims of one tail have one order, and a take comes between two of them. So a producer's events keep their order, and an event
// that was posted because of another one comes after it. Lock-free: a producer tries again only if another one has brought a
// segment. The consumer never waits; but nothing of what it took is seen before the producers of all of it are done.
//
// Claims beyond a full segment are counted in the same bits until the next one stands there, each thread's once: there is room for
// as many threads as the alignment is greater than the capacity.

namespace SignalBox::detail {

// Segment: aligned to Segment::alignment, which is greater than any capacity; setPrevious(), previous(); state(index), an atomic
// number, 0 until it is published.
template <class Platform, class Segment>
class SegmentQueue
{
    using Word = std::uintptr_t;

public:
    struct Place
    {
        Segment *segment;
        std::uint32_t index;
    };
    struct Taken
    {
        Segment *newest = nullptr; // null: there was nothing
        std::uint32_t count = 0; // of places in it; the others are full
    };

    explicit SegmentQueue(std::uint32_t capacity) noexcept : m_capacity(capacity), m_tail(capacity) {}
    SegmentQueue(const SegmentQueue &) = delete;
    SegmentQueue &operator=(const SegmentQueue &) = delete;

    // --- producers -------------------------------------------------------------------------------

    // make() gives a segment, or throws, and nothing has been claimed then; drop(segment): it is not needed.
    template <class Make, class Drop>
    Place claim(Make &&make, Drop &&drop)
    {
        // Acquire: the segment, with all places free; partner AddSegment. Weaker: what is filled in was not there yet. Nothing
        // more: the consumer takes what an empty queue got by AddSegment, and this with it.
        const Word tail = m_tail.fetch_add(1, Platform::order(DeliverySite::ClaimPlace, std::memory_order_acquire));
        if (indexOf(tail) < m_capacity) [[likely]]
            return {segmentOf(tail), indexOf(tail)};
        Segment *segment = nullptr;
        try {
            segment = make();
        } catch (...) {
            uncount();
            throw;
        }
        return claimFirst(segment, drop);
    }

    static void publish(const Place &place, std::uint8_t state) noexcept
    {
        // Release: what is in the place; partner SeePlace. Weaker: the consumer reads a value half written.
        place.segment->state(place.index).store(state, Platform::order(DeliverySite::PublishPlace, std::memory_order_release));
    }

    // --- the consumer ----------------------------------------------------------------------------

    Taken take() noexcept
    {
        if (isEmpty())
            return {};
        // Acquire: the links of all segments, as the claims between their additions continue the release sequence; partner
        // AddSegment. Weaker: a link is followed before it is there.
        const Word tail = m_tail.exchange(m_capacity, Platform::order(DeliverySite::TakeSegments, std::memory_order_acquire));
        return {segmentOf(tail), indexOf(tail) < m_capacity ? indexOf(tail) : m_capacity};
    }
    // 0: it is claimed, but not published.
    static std::uint8_t stateOf(const Place &place) noexcept
    {
        // Acquire: partner PublishPlace.
        return place.segment->state(place.index).load(Platform::order(DeliverySite::SeePlace, std::memory_order_acquire));
    }

    // Any thread: whether nothing has been claimed since the last take().
    bool isEmpty() const noexcept
    {
        // Sequentially consistent: the second operation of the wake-up's pair, see wakeup.h; partner AddSegment.
        return segmentOf(m_tail.load(Platform::order(DeliverySite::ReadTail, std::memory_order_seq_cst))) == nullptr;
    }

    // Any thread: places claimed in the newest segment. 0: there is none. Relaxed: it is late while others claim.
    std::uint32_t newestCount() const noexcept
    {
        const Word tail = m_tail.load(std::memory_order_relaxed);
        return segmentOf(tail) ? std::min(indexOf(tail), m_capacity) : 0;
    }

    std::uint32_t capacity() const noexcept { return m_capacity; }

private:
    static constexpr Word indexMask = Segment::alignment - 1;

    static std::uint32_t indexOf(Word word) noexcept { return static_cast<std::uint32_t>(word & indexMask); }
    static Segment *segmentOf(Word word) noexcept { return reinterpret_cast<Segment *>(word & ~indexMask); }

    // Takes back one of the claims beyond a full segment, whose number means nothing: else failures would use up its bits. Relaxed:
    // nobody learns anything from it.
    void uncount() noexcept
    {
        Word tail = m_tail.load(std::memory_order_relaxed);
        while (indexOf(tail) > m_capacity
               && !m_tail.compare_exchange_weak(tail, tail - 1, std::memory_order_relaxed, std::memory_order_relaxed)) { }
    }

    // The first place of `segment`, unless another producer is faster.
    template <class Drop>
    Place claimFirst(Segment *segment, Drop &&drop) noexcept
    {
        for (;;) {
            Word tail = m_tail.load(std::memory_order_relaxed);
            while (indexOf(tail) >= m_capacity) {
                segment->setPrevious(segmentOf(tail));
                // Release: the segment and its link; partners ClaimPlace, TakeSegments. Sequentially consistent: the first
                // operation of the wake-up's pair, see wakeup.h. Weaker: producer and consumer miss each other.
                if (m_tail.compare_exchange_strong(tail, reinterpret_cast<Word>(segment) + 1,
                                                   Platform::order(DeliverySite::AddSegment, std::memory_order_seq_cst),
                                                   std::memory_order_relaxed)) {
                    return {segment, 0};
                }
            }
            tail = m_tail.fetch_add(1, Platform::order(DeliverySite::ClaimPlace, std::memory_order_acquire));
            if (indexOf(tail) < m_capacity) {
                drop(segment);
                return {segmentOf(tail), indexOf(tail)};
            }
        }
    }

    const std::uint32_t m_capacity; // of a segment
    alignas(64) typename Platform::template Atomic<Word> m_tail; // no segment: as full
};

} // namespace SignalBox::detail
