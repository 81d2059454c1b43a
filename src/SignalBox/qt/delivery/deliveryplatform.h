// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <mutex>

// What the lock-free parts of this layer take from their surroundings, as the core does from its platform policy:
// the models run the very same headers on Relacy's atomics, with single orders weakened by site.

namespace SignalBox::detail {

enum class DeliverySite {
    // deliveryqueue.h
    AppendEntry, // producer: becomes the last
    LinkEntry, // producer: the entry before points to it
    FollowLink, // consumer
    CompareLast, // consumer: is anything on its way?
    // wakeup.h
    RaiseWakeUp, // producer, after it has appended
    ClearWakeUp, // consumer, before it looks
    // newestslot.h
    PutItem, // producer
    TakeItem, // consumer
    // changedstack.h
    PutNewest, // producer: the slot's item
    TakeNewest, // consumer
    PushChanged, // producer: the slot
    TakeChanged, // consumer: all slots
    ReadChanged, // consumer: is there one?
    // segmentqueue.h
    ClaimPlace, // producer
    AddSegment, // producer: brings the next one, and has its first place
    PublishPlace, // producer: it is filled
    SeePlace, // consumer
    TakeSegments, // consumer
    ReadTail, // consumer: has anything been claimed?
    // realtimering.h
    OfferPlace, // producer: it is filled
    SeeOffered, // consumer
    FreePlace, // consumer: it is empty
    SeeFreed, // producer
    EndOffers, // producer: nothing more comes
    SeeEnd, // consumer
    // transit.h
    Reserve, // producer
    Release, // the consumer, after deliveries
    OpenTransit, // the consumer of the mailbox where the context has arrived
    // receiver.h
    SetLeft, // the thread that is left sets it; the one where the context has arrived clears it
    SeeLeft, // any thread
};

struct DeliveryPlatform
{
    template <class T>
    using Atomic = std::atomic<T>;
    using Mutex = std::mutex;
    using Lock = std::lock_guard<std::mutex>;

    static constexpr std::memory_order order(DeliverySite, std::memory_order order) noexcept { return order; }
};

} // namespace SignalBox::detail
