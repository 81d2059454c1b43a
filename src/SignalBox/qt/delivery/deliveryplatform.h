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
    // backlogring.h
    TakeTicket, // producer: its place
    ReadTickets, // consumer
    StoreItem, // producer: into its place
    TakeItem, // consumer
    CountItem, // a ring that drops the newest: producer reserves, consumer gives back
    // changedslots.h
    PutNewest, // producer: the slot's item
    TakeNewest, // consumer
    // combininglock.h
    LockTable,
    UnlockTable,
    LeaveWork, // who finds it locked
    TakeLeft, // who holds it
    // segmentqueue.h
    ClaimPlace, // producer
    AddSegment, // producer: brings the next one, and has its first place
    PublishPlace, // producer: it is filled
    SeePlace, // consumer
    TakeSegments, // consumer
    ReadTail, // consumer: has anything been claimed?
    // transit.h
    Reserve, // producer
    Release, // the consumer, after deliveries
    OpenTransit, // the consumer of the mailbox where the context has arrived
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
