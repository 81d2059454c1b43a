// SPDX-License-Identifier: MIT
#pragma once

#include "deliveryscenario.h"

#include <SignalBox/qt/backlogs/changedstack.h>

// Scenarios of newestBy(): slots that hold the newest item of a key, in a table under a mutex, and the stack of those that have changed.

namespace Model {

using SignalBox::detail::ChangedSlot;
using SignalBox::detail::ChangedStack;

struct KeySlot : ChangedSlot<DeliveryModel, Parcel>
{
    explicit KeySlot(unsigned itsKey) : key(itsKey) {}

    const unsigned key;
};

// Each producer posts its parcels to the keys in turn. The consumer takes what has changed, and forgets a slot after that, where it
// may: so producers find slots, and make them.
template <class Derived, int producers, unsigned parcels, unsigned keys>
struct KeyedScenario : rl::test_suite<Derived, producers + 1>
{
    using Stack = ChangedStack<DeliveryModel, Parcel>;

    struct Table
    {
        rl::mutex mutex;
        std::array<rl::var<KeySlot *>, keys> slots;
    };

    void before()
    {
        table = std::make_unique<Table>();
        for (rl::var<KeySlot *> &slot : table->slots)
            slot($) = nullptr;
        changed = std::make_unique<Stack>();
        visit = std::make_unique<WakeUp<DeliveryModel>>(WakeUp<DeliveryModel>::Idle);
        calls = std::make_unique<Calls>();
        lost = std::make_unique<Atomic<unsigned>>(0);
        received = {};
        for (auto &last : lastOf)
            last.fill(-1);
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
            const unsigned key = (producer + i) % keys;
            table->mutex.lock($);
            KeySlot *slot = table->slots[key]($);
            if (!slot)
                table->slots[key]($) = slot = new KeySlot(key);
            Parcel *const replaced = Stack::put(*slot, parcel);
            if (!replaced)
                changed->push(*slot);
            table->mutex.unlock($);
            if (replaced) {
                static_cast<void>(static_cast<unsigned>(replaced->number($)));
                delete replaced;
                lost->fetch_add(1, std::memory_order_relaxed);
            } else if (visit->raise()) {
                calls->call();
            }
        }
        calls->leave();
    }
    void forget(KeySlot *slot)
    {
        table->mutex.lock($);
        const bool isIdle = slot->item.load(std::memory_order_relaxed) == nullptr;
        if (isIdle)
            table->slots[slot->key]($) = nullptr;
        table->mutex.unlock($);
        if (isIdle)
            delete slot;
        // Otherwise it is in the stack, and comes back.
    }
    void takeAll()
    {
        std::array<KeySlot *, keys> taken{};
        unsigned count = 0;
        for (auto *slot = static_cast<KeySlot *>(changed->takeAll()); slot;) {
            auto *const next = static_cast<KeySlot *>(Stack::nextOf(*slot));
            Parcel *parcel = Stack::take(*slot);
            RL_ASSERT(parcel);
            const int number = static_cast<int>(static_cast<unsigned>(parcel->number($)));
            int &last = lastOf.at(parcel->producer).at(slot->key);
            RL_ASSERT(number > last);
            last = number;
            ++received.count;
            delete parcel;
            RL_ASSERT(count < keys);
            taken.at(count++) = slot;
            slot = next;
        }
        for (unsigned i = 0; i < count; ++i)
            forget(taken.at(i));
        if (!changed->isEmpty() && visit->raise())
            calls->call();
    }
    void consume()
    {
        while (calls->wait(producers)) {
            visit->clear();
            takeAll();
        }
    }
    void after()
    {
        RL_ASSERT(received.count + lost->load(std::memory_order_relaxed) == producers * parcels);
        RL_ASSERT(changed->isEmpty());
        for (rl::var<KeySlot *> &slot : table->slots)
            delete static_cast<KeySlot *>(slot($));
        table.reset();
        changed.reset();
        visit.reset();
        calls.reset();
        lost.reset();
    }

    std::unique_ptr<Table> table;
    std::unique_ptr<Stack> changed;
    std::unique_ptr<WakeUp<DeliveryModel>> visit;
    std::unique_ptr<Calls> calls;
    std::unique_ptr<Atomic<unsigned>> lost;
    Received received;
    std::array<std::array<int, keys>, producers> lastOf{};
};

struct OneKeyOfOne : KeyedScenario<OneKeyOfOne, 1, 3, 1>
{
};
struct OneKeyOfTwo : KeyedScenario<OneKeyOfTwo, 2, 2, 1>
{
};
struct TwoKeysOfTwo : KeyedScenario<TwoKeysOfTwo, 2, 3, 2>
{
};

} // namespace Model
