// SPDX-License-Identifier: MIT
#pragma once

#include "relacyplatform.h"
#include "simulation.h"

#include <SignalBox/qt/delivery/deliveryplatform.h>
#include <SignalBox/qt/delivery/wakeup.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

// What the scenarios of the Qt layer's lock-free parts share: their platform, what is handed over, and who is called.

namespace Model {

using SignalBox::detail::DeliverySite;
using SignalBox::detail::WakeUp;

inline std::optional<DeliverySite> weakenedSite;
inline Weakening siteWeakening = Weakening::None;

struct DeliveryModel
{
    template <class T>
    using Atomic = Model::Atomic<T>;

    static std::memory_order order(DeliverySite site, std::memory_order order)
    {
        pauseBefore(site);
        if (weakenedSite != site)
            return order;
        if (siteWeakening == Weakening::Relaxed)
            return std::memory_order_relaxed;
        return order == std::memory_order_seq_cst ? std::memory_order_acq_rel : order;
    }
};

// What producers hand over. Reading the value unordered is a race that Relacy sees.
struct Parcel
{
    Parcel() = default;
    Parcel(unsigned itsProducer, unsigned itsNumber) : producer(itsProducer) { number($) = itsNumber; }

    std::uint64_t ticket() const { return itsTicket; }
    void setTicket(std::uint64_t ticket) { itsTicket = ticket; }

    Atomic<Parcel *> next;
    std::uint64_t itsTicket = 0;
    unsigned producer = 0;
    rl::var<unsigned> number;
};

// Producers call, the consumer waits for a call, or for the end of all producers: what it has not been called for by
// then was lost.
class Calls
{
public:
    void call() { m_count.fetch_add(1, std::memory_order_acq_rel); }
    void leave() { m_left.fetch_add(1, std::memory_order_acq_rel); }
    // False: all have left, and no call is open.
    bool wait(int producers)
    {
        for (;;) {
            const bool haveAllLeft = m_left.load(std::memory_order_acquire) == producers;
            if (m_count.load(std::memory_order_acquire) != 0) {
                m_count.fetch_sub(1, std::memory_order_acq_rel);
                return true;
            }
            if (haveAllLeft)
                return false;
            rl::yield(1, $);
        }
    }

private:
    Atomic<int> m_count{0};
    Atomic<int> m_left{0};
};

// What the consumer has seen, and that each producer's parcels come in order.
struct Received
{
    std::array<int, 4> last{-1, -1, -1, -1};
    unsigned count = 0;

    void take(Parcel *parcel)
    {
        const int number = static_cast<int>(static_cast<unsigned>(parcel->number($)));
        RL_ASSERT(number > last.at(parcel->producer));
        last.at(parcel->producer) = number;
        ++count;
        delete parcel;
    }
};

} // namespace Model
