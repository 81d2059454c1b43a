// SPDX-License-Identifier: MIT
#include "countedmemory.h"

#include <SignalBox/GuardSet>
#include <SignalBox/SyncRegistry>

#include <array>
#include <memory>

// What a handler refers to is freed as soon as unregisterAndWait() or a waiting guard has returned, while other
// threads notify without pause: no handler may touch it afterwards.

namespace {

using SignalBox::GuardSet;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::SyncRegistry;
using Stress::Background;
using Stress::Barrier;
using Stress::Random;

constexpr unsigned notifierCount = 2;

// What handlers refer to. Plain memory: a use that is not ordered before the destruction is a race that
// ThreadSanitizer reports, and a use after the destruction is one that everybody notices.
class Target
{
public:
    Target() = default;
    Target(const Target &) = delete;
    Target &operator=(const Target &) = delete;
    ~Target()
    {
        checkLeft();
        m_mark = deadMark;
    }

    void touch() const
    {
        m_inside.fetch_add(1, std::memory_order_relaxed);
        for (int i = 0; i < 4; ++i)
            STRESS_CHECK(m_mark == aliveMark);
        m_touches.fetch_add(1, std::memory_order_relaxed);
        m_inside.fetch_sub(1, std::memory_order_relaxed);
    }
    void checkLeft() const { STRESS_CHECK(m_inside.load(std::memory_order_relaxed) == 0); }
    void waitUntilTouched() const
    {
        Stress::waitUntil([this] { return m_touches.load(std::memory_order_relaxed) != 0; });
    }

private:
    static constexpr std::uint64_t aliveMark = 0xA11CEA11CEA11CE0U;
    static constexpr std::uint64_t deadMark = 0xDEADDEADDEADDEADU;

    volatile std::uint64_t m_mark = aliveMark;
    mutable std::atomic<int> m_inside{0};
    mutable std::atomic<std::uint32_t> m_touches{0};
};

// A capture that needs no destructor.
struct Touch
{
    const Target *target;
    void operator()(const int &) const { target->touch(); }
};

// One that does, and that touches the target in its destructor too: that must be over as well.
class TouchToTheLast
{
public:
    explicit TouchToTheLast(const Target *target) noexcept : m_target(target) {}
    TouchToTheLast(TouchToTheLast &&other) noexcept : m_target(std::exchange(other.m_target, nullptr)) {}
    ~TouchToTheLast()
    {
        if (m_target)
            m_target->touch();
    }
    void operator()(const int &) const { m_target->touch(); }

private:
    const Target *m_target;
};

// Registers one of the two through add(handler).
template <class Add>
auto addEither(Random &random, const Target *target, Add &&add)
{
    return random.oneIn(2) ? add(Touch{target}) : add(TouchToTheLast{target});
}

HandlerId add(SyncRegistry<int> &registry, Random &random, const Target *target)
{
    const int priority = static_cast<int>(random.below(3));
    return addEither(random, target, [&](auto &&handler) {
        return registry.registerHandler(std::move(handler), {.priority = priority});
    });
}

HandlerGuard addGuard(SyncRegistry<int> &registry, Random &random, const Target *target, bool once = false)
{
    const int priority = static_cast<int>(random.below(3));
    return addEither(random, target, [&](auto &&handler) {
        return registry.registerGuard(std::move(handler), {.priority = priority, .once = once});
    });
}

struct NotifyForEver
{
    SyncRegistry<int> &registry;
    void operator()(unsigned) const { registry.notify(0); }
};

// --- one owner -----------------------------------------------------------------------------------

void targetMayBeFreedAfterUnregisterAndWait()
{
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index);
        for (std::size_t i = Stress::scaled(60000); i != 0; --i) {
            auto target = std::make_unique<Target>();
            const HandlerId id = add(registry, random, target.get());
            if (random.oneIn(256))
                target->waitUntilTouched();
            Stress::stagger(random);
            STRESS_CHECK(registry.unregisterAndWait(id));
        }
    });
    STRESS_CHECK(registry.isEmpty());
}

void targetMayBeFreedAfterItsGuard()
{
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index);
        for (std::size_t i = Stress::scaled(60000); i != 0; --i) {
            const auto target = std::make_unique<Target>();
            const HandlerGuard guard = addGuard(registry, random, target.get());
            Stress::stagger(random);
        }
    });
    STRESS_CHECK(registry.isEmpty());
}

// One long list, so that walks are long and meet many changes.
void targetsMayBeFreedAfterTheirGuardSet()
{
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index);
        for (std::size_t i = Stress::scaled(2000); i != 0; --i) {
            std::array<Target, 50> targets;
            GuardSet guards;
            for (const Target &target : targets)
                guards.add(addGuard(registry, random, &target, random.oneIn(4)));
            Stress::stagger(random, 1024);
        }
    });
    STRESS_CHECK(registry.isEmpty());
}

// The very first notify and the last one of short-lived threads are among those that must be seen.
void targetMayBeFreedWhileThreadsComeAndGo()
{
    SyncRegistry<int> registry;
    const Background spawner(1, [&](unsigned) {
        Stress::runThreads(3, [&](unsigned) {
            for (int i = 0; i < 20; ++i)
                registry.notify(0);
        });
    });
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index);
        for (std::size_t i = Stress::scaled(20000); i != 0; --i) {
            const auto target = std::make_unique<Target>();
            const HandlerGuard guard = addGuard(registry, random, target.get());
            Stress::stagger(random);
        }
    });
}

