// SPDX-License-Identifier: MIT
#include "allocations.h"
#include "check.h"
#include "fences.h"
#include "gate.h"

#include <SignalBox/GuardSet>
#include <SignalBox/SyncRegistry>
#include <SignalBox/core/registry/handlerremoval.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <random>
#include <thread>
#include <vector>

// Handlers that end together: what they pay once, and that it is the right ones that end.

using SignalBox::GuardSet;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::detail::HandlerReference;
using SignalBox::detail::HandlerRemoval;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

// Adds to a vector what its handlers are called.
class Calls
{
public:
    explicit Calls(Registry &registry) : m_registry(registry) {}

    HandlerGuard add(int name, SignalBox::HandlerOptions options)
    {
        return m_registry.registerGuard(
                [this, name, owned = std::make_shared<int>(name)](const int &) { m_calls.push_back(*owned); },
                std::move(options));
    }
    const std::vector<int> &ofOneNotify()
    {
        m_calls.clear();
        m_registry.notify(0);
        return m_calls;
    }

private:
    Registry &m_registry;
    std::vector<int> m_calls;
};

void guardsOfOneSetPayOneFenceAndOneListForEachRegistry()
{
    constexpr int registryCount = 3;
    constexpr int handlerCount = 40; // of each; they fit one block
    Registry registries[registryCount];
    const auto owned = std::make_shared<int>(0);
    GuardSet guards;
    std::vector<HandlerGuard> others;
    for (int i = 0; i < handlerCount; ++i) {
        for (Registry &registry : registries) {
            HandlerGuard guard = registry.registerGuard([owned](const int &) {});
            if (i % 2 == 0)
                guards.add(std::move(guard));
            else
                others.push_back(std::move(guard));
        }
    }
    const FenceCount fences;
    const AllocationCount allocations;
    guards.reset();
    CHECK(fences.value() == 1);
    // A list, its block, and what it leaves out.
    CHECK(allocations.value() <= 3 * registryCount);
    CHECK(owned.use_count() == 1 + registryCount * handlerCount / 2);
    for (Registry &registry : registries)
        CHECK(registry.notify(0).called == handlerCount / 2);
}

void clearPaysOneFenceAndOneList()
{
    Registry registry;
    const auto owned = std::make_shared<int>(0);
    for (int i = 0; i < 1000; ++i)
        registry.registerHandler([owned](const int &) {});
    const FenceCount fences;
    const AllocationCount allocations;
    registry.clear();
    CHECK(fences.value() == 1);
    CHECK(allocations.value() <= 2);
    CHECK(owned.use_count() == 1);
}

void guardsThatWaitForHandlersThatAreGonePayOneFence()
{
    GuardSet guards;
    auto registry = std::make_unique<Registry>();
    for (int i = 0; i < 20; ++i)
        guards.add(registry->registerGuard([](const int &) {}));
    registry.reset();
    const FenceCount fences;
    guards.reset();
    CHECK(fences.value() == 1);
}

// Among more registries than it has handlers of each, in any order.
void setOfGuardsOfManyRegistriesPaysOneFence()
{
    constexpr int registryCount = 300;
    std::vector<std::unique_ptr<Registry>> registries(registryCount);
    for (auto &registry : registries)
        registry = std::make_unique<Registry>();
    const auto owned = std::make_shared<int>(0);
    std::vector<HandlerGuard> guards;
    for (int i = 0; i < 2 * registryCount; ++i)
        guards.push_back(
                registries[static_cast<std::size_t>(i) % registryCount]->registerGuard([owned](const int &) {}));
    std::mt19937 random(1);
    std::shuffle(guards.begin(), guards.end(), random);
    GuardSet set;
    for (HandlerGuard &guard : guards)
        set.add(std::move(guard));
    const FenceCount fences;
    const AllocationCount allocations;
    set.reset();
    CHECK(fences.value() == 1);
    CHECK(allocations.value() <= 3 * registryCount);
    CHECK(owned.use_count() == 1);
    for (const auto &registry : registries)
        CHECK(registry->isEmpty() && registry->notify(0).called == 0);
}

