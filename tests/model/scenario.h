// SPDX-License-Identifier: MIT
#pragma once

#include "relacyplatform.h"

#include <optional>
#include <utility>

// Small concurrent programs on the shipped RegistryCore, two or three threads each. Relacy runs each under
// many schedules and reports races, use after free, leaks, livelocks, and what RL_ASSERT finds.

namespace Model {

using SignalBox::HandlerId;
using SignalBox::detail::CallableIn;
using SignalBox::detail::HandlerNode;
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

// The same, for scenarios that check the count before the registry goes: its destruction must not be left to it.
struct CountedCapture : Capture
{
    CountedCapture(Probe *probe, Atomic<int> *deaths) : Capture(probe), deaths(deaths) {}
    CountedCapture(CountedCapture &&) noexcept = default;
    ~CountedCapture()
    {
        if (probe)
            deaths->fetch_add(1, std::memory_order_relaxed);
    }
    Atomic<int> *deaths;
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

    // A registry, with its lifetime.
    struct Core : RegistryCore<Platform>
    {
        Core() : RegistryCore<Platform>(RegistryCore<Platform>::open()) {}
        Core(const Core &) = delete;
        Core &operator=(const Core &) = delete;
        ~Core() { this->close(); }
    };

    template <class Callable>
    static typename Core::NodePointer node(Core &core, Callable callable, bool once = false)
    {
        typename Core::NodePointer result(HandlerNode<Platform>::create(
                CallableIn<Platform, Callable>::template from<CallPlainly<Callable>>(std::move(callable)), core.control()));
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
        pauses<MemorySite> = {};
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

} // namespace Model
