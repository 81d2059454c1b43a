// SPDX-License-Identifier: MIT
#pragma once

#include "scenario.h"

// `once`, pausing, identity, and changes without memory.

namespace Model {

struct OnceRunsOnce : Scenario<OnceRunsOnce, 2>
{
    Atomic<int> calls{0};
    Probe probe;
    void prepare()
    {
        add(*core, [this] { calls.fetch_add(1, std::memory_order_relaxed); }, true);
        add(*core, [this] { probe.touch(); });
    }
    void run(unsigned) { notify(*core); }
    void check()
    {
        RL_ASSERT(calls.load(std::memory_order_relaxed) == 1);
        RL_ASSERT(core->handlerCount() == 1);
    }
};

// A notify that begins after setEnabled(false) returned does not call.
struct PausedIsNotCalled : Scenario<PausedIsNotCalled, 2>
{
    HandlerId id;
    Atomic<int> isPaused{0};
    Atomic<int> calls{0};
    void prepare() { id = add(*core, [this] { calls.fetch_add(1, std::memory_order_relaxed); }); }
    void run(unsigned index)
    {
        if (index == 0) {
            RL_ASSERT(core->setEnabled(id, false));
            isPaused.store(1, std::memory_order_release);
        } else if (isPaused.load(std::memory_order_acquire) == 1) {
            RL_ASSERT(notify(*core) == 0);
        } else {
            notify(*core);
        }
    }
    void check() { RL_ASSERT(notify(*core) == 0); }
};

// Two threads disagree; the list agrees with the state in the end.
struct PauseAgainstResume : Scenario<PauseAgainstResume, 2>
{
    HandlerId id;
    void prepare() { id = add(*core, [] {}); }
    void run(unsigned index) { RL_ASSERT(core->setEnabled(id, index == 0)); }
    void check()
    {
        const bool isEnabled = core->handlers().front().enabled;
        RL_ASSERT(notify(*core) == (isEnabled ? 1U : 0U));
    }
};

// A slot of the id table is reused at once; the old id stays refused, the new one finds its own node.
struct IdSlotReuse : Scenario<IdSlotReuse, 2>
{
    HandlerId first;
    Probe probe;
    void prepare() { first = add(*core, [] {}); }
    void run(unsigned index)
    {
        if (index == 0) {
            core->remove(first, Waiting::No);
            const HandlerId second = add(*core, Capture(&probe));
            RL_ASSERT(core->contains(second));
        } else {
            core->remove(first, Waiting::No);
            const HandlerId third = add(*core, [] {});
            RL_ASSERT(core->remove(third, Waiting::No));
        }
    }
    void check()
    {
        RL_ASSERT(core->handlerCount() == 1);
        RL_ASSERT(!core->contains(first));
    }
};

// An id travels to another thread, which claims it and destroys what it stands for.
struct IdIsPublished : Scenario<IdIsPublished, 2>
{
    Atomic<std::uint64_t> id{0};
    Probe probe;
    void prepare() {}
    void run(unsigned index)
    {
        if (index == 0) {
            const HandlerId added = add(*core, Capture(&probe));
            id.store(added.value(), std::memory_order_relaxed);
        } else if (const std::uint64_t value = id.load(std::memory_order_relaxed)) {
            RL_ASSERT(core->remove(SignalBox::detail::HandlerIdAccess::make(value), Waiting::No));
        }
    }
};

// --- changes without memory ----------------------------------------------------------------------

// Removed without memory, then waited for: no later walk calls it, whatever list it walks.
struct RemovedWithoutMemory : Scenario<RemovedWithoutMemory, 2>
{
    HandlerId ids[2];
    Probe probe;
    void prepare()
    {
        ids[0] = add(*core, [] {});
        ids[1] = add(*core, [this] { probe.touch(); });
    }
    void run(unsigned index)
    {
        if (index == 0) {
            notify(*core);
        } else {
            setOutOfMemory(true);
            RL_ASSERT(core->remove(ids[1], Waiting::Yes));
            probe.kill();
            setOutOfMemory(false);
        }
    }
    void check() { RL_ASSERT(notify(*core) == 1); }
};

// One thread removes without memory while another rebuilds the list from states it read before.
struct RemovedDuringRebuild : Scenario<RemovedDuringRebuild, 3>
{
    HandlerId ids[3];
    Probe probe;
    Atomic<int> isRemoved{0};
    void prepare()
    {
        for (HandlerId &id : ids)
            id = add(*core, [this] { probe.touch(); });
        setOutOfMemory(true);
        core->remove(ids[0], Waiting::No);
        setOutOfMemory(false);
    }
    void run(unsigned index)
    {
        if (index == 0) {
            add(*core, [] {});
        } else if (index == 1) {
            setOutOfMemory(true);
            RL_ASSERT(core->remove(ids[1], Waiting::No));
            isRemoved.store(1, std::memory_order_release);
        } else if (isRemoved.load(std::memory_order_acquire) == 1) {
            RL_ASSERT(notify(*core) <= 2);
        }
    }
    void check() { RL_ASSERT(notify(*core) == 2); }
};

} // namespace Model
