// SPDX-License-Identifier: MIT
#include "allocations.h"
#include "capture.h"
#include "check.h"

#include <SignalBox/GuardSet>
#include <SignalBox/SyncRegistry>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

// What happens when allocations fail: calls that need memory throw and change nothing, all others do their work.

using SignalBox::DispatchReport;
using SignalBox::GuardSet;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::HandlerInfo;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

// A registry next to a plain list that says what it should contain. It can be questioned without memory.
class Theatre
{
public:
    explicit Theatre(int count = 0)
    {
        m_calls.reserve(5000);
        m_expected.reserve(5000);
        m_guards.reserve(5000);
        for (int i = 0; i < count; ++i)
            add({.priority = i % 3, .enabled = i % 5 != 4});
    }

    Registry &registry() { return *m_registry; }
    std::size_t count() const { return m_expected.size(); }
    HandlerId id(std::size_t index) const { return m_expected[index].id; }

    auto handler(int number)
    {
        return [this, number, capture = m_captures.capture()](const int &) { m_calls.push_back(number); };
    }

    void add(SignalBox::HandlerOptions options, bool isGuarded = false)
    {
        const int number = m_next;
        const int priority = options.priority;
        const Player player{number, priority, options.enabled, options.once, {}};
        HandlerId added;
        if (isGuarded) {
            HandlerGuard guard = m_registry->registerGuard(handler(number), std::move(options));
            added = guard.id();
            m_guards.push_back(std::move(guard));
        } else {
            added = m_registry->registerHandler(handler(number), std::move(options));
        }
        ++m_next;
        insert(player);
        std::find_if(m_expected.begin(), m_expected.end(), [&](const Player &p) { return p.number == number; })->id = added;
    }

    void remove(std::size_t index)
    {
        CHECK(m_registry->unregister(m_expected[index].id));
        erase(index);
    }

    void setEnabled(std::size_t index, bool enabled)
    {
        CHECK(m_registry->setEnabled(m_expected[index].id, enabled));
        m_expected[index].enabled = enabled;
    }

    void setPriority(std::size_t index, int priority)
    {
        CHECK(m_registry->setPriority(m_expected[index].id, priority));
        Player player = m_expected[index];
        player.priority = priority;
        erase(index);
        insert(player);
    }

    std::size_t guardCount() const { return m_guards.size(); }
    void endGuard(std::size_t index)
    {
        const HandlerId guarded = m_guards[index].id();
        m_guards[index].reset();
        m_guards.erase(m_guards.begin() + static_cast<std::ptrdiff_t>(index));
        std::erase_if(m_expected, [&](const Player &player) { return player.id == guarded; });
    }

    void clear()
    {
        m_registry->clear();
        m_expected.clear();
    }

    void destroyRegistry()
    {
        m_registry.reset();
        m_expected.clear();
        CHECK(m_captures.alive() == 0);
        CHECK(std::none_of(m_guards.begin(), m_guards.end(), [](const HandlerGuard &guard) { return guard.isActive(); }));
    }

    // Needs no memory, but handlers that fire once do so.
    void checkCalls()
    {
        m_calls.clear();
        const DispatchReport report = m_registry->notify(0);
        std::size_t called = 0;
        for (std::size_t i = 0; i < m_expected.size();) {
            const Player &player = m_expected[i];
            if (player.enabled) {
                CHECK(called < m_calls.size() && m_calls[called] == player.number);
                ++called;
            }
            if (player.enabled && player.once)
                erase(i);
            else
                ++i;
        }
        CHECK(called == m_calls.size());
        CHECK(report == (DispatchReport{.called = static_cast<std::uint32_t>(called)}));
        checkState();
    }

    // Needs no memory.
    void checkState()
    {
        CHECK(m_registry->handlerCount() == m_expected.size());
        CHECK(m_captures.alive() == static_cast<int>(m_expected.size()));
        for (const Player &player : m_expected)
            CHECK(m_registry->contains(player.id));
    }

    void checkRows()
    {
        const std::vector<HandlerInfo> rows = m_registry->handlers();
        CHECK(rows.size() == m_expected.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            CHECK(rows[i].id == m_expected[i].id && rows[i].priority == m_expected[i].priority
                  && rows[i].enabled == m_expected[i].enabled);
        }
    }

    void checkAll()
    {
        checkState();
        checkRows();
        checkCalls();
        checkRows();
    }

private:
    struct Player
    {
        int number;
        int priority;
        bool enabled;
        bool once;
        HandlerId id;
    };

