// SPDX-License-Identifier: MIT
#pragma once

#include "deliveryscenario.h"

#include <SignalBox/qt/backlogs/newestslot.h>

// Scenarios of newest(1): the place of one item, and the wake-up of its visits.

namespace Model {

using SignalBox::detail::NewestSlot;

template <class Derived, int producers, unsigned parcels>
struct NewestScenario : rl::test_suite<Derived, producers + 1>
{
    using Slot = NewestSlot<DeliveryModel, Parcel>;

    void before()
    {
        slot = std::make_unique<Slot>();
        visit = std::make_unique<WakeUp<DeliveryModel>>(WakeUp<DeliveryModel>::Idle);
        calls = std::make_unique<Calls>();
        lost = std::make_unique<Atomic<unsigned>>(0);
        received = {};
    }
    void thread(unsigned index)
    {
        if (index < producers)
            produce(index);
        else
            consume();
    }
    void produce(unsigned producer)
    {
        for (unsigned i = 0; i < parcels; ++i) {
            if (Parcel *replaced = slot->put(new Parcel(producer, i))) {
                static_cast<void>(static_cast<unsigned>(replaced->number($)));
                delete replaced;
                lost->fetch_add(1, std::memory_order_relaxed);
            }
            if (visit->raise())
                calls->call();
        }
        calls->leave();
    }
    void consume()
    {
        while (calls->wait(producers)) {
            visit->clear();
            if (slot->isEmpty())
                continue;
            if (Parcel *parcel = slot->take())
                received.take(parcel);
        }
    }
    void after()
    {
        RL_ASSERT(slot->isEmpty());
        RL_ASSERT(received.count + lost->load(std::memory_order_relaxed) == producers * parcels);
        // The newest of some producer always arrives.
        bool isNewestReceived = false;
        for (int last : received.last)
            isNewestReceived |= last == static_cast<int>(parcels) - 1;
        RL_ASSERT(isNewestReceived);
        slot.reset();
        visit.reset();
        calls.reset();
        lost.reset();
    }

    std::unique_ptr<Slot> slot;
    std::unique_ptr<WakeUp<DeliveryModel>> visit;
    std::unique_ptr<Calls> calls;
    std::unique_ptr<Atomic<unsigned>> lost;
    Received received;
};

struct NewestOfOne : NewestScenario<NewestOfOne, 1, 3>
{
};
struct NewestOfTwo : NewestScenario<NewestOfTwo, 2, 2>
{
};

} // namespace Model