// --- two threads race for every handler ----------------------------------------------------------

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
            [&](Item &item, Random &) { item.end(); },
            [&](Item &, Random &) { others[mine++ % others.size()].end(); }, [](Item &) {});
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

// --- guards that end inside handlers -------------------------------------------------------------

// Two threads run a handler that ends the guards of others, which two more threads run.
void targetMayBeFreedByAnotherHandler()
{
    constexpr std::size_t places = 8;
    struct Victim
    {
        Target target;
        HandlerGuard guard;
    };
    SyncRegistry<int> registry;
    SyncRegistry<int> reapers;
    std::array<std::atomic<Victim *>, places> victims{};
    std::atomic<std::size_t> reaped{0};
    const HandlerGuard reaper = reapers.registerGuard([&](const int &place) {
        if (Victim *victim = victims.at(static_cast<std::size_t>(place)).exchange(nullptr, std::memory_order_acq_rel)) {
            victim->guard.reset();
            delete victim;
            reaped.fetch_add(1, std::memory_order_relaxed);
        }
    });
    // The same, but on the list that the victims are on.
    const HandlerGuard inPlace = registry.registerGuard(
            [&](const int &place) {
                if (place < 0)
                    return;
                if (Victim *victim = victims.at(static_cast<std::size_t>(place)).exchange(nullptr, std::memory_order_acq_rel)) {
                    victim->guard.reset();
                    delete victim;
                    reaped.fetch_add(1, std::memory_order_relaxed);
                }
            },
            {.priority = 1});

    const std::size_t rounds = Stress::scaled(40000);
    std::atomic<std::size_t> made{0};
    {
        const Background notifiers(notifierCount, [&](unsigned) { registry.notify(-1); });
        Stress::runThreads(3, [&](unsigned index) {
            Random random(index + 40);
            for (std::size_t i = rounds; i != 0; --i) {
                const int place = static_cast<int>(random.below(places));
                if (index == 0) {
                    auto victim = std::make_unique<Victim>();
                    victim->guard = addGuard(registry, random, &victim->target);
                    made.fetch_add(1, std::memory_order_relaxed);
                    Victim *old = victims.at(static_cast<std::size_t>(place)).exchange(victim.release(), std::memory_order_acq_rel);
                    if (old) {
                        reaped.fetch_add(1, std::memory_order_relaxed);
                        delete old; // its guard is its last member and goes first
                    }
                } else if (index == 1) {
                    reapers.notify(place);
                } else {
                    registry.notify(place);
                }
            }
        });
    }
    for (auto &victim : victims) {
        if (Victim *left = victim.exchange(nullptr)) {
            delete left;
            reaped.fetch_add(1, std::memory_order_relaxed);
        }
    }
    STRESS_CHECK(made == reaped);
    STRESS_CHECK(registry.handlerCount() == 1);
}

// A capture that owns the guard of its own handler, or of the next one, goes with the handler.
void captureMayOwnGuards()
{
    struct Chain
    {
        Target target;
        HandlerGuard own;
        HandlerGuard next;
    };
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index + 50);
        for (std::size_t i = Stress::scaled(20000); i != 0; --i) {
            auto last = std::make_shared<Chain>();
            auto first = std::make_shared<Chain>();
            HandlerGuard lastGuard = registry.registerGuard([last](const int &) { last->target.touch(); });
            const std::weak_ptr<Chain> lives = last;
            const bool ownsItself = random.oneIn(2);
            HandlerGuard firstGuard = registry.registerGuard([first](const int &) { first->target.touch(); });
            const HandlerId id = firstGuard.id();
            // Nobody else reads the guards of a chain before its destruction.
            first->next = std::move(lastGuard);
            if (ownsItself)
                first->own = std::move(firstGuard);
            last.reset();
            first.reset();
            Stress::stagger(random);
            if (ownsItself)
                STRESS_CHECK(registry.unregisterAndWait(id));
            else
                firstGuard.reset();
            STRESS_CHECK(lives.expired());
        }
    });
    STRESS_CHECK(registry.isEmpty());
}

} // namespace

int main(int argc, char **argv)
{
    return Stress::runChecks(argc, argv,
                             {
                                     STRESS_NAMED(targetMayBeFreedAfterUnregisterAndWait),
                                     STRESS_NAMED(targetMayBeFreedAfterItsGuard),
                                     STRESS_NAMED(targetsMayBeFreedAfterTheirGuardSet),
                                     STRESS_NAMED(targetMayBeFreedWhileThreadsComeAndGo),
                                     STRESS_NAMED(twoGuardsOfOneRegistryMayEndAtOnce),
                                     STRESS_NAMED(guardWaitsAlsoWhenItLosesTheRaceForTheRemoval),
                                     STRESS_NAMED(guardWaitsForAFiringOfOnce),
                                     STRESS_NAMED(onceFiresOnOneThreadOnlyAndItsGuardWaits),
                                     STRESS_NAMED(guardWaitsForHandlersThatClearRemoved),
                                     STRESS_NAMED(guardWaitsForHandlersOfARegistryThatGoes),
                                     STRESS_NAMED(targetMayBeFreedByAnotherHandler),
                                     STRESS_NAMED(captureMayOwnGuards),
                             });
}
