// SPDX-License-Identifier: MIT
#pragma once

#include "relacyplatform.h"

#include <optional>
#include <utility>

// Small concurrent programs on the shipped RegistryCore, two or three threads each. Relacy runs each under
// many schedules and reports races, use after free, leaks, livelocks, and what RL_ASSERT finds.

namespace Model {

using SignalBox::HandlerId;
using SignalBox::detail::CallableNode;
using SignalBox::detail::handlerOperations;
using SignalBox::detail::Outcome;
using SignalBox::detail::RegistryCore;
using SignalBox::detail::Waiting;

// A capture whose destruction or freeing while it is called is a race that Relacy sees.
struct Probe
{
    Probe() { m_alive($) = 1; }
    // Takes its time: others get many steps done while somebody is inside.
    void touch()
    {
        RL_ASSERT(static_cast<int>(m_alive($)) == 1);
        for (int i = 0; i < 12; ++i)
            m_step.load(std::memory_order_relaxed);
        RL_ASSERT(static_cast<int>(m_alive($)) == 1);
    }
    void kill() { m_alive($) = 0; }

private:
    rl::var<int> m_alive;
    Atomic<int> m_step{0};
};

// The destruction must happen exactly once, after all calls.
struct Capture
{
    explicit Capture(Probe *probe) : probe(probe) {}
    Capture(Capture &&other) noexcept : probe(std::exchange(other.probe, nullptr)) {}
    ~Capture()
    {
        if (probe)
            probe->kill();
    }
    void operator()() const { probe->touch(); }
    Probe *probe;
};

template <class Callable>
struct CallPlainly
{
    void operator()(Callable &callable, const void *, Outcome *) const
    {
        callable();
    }
};

template <int slots = 3>
struct World
{
    using Platform = RelacyPlatform<slots>;
    using Core = RegistryCore<Platform>;

    template <class Callable>
    static typename Core::NodePointer node(Core &core, Callable callable, bool once = false)
    {
        typename Core::NodePointer result(new CallableNode<Platform, Callable>(
                handlerOperations<Platform, Callable, CallPlainly<Callable>>, core.control(), std::move(callable)));
        result->once = once;
        return result;
    }
    template <class Callable>
    static HandlerId add(Core &core, Callable callable, bool once = false, int priority = 0)
    {
        return core.add(node(core, std::move(callable), once), priority, true);
    }
    static std::uint32_t notify(const Core &core) { return core.notify(nullptr).called; }
};

template <class Derived, int threads, int slots = 3>
struct Scenario : rl::test_suite<Derived, threads>, World<slots>
{
    using Platform = typename World<slots>::Platform;
    using Core = typename World<slots>::Core;

    void before()
    {
        configuration.threadsWithoutMemory = 0;
        Platform::begin();
        core.emplace();
        derived().prepare();
        Platform::returnRecord();
    }
    void thread(unsigned index)
    {
        derived().run(index);
        Platform::returnRecord();
    }
    void after()
    {
        derived().check();
        core.reset();
        derived().finish();
        Platform::returnRecord();
        Platform::end();
    }
    void check() {}
    void finish() {}
    Derived &derived() { return static_cast<Derived &>(*this); }

    std::optional<Core> core;
};

// --- snapshot against retire ---------------------------------------------------------------------

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

// --- removal against the reader's `current` ------------------------------------------------------

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
    struct Counted : Capture
    {
        Counted(Probe *probe, Atomic<int> *deaths) : Capture(probe), deaths(deaths) {}
        Counted(Counted &&) noexcept = default;
        ~Counted()
        {
            if (probe)
                deaths->fetch_add(1, std::memory_order_relaxed);
        }
        Atomic<int> *deaths;
    };
    void prepare() { id = add(*core, Counted(&probe, &deaths)); }
    void run(unsigned index)
    {
        if (index < 2)
            notify(*core);
        else
            RL_ASSERT(core->remove(id, Waiting::No));
    }
    // Before the registry goes: destruction must not be left to it.
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

// --- once, pausing, identity ---------------------------------------------------------------------

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
            SignalBox::detail::Dispatch<Platform>::call(referenced, nullptr);
            SignalBox::detail::Dispatch<Platform>::call(referenced, nullptr);
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
            SignalBox::detail::Dispatch<Platform>::call(referenced, nullptr);
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
            SignalBox::detail::Dispatch<Platform>::call(referenced, nullptr);
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
