// SPDX-License-Identifier: MIT
#include "capture.h"
#include "gate.h"

#include <SignalBox/GuardSet>
#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using SignalBox::GuardSet;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

// Ways to let go of a handler that wait until nobody else is inside of it.
enum class Way {
    UnregisterAndWait,
    GuardReset,
    GuardDestructor,
    GuardAssignment,
    GuardSetReset,
    GuardAfterUnregister,
    GuardAfterGuardUnregister,
    GuardAfterOnce,
    GuardAfterClear,
    GuardAfterRegistryIsGone,
};

// Notifies `registry` from inside of itself until its handlers have been entered `depth` times.
void dive(const Registry &registry, int depth) { registry.notify(depth); }

// A handler for that: calls `atTheBottom` in the innermost call.
auto diver(const Registry *registry, std::function<void()> atTheBottom)
{
    return [registry, atTheBottom = std::move(atTheBottom)](const int &depth) {
        if (depth > 1)
            registry->notify(depth - 1);
        else
            atTheBottom();
    };
}

} // namespace

// Who waits for whom when a handler is let go of while other threads are inside of it. A wait that should not be is a
// deadlock here, which ends with the test's time-out.
class WaitingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void letGoWaitsUntilTheOtherThreadHasLeftTheHandler_data()
    {
        QTest::addColumn<Way>("way");
        QTest::addColumn<int>("depth");
        // Deeper than seven, other threads see a visitor in another way.
        for (const int depth : {1, 3, 10}) {
            QTest::addRow("unregisterAndWait, %d deep", depth) << Way::UnregisterAndWait << depth;
            QTest::addRow("guard: reset, %d deep", depth) << Way::GuardReset << depth;
            QTest::addRow("guard: destructor, %d deep", depth) << Way::GuardDestructor << depth;
            QTest::addRow("guard: assignment, %d deep", depth) << Way::GuardAssignment << depth;
            QTest::addRow("guard set: reset, %d deep", depth) << Way::GuardSetReset << depth;
            QTest::addRow("guard after unregister, %d deep", depth) << Way::GuardAfterUnregister << depth;
            QTest::addRow("guard after clear, %d deep", depth) << Way::GuardAfterClear << depth;
            QTest::addRow("guard after the registry, %d deep", depth) << Way::GuardAfterRegistryIsGone << depth;
        }
        QTest::addRow("guard after once") << Way::GuardAfterOnce << 1;
    }

    void letGoWaitsUntilTheOtherThreadHasLeftTheHandler()
    {
        QFETCH(Way, way);
        QFETCH(int, depth);
        for (int round = 0; round < 20; ++round) {
            auto registry = std::make_unique<Registry>();
            Gate gate;
            bool hasLeft = false;
            bool isDestroyed = false;
            const auto stay = [&] {
                gate.pass();
                giveWay();
                hasLeft = true;
            };
            std::optional<HandlerGuard> guard(std::in_place);
            *guard = registry->registerGuard([dive = diver(registry.get(), stay),
                                              capture = atEnd([&] { isDestroyed = true; })](const int &event) { dive(event); },
                                             {.once = way == Way::GuardAfterOnce});
            Visitor visitor(gate, [&, notified = registry.get()] { dive(*notified, depth); });
            std::atomic<bool> isAboutToWait = false;
            const std::jthread opener([&] {
                while (!isAboutToWait)
                    std::this_thread::yield();
                giveWay();
                gate.open();
            });
            GuardSet set;
            if (way == Way::GuardSetReset)
                set.add(std::move(*guard));
            else if (way == Way::GuardAfterUnregister)
                registry->unregister(guard->id());
            else if (way == Way::GuardAfterClear)
                registry->clear();
            else if (way == Way::GuardAfterRegistryIsGone)
                registry.reset();

            isAboutToWait = true;
            switch (way) {
            case Way::UnregisterAndWait:
                QVERIFY(registry->unregisterAndWait(guard->id()));
                break;
            case Way::GuardDestructor:
                guard.reset();
                break;
            case Way::GuardAssignment:
                *guard = HandlerGuard();
                break;
            case Way::GuardSetReset:
                set.reset();
                break;
            default:
                guard->reset();
                break;
            }
            QVERIFY(hasLeft);
            QVERIFY(isDestroyed);
        }
    }

    void letGoWaitsForTheLastOfSeveralThreads()
    {
        constexpr int visitorCount = 4;
        Registry registry;
        Gate gates[visitorCount];
        std::atomic<int> left = 0;
        const HandlerId id = registry.registerHandler([&](const int &event) {
            gates[event].pass();
            ++left;
        });
        std::vector<std::unique_ptr<Visitor>> visitors;
        for (int i = 0; i < visitorCount; ++i)
            visitors.push_back(std::make_unique<Visitor>(gates[i], [&, i] { registry.notify(i); }));
        const std::jthread opener([&] {
            while (registry.contains(id))
                std::this_thread::yield();
            for (Gate &gate : gates) {
                giveWay();
                gate.open();
            }
        });
        QVERIFY(registry.unregisterAndWait(id));
        QCOMPARE(left.load(), visitorCount);
    }

    void nobodyWaitsForAnotherHandlerOfTheSameList()
    {
        Registry registry;
        GuardSet set;
        Gate gate;
        CaptureCounter captures;
        const auto add = [&](int priority) {
            return registry.registerGuard([capture = captures.capture()](const int &) {}, {.priority = priority});
        };
        // Those with priority 1 have been left by the visitor, the others it has not reached yet.
        HandlerGuard before = add(1);
        HandlerGuard after = add(-1);
        const HandlerId idBefore = add(1).release();
        const HandlerId idAfter = add(-1).release();
        set.add(add(1));
        set.add(add(-1));
        registry.registerHandler([&](const int &) { gate.pass(); });
        const Visitor visitor(gate, [&] { registry.notify(0); });
        QVERIFY(registry.unregisterAndWait(idBefore));
        QVERIFY(registry.unregisterAndWait(idAfter));
        before.reset();
        after.reset();
        set.reset();
        QCOMPARE(captures.alive(), 0);
        QCOMPARE(registry.handlerCount(), 1U);
    }

    void nobodyWaitsForAHandlerOfADestroyedRegistryThatIsNotItsOwn()
    {
        auto registry = std::make_unique<Registry>();
        Gate gate;
        registry->registerHandler([&](const int &) { gate.pass(); });
        HandlerGuard other = registry->registerGuard([](const int &) {});
        const Visitor visitor(gate, [notified = registry.get()] { notified->notify(0); });
        registry.reset();
        other.reset();
        QVERIFY(!other.isActive());
    }

    void unregisterClearPauseAndDestructionNeverWait()
    {
        auto registry = std::make_unique<Registry>();
        Gate gate;
        std::vector<HandlerGuard> guards;
        for (int i = 0; i < 4; ++i)
            guards.push_back(registry->registerGuard([&](const int &) { gate.pass(); }, {.priority = i}));
        const Visitor visitor(gate, [notified = registry.get()] { notified->notify(0); });
        const HandlerId id = guards[3].id();
        QVERIFY(registry->setEnabled(id, false));
        QVERIFY(registry->setPriority(id, 9));
        QVERIFY(registry->unregister(id));
        guards[3].unregister();
        registry->clear();
        registry.reset();
        QVERIFY(!guards[2].isActive());
    }

    void waitEndsWhenAnotherThreadHasDestroyedTheCapture()
    {
        for (int round = 0; round < 300; ++round) {
            Registry registry;
            std::atomic<bool> isNotifying = false;
            std::atomic<bool> isDone = false;
            auto referred = std::make_unique<std::atomic<int>>(0);
            HandlerGuard guard = registry.registerGuard(
                [used = referred.get(), capture = atEnd([used = referred.get()] { ++*used; })](const int &) { ++*used; });
            const std::jthread notifier([&] {
                while (!isDone) {
                    registry.notify(0);
                    isNotifying = true;
                }
            });
            while (!isNotifying)
                std::this_thread::yield();
            registry.unregister(guard.id());
            guard.reset();
            const int uses = *referred;
            // A use after this is one after its end.
            referred.reset();
            isDone = true;
            QVERIFY(uses > 0);
        }
    }
};

QTEST_APPLESS_MAIN(WaitingTest)
#include "tst_waiting.moc"
