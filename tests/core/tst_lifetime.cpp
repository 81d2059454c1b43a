// SPDX-License-Identifier: MIT
#include "capture.h"
#include "gate.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

// When what a handler captured is destroyed.
class Lifetime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void captureIsDestroyedAtOnceWhenNobodyIsInside()
    {
        Registry registry;
        CaptureCounter captures;
        const auto add = [&](bool once = false) {
            return registry.registerHandler([capture = captures.capture()](const int &) {}, {.once = once});
        };
        registry.unregister(add());
        QCOMPARE(captures.alive(), 0);
        registry.unregisterAndWait(add());
        QCOMPARE(captures.alive(), 0);
        registry.registerGuard([capture = captures.capture()](const int &) {}).reset();
        QCOMPARE(captures.alive(), 0);
        registry.registerGuard([capture = captures.capture()](const int &) {}).unregister();
        QCOMPARE(captures.alive(), 0);
        add(true);
        registry.notify(0);
        QCOMPARE(captures.alive(), 0);
        add();
        add();
        QCOMPARE(captures.alive(), 2);
        registry.clear();
        QCOMPARE(captures.alive(), 0);
        add();
        registry.notify(0);
        QCOMPARE(captures.alive(), 1);
    }

    void registryDestroysAllCaptures()
    {
        CaptureCounter captures;
        {
            Registry registry;
            for (int i = 0; i < 200; ++i)
                registry.registerHandler([capture = captures.capture()](const int &) {}, {.enabled = i % 3 != 0});
            registry.onException([capture = captures.capture()](const SignalBox::ExceptionInfo &) {});
            QCOMPARE(captures.alive(), 201);
        }
        QCOMPARE(captures.alive(), 0);
    }

    void callableIsKeptInOneCopy()
    {
        Registry registry;
        CaptureCounter captures;
        const auto handler = [capture = captures.capture()](const int &) {};
        QCOMPARE(captures.alive(), 1);
        const HandlerId id = registry.registerHandler(handler);
        QCOMPARE(captures.alive(), 2);
        registry.notify(0);
        QCOMPARE(captures.alive(), 2);
        registry.unregister(id);
        QCOMPARE(captures.alive(), 1);
    }

    void captureDiesAfterTheCallAndBeforeTheNextHandlerRuns_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("leaver");
        for (const int count : {4, 64, 65, 130}) {
            for (const int leaver : {0, count / 2, count - 2, count - 1})
                QTest::addRow("number %d of %d", leaver, count) << count << leaver;
        }
    }

    void captureDiesAfterTheCallAndBeforeTheNextHandlerRuns()
    {
        QFETCH(int, count);
        QFETCH(int, leaver);
        Registry registry;
        CaptureCounter captures;
        HandlerId leaving;
        int aliveInside = -1;
        std::vector<int> aliveLater;
        for (int i = 0; i < count; ++i) {
            if (i == leaver) {
                leaving = registry.registerHandler([&, capture = captures.capture()](const int &) {
                    registry.unregister(leaving);
                    aliveInside = captures.alive();
                });
            } else {
                registry.registerHandler([&](const int &) { aliveLater.push_back(captures.alive()); });
            }
        }
        registry.notify(0);
        QCOMPARE(aliveInside, 1);
        QCOMPARE(captures.alive(), 0);
        std::vector<int> expected(static_cast<std::size_t>(leaver), 1);
        expected.resize(static_cast<std::size_t>(count) - 1, 0);
        QCOMPARE(aliveLater, expected);
    }

    void captureOfAThrowingHandlerDiesAfterItsReport()
    {
        Registry registry;
        CaptureCounter captures;
        HandlerId id;
        int aliveInReport = -1;
        int aliveLater = -1;
        registry.onException([&](const SignalBox::ExceptionInfo &) { aliveInReport = captures.alive(); });
        id = registry.registerHandler([&, capture = captures.capture()](const int &) {
            registry.unregister(id);
            throw 1;
        });
        registry.registerHandler([&](const int &) { aliveLater = captures.alive(); });
        registry.notify(0);
        QCOMPARE(aliveInReport, 1);
        QCOMPARE(aliveLater, 0);
    }

    void captureDiesOnTheThreadThatLeavesTheHandlerLast()
    {
        Registry registry;
        Gate gate;
        std::thread::id destroyedOn;
        std::thread::id visitedOn;
        const HandlerId id = registry.registerHandler(
            [&, capture = atEnd([&] { destroyedOn = std::this_thread::get_id(); })](const int &) {
                visitedOn = std::this_thread::get_id();
                gate.pass();
            });
        {
            Visitor visitor(gate, [&] { registry.notify(0); });
            QVERIFY(registry.unregister(id));
            QCOMPARE(destroyedOn, std::thread::id());
        }
        QCOMPARE(destroyedOn, visitedOn);
    }

    void captureDiesOnTheOtherThreadBeforeItsNextHandlerRuns()
    {
        Registry registry;
        Gate gate;
        bool isDestroyed = false;
        bool wasDestroyed = false;
        const HandlerId id = registry.registerHandler(
            [&, capture = atEnd([&] { isDestroyed = true; })](const int &) { gate.pass(); }, {.priority = 1});
        registry.registerHandler([&](const int &) { wasDestroyed = isDestroyed; });
        {
            Visitor visitor(gate, [&] { registry.notify(0); });
            QVERIFY(registry.unregister(id));
        }
        QVERIFY(wasDestroyed);
    }

    void captureOutlivesEveryCallOnEveryThread()
    {
        constexpr int visitorCount = 3;
        Registry registry;
        Gate gates[visitorCount];
        std::atomic<std::size_t> visitor = 0;
        std::atomic<bool> isDestroyed = false;
        const HandlerId id = registry.registerHandler(
            [&, capture = atEnd([&] { isDestroyed = true; })](const int &) { gates[visitor++].pass(); });
        std::vector<std::unique_ptr<Visitor>> visitors;
        for (Gate &gate : gates)
            visitors.push_back(std::make_unique<Visitor>(gate, [&] { registry.notify(0); }));
        QVERIFY(registry.unregister(id));
        for (const auto &one : visitors) {
            QVERIFY(!isDestroyed);
            one->leave();
        }
        QVERIFY(isDestroyed);
    }

    void destroyedRegistryLeavesACaptureToTheThreadInsideIt()
    {
        auto *registry = new Registry;
        Gate gate;
        CaptureCounter idle;
        std::atomic<bool> isDestroyed = false;
        int others = 0;
        registry->registerHandler([&, capture = atEnd([&] { isDestroyed = true; })](const int &) { gate.pass(); },
                                  {.priority = 1});
        registry->registerHandler([&, capture = idle.capture()](const int &) { ++others; });
        {
            Visitor visitor(gate, [registry] { registry->notify(0); });
            delete registry;
            QCOMPARE(idle.alive(), 0);
            QVERIFY(!isDestroyed);
        }
        QVERIFY(isDestroyed);
        QCOMPARE(others, 0);
    }

    void endOfACaptureMayComeBackIntoTheRegistry()
    {
        Registry registry;
        std::vector<int> events;
        HandlerId added;
        const HandlerId leaving = registry.registerHandler([capture = atEnd([&] {
            registry.notify(1);
            added = registry.registerHandler([](const int &) {});
            registry.setPriority(added, 3);
            registry.clearExceptionCallback();
        })](const int &) {});
        registry.registerHandler([&](const int &event) { events.push_back(event); });
        registry.unregister(leaving);
        QCOMPARE(events, std::vector<int>{1});
        QVERIFY(registry.contains(added));
        QCOMPARE(registry.handlerCount(), 2U);
    }

    void endOfACaptureInsideTheWalkMayComeBackIntoTheRegistry()
    {
        Registry registry;
        std::vector<int> events;
        HandlerId leaving;
        HandlerId removed;
        leaving = registry.registerHandler([&, capture = atEnd([&] {
            registry.unregisterAndWait(removed);
            registry.notify(1);
        })](const int &) { registry.unregister(leaving); }, {.priority = 1});
        removed = registry.registerHandler([&](const int &event) { events.push_back(10 + event); });
        registry.registerHandler([&](const int &event) { events.push_back(event); }, {.priority = -1});
        QCOMPARE(registry.notify(0).called, 2U);
        QCOMPARE(events, (std::vector<int>{1, 0}));
    }

    void endOfACaptureMayDestroyTheRegistry()
    {
        auto registry = std::make_unique<Registry>();
        HandlerId leaving;
        int others = 0;
        leaving = registry->registerHandler([&, capture = atEnd([&] { registry.reset(); })](const int &) {
            registry->unregister(leaving);
        }, {.priority = 1});
        registry->registerHandler([&](const int &) { ++others; });
        QCOMPARE(registry->notify(0).called, 1U);
        QVERIFY(!registry);
        QCOMPARE(others, 0);
    }

    void endOfACaptureDuringClearMayRegisterAHandlerThatStays()
    {
        Registry registry;
        HandlerId added;
        CaptureCounter captures;
        registry.registerHandler([capture = captures.capture()](const int &) {});
        registry.registerHandler([&, capture = atEnd([&] {
            added = registry.registerHandler([](const int &) {});
        })](const int &) {});
        registry.registerHandler([capture = captures.capture()](const int &) {});
        registry.clear();
        QCOMPARE(captures.alive(), 0);
        QCOMPARE(registry.handlerCount(), 1U);
        QVERIFY(registry.contains(added));
    }

    void endOfACaptureMayUnregisterItsNeighbours()
    {
        Registry registry;
        CaptureCounter captures;
        std::vector<HandlerId> ids;
        for (int i = 0; i < 20; ++i) {
            ids.push_back(registry.registerHandler([capture = captures.capture(), next = atEnd([&registry, &ids, i] {
                if (i + 1 < 20)
                    registry.unregister(ids[static_cast<std::size_t>(i) + 1]);
            })](const int &) {}));
        }
        QVERIFY(registry.unregister(ids.front()));
        QCOMPARE(captures.alive(), 0);
        QVERIFY(registry.isEmpty());
    }

    void endOfTheExceptionCallbacksCaptureMayReplaceIt()
    {
        Registry registry;
        std::vector<int> reports;
        registry.onException([&, capture = atEnd([&] {
            registry.onException([&](const SignalBox::ExceptionInfo &) { reports.push_back(2); });
        })](const SignalBox::ExceptionInfo &) { reports.push_back(1); });
        registry.clearExceptionCallback();
        registry.registerHandler([](const int &) { throw 1; });
        registry.notify(0);
        QCOMPARE(reports, std::vector<int>{2});
    }
};

QTEST_APPLESS_MAIN(Lifetime)
#include "tst_lifetime.moc"
