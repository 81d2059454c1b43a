// SPDX-License-Identifier: MIT
#pragma once

#include "stress.h"

#include <SignalBox/SyncRegistry>

#include <array>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

// What the threads of a storm share: the registries, and a card for every handler, on which everybody notes what happened
// to it. See storm.h.

namespace Stress {

using SignalBox::HandlerId;

// Whether the calling thread is inside of the library, where tst_lowmemory lets allocations fail.
inline constinit thread_local bool allocationsMayFail = false;

class AllocationPolicy
{
public:
    explicit AllocationPolicy(bool mayFail) noexcept : m_previous(std::exchange(allocationsMayFail, mayFail)) {}
    AllocationPolicy(const AllocationPolicy &) = delete;
    AllocationPolicy &operator=(const AllocationPolicy &) = delete;
    ~AllocationPolicy() { allocationsMayFail = m_previous; }

private:
    const bool m_previous;
};

struct StormOptions
{
    unsigned threads;
    unsigned registries;
    unsigned slots;         // handlers per registry, about
    std::size_t operations; // per thread
    bool allocationsFail = false;
};

struct StormEvent
{
    static constexpr unsigned maximumThreads = 32;

    unsigned registry;
    unsigned depth;
    unsigned chain; // how many notifies are to be nested in this one
    // Written by the handlers, on the notifying thread.
    mutable bool hasNested = false;
    mutable bool isStopped = false;
    mutable bool hasTime = false;
    mutable unsigned called = 0;
    mutable unsigned failed = 0;
    mutable std::uint64_t begunAt = 0;   // not after this
    mutable std::uint64_t reachedAt = 0; // what follows is checked after this
    mutable int lastPriority = std::numeric_limits<int>::max();
    mutable std::array<std::uint64_t, maximumThreads> lastNumber{}; // of each registering thread
};

struct StormCard
{
    static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

    unsigned registry = 0;
    unsigned maker = 0;
    std::uint64_t number = 0; // grows with each registration by the maker
    int priority = 0;
    bool isOnce = false;
    bool isMovable = false;         // setPriority() may be called on it
    bool isTrivial = false;         // its capture needs no destructor
    bool hasFailed = false;         // was not registered for want of memory
    std::uint64_t registeredAt = 0; // not before this
    std::atomic<HandlerId> id{};
    std::atomic<std::uint32_t> calls{0};
    std::atomic<std::uint32_t> removals{0};   // how many unregister() calls were told true
    std::atomic<std::uint32_t> removers{0};   // a bit for each thread to which one has returned so
    std::atomic<std::uint64_t> goneAt{never}; // removed or paused since
    std::atomic<unsigned> awaitedBy{0};       // 1 + the thread that has waited until nobody was inside
    // Plain: whoever has waited sees it.
    bool isCaptureDestroyed = false;
    bool isPausedByMaker = false; // maker only
};

class StormState
{
public:
    using Registry = SignalBox::SyncRegistry<StormEvent>;

    // Comparing times of different threads orders them, which would hide races from ThreadSanitizer.
    static constexpr bool usesClock = !underThreadSanitizer;

    explicit StormState(const StormOptions &itsOptions) : options(itsOptions), captures(itsOptions.registries)
    {
        STRESS_CHECK(options.threads < StormEvent::maximumThreads);
        for (unsigned i = 0; i < options.registries; ++i) {
            registries.push_back(std::make_unique<Registry>());
            slots.emplace_back(options.slots);
        }
    }

    // Calls the library, where allocations may fail if they are to.
    template <class Operation>
    decltype(auto) inLibrary(Operation &&operation) const
    {
        const AllocationPolicy policy(options.allocationsFail);
        return operation();
    }

    std::uint64_t tick() { return usesClock ? m_clock.fetch_add(1) + 1 : 0; }

    // At the beginning of each call of a handler, by `thread`: it may happen.
    void checkEntry(StormCard &card, const StormEvent &event, unsigned thread)
    {
        STRESS_CHECK(card.registry == event.registry);
        STRESS_CHECK(!event.isStopped);
        STRESS_CHECK(card.awaitedBy.load(std::memory_order_relaxed) == 0);
        STRESS_CHECK((card.removers.load(std::memory_order_relaxed) >> thread) % 2 == 0);
        STRESS_CHECK(card.maker != thread || !card.isPausedByMaker);
        STRESS_CHECK(card.calls.fetch_add(1, std::memory_order_relaxed) == 0 || !card.isOnce);
        if (const HandlerId id = card.id.load(std::memory_order_relaxed); id.isValid() && card.isOnce)
            STRESS_CHECK(!registries[card.registry]->contains(id));
        checkTime(card, event);
        checkOrder(card, event);
        ++event.called;
    }

    // At its end: nobody has waited for it but from inside.
    void checkExit(const StormCard &card, const StormEvent &event, unsigned thread) const
    {
        const unsigned awaitedBy = card.awaitedBy.load(std::memory_order_relaxed);
        STRESS_CHECK(awaitedBy == 0 || awaitedBy == thread + 1);
        if constexpr (usesClock)
            event.reachedAt = m_clock.load();
    }

    const StormOptions options;
    std::vector<Population> captures; // of the handlers of each registry
    Population reporters;
    std::vector<std::unique_ptr<Registry>> registries;
    std::vector<std::vector<std::atomic<StormCard *>>> slots; // what threads know of each other's handlers
    std::atomic<std::uint64_t> throws{0};                     // on registry 0
    std::atomic<std::uint64_t> reports{0};                    // of all registries
    bool isQuiet = false;                                     // handlers do nothing but count; set while no threads run

private:
    // A handler registered after notify() began is not called; nor is one removed, or paused, before its turn came.
    void checkTime(const StormCard &card, const StormEvent &event) const
    {
        if constexpr (usesClock) {
            if (event.hasTime) {
                STRESS_CHECK(card.registeredAt <= event.begunAt);
                STRESS_CHECK(card.goneAt.load() > event.reachedAt);
            } else {
                event.hasTime = true;
                event.begunAt = event.reachedAt = m_clock.load();
            }
        }
    }

    void checkOrder(const StormCard &card, const StormEvent &event) const
    {
        if (card.isMovable)
            return;
        STRESS_CHECK(card.priority <= event.lastPriority);
        if (card.priority != event.lastPriority)
            event.lastNumber = {};
        STRESS_CHECK(card.number > event.lastNumber[card.maker]);
        event.lastPriority = card.priority;
        event.lastNumber[card.maker] = card.number;
    }

    std::atomic<std::uint64_t> m_clock{1};
};

} // namespace Stress
