// SPDX-License-Identifier: MIT
#pragma once

#include "deliveryscenario.h"

#include <SignalBox/qt/handlers/lanecount.h>

#include <memory>
#include <vector>

// Scenarios of a handler whose context moves: producers reserve its lane while it is left for the next one, and lanes that
// have ended are used again.

namespace Model {

using SignalBox::detail::LaneCount;
using SignalBox::detail::makeCurrent;
using SignalBox::detail::reserveCurrent;

class Lane
{
public:
    Lane()
    {
        m_isInUse($) = 1;
        m_isMade($) = 1;
    }

    void reserve()
    {
        static_cast<void>(static_cast<int>(m_isMade($)));
        m_count.reserve();
    }
    void release(std::uint64_t reservations)
    {
        if (m_count.release(reservations))
            end();
    }
    void close()
    {
        if (m_count.close())
            end();
    }
    bool isSpare() const { return m_count.isSpare(); }
    void reuse()
    {
        RL_ASSERT(static_cast<int>(m_isInUse($)) == 0);
        m_isInUse($) = 1;
        m_count.reopen();
    }
    // By whoever has a reservation.
    void use() const { RL_ASSERT(static_cast<int>(m_isInUse($)) == 1); }

private:
    void end()
    {
        RL_ASSERT(static_cast<int>(m_isInUse($)) == 1);
        m_isInUse($) = 0;
        m_count.markSpare();
    }

    LaneCount<DeliveryModel> m_count;
    rl::var<int> m_isMade;
    mutable rl::var<int> m_isInUse; // plain: what producers read and what the two ends of a life write must be in order
};

template <class Derived, int producers, int deliveries, int moves>
struct LaneScenario : rl::test_suite<Derived, producers + 1>
{
    void before()
    {
        lanes.clear();
        lanes.push_back(std::make_unique<Lane>());
        current = std::make_unique<Atomic<Lane *>>(lanes.front().get());
    }
    void thread(unsigned index)
    {
        if (index < producers)
            produce();
        else
            move();
    }
    void produce()
    {
        for (int i = 0; i < deliveries; ++i) {
            Lane *lane = reserveCurrent<DeliveryModel, Lane>(*current);
            lane->use();
            lane->release(1);
        }
    }
    void move()
    {
        for (int i = 0; i < moves; ++i) {
            Lane *const left = current->load(std::memory_order_relaxed);
            Lane *const next = spareLane();
            makeCurrent<DeliveryModel, Lane>(*current, next);
            left->close();
        }
    }
    Lane *spareLane()
    {
        for (const auto &lane : lanes) {
            if (!lane->isSpare())
                continue;
            lane->reuse();
            return lane.get();
        }
        lanes.push_back(std::make_unique<Lane>());
        return lanes.back().get();
    }
    void after()
    {
        const Lane *last = current->load(std::memory_order_relaxed);
        for (const auto &lane : lanes)
            RL_ASSERT(lane->isSpare() == (lane.get() != last));
        lanes.clear();
        current.reset();
    }

    std::vector<std::unique_ptr<Lane>> lanes; // the mover's
    std::unique_ptr<Atomic<Lane *>> current;
};

struct LanesForOne : LaneScenario<LanesForOne, 1, 3, 4>
{
};
struct LanesForTwo : LaneScenario<LanesForTwo, 2, 2, 3>
{
};

} // namespace Model