    void erase(std::size_t index) { m_expected.erase(m_expected.begin() + static_cast<std::ptrdiff_t>(index)); }
    void insert(const Player &player)
    {
        m_expected.insert(std::upper_bound(m_expected.begin(), m_expected.end(), player,
                                           [](const Player &a, const Player &b) { return a.priority > b.priority; }),
                          player);
    }

    std::unique_ptr<Registry> m_registry = std::make_unique<Registry>();
    CaptureCounter m_captures;
    std::vector<Player> m_expected;
    std::vector<HandlerGuard> m_guards;
    std::vector<int> m_calls;
    int m_next = 0;
};

// Sizes around those at which a list is stored differently.
constexpr int interestingCounts[] = {0, 1, 2, 47, 49, 63, 64, 65, 100, 128, 129, 300};

// Leaves changes in the registry that could not be written into a new list.
void changeWithoutMemory(Theatre &theatre)
{
    const OutOfMemory noMemory;
    if (theatre.count() > 2) {
        theatre.remove(theatre.count() / 2);
        theatre.setEnabled(0, false);
    }
}

// Runs `call` with each of its allocations failing in turn, until it has none left to fail. `call` returns or throws
// std::bad_alloc; `check` runs after each failure.
template <class Call, class Check>
void failEachAllocation(Call call, Check check)
{
    for (long index = 0;; ++index) {
        CHECK(index < 10000);
        bool hasThrown = false;
        bool hasFailed = false;
        {
            const AllocationFailure failure(index);
            try {
                call();
            } catch (const std::bad_alloc &) {
                hasThrown = true;
            }
            hasFailed = failure.hasHappened();
        }
        CHECK(hasFailed == hasThrown);
        if (!hasThrown)
            return;
        check();
    }
}

template <class Test>
void forEachKindOfList(Test test)
{
    for (const int count : interestingCounts) {
        for (const bool isUnchecked : {false, true}) {
            const long before = liveAllocations();
            {
                Theatre theatre(count);
                if (isUnchecked)
                    changeWithoutMemory(theatre);
                test(theatre);
            }
            CHECK(liveAllocations() == before);
        }
    }
}

void failedRegistrationLeavesTheRegistryAsItWas()
{
    const std::string longName(100, 'n');
    forEachKindOfList([&](Theatre &theatre) {
        failEachAllocation([&] { theatre.add({.priority = 1, .name = longName}); }, [&] { theatre.checkAll(); });
        theatre.checkAll();
    });
}

void failedGuardedRegistrationLeavesTheRegistryAsItWas()
{
    forEachKindOfList([](Theatre &theatre) {
        failEachAllocation([&] { theatre.add({.priority = 1}, true); }, [&] { theatre.checkAll(); });
        theatre.checkAll();
        theatre.endGuard(0);
        theatre.checkAll();
    });
}

void failedSetPriorityLeavesTheRegistryAsItWas()
{
    forEachKindOfList([](Theatre &theatre) {
        for (const int priority : {-1, 0, 1, 7}) {
            if (theatre.count() == 0)
                return;
            failEachAllocation([&] { theatre.setPriority(theatre.count() / 3, priority); }, [&] { theatre.checkAll(); });
            theatre.checkAll();
        }
    });
}

void failedIntrospectionThrows()
{
    forEachKindOfList([](Theatre &theatre) {
        theatre.registry().registerHandler([](const int &) {}, {.name = std::string(100, 'n'), .enabled = false});
        std::size_t rows = 0;
        failEachAllocation([&] { rows = theatre.registry().handlers().size(); }, [] {});
        CHECK(rows == theatre.count() + 1);
    });
}

void failedOnExceptionLeavesTheEarlierCallback()
{
    const long before = liveAllocations();
    {
        Registry registry;
        registry.registerHandler([](const int &) { throw 1; });
        CaptureCounter captures;
        int reporter = 0;
        for (int next = 1; next < 10; ++next) {
            failEachAllocation(
                [&] {
                    registry.onException([&, next, capture = captures.capture()](const SignalBox::ExceptionInfo &) {
                        reporter = next;
                    });
                },
                [&] {
                    CHECK(captures.alive() == (next > 1 ? 1 : 0));
                    reporter = 0;
                    CHECK(registry.notify(0).failed == 1);
                    CHECK(reporter == next - 1);
                });
            registry.notify(0);
            CHECK(reporter == next);
            CHECK(captures.alive() == 1);
        }
    }
    CHECK(liveAllocations() == before);
}

