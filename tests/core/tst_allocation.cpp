// SPDX-License-Identifier: MIT
#include "allocations.h"
#include "check.h"
#include "gate.h"
#include "runonthreads.h"

#include <SignalBox/SyncRegistry>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#if defined(__unix__)
#    include <pthread.h>
#endif

// What notify allocates: nothing. Links no Qt, whose own allocations would count.

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

// Allocations of `count` calls, after one that may be its thread's first.
template <class Call>
long allocationsOf(Call call, int count = 100)
{
    call();
    const AllocationCount allocations;
    for (int i = 0; i < count; ++i)
        call();
    return allocations.value();
}

// Keeps the compiler from leaving out an allocation that nobody needs.
const void *volatile lastUsed = nullptr;
void use(const void *pointer) { lastUsed = pointer; }

void theCounterCounts()
{
    struct alignas(128) Aligned
    {
        char byte = 0;
    };
    CHECK(allocationsOf([] { use(std::make_unique<int>().get()); }) == 100);
    CHECK(allocationsOf([] { use(std::make_unique<Aligned>().get()); }) == 100);
    CHECK(allocationsOf([] { use(std::vector<int>(50).data()); }) == 100);
    const long before = liveAllocations();
    {
        const auto kept = std::make_unique<int>();
        use(kept.get());
        CHECK(liveAllocations() == before + 1);
    }
    CHECK(liveAllocations() == before);
}

void notifyAllocatesNothingHoweverManyHandlersThereAre()
{
    for (const int count : {0, 1, 2, 63, 64, 65, 1000}) {
        Registry registry;
        long calls = 0;
        for (int i = 0; i < count; ++i)
            registry.registerHandler([&calls](const int &) { ++calls; }, {.priority = i % 5});
        CHECK(allocationsOf([&] { registry.notify(0); }) == 0);
        CHECK(calls == 101L * count);
    }
}

void notifyAllocatesNothingForPausedHandlers()
{
    Registry registry;
    for (int i = 0; i < 200; ++i)
        registry.registerHandler([](const int &) {}, {.enabled = i % 2 == 0});
    CHECK(allocationsOf([&] { registry.notify(0); }) == 0);
}

void notifyAllocatesNothingWhenItIsStopped()
{
    Registry registry;
    for (int i = 0; i < 100; ++i)
        registry.registerHandler([i](const int &event) { return i == event ? Propagation::Stop : Propagation::Continue; });
    CHECK(allocationsOf([&] {
              for (int i = 0; i < 100; ++i)
                  registry.notify(i);
          }) == 0);
}

void nestedNotifyAllocatesNothingAtAnyDepth()
{
    for (const int depth : {2, 6, 7, 8, 9, 200}) {
        Registry registry;
        registry.registerHandler([&](const int &event) {
            if (event < depth)
                registry.notify(event + 1);
        });
        registry.registerHandler([](const int &) {});
        CHECK(allocationsOf([&] { registry.notify(1); }) == 0);
    }
}

void notifyAllocatesNothingWhileRegistriesAreNested()
{
    std::vector<std::unique_ptr<Registry>> registries;
    for (std::size_t i = 0; i < 20; ++i) {
        registries.push_back(std::make_unique<Registry>());
        registries.back()->registerHandler([&registries, i](const int &event) {
            if (i > 0)
                registries[i - 1]->notify(event);
        });
    }
    CHECK(allocationsOf([&] { registries.back()->notify(0); }) == 0);
}

void notifyAllocatesNothingAfterChangesThatHadNoMemory()
{
    Registry registry;
    std::vector<HandlerId> ids;
    for (int i = 0; i < 100; ++i)
        ids.push_back(registry.registerHandler([](const int &) {}));
    {
        const OutOfMemory noMemory;
        registry.unregister(ids[10]);
        registry.setEnabled(ids[20], false);
    }
    CHECK(registry.notify(0).called == 98);
    CHECK(allocationsOf([&] { registry.notify(0); }) == 0);
}

// What throw and catch themselves take is the runtime's.
void throwingHandlersCostOnlyWhatTheRuntimeTakes()
{
    struct Error
    {
        int value;
    };
    const long bare = allocationsOf([] {
        try {
            throw Error{1};
        } catch (...) {
        }
    });
    Registry registry;
    int reports = 0;
    registry.registerHandler([](const int &event) { throw Error{event}; });
    CHECK(allocationsOf([&] { registry.notify(0); }) == bare);
    registry.onException([&](const SignalBox::ExceptionInfo &info) { reports += info.exception() != nullptr; });
    CHECK(allocationsOf([&] { registry.notify(0); }) == bare);
    CHECK(reports == 101);
}

