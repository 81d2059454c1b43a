// SPDX-License-Identifier: MIT
#include "checkedregistry.h"
#include "failingcalls.h"

#include <SignalBox/GuardSet>

#include <string>

// What happens when one allocation fails: a call that needs memory throws and has changed nothing, any other does its
// work. Each call is repeated until each of its allocations has failed once.

using SignalBox::GuardSet;
using SignalBox::HandlerGuard;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

// Leaves changes in the registry that could not be written into a new list.
void changeWithoutMemory(CheckedRegistry &checked)
{
    const OutOfMemory noMemory;
    if (checked.count() > 2) {
        checked.remove(checked.count() / 2);
        checked.setEnabled(0, false);
    }
}

template <class Test>
void forEachKindOfList(Test test)
{
    for (const int count : interestingCounts) {
        for (const bool isUnchecked : {false, true}) {
            const long before = liveAllocations();
            {
                CheckedRegistry checked(count);
                if (isUnchecked)
                    changeWithoutMemory(checked);
                test(checked);
            }
            CHECK(liveAllocations() == before);
        }
    }
}

void failedRegistrationLeavesTheRegistryAsItWas()
{
    const std::string longName(100, 'n');
    forEachKindOfList([&](CheckedRegistry &checked) {
        failEachAllocation([&] { checked.add({.priority = 1, .name = longName}); }, [&] { checked.checkAll(); });
        checked.checkAll();
    });
}

void failedGuardedRegistrationLeavesTheRegistryAsItWas()
{
    forEachKindOfList([](CheckedRegistry &checked) {
        failEachAllocation([&] { checked.add({.priority = 1}, true); }, [&] { checked.checkAll(); });
        checked.checkAll();
        checked.endGuard(0);
        checked.checkAll();
    });
}

void failedSetPriorityLeavesTheRegistryAsItWas()
{
    forEachKindOfList([](CheckedRegistry &checked) {
        for (const int priority : {-1, 0, 1, 7}) {
            if (checked.count() == 0)
                return;
            failEachAllocation([&] { checked.setPriority(checked.count() / 3, priority); }, [&] { checked.checkAll(); });
            checked.checkAll();
        }
    });
}

void failedIntrospectionThrows()
{
    forEachKindOfList([](CheckedRegistry &checked) {
        checked.registry().registerHandler([](const int &) {}, {.name = std::string(100, 'n'), .enabled = false});
        std::size_t rows = 0;
        failEachAllocation([&] { rows = checked.registry().handlers().size(); }, [] {});
        CHECK(rows == checked.count() + 1);
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
                CheckedRegistry checked(count);
                checked.add({.priority = 1, .once = true}, true);
                if (isUnchecked)
                    changeWithoutMemory(checked);
                {
                    const AllocationFailure failure(index);
                    call(checked);
                    hasFailed = failure.hasHappened();
                }
                checked.checkAll();
                checked.add({.priority = 1});
                checked.checkAll();
            }
        }
    }
}

void unregisterSucceedsWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](CheckedRegistry &checked) { checked.remove(checked.count() / 2); });
}

void setEnabledSucceedsWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](CheckedRegistry &checked) { checked.setEnabled(checked.count() / 2, false); });
    succeedsWhicheverAllocationFails([](CheckedRegistry &checked) { checked.setEnabled(checked.count() / 2, true); });
}

void clearSucceedsWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](CheckedRegistry &checked) { checked.clear(); });
}

void guardEndsWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](CheckedRegistry &checked) { checked.endGuard(0); });
}

void onceFiresWhicheverAllocationFails()
{
    succeedsWhicheverAllocationFails([](CheckedRegistry &checked) { checked.checkCalls(); });
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
}
