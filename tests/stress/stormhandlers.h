// SPDX-License-Identifier: MIT
#pragma once

#include "stormstate.h"

#include <stdexcept>
#include <type_traits>

// What a storm registers, and what happens in a call of it. See storm.h.

namespace Stress {

using SignalBox::Propagation;

// A thread of a storm, as handlers see it.
class StormThread
{
public:
    static inline constinit thread_local StormThread *current = nullptr;

    StormThread(const StormThread &) = delete;
    StormThread &operator=(const StormThread &) = delete;

    Random &random() noexcept { return m_random; }

    // The inside of every handler. May throw.
    void call(StormCard &card, const StormEvent &event)
    {
        m_state.checkEntry(card, event, m_index);
        if (!m_state.isQuiet) {
            if (event.chain != 0 && !event.hasNested) {
                event.hasNested = true;
                notify(m_random.below(m_state.options.registries), event.depth + 1, event.chain - 1);
            }
            if (m_random.oneIn(16) && event.depth < 16)
                actInside(card, event.depth);
            if (m_random.oneIn(64)) {
                m_state.checkExit(card, event, m_index);
                ++event.failed;
                if (card.registry == 0)
                    m_state.throws.fetch_add(1, std::memory_order_relaxed);
                throw std::runtime_error("storm");
            }
            event.isStopped = !card.isTrivial && m_random.oneIn(64);
        }
        m_state.checkExit(card, event, m_index);
    }

protected:
    StormThread(StormState &state, unsigned index) : m_state(state), m_index(index), m_random(index + 1) {}
    ~StormThread() = default;

    virtual void actInside(StormCard &self, unsigned depth) = 0;
    virtual void notify(unsigned registry, unsigned depth, unsigned chain) = 0;

    StormState &m_state;
    const unsigned m_index;
    Random m_random;
};

struct TrivialStormHandler
{
    StormCard *card;
    void operator()(const StormEvent &event) const
    {
        const AllocationPolicy policy(false);
        StormThread::current->call(*card, event);
    }
};
static_assert(std::is_trivially_destructible_v<TrivialStormHandler>);

class StormHandler
{
public:
    StormHandler(StormCard &card, Population &population) : m_card(&card), m_canary(population) {}
    StormHandler(StormHandler &&other) noexcept
        : m_card(std::exchange(other.m_card, nullptr)), m_canary(std::move(other.m_canary))
    {}
    ~StormHandler()
    {
        if (!m_card)
            return;
        STRESS_CHECK(!m_card->isCaptureDestroyed);
        m_card->isCaptureDestroyed = true;
    }
    Propagation operator()(const StormEvent &event) const
    {
        const AllocationPolicy policy(false);
        m_canary.checkAlive();
        StormThread::current->call(*m_card, event);
        m_canary.checkAlive();
        return event.isStopped ? Propagation::Stop : Propagation::Continue;
    }

private:
    StormCard *m_card;
    Canary m_canary;
};

// The exception callback.
class StormReporter
{
public:
    explicit StormReporter(StormState &state) : m_state(&state), m_canary(state.reporters) {}
    void operator()(const SignalBox::ExceptionInfo &info) const
    {
        const AllocationPolicy policy(false);
        m_canary.checkAlive();
        STRESS_CHECK(info.handlerId().isValid());
        STRESS_CHECK(info.exception() != nullptr);
        STRESS_CHECK(info.message() == "storm");
        m_state->reports.fetch_add(1, std::memory_order_relaxed);
        if (StormThread::current->random().oneIn(16))
            throw 1; // swallowed
        m_canary.checkAlive();
    }

private:
    StormState *m_state;
    Canary m_canary;
};

} // namespace Stress
