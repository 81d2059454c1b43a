// SPDX-License-Identifier: MIT
#pragma once

#include "deliveryscenario.h"

#include <SignalBox/qt/backlogs/segmentqueue.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

// Scenarios of a batch handler's store: its segments, and the wake-up of its visits.

namespace Model {

using SignalBox::detail::SegmentQueue;

// What is plain in a BacklogSegment is plain here too, so Relacy sees who uses it unordered. One that is freed comes back
// soon, at the same address.
struct alignas(64) Segment
{
    static constexpr std::size_t alignment = 64;
    static constexpr std::size_t mostPlaces = 2;

    Segment() { clear(); }
    ~Segment() { clear(); }
    void clear()
    {
        for (auto &place : places)
            place($) = nullptr;
        setPrevious(nullptr);
    }

    Atomic<std::uint8_t> &state(std::uint32_t index) { return states.at(index); }
    void setPrevious(Segment *segment) { itsPrevious($) = segment; }
    Segment *previous() const { return itsPrevious($); }

    std::array<Atomic<std::uint8_t>, mostPlaces> states;
    std::array<rl::var<Parcel *>, mostPlaces> places;
    mutable rl::var<Segment *> itsPrevious;
};

template <class Derived, int producers, unsigned parcels, std::uint32_t capacity>
struct SegmentScenario : rl::test_suite<Derived, producers + 1>
{
    using Queue = SegmentQueue<DeliveryModel, Segment>;

    void before()
    {
        queue = std::make_unique<Queue>(capacity);
        visit = std::make_unique<WakeUp<DeliveryModel>>(WakeUp<DeliveryModel>::Idle);
        calls = std::make_unique<Calls>();
        received = {};
        taken.clear();
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
            // As SegmentStore::push().
            const auto place = queue->claim([] { return new Segment; }, [](Segment *segment) { delete segment; });
            place.segment->places.at(place.index)($) = parcel;
            Queue::publish(place, 1);
            // As Route::queueVisit().
            if (visit->raise())
                calls->call();
        }
        calls->leave();
    }
    // As SegmentStore::takeAll().
    void takeAll()
    {
        if (taken.empty()) {
            const auto newest = queue->take();
            std::uint32_t count = newest.count;
            for (Segment *segment = newest.newest; segment; segment = segment->previous())
                taken.insert(taken.begin(), {segment, std::exchange(count, capacity)});
        }
        while (!taken.empty() && isComplete(taken.front())) {
            const auto [segment, count] = taken.front();
            taken.erase(taken.begin());
            for (std::uint32_t index = 0; index < count; ++index)
                received.take(segment->places.at(index)($));
            delete segment;
        }
    }
    static bool isComplete(const typename Queue::Place &first)
    {
        for (std::uint32_t index = 0; index < first.index; ++index) {
            if (Queue::stateOf({first.segment, index}) == 0)
                return false;
        }
        return true;
    }
    void consume()
    {
        while (calls->wait(producers)) {
            // As Route::visit().
            visit->clear();
            takeAll();
            if (!(taken.empty() && queue->isEmpty()) && visit->raise())
                calls->call();
        }
    }
    void after()
    {
        RL_ASSERT(received.count == producers * parcels);
        RL_ASSERT(taken.empty() && queue->isEmpty());
        queue.reset();
        visit.reset();
        calls.reset();
    }

    std::unique_ptr<Queue> queue;
    std::unique_ptr<WakeUp<DeliveryModel>> visit;
    std::unique_ptr<Calls> calls;
    std::vector<typename Queue::Place> taken; // with the count for the index; the consumer's
    Received received;
};

struct SegmentsOfOne : SegmentScenario<SegmentsOfOne, 1, 3, 2>
{
};
struct SegmentsOfTwo : SegmentScenario<SegmentsOfTwo, 2, 2, 2>
{
};
struct ShortSegmentsOfTwo : SegmentScenario<ShortSegmentsOfTwo, 2, 3, 1>
{
};
struct SegmentsOfThree : SegmentScenario<SegmentsOfThree, 3, 2, 2>
{
};

} // namespace Model