void failedConstructionThrowsAndLeaksNothing()
{
    const long before = liveAllocations();
    failEachAllocation([] { const Registry registry; }, [] {});
    failEachAllocation([] { const Registry registry(5000); }, [] {});
    CHECK(liveAllocations() == before);
}

void failedGrowthOfAGuardSetLeavesTheGuardToItsOwner()
{
    Registry registry;
    GuardSet set;
    for (int i = 0; i < 20; ++i) {
        HandlerGuard guard = registry.registerGuard([](const int &) {});
        failEachAllocation([&] { set.add(std::move(guard)); }, [&] { CHECK(guard.isActive()); });
        CHECK(set.count() == static_cast<std::size_t>(i) + 1);
    }
    const OutOfMemory noMemory;
    set.reset();
    CHECK(registry.isEmpty());
}

// Whichever allocation fails, the call does its work: `call` must not throw.
template <class Call>
void succeedsWhicheverAllocationFails(Call call)
{
    for (const int count : interestingCounts) {
        for (const bool isUnchecked : {false, true}) {
            bool hasFailed = true;
            for (long index = 0; hasFailed; ++index) {
                Theatre theatre(count);
                theatre.add({.priority = 1, .once = true}, true);
                if (isUnchecked)
                    changeWithoutMemory(theatre);
                {
                    const AllocationFailure failure(index);
                    call(theatre);
                    hasFailed = failure.hasHappened();
                }
                theatre.checkAll();
                theatre.add({.priority = 1});
                theatre.checkAll();
            }
        }
    }
}

void unregisterSucceedsWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](Theatre &theatre) { theatre.remove(theatre.count() / 2); });
}

void setEnabledSucceedsWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](Theatre &theatre) { theatre.setEnabled(theatre.count() / 2, false); });
    succeedsWhicheverAllocationFails([](Theatre &theatre) { theatre.setEnabled(theatre.count() / 2, true); });
}

void clearSucceedsWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](Theatre &theatre) { theatre.clear(); });
}

void guardEndsWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](Theatre &theatre) { theatre.endGuard(0); });
}

void onceFiresWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](Theatre &theatre) { theatre.checkCalls(); });
}

void everythingThatEndsSomethingWorksWithoutAnyMemory()
{
    for (const int count : {3, 64, 65, 200}) {
        const long before = liveAllocations();
        {
            Theatre theatre(count);
            theatre.add({.priority = 2, .once = true});
            theatre.add({.priority = 1}, true);
            theatre.add({.priority = 0}, true);
            {
                const OutOfMemory noMemory;
                theatre.endGuard(0);
                theatre.checkCalls();
                theatre.remove(0);
                theatre.checkCalls();
                theatre.setEnabled(theatre.count() - 1, false);
                theatre.checkCalls();
                theatre.setEnabled(theatre.count() - 1, true);
                theatre.checkCalls();
                theatre.registry().clearExceptionCallback();
                theatre.clear();
                theatre.checkCalls();
            }
            theatre.checkAll();
            theatre.add({});
            theatre.checkAll();
        }
        CHECK(liveAllocations() == before);
    }
}

void registryIsDestroyedWithoutMemory()
{
    forEachKindOfList([](Theatre &theatre) {
        theatre.add({}, true);
        theatre.registry().onException([capture = std::make_shared<int>(0)](const SignalBox::ExceptionInfo &) {});
        const OutOfMemory noMemory;
        theatre.destroyRegistry();
        theatre.endGuard(0);
    });
}

void changesInsideHandlersWorkWithoutMemory()
{
    for (const int count : {1, 60, 64, 200}) {
        Registry registry;
        CaptureCounter captures;
        std::vector<HandlerId> ids;
        int calls = 0;
        HandlerId leaving;
        leaving = registry.registerHandler([&, capture = captures.capture()](const int &) {
            ++calls;
            registry.unregister(leaving);
            registry.unregister(ids.back());
            registry.setEnabled(ids[ids.size() / 2], false);
            CHECK(captures.alive() == count);
        });
        for (int i = 0; i < count; ++i)
            ids.push_back(registry.registerHandler([&, capture = captures.capture()](const int &) { ++calls; }));
        const OutOfMemory noMemory;
        const std::uint32_t called = registry.notify(0).called;
        CHECK(called == static_cast<std::uint32_t>(count == 1 ? 1 : count - 1));
        CHECK(captures.alive() == count - 1);
        CHECK(registry.notify(0).called == called - 1);
    }
}

