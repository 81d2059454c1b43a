// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

#include <cstdint>

// How many deliveries are on their way through a lane, and whether more may come: in one word, so that one step counts
// and sees.
//
//     producer                             mover
//       lane = current                       current = next lane
//       reserve the lane                     release what keeps the lane open
//       current == lane? else release it     0: the lane has ended
//
// Both change the count, so one comes first. If it is the mover, the producer reads what he has written to `current`, and
// takes its reservation back. If it is the producer, the mover does not find 0, and whoever releases last ends the lane.
//
// A producer that is late counts itself at any time, also when the lane has ended, and takes that back: so the memory
// stays, nothing is decided by a count of 0 but by the one step from there to Ended, and a lane that begins again keeps
// what such producers have added.

namespace SignalBox::detail {

template <class Platform>
class LaneCount
{
public:
    LaneCount() : m_count(open) {}
    LaneCount(const LaneCount &) = delete;
    LaneCount &operator=(const LaneCount &) = delete;

    // Acquire: partner release(). Weaker: the producer still reads the old lane as the current one, and brings a delivery
    // to a lane that has ended, which perhaps somebody prepares for its next life.
    void reserve() noexcept { m_count.fetch_add(1, Platform::order(DeliverySite::ReserveLane, std::memory_order_acquire)); }

    // True, once: the lane has ended.
    bool release(std::uint64_t reservations) noexcept { return subtract(reservations); }
    // The same for what keeps it open.
    bool close() noexcept { return subtract(open); }

    // Nobody touches the lane any more, but the late ones its count.
    // Release: partner isSpare(). Weaker: the next life begins while somebody still ends the last one.
    void markSpare() noexcept { m_count.fetch_add(spare - ended, Platform::order(DeliverySite::MarkSpare, std::memory_order_release)); }
    bool isSpare() const noexcept
    {
        return m_count.load(Platform::order(DeliverySite::SeeSpare, std::memory_order_acquire)) >= spare;
    }
    // A spare one, before it becomes the current one. Relaxed: who finds it the current one has acquired makeCurrent(). (Not that
    // of an earlier life: what follows that one in the mover's order came before the lane was spare, and reserve() acquires it.)
    void reopen() noexcept { m_count.fetch_sub(spare - open, std::memory_order_relaxed); }

    // A look, at `delivered` of the consumer: whether other deliveries are on their way. Relaxed: who posts an event on the
    // consumer's thread sees his own, and for those of others there is no order.
    bool isPending(std::uint64_t delivered) const noexcept
    {
        return (m_count.load(std::memory_order_relaxed) & (open - 1)) != delivered;
    }

private:
    static constexpr std::uint64_t open = std::uint64_t{1} << 40;
    static constexpr std::uint64_t ended = 2 * open;
    static constexpr std::uint64_t spare = 3 * open;

    bool subtract(std::uint64_t count) noexcept
    {
        // Release: partner reserve(). Acquire and release: what the deliveries did comes before the end of the lane.
        if (m_count.fetch_sub(count, Platform::order(DeliverySite::ReleaseLane, std::memory_order_acq_rel)) != count)
            return false;
        std::uint64_t none = 0;
        return m_count.compare_exchange_strong(none, ended, Platform::order(DeliverySite::ReleaseLane, std::memory_order_acq_rel),
                                               std::memory_order_relaxed);
    }

    typename Platform::template Atomic<std::uint64_t> m_count;
};

/*! The lane that \a current names, with a reservation. \c Lane has the members of a LaneCount. */
template <class Platform, class Lane>
Lane *reserveCurrent(const typename Platform::template Atomic<Lane *> &current) noexcept
{
    for (;;) {
        // Acquire: partner makeCurrent(). Weaker: the lane is reserved before it is made.
        Lane *const lane = current.load(Platform::order(DeliverySite::FindLane, std::memory_order_acquire));
        lane->reserve();
        // Acquire: partner makeCurrent(). Weaker: the reservation came while the lane was spare, it has become the current
        // one since, and the producer does not see what has been prepared.
        if (current.load(Platform::order(DeliverySite::CheckLane, std::memory_order_acquire)) == lane) [[likely]]
            return lane;
        lane->release(1);
    }
}

/*! The mover's first step. */
template <class Platform, class Lane>
void makeCurrent(typename Platform::template Atomic<Lane *> &current, Lane *next) noexcept
{
    current.store(next, Platform::order(DeliverySite::ChangeLane, std::memory_order_release));
}

} // namespace SignalBox::detail