void questionsAllocateNothing()
{
    Registry registry;
    const HandlerId id = registry.registerHandler([](const int &) {});
    const HandlerGuard guard = registry.registerGuard([](const int &) {});
    CHECK(allocationsOf([&] {
              CHECK(registry.contains(id) && registry.handlerCount() == 2 && !registry.isEmpty());
              CHECK(guard.isActive() && registry.contains(guard.id()));
              CHECK(!registry.unregister({}) && !registry.setEnabled({}, true) && !registry.setPriority({}, 1));
          }) == 0);
}

void everyThreadNotifiesWithoutAllocatingAfterItsFirst()
{
    Registry registry;
    Registry other;
    registry.registerHandler([](const int &) {});
    other.registerHandler([](const int &) {});
    runOnThreads(40, [&](int) {
        registry.notify(0);
        CHECK(allocationsOf([&] {
                  registry.notify(0);
                  other.notify(0);
              }) == 0);
    });
}

void notifyAllocatesNothingWhileOthersChangeTheList()
{
    Registry registry;
    std::atomic<bool> isDone = false;
    for (int i = 0; i < 100; ++i)
        registry.registerHandler([](const int &) {});
    std::thread churner([&] {
        while (!isDone)
            registry.unregister(registry.registerHandler([capture = std::make_shared<int>(0)](const int &) {}));
    });
    CHECK(allocationsOf([&] { registry.notify(0); }, 20000) == 0);
    isDone = true;
    churner.join();
}

void memoryStaysBoundedWhileOneHandlerRunsForLong()
{
    Registry registry;
    Gate gate;
    for (int i = 0; i < 100; ++i)
        registry.registerHandler([](const int &) {});
    registry.registerHandler([&](const int &) { gate.pass(); });
    const Visitor visitor(gate, [&] { registry.notify(0); });
    std::vector<HandlerId> ids;
    ids.reserve(50);
    long highest = 0;
    const long before = liveAllocations();
    for (int i = 0; i < 20000; ++i) {
        if (ids.size() == 50) {
            registry.unregister(ids[static_cast<std::size_t>(i) % 50]);
            ids[static_cast<std::size_t>(i) % 50] = ids.back();
            ids.pop_back();
        }
        ids.push_back(registry.registerHandler([capture = std::make_shared<int>(i)](const int &) {}, {.priority = i % 11}));
        highest = std::max(highest, liveAllocations() - before);
    }
    // Fifty handlers, their captures, and what waits for the next pass of the reclaimer.
    CHECK(highest < 1000);
}

#if defined(__unix__)
Registry *visitedRegistry = nullptr;

void *visit(void *)
{
    visitedRegistry->notify(0);
    visitedRegistry->unregister(visitedRegistry->registerHandler([](const int &) {}));
    return nullptr;
}

void thousandShortThreadsLeaveNothingBehind()
{
    Registry registry;
    registry.registerHandler([](const int &) {});
    visitedRegistry = &registry;
    const auto runThread = [] {
        pthread_t thread{};
        CHECK(pthread_create(&thread, nullptr, &visit, nullptr) == 0);
        CHECK(pthread_join(thread, nullptr) == 0);
    };
    for (int i = 0; i < 100; ++i)
        runThread();
    const long before = liveAllocations();
    for (int i = 0; i < 1000; ++i)
        runThread();
    // Give or take what waits for the next pass of the reclaimer.
    CHECK(liveAllocations() - before < 200);
}
#endif

} // namespace

int main()
{
    RUN(theCounterCounts);
    RUN(notifyAllocatesNothingHoweverManyHandlersThereAre);
    RUN(notifyAllocatesNothingForPausedHandlers);
    RUN(notifyAllocatesNothingWhenItIsStopped);
    RUN(nestedNotifyAllocatesNothingAtAnyDepth);
    RUN(notifyAllocatesNothingWhileRegistriesAreNested);
    RUN(notifyAllocatesNothingAfterChangesThatHadNoMemory);
    RUN(throwingHandlersCostOnlyWhatTheRuntimeTakes);
    RUN(questionsAllocateNothing);
    RUN(everyThreadNotifiesWithoutAllocatingAfterItsFirst);
    RUN(notifyAllocatesNothingWhileOthersChangeTheList);
    RUN(memoryStaysBoundedWhileOneHandlerRunsForLong);
#if defined(__unix__)
    RUN(thousandShortThreadsLeaveNothingBehind);
#endif
}
