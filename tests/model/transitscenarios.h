// SPDX-License-Identifier: MIT
#pragma once

#include "deliveryscenario.h"

#include <SignalBox/qt/routes/transit.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

// Scenarios of a handler whose context moves from one mailbox to another while producers post to it: nothing is lost, doubled, or
// overtaken by a later event of its producer; when the producers have ended, one thread, once, learns that the last one has been
// given back; and the thread that was left does not take the handler for its own again.

namespace Model {

struct TransitModel : DeliveryModel
{
    using Mutex = rl::mutex;
    struct Lock
    {
        explicit Lock(Mutex &itsMutex) : mutex(itsMutex) { mutex.lock($); }
        ~Lock() { mutex.unlock($); }
        Lock(const Lock &) = delete;
        Lock &operator=(const Lock &) = delete;
        Mutex &mutex;
    };
};

// In order, as an EntryList.
class Parcels
{
public:
    bool isEmpty() const { return m_parcels.empty(); }
    void append(Parcel *parcel) { m_parcels.push_back(parcel); }
    void prepend(Parcels &&others)
    {
        m_parcels.insert(m_parcels.begin(), others.m_parcels.begin(), others.m_parcels.end());
        others.m_parcels.clear();
    }
    std::vector<Parcel *> takeAll() { return std::exchange(m_parcels, {}); }

private:
    std::vector<Parcel *> m_parcels;
};

// A mailbox as the transit needs one: a queue behind a mutex, as the real one has scenarios of its own.
class Post
{
public:
    void push(Parcel *parcel)
    {
        const TransitModel::Lock lock(m_mutex);
        m_parcels.append(parcel);
    }
    std::vector<Parcel *> takeAll()
    {
        const TransitModel::Lock lock(m_mutex);
        return m_parcels.takeAll();
    }
    // Written by its thread before producers may find it.
    void make() { m_madeBefore($) = 1; }
    void use() { RL_ASSERT(static_cast<int>(m_madeBefore($)) == 1); }

private:
    rl::mutex m_mutex;
    Parcels m_parcels;
    rl::var<int> m_madeBefore;
};

using SignalBox::detail::SharesLeft;
using ModelTransit = SignalBox::detail::Transit<TransitModel, Post, Parcel, Parcels>;

// Threads: producers; the thread that is left, and drains what is late there; the one where the context arrives.
template <class Derived, int producers, int parcels>
struct TransitScenario : rl::test_suite<Derived, producers + 2>
{
    static constexpr unsigned total = producers * parcels;

    void before()
    {
        left = std::make_unique<Post>();
        left->make();
        reached = std::make_unique<Post>();
        transit = std::make_unique<ModelTransit>(left.get());
        received = Received();
        hasDeparted.store(0, std::memory_order_relaxed);
        hasLeft.store(0, std::memory_order_relaxed);
        opens.store(0, std::memory_order_relaxed);
        producersLeft.store(producers, std::memory_order_relaxed);
        ends.store(0, std::memory_order_relaxed);
    }

    void thread(unsigned index)
    {
        if (index < producers)
            produce(index);
        else if (index == producers)
            leave();
        else
            arrive();
    }

    void aim(const Post *opensAt)
    {
        if (opensAt)
            opens.fetch_add(1, std::memory_order_acq_rel);
    }

    void produce(unsigned index)
    {
        for (unsigned i = 0; i < parcels; ++i) {
            auto *parcel = new Parcel(index, i);
            Post *post = transit->reserve();
            Post *opensAt = nullptr;
            if (!post)
                post = transit->park(parcel, opensAt);
            if (post) {
                post->use();
                post->push(parcel);
            }
            aim(opensAt);
        }
        if (producersLeft.fetch_sub(1, std::memory_order_acq_rel) == 1 && transit->finish())
            ends.fetch_add(1, std::memory_order_relaxed);
    }

    void giveBack()
    {
        SharesLeft left = SharesLeft::Some;
        Post *opensAt = nullptr;
        if (!transit->release(1, left))
            left = transit->releaseSlowly(1, opensAt);
        RL_ASSERT(left != SharesLeft::None);
        if (left == SharesLeft::Handler)
            ends.fetch_add(1, std::memory_order_relaxed);
        aim(opensAt);
    }

    void forwardAll()
    {
        for (Parcel *parcel : left->takeAll()) {
            RL_ASSERT(transit->forward(parcel));
            giveBack();
        }
    }

    void leave()
    {
        for (Parcel *parcel : left->takeAll()) { // a drain before the move
            received.take(parcel);
            giveBack();
        }
        transit->depart();
        setHasLeft(1);
        forwardAll();
        hasDeparted.store(1, std::memory_order_release);
        for (bool isLast = false; !isLast;) {
            isLast = producersLeft.load(std::memory_order_acquire) == 0;
            forwardAll();
            RL_ASSERT(!isOpenAt(*left));
            if (!isLast)
                rl::yield(1, $);
        }
    }

    // As a walk asks whether the handler runs inline.
    bool isOpenAt(const Post &own)
    {
        return transit->isOpenHere([&](const Post &post) { return &post == &own; },
                                   [this] {
                                       return hasLeft.load(TransitModel::order(DeliverySite::SeeLeft, std::memory_order_acquire)) != 0;
                                   });
    }
    void setHasLeft(int value)
    {
        hasLeft.store(value, TransitModel::order(DeliverySite::SetLeft, std::memory_order_release));
    }

    void arrive()
    {
        while (hasDeparted.load(std::memory_order_acquire) == 0)
            rl::yield(1, $);
        reached->make();
        Post *opensAt = nullptr;
        transit->arriveAt(reached.get(), opensAt, [] { RL_ASSERT(false); }); // it has departed
        aim(opensAt);
        Parcels waiting;
        for (int tried = 0;;) {
            const int told = opens.load(std::memory_order_acquire);
            if (told != tried && transit->openAt(reached.get(), waiting, [this] { setHasLeft(0); }))
                break; // only when somebody says so: or it might be for ever
            tried = told;
            rl::yield(1, $);
        }
        RL_ASSERT(isOpenAt(*reached));
        for (Parcel *parcel : waiting.takeAll()) {
            received.take(parcel);
            giveBack();
        }
        while (received.count < total) {
            for (Parcel *parcel : reached->takeAll()) {
                received.take(parcel);
                giveBack();
            }
            rl::yield(1, $);
        }
    }

    void after()
    {
        Parcels kept;
        transit->end(kept);
        RL_ASSERT(kept.isEmpty());
        Post *nowhere = nullptr;
        RL_ASSERT(transit->releaseSlowly(ModelTransit::registered, nowhere) == SharesLeft::None);
        RL_ASSERT(received.count == total);
        RL_ASSERT(ends.load(std::memory_order_relaxed) == 1);
        transit.reset();
        left.reset();
        reached.reset();
    }

    std::unique_ptr<Post> left;
    std::unique_ptr<Post> reached;
    std::unique_ptr<ModelTransit> transit;
    Received received; // one consumer at a time: the move orders them
    Atomic<int> hasDeparted{0};
    Atomic<int> hasLeft{0}; // as Receiver::hasLeft()
    Atomic<int> opens{0};
    Atomic<int> producersLeft{0};
    Atomic<int> ends{0};
};

struct MoveUnderOne : TransitScenario<MoveUnderOne, 1, 3>
{
};
struct MoveUnderTwo : TransitScenario<MoveUnderTwo, 2, 2>
{
};

} // namespace Model
