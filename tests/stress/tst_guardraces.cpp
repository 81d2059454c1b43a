// SPDX-License-Identifier: MIT
#include "target.h"

#include <array>
#include <memory>

// Two or three threads race for the removal of every handler: guards, ids, a firing of `once`, clear(), and the end of
// the registry. Whoever wins, a guard that has ended leaves nobody inside, and what the handler referred to is freed.

namespace {

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::SyncRegistry;
using Stress::addGuard;
using Stress::Background;
using Stress::Barrier;
using Stress::notifierCount;
using Stress::NotifyForEver;
using Stress::Random;
using Stress::Target;

// One handler, its target and its guard.
struct Item
{
    std::unique_ptr<Target> target;
    HandlerGuard guard;
    HandlerId id;
    std::atomic<bool> isGuardDone{false};

    void prepare(SyncRegistry<int> &registry, Random &random, bool once = false)
    {
        target = std::make_unique<Target>();
        guard = addGuard(registry, random, target.get(), once);
        id = guard.id();
        isGuardDone = false;
    }
    void endGuard()
    {
        guard.reset();
        target->checkLeft();
        isGuardDone = true;
    }
    void end()
    {
        guard.reset();
        target.reset();
    }
};

// Calls left(item) and right(item) on two threads at about the same time, for `count` items, each after
// prepare(item); in the end finish(item). The threads meet before and after each batch.
template <class Prepare, class Left, class Right, class Finish>
void race(std::size_t count, Prepare &&prepare, Left &&left, Right &&right, Finish &&finish)
{
    std::array<Item, 32> batch;
    Barrier barrier(2);
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index + 10);
        for (std::size_t rounds = count / batch.size() + 1; rounds != 0; --rounds) {
            if (index == 0) {
                for (Item &item : batch)
                    prepare(item, random);
            }
            barrier.arriveAndWait();
            for (Item &item : batch) {
                Stress::stagger(random);
                if (index == 0)
                    left(item, random);
                else
                    right(item, random);
            }
            barrier.arriveAndWait();
            if (index == 0) {
                for (Item &item : batch)
                    finish(item);
            }
        }
    });
}

void twoGuardsOfOneRegistryMayEndAtOnce()
{
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    std::array<Item, 32> others;
    std::size_t next = 0;
    std::size_t mine = 0;
    race(
            Stress::scaled(100000),
            [&](Item &item, Random &random) {
                item.prepare(registry, random);
                others[next++ % others.size()].prepare(registry, random);
            },
            [&](Item &item, Random &) { item.end(); }, [&](Item &, Random &) { others[mine++ % others.size()].end(); },
            [](Item &) {});
    STRESS_CHECK(registry.isEmpty());
}

// Whoever of two removes it: the guard waits in any case, unregisterAndWait() if it says that it removed it.
void guardWaitsAlsoWhenItLosesTheRaceForTheRemoval()
{
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    race(
            Stress::scaled(200000), [&](Item &item, Random &random) { item.prepare(registry, random); },
            [](Item &item, Random &) { item.endGuard(); },
            [&](Item &item, Random &random) {
                // The target lives until the end of the round, so this thread may look at it.
                if (random.oneIn(4))
                    registry.unregister(item.id);
                else if (registry.unregisterAndWait(item.id))
                    item.target->checkLeft();
                STRESS_CHECK(!registry.contains(item.id));
            },
            [](Item &item) {
                STRESS_CHECK(item.isGuardDone);
                item.target.reset();
            });
    STRESS_CHECK(registry.isEmpty());
}

void guardWaitsForAFiringOfOnce()
{
    SyncRegistry<int> registry;
    race(
            Stress::scaled(200000), [&](Item &item, Random &random) { item.prepare(registry, random, true); },
            [](Item &item, Random &) { item.end(); }, [&](Item &, Random &) { registry.notify(0); }, [](Item &) {});
    STRESS_CHECK(registry.isEmpty());
}

void onceFiresOnOneThreadOnlyAndItsGuardWaits()
{
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index + 20);
        for (std::size_t i = Stress::scaled(50000); i != 0; --i) {
            const auto target = std::make_unique<Target>();
            auto calls = std::make_unique<std::atomic<int>>(0);
            HandlerGuard guard = registry.registerGuard(
                    [raw = target.get(), &counter = *calls](const int &) {
                        raw->touch();
                        STRESS_CHECK(counter.fetch_add(1, std::memory_order_relaxed) == 0);
                        raw->touch();
                    },
                    {.once = true});
            if (random.oneIn(64))
                target->waitUntilTouched();
            else
                Stress::stagger(random);
            guard.reset();
        }
    });
    STRESS_CHECK(registry.isEmpty());
}

void guardWaitsForHandlersThatClearRemoved()
{
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    race(
            Stress::scaled(100000), [&](Item &item, Random &random) { item.prepare(registry, random); },
            [](Item &item, Random &) { item.end(); },
            [&](Item &, Random &random) {
                if (random.oneIn(16))
                    registry.clear();
            },
            [](Item &) {});
    STRESS_CHECK(registry.isEmpty());
}

// A third thread stands inside a handler of the registry while it is destroyed and its guards end.
void guardWaitsForHandlersOfARegistryThatGoes()
{
    struct Round
    {
        std::unique_ptr<SyncRegistry<int>> registry = std::make_unique<SyncRegistry<int>>();
        std::array<std::unique_ptr<Target>, 3> targets;
        std::array<HandlerGuard, 3> guards;
        std::atomic<bool> isEntered{false};
        std::atomic<bool> mayLeave{false};
    };
    std::unique_ptr<Round> round;
    Barrier barrier(3);
    Stress::runThreads(3, [&](unsigned index) {
        Random random(index + 30);
        for (std::size_t i = Stress::scaled(20000); i != 0; --i) {
            if (index == 0) {
                round = std::make_unique<Round>();
                for (std::size_t k = 0; k < 3; ++k) {
                    round->targets[k] = std::make_unique<Target>();
                    round->guards[k] = addGuard(*round->registry, random, round->targets[k].get(), random.oneIn(4));
                }
                round->registry->registerHandler(
                        [&current = *round](const int &) {
                            current.isEntered = true;
                            Stress::waitUntil([&] { return current.mayLeave.load(); });
                        },
                        {.priority = static_cast<int>(random.below(4))});
            }
            barrier.arriveAndWait();
            if (index == 2) {
                round->registry->notify(0);
            } else {
                Stress::waitUntil([&] { return round->isEntered.load(); });
                Stress::stagger(random);
                if (index == 0) {
                    if (random.oneIn(2))
                        round->mayLeave = true;
                    round->registry.reset();
                    round->mayLeave = true;
                } else {
                    for (std::size_t k = 0; k < 3; ++k) {
                        round->guards[k].reset();
                        round->targets[k].reset();
                    }
                }
            }
            barrier.arriveAndWait();
        }
    });
}

} // namespace

int main(int argc, char **argv)
{
    return Stress::runChecks(argc, argv,
                             {
                                     STRESS_NAMED(twoGuardsOfOneRegistryMayEndAtOnce),
                                     STRESS_NAMED(guardWaitsAlsoWhenItLosesTheRaceForTheRemoval),
                                     STRESS_NAMED(guardWaitsForAFiringOfOnce),
                                     STRESS_NAMED(onceFiresOnOneThreadOnlyAndItsGuardWaits),
                                     STRESS_NAMED(guardWaitsForHandlersThatClearRemoved),
                                     STRESS_NAMED(guardWaitsForHandlersOfARegistryThatGoes),
                             });
}
