// SPDX-License-Identifier: MIT
#pragma once

#include "deliveryscenario.h"

#include <SignalBox/qt/sources/realtimering.h>

#include <array>
#include <memory>

// Scenarios of a real-time source: its ring, which the producer fills and ends, and the consumer empties.

namespace Model {

using SignalBox::detail::RealtimeRing;

template <class Derived, unsigned capacity, unsigned offers>
struct RingScenario : rl::test_suite<Derived, 2>
{
    using Ring = RealtimeRing<DeliveryModel>;

    void before()
    {
        ring = std::make_unique<Ring>(capacity);
        places = std::make_unique<Places>();
        taken = 0;
        lost = 0;
    }
    void thread(unsigned index)
    {
        if (index == 0)
            produce();
        else
            consume();
    }
    void produce()
    {
        for (unsigned i = 0; i < offers; ++i) {
            if (const std::optional<std::size_t> place = ring->claim()) {
                places->at(*place)($) = i;
                ring->publish();
            } else {
                ++lost;
            }
        }
        ring->end();
    }
    void consume()
    {
        int last = -1;
        for (bool isOver = false; !isOver;) {
            isOver = ring->hasEnded();
            const std::size_t tail = ring->tail();
            while (const std::optional<std::size_t> place = ring->oldest(tail)) {
                const int number = static_cast<int>(static_cast<unsigned>(places->at(*place)($)));
                RL_ASSERT(number > last);
                last = number;
                // As a value that is destroyed: what the producer puts there must come after this.
                places->at(*place)($) = 0;
                ring->free();
                ++taken;
            }
            if (!isOver)
                rl::yield(1, $);
        }
    }
    void after()
    {
        RL_ASSERT(taken + lost == offers);
        ring.reset();
        places.reset();
    }

    using Places = std::array<rl::var<unsigned>, Ring::placesFor(capacity)>;

    std::unique_ptr<Ring> ring;
    std::unique_ptr<Places> places;
    unsigned taken = 0; // the consumer's
    unsigned lost = 0; // the producer's
};

struct RingOfOne : RingScenario<RingOfOne, 1, 3>
{
};
struct RingOfThree : RingScenario<RingOfThree, 3, 5>
{
};

} // namespace Model