void exceptionsAreReportedWithoutMemory()
{
    Registry registry;
    int reports = 0;
    registry.registerHandler([](const int &event) { throw event; });
    registry.registerHandler([](const int &event) { throw event; });
    registry.onException([&](const SignalBox::ExceptionInfo &) {
        ++reports;
        registry.clearExceptionCallback();
    });
    const OutOfMemory noMemory;
    CHECK(registry.notify(0).failed == 2);
    CHECK(registry.notify(0).failed == 2);
    CHECK(reports == 1);
}

// A thread that touches registries for the first time when there is no memory.
void firstUseByAThreadWorksWithoutMemory()
{
    for (int what = 0; what < 6; ++what) {
        Theatre theatre(10);
        theatre.add({}, true);
        std::thread([&] {
            const OutOfMemory noMemory;
            switch (what) {
            case 0: theatre.remove(1); break;
            case 1: theatre.setEnabled(1, false); break;
            case 2: theatre.clear(); break;
            case 3: theatre.endGuard(0); break;
            case 4: theatre.checkCalls(); break;
            default: theatre.destroyRegistry(); break;
            }
        }).join();
        if (what < 5)
            theatre.checkAll();
    }
}

void randomStep(Theatre &theatre, std::mt19937 &random, bool hasMemory)
{
    std::optional<OutOfMemory> noMemory;
    if (!hasMemory)
        noMemory.emplace();
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    const auto priority = static_cast<int>(below(5)) - 2;
    const std::size_t choice = below(20);
    const std::size_t index = theatre.count() > 0 ? below(theatre.count()) : 0;
    if (choice < 7 || theatre.count() == 0) {
        try {
            theatre.add({.priority = priority, .once = choice == 0, .enabled = choice != 1}, choice > 4);
            CHECK(hasMemory);
        } catch (const std::bad_alloc &) {
            CHECK(!hasMemory);
        }
    } else if (choice < 9) {
        theatre.remove(index);
    } else if (choice < 13) {
        theatre.setEnabled(index, choice % 2 == 0);
    } else if (choice < 15) {
        try {
            theatre.setPriority(index, priority);
            CHECK(hasMemory);
        } catch (const std::bad_alloc &) {
            CHECK(!hasMemory);
        }
    } else if (choice < 17 && theatre.guardCount() > 0) {
        theatre.endGuard(below(theatre.guardCount()));
    } else if (choice == 17 && below(40) == 0) {
        theatre.clear();
    } else {
        theatre.checkCalls();
    }
    theatre.checkState();
    noMemory.reset();
    if (below(4) == 0)
        theatre.checkAll();
}

void randomSequencesWithAndWithoutMemoryAgreeWithThePlainList()
{
    for (currentSeed = 1; currentSeed <= 60; ++currentSeed) {
        const long before = liveAllocations();
        {
            std::mt19937 random(currentSeed);
            Theatre theatre(static_cast<int>(random() % 150));
            for (int period = 0; period < 40; ++period) {
                const bool hasMemory = random() % 2 == 0;
                for (auto steps = random() % 15; steps > 0; --steps)
                    randomStep(theatre, random, hasMemory);
            }
            theatre.checkAll();
        }
        CHECK(liveAllocations() == before);
    }
    currentSeed = 0;
}

} // namespace

int main()
{
    {
        // What the process allocates once.
        Registry registry;
        registry.registerHandler([](const int &) {});
    }
    RUN(failedRegistrationLeavesTheRegistryAsItWas);
    RUN(failedGuardedRegistrationLeavesTheRegistryAsItWas);
    RUN(failedSetPriorityLeavesTheRegistryAsItWas);
    RUN(failedIntrospectionThrows);
    RUN(failedOnExceptionLeavesTheEarlierCallback);
    RUN(failedConstructionThrowsAndLeaksNothing);
    RUN(failedGrowthOfAGuardSetLeavesTheGuardToItsOwner);
    RUN(unregisterSucceedsWhicheverAllocationFails);
    RUN(setEnabledSucceedsWhicheverAllocationFails);
    RUN(clearSucceedsWhicheverAllocationFails);
    RUN(guardEndsWhicheverAllocationFails);
    RUN(onceFiresWhicheverAllocationFails);
    RUN(everythingThatEndsSomethingWorksWithoutAnyMemory);
    RUN(registryIsDestroyedWithoutMemory);
    RUN(changesInsideHandlersWorkWithoutMemory);
    RUN(exceptionsAreReportedWithoutMemory);
    RUN(firstUseByAThreadWorksWithoutMemory);
    RUN(randomSequencesWithAndWithoutMemoryAgreeWithThePlainList);
}
