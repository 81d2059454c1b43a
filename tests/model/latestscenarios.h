// SPDX-License-Identifier: MIT
#pragma once

#include "deliveryscenario.h"

#include <SignalBox/qt/handlers/changedslots.h>
#include <SignalBox/qt/handlers/combininglock.h>

// Scenarios of latestBy(): slots that hold the newest item of a key, in a table whose lock nobody waits for.

namespace Model {

using SignalBox::detail::ChangedSlot;
using SignalBox::detail::ChangedSlots;
using SignalBox::detail::CombiningLock;

struct KeySlot : ChangedSlot<DeliveryModel, Parcel>
{
    explicit KeySlot(unsigned itsKey) : key(itsKey) {}

    const unsigned key;
    KeySlot *pending = nullptr;
};

// Each producer posts its parcels to the keys in turn. The consumer takes what has changed, and forgets a slot after that, where it
// may: so producers find slots, make them, and leave them to who holds the lock.
template <class Derived, int producers, unsigned parcels, unsigned keys>
struct LatestScenario : rl::test_suite<Derived, producers + 1>
{
    using Slots = ChangedSlots<DeliveryModel, Parcel>;

    // What the lock guards.
    struct Table
    {
        CombiningLock<DeliveryModel, KeySlot> lock;
        std::array<rl::var<KeySlot *>, keys> slots;
    };

    void before()
    {
        table = std::make_unique<Table>();
        for (rl::var<KeySlot *> &slot : table->slots)
            slot($) = nullptr;
        changed = std::make_unique<Slots>();
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
    void put(KeySlot *slot, Parcel *parcel, bool &hasChanged)
    {
        Parcel *replaced = changed->put(slot, parcel);
        hasChanged |= !replaced;
        if (!replaced)
            return;
        static_cast<void>(static_cast<unsigned>(replaced->number($)));
        delete replaced;
        lost->fetch_add(1, std::memory_order_relaxed);
    }
    void add(KeySlot *slot, bool &hasChanged)
    {
        Parcel *parcel = slot->item.exchange(nullptr, std::memory_order_relaxed);
        KeySlot *known = table->slots[slot->key]($);
        if (known)
            delete slot;
        else
            table->slots[slot->key]($) = known = slot;
        put(known, parcel, hasChanged);
    }
    void unlock(bool &hasChanged)
    {
        table->lock.unlock([&](KeySlot *slot) { add(slot, hasChanged); });
    }
    void produce(unsigned producer)
    {
        for (unsigned i = 0; i < parcels; ++i) {
            auto *parcel = new Parcel(producer, i);
            const unsigned key = (producer + i) % keys;
            bool hasChanged = false;
            if (table->lock.tryLock()) {
                KeySlot *slot = table->slots[key]($);
                if (!slot)
                    table->slots[key]($) = slot = new KeySlot(key);
                put(slot, parcel, hasChanged);
                unlock(hasChanged);
            } else {
                auto *slot = new KeySlot(key);
                slot->item.store(parcel, std::memory_order_relaxed);
                if (!table->lock.leave(slot)) {
                    add(slot, hasChanged);
                    unlock(hasChanged);
                }
            }
            if (hasChanged && visit->raise())
                calls->call();
        }
        calls->leave();
    }
    void forget(KeySlot *slot)
    {
        if (!table->lock.tryLock())
            return;
        const bool isIdle = slot->item.load(std::memory_order_relaxed) == nullptr;
        if (isIdle)
            table->slots[slot->key]($) = nullptr;
        bool hasChanged = false;
        unlock(hasChanged);
        if (isIdle)
            delete slot;
        // Otherwise it is in the queue, and comes back.
    }
    void takeAll()
    {
        std::array<KeySlot *, keys> taken{};
        unsigned count = 0;
        while (count < keys) {
            auto *slot = static_cast<KeySlot *>(changed->pop());
            if (!slot)
                break;
            Parcel *parcel = Slots::take(slot);
            RL_ASSERT(parcel);
            const int number = static_cast<int>(static_cast<unsigned>(parcel->number($)));
            int &last = lastOf.at(parcel->producer).at(slot->key);
            RL_ASSERT(number > last);
            last = number;
            ++received.count;
            delete parcel;
            bool isNew = true;
            for (unsigned i = 0; i < count; ++i)
                isNew &= taken[i] != slot;
            if (isNew)
                taken[count++] = slot;
        }
        for (unsigned i = 0; i < count; ++i)
            forget(taken[i]);
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
    std::unique_ptr<Slots> changed;
    std::unique_ptr<WakeUp<DeliveryModel>> visit;
    std::unique_ptr<Calls> calls;
    std::unique_ptr<Atomic<unsigned>> lost;
    Received received;
    std::array<std::array<int, keys>, producers> lastOf{};
};

struct OneKeyOfOne : LatestScenario<OneKeyOfOne, 1, 3, 1>
{
};
struct OneKeyOfTwo : LatestScenario<OneKeyOfTwo, 2, 2, 1>
{
};
struct OneKeyOfThree : LatestScenario<OneKeyOfThree, 3, 2, 1>
{
};
struct TwoKeysOfTwo : LatestScenario<TwoKeysOfTwo, 2, 3, 2>
{
};

} // namespace Model
