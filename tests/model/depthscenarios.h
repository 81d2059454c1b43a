// SPDX-License-Identifier: MIT
#pragma once

#include "scenario.h"

// Walks nested deeper than the record has slots, and handlers that are called by themselves.

namespace Model {

// --- nested deeper than the record has slots -----------------------------------------------------

// One slot for readers: the inner notify counts on list and node.
struct DeepWalkAgainstRemoval : Scenario<DeepWalkAgainstRemoval, 2, 2>
{
    HandlerId inner;
    Probe probe;
    rl::var<int> depth;
    void prepare()
    {
        depth($) = 0;
        add(*core, [this] {
            if (static_cast<int>(depth($)) == 0) {
                depth($) = 1;
                notify(*core);
            }
        });
        inner = add(*core, Capture(&probe));
    }
    void run(unsigned index)
    {
        if (index == 0)
            notify(*core);
        else
            RL_ASSERT(core->remove(inner, Waiting::Yes));
    }
};

// The capture is destroyed once, by the remover or by the deep walk that leaves it, and not while it is called.
struct CaptureDiesOnceInDeepWalk : Scenario<CaptureDiesOnceInDeepWalk, 2, 2>
{
    HandlerId id;
    Probe probe;
    Atomic<int> deaths{0};
    void prepare() { id = add(*core, CountedCapture(&probe, &deaths)); }
    void run(unsigned index)
    {
        if (index == 0) {
            const typename SignalBox::detail::Walks<Platform>::Calls takesTheSlot;
            notify(*core);
        } else {
            RL_ASSERT(core->remove(id, Waiting::No));
        }
    }
    void check() { RL_ASSERT(deaths.load(std::memory_order_relaxed) == 1); }
};

// The registry dies while a thread is deep inside of it and nowhere else.
struct DeepWalkOfDeadRegistry : Scenario<DeepWalkOfDeadRegistry, 2, 2>
{
    std::optional<Core> outer;
    Atomic<int> isInside{0};
    void prepare()
    {
        outer.emplace();
        add(*outer, [this] { notify(*core); });
        add(*core, [this] { isInside.store(1, std::memory_order_release); });
    }
    void run(unsigned index)
    {
        if (index == 0) {
            notify(*outer);
        } else {
            while (isInside.load(std::memory_order_acquire) == 0)
                rl::yield(1, $);
            core.reset();
        }
    }
    void finish() { outer.reset(); }
};

// The registry dies while a thread is about to walk it deeply: the reclaimer finds the list in the slot that announces it,
// and tells that slot; by the next pass it is pinned. Whoever holds a reference to the control block, as a guard
// does, may be there. A leak is an error.
struct DeepWalkOfDyingRegistry : Scenario<DeepWalkOfDyingRegistry, 2, 2>
{
    SignalBox::detail::Control<Platform> *control = nullptr;
    void prepare()
    {
        add(*core, [] {});
        control = core->control();
        control->addReference();
        pauses<MemorySite>[0] = {.thread = 0, .site = MemorySite::PinList, .steps = rl::rand(100)};
    }
    void run(unsigned index)
    {
        if (index == 0) {
            {
                const typename SignalBox::detail::Walks<Platform>::Calls takesTheSlot;
                SignalBox::detail::Dispatch<Platform>::notify(*control, nullptr);
            }
            control->dropReference();
        } else {
            core.reset();
        }
    }
};

// --- one handler called by itself ----------------------------------------------------------------

// By somebody who holds a reference, while another thread removes it and frees what it refers to.
struct CalledAloneThenFreed : Scenario<CalledAloneThenFreed, 2>
{
    HandlerId id;
    SignalBox::detail::HandlerNode<Platform> *referenced = nullptr;
    Probe probe;
    void prepare()
    {
        referenced = core->addGuarded(node(*core, [this] { probe.touch(); }), 0, true);
        id = referenced->id;
    }
    void run(unsigned index)
    {
        if (index == 0) {
            SignalBox::detail::Walks<Platform>::Calls calls;
            calls.call(referenced, nullptr);
            calls.call(referenced, nullptr);
            Core::forget(referenced);
        } else {
            RL_ASSERT(core->remove(id, Waiting::Yes));
            probe.kill();
        }
    }
};

// Its registry dies, and the capture must die once: by the registry, or by the call that is left last.
struct CalledAloneOfDeadRegistry : Scenario<CalledAloneOfDeadRegistry, 2>
{
    SignalBox::detail::HandlerNode<Platform> *referenced = nullptr;
    Probe probe;
    void prepare() { referenced = core->addGuarded(node(*core, Capture(&probe)), 0, true); }
    void run(unsigned index)
    {
        if (index == 0) {
            SignalBox::detail::Walks<Platform>::call(referenced, nullptr);
            Core::forget(referenced);
        } else {
            core.reset();
        }
    }
};

// A walk and a call by itself, and a remover that names the node.
struct CalledAloneAgainstNamedRemoval : Scenario<CalledAloneAgainstNamedRemoval, 3>
{
    SignalBox::detail::HandlerNode<Platform> *referenced = nullptr;
    Probe probe;
    void prepare()
    {
        referenced = core->addGuarded(node(*core, [this] { probe.touch(); }), 0, true);
        Core::keep(referenced);
    }
    void run(unsigned index)
    {
        if (index == 0) {
            SignalBox::detail::Walks<Platform>::call(referenced, nullptr);
            Core::forget(referenced);
        } else if (index == 1) {
            notify(*core);
        } else {
            RL_ASSERT(Core::remove(referenced, Waiting::Yes));
            probe.kill();
            Core::forget(referenced);
        }
    }
};

} // namespace Model
