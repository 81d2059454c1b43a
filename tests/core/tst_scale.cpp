// SPDX-License-Identifier: MIT
#include "../qt/scaled.h"
#include "check.h"

#include <SignalBox/SyncRegistry>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#if defined(__unix__)
#    include <pthread.h>
#endif

// More of everything than programs have: 10 000 registries, 100 000 handlers, notifies nested 10 000 deep. What is checked
// is that all of it works; the stack that a level takes is printed, and has a generous limit.

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

void tenThousandRegistriesAreIndependent()
{
    const int count = scaled(10000);
    std::vector<std::unique_ptr<Registry>> registries;
    std::vector<int> calls(static_cast<std::size_t>(count), 0);
    std::vector<HandlerId> ids;
    for (int i = 0; i < count; ++i) {
        registries.push_back(std::make_unique<Registry>());
        ids.push_back(registries.back()->registerHandler([&calls, i](const int &event) { calls[static_cast<std::size_t>(i)] += event; }));
    }
    for (int i = 0; i < count; ++i) {
        const auto index = static_cast<std::size_t>(i);
        CHECK(registries[index]->notify(i + 1).called == 1);
        CHECK(calls[index] == i + 1);
        CHECK(!registries[index]->contains(ids[static_cast<std::size_t>((i + 1) % count)]));
    }
    // Those that stay work while every other one goes.
    for (std::size_t i = 0; i < registries.size(); i += 2)
        registries[i].reset();
    for (std::size_t i = 1; i < registries.size(); i += 2)
        CHECK(registries[i]->notify(1).called == 1);
}

// Each registry notifies the next: 10 000 of them are inside a notify at once.
void tenThousandRegistriesNotifyEachOther()
{
    const int count = scaled(10000);
    std::vector<std::unique_ptr<Registry>> registries;
    int reached = 0;
    for (int i = 0; i < count; ++i) {
        registries.push_back(std::make_unique<Registry>());
        registries.back()->registerHandler([&, i](const int &event) {
            reached = i;
            if (i + 1 < count)
                CHECK(registries[static_cast<std::size_t>(i) + 1]->notify(event).called == 1);
        });
    }
    CHECK(registries.front()->notify(0).called == 1);
    CHECK(reached == count - 1);
}

void hundredThousandHandlersKeepTheirOrder()
{
    const int count = scaled(100000);
    Registry registry(static_cast<std::size_t>(count));
    std::vector<HandlerId> ids(static_cast<std::size_t>(count));
    std::vector<int> called;
    called.reserve(ids.size());
    // From both ends of three priorities, so that handlers go to the front, to the middle and to the end of the list.
    const auto priorityOf = [](int number) { return number % 3; };
    for (int i = 0; i < count; ++i) {
        ids[static_cast<std::size_t>(i)] =
            registry.registerHandler([&called, i](const int &) { called.push_back(i); }, {.priority = priorityOf(i)});
    }
    const auto checkOrder = [&](std::size_t expected) {
        called.clear();
        CHECK(registry.notify(0).called == expected);
        CHECK(called.size() == expected);
        for (std::size_t i = 1; i < called.size(); ++i) {
            const int before = priorityOf(called[i - 1]);
            const int after = priorityOf(called[i]);
            CHECK(before > after || (before == after && called[i - 1] < called[i]));
        }
    };
    CHECK(registry.handlerCount() == ids.size());
    CHECK(registry.handlers().size() == ids.size());
    checkOrder(ids.size());
    for (std::size_t i = 0; i < ids.size(); i += 2)
        CHECK(registry.setEnabled(ids[i], false));
    checkOrder(ids.size() / 2);
    for (std::size_t i = 0; i < ids.size(); i += 2)
        CHECK(registry.unregister(ids[i]));
    checkOrder(ids.size() / 2);
    for (std::size_t i = 0; i < ids.size(); ++i)
        CHECK(registry.contains(ids[i]) == (i % 2 == 1));
    registry.clear();
    CHECK(registry.notify(0).called == 0);
}

void hundredThousandGuardsEndInAnyOrder()
{
    const int count = scaled(100000);
    Registry registry;
    std::vector<HandlerGuard> guards;
    int calls = 0;
    for (int i = 0; i < count; ++i)
        guards.push_back(registry.registerGuard([&](const int &) { ++calls; }));
    for (std::size_t i = 0; i < guards.size(); i += 3)
        guards[i].reset();
    const auto left = static_cast<std::uint32_t>(registry.handlerCount());
    CHECK(registry.notify(0).called == left);
    CHECK(calls == static_cast<int>(left));
    guards.clear();
    CHECK(registry.isEmpty());
}

