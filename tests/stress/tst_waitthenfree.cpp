// SPDX-License-Identifier: MIT
#include "target.h"

#include <SignalBox/GuardSet>
#include <SignalBox/core/registry/handlerremoval.h>

#include <array>
#include <memory>

// What a handler refers to is freed as soon as unregisterAndWait() or a waiting guard has returned, while other
// threads notify without pause: no handler may touch it afterwards.

namespace {

using SignalBox::GuardSet;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::SyncRegistry;
using Stress::addGuard;
using Stress::Background;
using Stress::notifierCount;
using Stress::NotifyForEver;
using Stress::Random;
using Stress::Target;

void targetMayBeFreedAfterUnregisterAndWait()
{
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index);
        for (std::size_t i = Stress::scaled(60000); i != 0; --i) {
            auto target = std::make_unique<Target>();
            const HandlerId id = Stress::add(registry, random, target.get());
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

// Handlers that are withheld are not called by the withholding thread, and by nobody after the end of their removal, whoever makes
// the list anew meanwhile.
void targetsMayBeFreedAfterTheirRemoval()
{
    SyncRegistry<int> registry;
    const Background notifiers(notifierCount, NotifyForEver{registry});
    const Background changer(1, [&](unsigned) { registry.unregister(registry.registerHandler([](const int &) {})); });
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index);
        for (std::size_t i = Stress::scaled(2000); i != 0; --i) {
            std::array<Target, 50> targets;
            std::array<HandlerId, 50> ids;
            for (std::size_t j = 0; j < ids.size(); ++j)
                ids.at(j) = Stress::add(registry, random, &targets.at(j));
            Stress::stagger(random, 1024);
            SignalBox::detail::HandlerRemoval removal;
            for (const HandlerId id : ids) {
                STRESS_CHECK(removal.unregister(registry, id));
                STRESS_CHECK(!registry.contains(id));
            }
            removal.finishAndWait();
        }
    });
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
                if (Victim *victim =
                            victims.at(static_cast<std::size_t>(place)).exchange(nullptr, std::memory_order_acq_rel)) {
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
                    Victim *old = victims.at(static_cast<std::size_t>(place))
                                          .exchange(victim.release(), std::memory_order_acq_rel);
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
                                     STRESS_NAMED(targetsMayBeFreedAfterTheirRemoval),
                                     STRESS_NAMED(targetMayBeFreedWhileThreadsComeAndGo),
                                     STRESS_NAMED(targetMayBeFreedByAnotherHandler),
                                     STRESS_NAMED(captureMayOwnGuards),
                             });
}
