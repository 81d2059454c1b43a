// SPDX-License-Identifier: MIT
#pragma once

#include "deliveryscenario.h"

#include <SignalBox/qt/delivery/deliveryqueue.h>

// Scenarios of a mailbox: its queue, its wake-up, and its end.

namespace Model {

using SignalBox::detail::DeliveryQueue;

template <class Derived, int producers, unsigned parcels>
struct QueueScenario : rl::test_suite<Derived, producers + 1>
{
    using Queue = DeliveryQueue<DeliveryModel, Parcel>;

    void before()
    {
        queue = std::make_unique<Queue>();
        wakeUp = std::make_unique<WakeUp<DeliveryModel>>(WakeUp<DeliveryModel>::Idle);
        calls = std::make_unique<Calls>();
        received = {};
        isAlive($) = 1;
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
            // As Mailbox::push().
            auto *parcel = new Parcel(producer, i);
            Parcel *before = queue->append(parcel);
            const bool isFirst = wakeUp->raise();
            static_cast<void>(static_cast<int>(isAlive($)));
            Queue::link(before, parcel);
            if (isFirst)
                calls->call();
        }
        calls->leave();
    }
    void consume()
    {
        while (calls->wait(producers)) {
            wakeUp->clear();
            for (;;) {
                const auto result = queue->pop();
                if (result.state == Queue::State::Blocked) {
                    // Comes back by itself, as a drain does.
                    wakeUp->keepRaised();
                    calls->call();
                }
                if (result.state != Queue::State::Taken)
                    break;
                received.take(result.node);
                // With the last entry go all reservations: what a producer still has to do must not need the queue.
                if (received.count == producers * parcels) {
                    RL_ASSERT(queue->isEmpty());
                    isAlive($) = 0;
                    return;
                }
            }
        }
    }
    void after()
    {
        RL_ASSERT(received.count == producers * parcels);
        queue.reset();
        wakeUp.reset();
        calls.reset();
    }

    rl::var<int> isAlive; // queue and wake-up; plain: to end them while a producer is there is a race
    std::unique_ptr<Queue> queue;
    std::unique_ptr<WakeUp<DeliveryModel>> wakeUp;
    std::unique_ptr<Calls> calls;
    Received received;
};

struct OneProducer : QueueScenario<OneProducer, 1, 3>
{
};
struct TwoProducers : QueueScenario<TwoProducers, 2, 2>
{
};

// The consumer goes away in the middle of it: each parcel is received, or dropped by it or by a producer that finds it gone.
template <class Derived, int producers, unsigned parcels>
struct ClosingScenario : rl::test_suite<Derived, producers + 1>
{
    using Queue = DeliveryQueue<DeliveryModel, Parcel>;

    void before()
    {
        queue = std::make_unique<Queue>();
        wakeUp = std::make_unique<WakeUp<DeliveryModel>>(WakeUp<DeliveryModel>::Idle);
        calls = std::make_unique<Calls>();
        end = std::make_unique<Parcel>();
        isEndTaken($) = 0;
        taken($) = 0;
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
            auto *parcel = new Parcel(producer, i);
            Parcel *before = queue->append(parcel);
            const bool isFirst = wakeUp->raise();
            Queue::link(before, parcel);
            if (!isFirst)
                continue;
            if (wakeUp->isClosed())
                dropAll();
            else
                calls->call();
        }
        calls->leave();
    }
    void consume()
    {
        if (calls->wait(producers)) {
            wakeUp->clear();
            take();
        }
        // As Mailbox::close().
        wakeUp->close();
        Queue::link(queue->append(end.get()), end.get());
        for (bool isOver = false; !isOver;) {
            dropAll();
            mutex.lock($);
            isOver = static_cast<int>(isEndTaken($)) != 0;
            mutex.unlock($);
            if (!isOver)
                rl::yield(1, $);
        }
    }
    // As Mailbox::dropAll().
    void dropAll()
    {
        for (bool hasTaken = true; hasTaken;) {
            mutex.lock($);
            hasTaken = wakeUp->isClosed() && take();
            mutex.unlock($);
        }
    }
    bool take()
    {
        const auto result = queue->pop();
        if (result.state != Queue::State::Taken)
            return false;
        if (result.node == end.get()) {
            isEndTaken($) = 1;
            return true;
        }
        static_cast<void>(static_cast<unsigned>(result.node->number($)));
        delete result.node;
        taken($) = static_cast<unsigned>(taken($)) + 1;
        return true;
    }
    void after()
    {
        RL_ASSERT(static_cast<unsigned>(taken($)) == producers * parcels);
        queue.reset();
        wakeUp.reset();
        calls.reset();
        end.reset();
    }

    rl::mutex mutex; // guards what follows, and the consumer's side of the queue, while that is closed
    rl::var<int> isEndTaken;
    rl::var<unsigned> taken;
    std::unique_ptr<Queue> queue;
    std::unique_ptr<WakeUp<DeliveryModel>> wakeUp;
    std::unique_ptr<Calls> calls;
    std::unique_ptr<Parcel> end;
};

struct ClosedForOne : ClosingScenario<ClosedForOne, 1, 2>
{
};
struct ClosedForTwo : ClosingScenario<ClosedForTwo, 2, 2>
{
};

} // namespace Model
