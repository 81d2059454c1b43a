// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

#include <cstdint>

// Whether the consumer of a queue has been called: so that a burst calls it once.
//
//     producer                      consumer
//       append (exchange of last)     clear
//       raise: was it raised?         look into the queue, to its end
//       link; no: call the consumer
//
// The four operations are sequentially consistent, so in their total order either the append precedes the consumer's
// look, or the clearing precedes the raise. Weaker on any side: the consumer sees an empty queue, the producer an old
// call, and the entry waits until another one is posted.

namespace SignalBox::detail {

template <class Platform>
class WakeUp
{
public:
    enum State : std::uint32_t {
        Idle,
        Raised, // the consumer has been called, or will look anyway
        Closed, // there is no consumer
    };

    explicit WakeUp(State state) : m_state(state) {}

    // True: the caller has to call the consumer, or finds it Closed.
    bool raise() noexcept
    {
        // The load alone, while a burst goes on: the line stays shared.
        if (m_state.load(Platform::order(DeliverySite::RaiseWakeUp, std::memory_order_seq_cst)) == Raised)
            return false;
        std::uint32_t expected = Idle;
        return m_state.compare_exchange_strong(expected, Raised,
                                               Platform::order(DeliverySite::RaiseWakeUp, std::memory_order_seq_cst),
                                               std::memory_order_seq_cst)
            || expected == Closed;
    }

    // Consumer: about to look.
    void clear() noexcept { m_state.exchange(Idle, Platform::order(DeliverySite::ClearWakeUp, std::memory_order_seq_cst)); }
    // Consumer: will look again, without a call.
    void keepRaised() noexcept { m_state.exchange(Raised, Platform::order(DeliverySite::ClearWakeUp, std::memory_order_seq_cst)); }
    void close() noexcept { m_state.exchange(Closed, Platform::order(DeliverySite::ClearWakeUp, std::memory_order_seq_cst)); }
    bool isRaised() const noexcept
    {
        return m_state.load(Platform::order(DeliverySite::RaiseWakeUp, std::memory_order_seq_cst)) == Raised;
    }
    bool isClosed() const noexcept
    {
        return m_state.load(Platform::order(DeliverySite::RaiseWakeUp, std::memory_order_seq_cst)) == Closed;
    }

private:
    typename Platform::template Atomic<std::uint32_t> m_state;
};

} // namespace SignalBox::detail
