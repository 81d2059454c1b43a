// SPDX-License-Identifier: MIT
#pragma once

#include "scenario.h"

// Walks against the reclamation of what they walk.

namespace Model {

// Lists and nodes are reclaimed while another thread walks.
struct WalkAgainstReclaimer : Scenario<WalkAgainstReclaimer, 2>
{
    HandlerId ids[2];
    Probe probe;
    void prepare()
    {
        for (HandlerId &id : ids)
            id = add(*core, [this] { probe.touch(); });
    }
    void run(unsigned index)
    {
        if (index == 0) {
            notify(*core);
            notify(*core);
        } else {
            RL_ASSERT(core->remove(ids[0], Waiting::No));
            add(*core, [this] { probe.touch(); });
            RL_ASSERT(core->remove(ids[1], Waiting::No));
        }
    }
    void check() { RL_ASSERT(notify(*core) == 1); }
};

// Two writers publish at once; nothing of either is lost.
struct TwoWriters : Scenario<TwoWriters, 2>
{
    HandlerId ids[2];
    void prepare()
    {
        for (HandlerId &id : ids)
            id = add(*core, [] {});
    }
    void run(unsigned index)
    {
        const HandlerId added = add(*core, [] {});
        RL_ASSERT(core->remove(ids[index], Waiting::No));
        RL_ASSERT(core->contains(added));
    }
    void check()
    {
        RL_ASSERT(core->handlerCount() == 2);
        RL_ASSERT(notify(*core) == 2);
    }
};

// Two writers whose elections to reclaim overlap, and a reader that keeps a list from them.
struct TwoReclaimers : Scenario<TwoReclaimers, 3>
{
    HandlerId ids[2];
    Probe probe;
    void prepare()
    {
        for (HandlerId &id : ids)
            id = add(*core, [this] { probe.touch(); });
    }
    void run(unsigned index)
    {
        if (index == 2)
            notify(*core);
        else
            RL_ASSERT(core->remove(ids[index], Waiting::No));
    }
    void check() { RL_ASSERT(notify(*core) == 0); }
};

// The registry dies while another thread is inside; the last reader reclaims it. A leak is an error.
struct ReaderLeavesDeadRegistry : Scenario<ReaderLeavesDeadRegistry, 2>
{
    Atomic<int> isInside{0};
    Probe probe;
    void prepare()
    {
        add(*core, [this] { isInside.store(1, std::memory_order_release); });
        add(*core, Capture(&probe));
    }
    void run(unsigned index)
    {
        if (index == 0) {
            notify(*core);
        } else {
            while (isInside.load(std::memory_order_acquire) == 0)
                rl::yield(1, $);
            core.reset();
        }
    }
    void check() {}
};

// The same with two readers, one of which leaves late.
struct TwoReadersLeaveDeadRegistry : Scenario<TwoReadersLeaveDeadRegistry, 3>
{
    Atomic<int> inside{0};
    void prepare()
    {
        add(*core, [this] { inside.fetch_add(1, std::memory_order_acq_rel); });
    }
    void run(unsigned index)
    {
        if (index < 2) {
            notify(*core);
        } else {
            while (inside.load(std::memory_order_acquire) != 2)
                rl::yield(1, $);
            core.reset();
        }
    }
};

// A guard ends while its registry dies.
struct GuardAgainstDeath : Scenario<GuardAgainstDeath, 2>
{
    SignalBox::detail::HandlerNode<Platform> *guarded = nullptr;
    Probe probe;
    void prepare() { guarded = core->addGuarded(node(*core, Capture(&probe)), 0, true); }
    void run(unsigned index)
    {
        if (index == 0)
            core.reset();
        else
            Core::release(guarded, Waiting::Yes);
    }
};

} // namespace Model
