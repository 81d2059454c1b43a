// SPDX-License-Identifier: MIT
#pragma once

#include "deliveryscenario.h"

#include <SignalBox/qt/handlers/backlogring.h>

// Scenarios of a backlog: its ring, and the wake-up of its visits.

namespace Model {

using SignalBox::detail::BacklogRing;

enum class Full { LosesOldest, LosesNewest };

template <class Derived, int producers, unsigned parcels, unsigned capacity, Full full>
struct RingScenario : rl::test_suite<Derived, producers + 1>
{
    using Ring = BacklogRing<DeliveryModel, Parcel>;

    void before()
    {
        ring = std::make_unique<Ring>(capacity);
        visit = std::make_unique<WakeUp<DeliveryModel>>(WakeUp<DeliveryModel>::Idle);
        calls = std::make_unique<Calls>();
        lost = std::make_unique<Atomic<unsigned>>(0);
        received = {};
        pauses<DeliverySite> = {};
        static_cast<Derived *>(this)->prepare();
    }
    void prepare() {}
    static unsigned parcelsOf(unsigned) { return parcels; }
    static unsigned parcelsOfAll()
    {
        unsigned sum = 0;
        for (unsigned producer = 0; producer < producers; ++producer)
            sum += Derived::parcelsOf(producer);
        return sum;
    }
    void thread(unsigned index)
    {
        if (index < producers)
            produce(index);
        else
            consume();
    }
    void lose(Parcel *parcel)
    {
        static_cast<void>(static_cast<unsigned>(parcel->number($)));
        delete parcel;
        lost->fetch_add(1, std::memory_order_relaxed);
    }
    void produce(unsigned producer)
    {
        for (unsigned i = 0; i < Derived::parcelsOf(producer); ++i) {
            auto *parcel = new Parcel(producer, i);
            if constexpr (full == Full::LosesNewest) {
                if (!ring->pushIfRoom(parcel))
                    lose(parcel);
            } else if (Parcel *out = ring->push(parcel)) {
                lose(out);
            }
            if (visit->raise())
                calls->call();
        }
        calls->leave();
    }
    void takeOne()
    {
        Parcel *parcel = ring->pop([this](Parcel *out) { lose(out); });
        if (parcel == nullptr)
            return;
        if constexpr (full == Full::LosesNewest)
            ring->release();
        if (!ring->isEmpty() && visit->raise())
            calls->call();
        received.take(parcel);
    }
    void consume()
    {
        while (calls->wait(producers)) {
            visit->clear();
            takeOne();
        }
    }
    void after()
    {
        RL_ASSERT(received.count + lost->load(std::memory_order_relaxed) == parcelsOfAll());
        RL_ASSERT(ring->isEmpty());
        if constexpr (full == Full::LosesOldest) {
            // The newest of some producer always arrives.
            bool isNewestReceived = false;
            for (int last : received.last)
                isNewestReceived |= last == static_cast<int>(parcels) - 1;
            RL_ASSERT(isNewestReceived);
        }
        ring.reset();
        visit.reset();
        calls.reset();
        lost.reset();
    }

    std::unique_ptr<Ring> ring;
    std::unique_ptr<WakeUp<DeliveryModel>> visit;
    std::unique_ptr<Calls> calls;
    std::unique_ptr<Atomic<unsigned>> lost;
    Received received;
};

struct LatestOfOne : RingScenario<LatestOfOne, 1, 3, 1, Full::LosesOldest>
{
};
struct LatestOfTwo : RingScenario<LatestOfTwo, 2, 2, 1, Full::LosesOldest>
{
};
struct BoundedOfOne : RingScenario<BoundedOfOne, 1, 4, 2, Full::LosesOldest>
{
};
struct BoundedOfTwo : RingScenario<BoundedOfTwo, 2, 3, 2, Full::LosesOldest>
{
};
struct BoundedOfThree : RingScenario<BoundedOfThree, 3, 2, 2, Full::LosesOldest>
{
};
// A producer finds its place passed, takes out what lies there by then, an item of the next round, and is late with putting
// that back: its round has passed as well, and the place is empty again.
struct PutBackTooLate : RingScenario<PutBackTooLate, 2, 4, 2, Full::LosesOldest>
{
    static unsigned parcelsOf(unsigned producer) { return producer == 0 ? 1 : 4; }
    void prepare()
    {
        pauses<DeliverySite> = {{{.thread = 0, .site = DeliverySite::StoreItem, .operationsBefore = 0, .steps = rl::rand(40)},
                                 {.thread = 0, .site = DeliverySite::StoreItem, .operationsBefore = 1, .steps = rl::rand(100)}}};
    }
};
struct NewestLost : RingScenario<NewestLost, 2, 2, 1, Full::LosesNewest>
{
};
struct NewestLostOfTwo : RingScenario<NewestLostOfTwo, 2, 2, 2, Full::LosesNewest>
{
};

} // namespace Model