// --- recursion -----------------------------------------------------------------------------------

// The lowest address that a level of the recursion has used; stacks grow down on all that we know.
struct Depth
{
    Registry registry;
    int deepest = 0;
    std::uintptr_t top = 0;
    std::uintptr_t bottom = 0;
};

void recurse(Depth &depth, int levels)
{
    depth.registry.registerHandler([&depth, levels](const int &level) {
        const volatile char here = 0;
        const auto address = reinterpret_cast<std::uintptr_t>(&here);
        if (level == 1)
            depth.top = address;
        depth.bottom = address;
        depth.deepest = level;
        if (level < levels) {
            const auto report = depth.registry.notify(level + 1);
            CHECK(report.called == 1);
            CHECK(report.failed == (level + 1 == levels ? 1U : 0U));
        } else {
            throw level; // reported at the bottom, and stops nobody on the way up
        }
    });
    CHECK(depth.registry.notify(1).called == 1);
    CHECK(depth.deepest == levels);
}

std::size_t stackPerLevel(const Depth &depth, int levels)
{
    return (depth.top - depth.bottom) / static_cast<std::size_t>(levels - 1);
}

void recursionTenThousandDeepReturns()
{
    const int levels = scaled(10000);
    Depth depth;
    recurse(depth, levels);
    const std::size_t perLevel = stackPerLevel(depth, levels);
    std::fprintf(stderr, "     %d levels, %zu bytes of stack each\n", levels, perLevel);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which make frames larger
    CHECK(perLevel <= 1024); // 10 MB for 10 000: the usual stack of a main thread has 8 MB and has to hold them
#endif
    CHECK(depth.registry.notify(levels).failed == 1); // and goes on
}

// Every level changes the list that the levels above walk, and so leaves a version of it behind, which those who change the
// list on the way up look through: 1000 levels take 0.1 s, 4000 take 6 s.
void changesInsideADeepRecursionHold()
{
    const int levels = scaled(1000);
    Registry registry;
    int calls = 0;
    int added = 0;
    registry.registerHandler([&](const int &level) {
        ++calls;
        registry.registerHandler([&](const int &) { ++added; }, {.priority = -1, .once = true});
        if (level < levels)
            registry.notify(level + 1);
    });
    // The handler that a level adds is called by the next one, and each of them once.
    registry.notify(1);
    CHECK(calls == levels);
    CHECK(added == levels - 1);
    CHECK(registry.handlerCount() == 2);
}

void registryIsDestroyedAtTheBottomOfADeepRecursion()
{
    const int levels = scaled(10000);
    auto registry = std::make_unique<Registry>();
    int calls = 0;
    int after = 0;
    registry->registerHandler([&](const int &level) {
        ++calls;
        if (level < levels)
            registry->notify(level + 1);
        else
            registry.reset();
    });
    registry->registerHandler([&](const int &) { ++after; }, {.priority = -1});
    registry->notify(1);
    CHECK(calls == levels);
    CHECK(after == 0);
}

#if defined(__unix__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// A thread of the smallest stack that the levels are documented to need.
void recursionFitsIntoAThreadOfEightMegabytes()
{
    static constexpr std::size_t bytes = 8 << 20;
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, bytes) == 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, &attributes,
                         [](void *) -> void * {
                             Depth depth;
                             recurse(depth, 10000);
                             return nullptr;
                         },
                         nullptr)
          == 0);
    CHECK(pthread_join(thread, nullptr) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
}
#endif

} // namespace

int main()
{
    RUN(tenThousandRegistriesAreIndependent);
    RUN(tenThousandRegistriesNotifyEachOther);
    RUN(hundredThousandHandlersKeepTheirOrder);
    RUN(hundredThousandGuardsEndInAnyOrder);
    RUN(recursionTenThousandDeepReturns);
    RUN(changesInsideADeepRecursionHold);
    RUN(registryIsDestroyedAtTheBottomOfADeepRecursion);
#if defined(__unix__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    RUN(recursionFitsIntoAThreadOfEightMegabytes);
#endif
}