// The handlers that stay, in lists of all shapes, are called in their order, and paused ones are not.
void handlersThatStayKeepTheirOrder()
{
    std::mt19937 random(1);
    for (const int count : {1, 2, 48, 64, 65, 200, 1000, 20'000}) {
        for (const int share : {2, 3, 10, 100}) {
            Registry registry;
            Calls calls(registry);
            struct Handler
            {
                int name;
                int priority;
                bool enabled;
                HandlerGuard guard;
            };
            std::vector<Handler> handlers;
            for (int name = 0; name < count; ++name) {
                const int priority = static_cast<int>(random() % 5);
                const bool enabled = random() % 4 != 0;
                handlers.push_back(
                        {name, priority, enabled, calls.add(name, {.priority = priority, .enabled = enabled})});
            }
            while (!handlers.empty()) {
                GuardSet set;
                std::erase_if(handlers, [&](Handler &handler) {
                    const bool ends = handlers.size() <= 3 || random() % static_cast<unsigned>(share) == 0;
                    if (ends)
                        set.add(std::move(handler.guard));
                    return ends;
                });
                if (set.count() == 0)
                    continue;
                set.reset();
                std::vector<const Handler *> expected;
                for (const Handler &handler : handlers) {
                    if (handler.enabled)
                        expected.push_back(&handler);
                }
                std::stable_sort(expected.begin(), expected.end(),
                                 [](const Handler *a, const Handler *b) { return a->priority > b->priority; });
                const std::vector<int> &called = calls.ofOneNotify();
                CHECK(std::equal(called.begin(), called.end(), expected.begin(), expected.end(),
                                 [](int name, const Handler *handler) { return name == handler->name; }));
                CHECK(registry.handlerCount() == handlers.size());
                if (share == 100 && handlers.size() > 200)
                    handlers.resize(handlers.size() / 2); // or it takes long
            }
        }
    }
}

void removalPaysOneFenceAndOneListForManyIds()
{
    constexpr std::size_t count = 1000;
    Registry registry;
    const auto owned = std::make_shared<int>(0);
    int calls = 0;
    std::vector<HandlerId> ids;
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back(registry.registerHandler([owned, &calls](const int &) { ++calls; }));
    HandlerRemoval removal;
    const FenceCount fences;
    {
        const AllocationCount allocations;
        for (const HandlerId id : ids) {
            CHECK(removal.unregister(registry, id));
            CHECK(!registry.contains(id));
        }
        CHECK(!removal.unregister(registry, ids.front()));
        CHECK(allocations.value() <= 50); // as many lists as the first one had blocks
    }
    CHECK(fences.value() == 0);
    CHECK(registry.isEmpty());
    CHECK(registry.notify(0).called == 0);
    CHECK(removal.count() == count);
    removal.finish();
    CHECK(fences.value() == 1);
    CHECK(owned.use_count() == 1);
    CHECK(calls == 0);
    CHECK(removal.count() == 0);
}

// One goes, one comes, in a long list: neither makes the list anew.
void handlersThatComeAndGoByTurnsChangeOneBlock()
{
    Registry registry;
    std::vector<HandlerId> ids;
    for (int i = 0; i < 10'000; ++i)
        ids.push_back(registry.registerHandler([](const int &) {}));
    HandlerRemoval removal;
    const auto replace = [&](std::size_t index) {
        CHECK(removal.unregister(registry, ids[index]));
        ids[index] = registry.registerHandler([](const int &) {});
    };
    const AllocationCount allocations;
    for (std::size_t i = 0; i < 100; ++i)
        replace(i * 97);
    CHECK(allocations.value() < 100 * 8);
}

void handlersThatAreWithheldAreNotCalledWhoeverChangesTheList()
{
    for (const bool isFinishedFirst : {false, true}) {
        Registry registry;
        std::vector<HandlerId> ids;
        int calls = 0;
        for (int i = 0; i < 100; ++i)
            ids.push_back(registry.registerHandler([&calls](const int &) { ++calls; }));
        HandlerRemoval removal;
        for (std::size_t i = 0; i < ids.size(); i += 2)
            CHECK(removal.unregister(registry, ids[i]));
        CHECK(registry.notify(0).called == 50);
        if (isFinishedFirst)
            removal.finish();
        CHECK(registry.handlers().size() == 50);
        ids[1] = (CHECK(registry.unregister(ids[1])), registry.registerHandler([&calls](const int &) { ++calls; }));
        CHECK(registry.notify(0).called == 50);
        CHECK(registry.setEnabled(ids[3], false));
        CHECK(registry.notify(0).called == 49);
        CHECK(registry.setPriority(ids[5], 7));
        CHECK(registry.notify(0).called == 49);
        removal.finish();
        CHECK(registry.notify(0).called == 49);
        CHECK(registry.handlerCount() == 50);
        CHECK(calls == 50 + 50 + 49 + 49 + 49);
    }
}

void registryMayBeDestroyedBeforeTheRemovalFinishes()
{
    HandlerRemoval removal;
    const auto owned = std::make_shared<int>(0);
    {
        Registry registry;
        std::vector<HandlerId> ids;
        for (int i = 0; i < 100; ++i)
            ids.push_back(registry.registerHandler([owned](const int &) {}));
        for (std::size_t i = 0; i < 50; ++i)
            CHECK(removal.unregister(registry, ids[i]));
    }
    CHECK(owned.use_count() == 1 + 50);
    removal.finish();
    CHECK(owned.use_count() == 1);
}

void removalWaitsForThreadsThatAreInside()
{
    Registry registry;
    Gate gate;
    bool isOver = false;
    const HandlerGuard inside = registry.registerGuard([&](const int &) {
        gate.pass();
        isOver = true;
    });
    const HandlerGuard other = registry.registerGuard([](const int &) {});
    std::thread notifier([&] { registry.notify(0); });
    gate.awaitArrivals(1);
    HandlerRemoval removal;
    CHECK(removal.add(HandlerReference(inside)));
    CHECK(removal.add(HandlerReference(other)));
    CHECK(!removal.add(HandlerReference(other)));
    std::thread opener([&] { gate.open(); });
    removal.finishAndWait();
    CHECK(isOver);
    opener.join();
    notifier.join();
}

} // namespace

int main()
{
    RUN(guardsOfOneSetPayOneFenceAndOneListForEachRegistry);
    RUN(clearPaysOneFenceAndOneList);
    RUN(guardsThatWaitForHandlersThatAreGonePayOneFence);
    RUN(setOfGuardsOfManyRegistriesPaysOneFence);
    RUN(handlersThatStayKeepTheirOrder);
    RUN(removalPaysOneFenceAndOneListForManyIds);
    RUN(handlersThatComeAndGoByTurnsChangeOneBlock);
    RUN(handlersThatAreWithheldAreNotCalledWhoeverChangesTheList);
    RUN(registryMayBeDestroyedBeforeTheRemovalFinishes);
    RUN(removalWaitsForThreadsThatAreInside);
}
