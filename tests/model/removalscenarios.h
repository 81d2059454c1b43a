// SPDX-License-Identifier: MIT
#pragma once

#include "scenario.h"

// Removal against the reader's `current`.

namespace Model {

// What the handler refers to is freed after the waiting removal.
struct WaitThenFree : Scenario<WaitThenFree, 2>
{
    HandlerId id;
    Probe probe;
    void prepare() { id = add(*core, [this] { probe.touch(); }); }
    void run(unsigned index)
    {
        if (index == 0) {
            notify(*core);
            notify(*core);
        } else {
            RL_ASSERT(core->remove(id, Waiting::Yes));
            probe.kill();
        }
    }
};

// The list has changed for another reason when the handler is removed: its own state decides.
struct WaitThenFreeOnChangedList : Scenario<WaitThenFreeOnChangedList, 2>
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
            RL_ASSERT(core->remove(ids[0], Waiting::No));
            RL_ASSERT(core->remove(ids[1], Waiting::Yes));
            probe.kill();
        }
    }
};

// A guard that finds its handler already being removed waits as well.
struct GuardLosesClaim : Scenario<GuardLosesClaim, 3>
{
    SignalBox::detail::HandlerNode<Platform> *guarded = nullptr;
    Probe probe;
    void prepare() { guarded = core->addGuarded(node(*core, [this] { probe.touch(); }), 0, true); }
    void run(unsigned index)
    {
        if (index == 0) {
            notify(*core);
        } else if (index == 1) {
            core->clear();
        } else {
            Core::release(guarded, Waiting::Yes);
            probe.kill();
        }
    }
};

// The capture is destroyed once, by the remover or by the last of two readers to leave.
struct CaptureDiesOnce : Scenario<CaptureDiesOnce, 3>
{
    HandlerId id;
    Probe probe;
    Atomic<int> deaths{0};
    void prepare() { id = add(*core, CountedCapture(&probe, &deaths)); }
    void run(unsigned index)
    {
        if (index < 2)
            notify(*core);
        else
            RL_ASSERT(core->remove(id, Waiting::No));
    }
    void check() { RL_ASSERT(deaths.load(std::memory_order_relaxed) == 1); }
};

// The reader leaves the removed handler by announcing the next one, perhaps before it sees any change.
struct LeavesByAnnouncingNext : Scenario<LeavesByAnnouncingNext, 2>
{
    HandlerId id;
    Probe probe;
    void prepare()
    {
        id = add(*core, Capture(&probe));
        add(*core, [] {});
    }
    void run(unsigned index)
    {
        if (index == 0)
            notify(*core);
        else
            RL_ASSERT(core->remove(id, Waiting::No));
    }
};

// After the waiting removal the capture has been destroyed, whoever did it.
struct CaptureIsDeadAfterWait : Scenario<CaptureIsDeadAfterWait, 2>
{
    struct Holder
    {
        rl::var<int> *value;
        explicit Holder(rl::var<int> *v) : value(v) {}
        Holder(Holder &&other) noexcept : value(std::exchange(other.value, nullptr)) {}
        ~Holder()
        {
            if (value)
                (*value)($) = 2;
        }
        void operator()() const { RL_ASSERT(static_cast<int>((*value)($)) == 1); }
    };
    HandlerId id;
    rl::var<int> value;
    void prepare()
    {
        value($) = 1;
        id = add(*core, Holder(&value));
    }
    void run(unsigned index)
    {
        if (index == 0) {
            notify(*core);
        } else {
            RL_ASSERT(core->remove(id, Waiting::Yes));
            RL_ASSERT(static_cast<int>(value($)) == 2);
        }
    }
};

// Two threads remove the same handler from inside of it and wait: exactly one is told so, neither hangs.
struct RemovedFromInsideTwice : Scenario<RemovedFromInsideTwice, 2>
{
    SignalBox::detail::HandlerNode<Platform> *guarded = nullptr;
    HandlerId id;
    Atomic<int> wins{0};
    void prepare()
    {
        id = add(*core, [this] {
            if (core->remove(id, Waiting::Yes))
                wins.fetch_add(1, std::memory_order_relaxed);
        });
    }
    void run(unsigned) { notify(*core); }
    void check() { RL_ASSERT(wins.load(std::memory_order_relaxed) == 1); }
};

// Two handlers end together, with one list and one fence, while another thread removes one of them and a third walks.
struct TwoRemovedTogether : Scenario<TwoRemovedTogether, 3>
{
    SignalBox::detail::HandlerNode<Platform> *guarded[2] = {};
    HandlerId ids[2];
    Probe probes[2];
    void prepare()
    {
        for (int i = 0; i < 2; ++i) {
            guarded[i] = core->addGuarded(
                    node(*core, [this, i, capture = Capture(&probes[i])]() mutable { capture(); }), 0, true);
            ids[i] = guarded[i]->id;
        }
        add(*core, [] {});
    }
    void run(unsigned index)
    {
        if (index == 0) {
            notify(*core);
        } else if (index == 1) {
            guarded[0]->nextReleased = guarded[1];
            guarded[1]->nextReleased = nullptr;
            Core::release(guarded[0], Waiting::Yes);
            probes[0].kill();
            probes[1].kill();
        } else {
            core->remove(ids[1], Waiting::No);
        }
    }
};

// Handlers that are withheld end later, with one fence: no walk that begins then calls them, whoever makes the list anew.
struct WithheldIsNotCalled : Scenario<WithheldIsNotCalled, 3>
{
    HandlerId ids[2];
    Probe probes[2];
    void prepare()
    {
        for (int i = 0; i < 2; ++i) {
            ids[i] = add(*core, [this, i] {
                RL_ASSERT(rl::thread_index() != 2); // which notifies when they have been withheld
                probes[i].touch();
            });
        }
    }
    void run(unsigned index)
    {
        if (index == 0) {
            notify(*core);
        } else if (index == 1) {
            add(*core, [] {});
        } else {
            SignalBox::detail::HandlerNode<Platform> *claimed = nullptr;
            SignalBox::detail::Withholding withholding;
            for (const HandlerId id : ids)
                RL_ASSERT(core->withhold(id, claimed, withholding));
            notify(*core);
            Core::finish(claimed, Waiting::Yes);
            for (Probe &probe : probes)
                probe.kill();
            while (claimed)
                Core::forget(std::exchange(claimed, claimed->nextClaimed));
        }
    }
};

} // namespace Model
