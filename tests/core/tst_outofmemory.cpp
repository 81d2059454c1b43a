// SPDX-License-Identifier: MIT
#include "allocations.h"
#include "checkedregistry.h"

#include <memory>
#include <new>
#include <optional>
#include <random>
#include <thread>
#include <vector>

// What happens when there is no memory at all: whatever ends something does its work, what would begin something throws
// and has changed nothing, and later, with memory, everything is as it should be.

using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

void everythingThatEndsSomethingWorksWithoutAnyMemory()
{
    for (const int count : {3, 64, 65, 200}) {
        const long before = liveAllocations();
        {
            CheckedRegistry checked(count);
            checked.add({.priority = 2, .once = true});
            checked.add({.priority = 1}, true);
            checked.add({.priority = 0}, true);
            {
                const OutOfMemory noMemory;
                checked.endGuard(0);
                checked.checkCalls();
                checked.remove(0);
                checked.checkCalls();
                checked.setEnabled(checked.count() - 1, false);
                checked.checkCalls();
                checked.setEnabled(checked.count() - 1, true);
                checked.checkCalls();
                checked.registry().clearExceptionCallback();
                checked.clear();
                checked.checkCalls();
            }
            checked.checkAll();
            checked.add({});
            checked.checkAll();
        }
        CHECK(liveAllocations() == before);
    }
}

void registryIsDestroyedWithoutMemory()
{
    for (const int count : interestingCounts) {
        const long before = liveAllocations();
        {
            CheckedRegistry checked(count);
            checked.add({}, true);
            checked.registry().onException([capture = std::make_shared<int>(0)](const SignalBox::ExceptionInfo &) {});
            const OutOfMemory noMemory;
            if (count > 0)
                checked.remove(0);
            checked.destroyRegistry();
            checked.endGuard(0);
        }
        CHECK(liveAllocations() == before);
    }
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
        CheckedRegistry checked(10);
        checked.add({}, true);
        std::thread([&] {
            const OutOfMemory noMemory;
            switch (what) {
            case 0: checked.remove(1); break;
            case 1: checked.setEnabled(1, false); break;
            case 2: checked.clear(); break;
            case 3: checked.endGuard(0); break;
            case 4: checked.checkCalls(); break;
            default: checked.destroyRegistry(); break;
            }
        }).join();
        if (what < 5)
            checked.checkAll();
    }
}

void randomStep(CheckedRegistry &checked, std::mt19937 &random, bool hasMemory)
{
    std::optional<OutOfMemory> noMemory;
    if (!hasMemory)
        noMemory.emplace();
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    const auto priority = static_cast<int>(below(5)) - 2;
    const std::size_t choice = below(20);
    const std::size_t index = checked.count() > 0 ? below(checked.count()) : 0;
    if (choice < 7 || checked.count() == 0) {
        try {
            checked.add({.priority = priority, .once = choice == 0, .enabled = choice != 1}, choice > 4);
            CHECK(hasMemory);
        } catch (const std::bad_alloc &) {
            CHECK(!hasMemory);
        }
    } else if (choice < 9) {
        checked.remove(index);
    } else if (choice < 13) {
        checked.setEnabled(index, choice % 2 == 0);
    } else if (choice < 15) {
        try {
            checked.setPriority(index, priority);
            CHECK(hasMemory);
        } catch (const std::bad_alloc &) {
            CHECK(!hasMemory);
        }
    } else if (choice < 17 && checked.guardCount() > 0) {
        checked.endGuard(below(checked.guardCount()));
    } else if (choice == 17 && below(40) == 0) {
        checked.clear();
    } else {
        checked.checkCalls();
    }
    checked.checkState();
    noMemory.reset();
    if (below(4) == 0)
        checked.checkAll();
}

void randomSequencesWithAndWithoutMemoryAgreeWithThePlainList()
{
    for (currentSeed = 1; currentSeed <= 60; ++currentSeed) {
        const long before = liveAllocations();
        {
            std::mt19937 random(currentSeed);
            CheckedRegistry checked(static_cast<int>(random() % 150));
            for (int period = 0; period < 40; ++period) {
                const bool hasMemory = random() % 2 == 0;
                for (auto steps = random() % 15; steps > 0; --steps)
                    randomStep(checked, random, hasMemory);
            }
            checked.checkAll();
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
    RUN(everythingThatEndsSomethingWorksWithoutAnyMemory);
    RUN(registryIsDestroyedWithoutMemory);
    RUN(changesInsideHandlersWorkWithoutMemory);
    RUN(exceptionsAreReportedWithoutMemory);
    RUN(firstUseByAThreadWorksWithoutMemory);
    RUN(randomSequencesWithAndWithoutMemoryAgreeWithThePlainList);
}
