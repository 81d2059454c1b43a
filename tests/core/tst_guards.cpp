// SPDX-License-Identifier: MIT
#include "capture.h"
#include "gate.h"

#include <SignalBox/GuardSet>
#include <SignalBox/HandlerGuard>
#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

using SignalBox::GuardSet;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

static_assert(std::is_nothrow_default_constructible_v<HandlerGuard>);
static_assert(!std::is_copy_constructible_v<HandlerGuard> && !std::is_copy_assignable_v<HandlerGuard>);
static_assert(std::is_nothrow_move_constructible_v<HandlerGuard> && std::is_nothrow_move_assignable_v<HandlerGuard>);
static_assert(std::is_nothrow_destructible_v<HandlerGuard> && std::is_nothrow_swappable_v<HandlerGuard>);
static_assert(!std::is_copy_constructible_v<GuardSet> && std::is_nothrow_move_constructible_v<GuardSet>);

class Guards : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlerIsRegisteredExactlyAsLongAsItsGuardLives()
    {
        Registry registry;
        int calls = 0;
        {
            const HandlerGuard guard = registry.registerGuard([&](const int &) { ++calls; });
            QVERIFY(guard.isActive());
            QVERIFY(guard.id().isValid());
            QVERIFY(registry.contains(guard.id()));
            registry.notify(0);
            QCOMPARE(calls, 1);
        }
        registry.notify(0);
        QCOMPARE(calls, 1);
        QVERIFY(registry.isEmpty());
    }

    void resetEndsTheRegistrationAndMayBeRepeated()
    {
        Registry registry;
        HandlerGuard guard = registry.registerGuard([](const int &) {});
        guard.reset();
        QVERIFY(registry.isEmpty());
        QVERIFY(!guard.isActive());
        QVERIFY(!guard.id().isValid());
        guard.reset();
        guard.unregister();
        QVERIFY(!guard.release().isValid());
    }

    void defaultConstructedGuardIsInactive()
    {
        HandlerGuard guard;
        QVERIFY(!guard.isActive());
        QVERIFY(!guard.id().isValid());
        guard.reset();
        guard.unregister();
        QVERIFY(!guard.release().isValid());
    }

    void releasedHandlerStaysRegistered()
    {
        Registry registry;
        int calls = 0;
        HandlerId id;
        {
            HandlerGuard guard = registry.registerGuard([&](const int &) { ++calls; });
            const HandlerId before = guard.id();
            id = guard.release();
            QCOMPARE(id, before);
            QVERIFY(!guard.isActive());
            QVERIFY(!guard.id().isValid());
        }
        registry.notify(0);
        QCOMPARE(calls, 1);
        QVERIFY(registry.unregister(id));
    }

    void movedFromGuardIsInactive()
    {
        Registry registry;
        HandlerGuard first = registry.registerGuard([](const int &) {});
        const HandlerId id = first.id();
        HandlerGuard second = std::move(first);
        QVERIFY(!first.isActive()); // NOLINT(bugprone-use-after-move): this is what is tested
        QVERIFY(!first.id().isValid());
        QVERIFY(second.isActive());
        QCOMPARE(second.id(), id);
        first.reset();
        QVERIFY(registry.contains(id));
    }

    void moveAssignmentFirstLetsGoOfWhatTheGuardHeld()
    {
        Registry registry;
        const CaptureCounter none;
        CaptureCounter held;
        HandlerGuard guard = registry.registerGuard([capture = held.capture()](const int &) {});
        const HandlerId old = guard.id();
        guard = registry.registerGuard([](const int &) {});
        QVERIFY(!registry.contains(old));
        QCOMPARE(held.alive(), none.alive());
        QVERIFY(guard.isActive());
        QCOMPARE(registry.handlerCount(), 1U);
        guard = {};
        QVERIFY(registry.isEmpty());
    }

    void assigningAGuardToItselfKeepsTheRegistration()
    {
        Registry registry;
        HandlerGuard guard = registry.registerGuard([](const int &) {});
        HandlerGuard &same = guard;
        guard = std::move(same);
        QVERIFY(guard.isActive());
        QCOMPARE(registry.handlerCount(), 1U);
    }

    void swappedGuardsHoldEachOthersRegistrations()
    {
        Registry registry;
        HandlerGuard a = registry.registerGuard([](const int &) {});
        HandlerGuard b = registry.registerGuard([](const int &) {});
        const HandlerId idOfA = a.id();
        const HandlerId idOfB = b.id();
        swap(a, b);
        QCOMPARE(a.id(), idOfB);
        a.reset();
        QVERIFY(registry.contains(idOfA));
        QVERIFY(!registry.contains(idOfB));
    }

    void guardsOfDifferentEventTypesShareAVector()
    {
        Registry numbers;
        SignalBox::SyncRegistry<std::string> texts;
        std::string seen;
        std::vector<HandlerGuard> guards;
        guards.push_back(numbers.registerGuard([&](const int &number) { seen += std::to_string(number); }));
        guards.push_back(texts.registerGuard([&](const std::string &text) { seen += text; }));
        numbers.notify(1);
        texts.notify("b");
        QCOMPARE(seen, std::string("1b"));
        guards.erase(guards.begin());
        QVERIFY(numbers.isEmpty());
        QVERIFY(!texts.isEmpty());
        guards.clear();
        QVERIFY(texts.isEmpty());
    }

    void guardMayOutliveItsRegistry()
    {
        CaptureCounter captures;
        auto registry = std::make_unique<Registry>();
        HandlerGuard guard = registry->registerGuard([capture = captures.capture()](const int &) {});
        HandlerGuard released = registry->registerGuard([](const int &) {});
        const HandlerId id = guard.id();
        registry.reset();
        QCOMPARE(captures.alive(), 0);
        QVERIFY(!guard.isActive());
        QCOMPARE(guard.id(), id);
        QVERIFY(released.release().isValid());
        guard.reset();
    }

    void guardOfAHandlerThatIsGoneIsInactive()
    {
        Registry registry;
        const HandlerGuard unregistered = registry.registerGuard([](const int &) {});
        const HandlerGuard fired = registry.registerGuard([](const int &) {}, {.once = true});
        const HandlerGuard cleared = registry.registerGuard([](const int &) {});
        registry.unregister(unregistered.id());
        QVERIFY(!unregistered.isActive());
        registry.notify(0);
        QVERIFY(!fired.isActive());
        QVERIFY(cleared.isActive());
        registry.clear();
        QVERIFY(!cleared.isActive());
    }

    void guardResetInsideItsOwnHandlerDoesNotWaitForItself()
    {
        Registry registry;
        CaptureCounter captures;
        int calls = 0;
        HandlerGuard guard;
        int aliveInside = 0;
        guard = registry.registerGuard([&, capture = captures.capture()](const int &) {
            ++calls;
            guard.reset();
            aliveInside = captures.alive();
        });
        registry.notify(0);
        registry.notify(0);
        QCOMPARE(calls, 1);
        QCOMPARE(aliveInside, 1);
        QCOMPARE(captures.alive(), 0);
    }

    void handlerThatOwnsItsGuardMayLetGoOfIt()
    {
        Registry registry;
        int calls = 0;
        const auto guard = std::make_shared<HandlerGuard>();
        *guard = registry.registerGuard([&calls, guard](const int &) {
            ++calls;
            *guard = {};
        });
        registry.notify(0);
        registry.notify(0);
        QCOMPARE(calls, 1);
        QCOMPARE(guard.use_count(), 1L);
    }

    void captureMayOwnTheGuardOfItsOwnHandler()
    {
        std::weak_ptr<HandlerGuard> watch;
        {
            Registry registry;
            const auto guard = std::make_shared<HandlerGuard>();
            watch = guard;
            *guard = registry.registerGuard([guard](const int &) {});
        }
        QVERIFY(watch.expired());
    }

    void captureMayOwnTheGuardOfAnotherHandler()
    {
        Registry registry;
        HandlerGuard inner = registry.registerGuard([](const int &) {});
        const HandlerId innerId = inner.id();
        const HandlerId outer = registry.registerHandler([guard = std::move(inner)](const int &) {});
        QVERIFY(registry.contains(innerId));
        QVERIFY(registry.unregister(outer));
        QVERIFY(!registry.contains(innerId));
        QVERIFY(registry.isEmpty());
    }

    void chainOfGuardsInCapturesEndsWithTheRegistry()
    {
        CaptureCounter captures;
        {
            Registry registry;
            HandlerGuard guard;
            for (int i = 0; i < 100; ++i) {
                guard = registry.registerGuard(
                    [inner = std::move(guard), capture = captures.capture()](const int &) {});
            }
            QVERIFY(guard.release().isValid());
            QCOMPARE(captures.alive(), 100);
        }
        QCOMPARE(captures.alive(), 0);
    }

    void guardSetEndsAllItsRegistrations()
    {
        Registry numbers;
        SignalBox::SyncRegistry<std::string> texts;
        CaptureCounter captures;
        GuardSet set;
        QCOMPARE(set.count(), 0U);
        for (int i = 0; i < 100; ++i)
            set.add(numbers.registerGuard([capture = captures.capture()](const int &) {}));
        set.add(texts.registerGuard([capture = captures.capture()](const std::string &) {}));
        set.add(HandlerGuard());
        QCOMPARE(set.count(), 102U);
        const HandlerId bystander = numbers.registerHandler([](const int &) {});
        set.reset();
        QCOMPARE(set.count(), 0U);
        QCOMPARE(captures.alive(), 0);
        QCOMPARE(numbers.handlerCount(), 1U);
        QVERIFY(numbers.contains(bystander));
        QVERIFY(texts.isEmpty());
        set.reset();
    }

    void guardSetLetsGoOfHandlersThatAreGoneAlready()
    {
        GuardSet set;
        auto registry = std::make_unique<Registry>();
        for (int i = 0; i < 3; ++i)
            set.add(registry->registerGuard([](const int &) {}, {.once = i == 0}));
        registry->notify(0);
        QCOMPARE(registry->handlerCount(), 2U);
        registry.reset();
        set.reset();
        QCOMPARE(set.count(), 0U);
    }

    void guardSetMayBeResetInsideOneOfItsHandlers()
    {
        Registry registry;
        GuardSet set;
        std::vector<int> calls;
        for (int i = 0; i < 3; ++i) {
            set.add(registry.registerGuard([&calls, &set, i](const int &) {
                calls.push_back(i);
                if (i == 1)
                    set.reset();
            }));
        }
        registry.notify(0);
        QCOMPARE(calls, (std::vector<int>{0, 1}));
        QVERIFY(registry.isEmpty());
    }

    void guardSetMoveAssignmentFirstLetsGoOfWhatTheSetHeld()
    {
        Registry registry;
        GuardSet first;
        first.add(registry.registerGuard([](const int &) {}));
        GuardSet second;
        second.add(registry.registerGuard([](const int &) {}));
        const HandlerId kept = registry.handlers().back().id;
        first = std::move(second);
        QCOMPARE(registry.handlerCount(), 1U);
        QVERIFY(registry.contains(kept));
        QCOMPARE(first.count(), 1U);
    }
};

QTEST_APPLESS_MAIN(Guards)
#include "tst_guards.moc"
