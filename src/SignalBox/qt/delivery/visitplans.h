// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/delivery/deliveryclock_p.h>
#include <SignalBox/qt/delivery/receiver.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace SignalBox::detail {

/*! The times of the DeliveryClock at which the receivers of a thread are visited. Each plan has a reservation. For the consumer, except for next(). */
class VisitPlans
{
public:
    using Due = std::vector<std::tuple<std::size_t, HandlerReference::CallOrder, Receiver *>>;

    /*! Throws std::bad_alloc. */
    void add(std::int64_t time, Receiver &receiver)
    {
        m_plans.emplace(time, &receiver);
        tellNext();
    }
    void remove(std::int64_t time, Receiver &receiver) noexcept
    {
        const auto [begin, end] = m_plans.equal_range(time);
        const auto place = std::find_if(begin, end, [&](const auto &plan) { return plan.second == &receiver; });
        if (place != end)
            m_plans.erase(place);
        tellNext();
    }
    /*! Takes the plans that are due, in their order. Receivers of one group stand together, in the order of the group. */
    Due takeDue(std::int64_t time)
    {
        Due due;
        std::unordered_map<const void *, std::size_t> groups;
        for (; !m_plans.empty() && m_plans.begin()->first <= time; m_plans.erase(m_plans.begin())) {
            Receiver *const receiver = m_plans.begin()->second;
            const std::size_t group = groups.try_emplace(receiver->group(), groups.size()).first->second;
            due.emplace_back(group, receiver->callOrder(), receiver);
        }
        std::sort(due.begin(), due.end());
        return due;
    }
    /*! Removes all plans, and calls \a drop with the receiver of each. */
    template <class Drop>
    void removeAll(Drop &&drop)
    {
        while (!m_plans.empty())
            drop(*m_plans.extract(m_plans.begin()).mapped());
        tellNext();
    }

    /*! The time of the next plan. On any thread. Acquires what the consumer did before it made that plan. */
    std::int64_t next() const noexcept { return m_next.load(std::memory_order_acquire); }
    void tellNext() noexcept { m_next.store(m_plans.empty() ? DeliveryClock::never : m_plans.begin()->first, std::memory_order_release); }

private:
    std::multimap<std::int64_t, Receiver *> m_plans; // those of one time in the order in which they were planned
    // Released after what it tells of has been done, for the acquiring looks of a TestClock.
    std::atomic<std::int64_t> m_next{DeliveryClock::never};
};

} // namespace SignalBox::detail
