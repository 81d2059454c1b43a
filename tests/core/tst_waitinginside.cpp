// SPDX-License-Identifier: MIT
#include "barrier.h"
#include "capture.h"
#include "gate.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <atomic>
#include <thread>

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

// Letting go of a handler out of a handler, with other threads inside. A wait that should not be is a deadlock here,
// which ends with the test's time-out.
class WaitingInside : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoThreadsInsideTheSameHandlerMayBothLetGoOfIt()
    {
        for (int round = 0; round < 300; ++round) {
            Registry registry;
            Barrier inside(2);
            CaptureCounter captures;
            std::atomic<int> winners = 0;
            HandlerGuard guard;
            HandlerId id;
            guard = registry.registerGuard([&, capture = captures.capture()](const int &event) {
                inside.arriveAndWait();
                if (event == 0 && round % 2 == 0)
                    guard.reset();
                else
                    winners += registry.unregisterAndWait(id);
            });
            id = guard.id();
            {
                const std::jthread other([&] { registry.notify(0); });
                registry.notify(1);
            }
            QVERIFY(!registry.contains(id));
            QCOMPARE(captures.alive(), 0);
            QVERIFY(round % 2 == 0 ? winners <= 1 : winners == 1);
        }
    }

    void threadInsideThatFindsTheHandlerUnregisteredDoesNotWait()
    {
        Registry registry;
        Gate gate;
        HandlerGuard guard;
        guard = registry.registerGuard([&](const int &event) {
            if (event == 0) {
                gate.pass();
            } else {
                registry.unregister(guard.id());
                guard.reset();
            }
        });
        const Visitor visitor(gate, [&] { registry.notify(0); });
        QCOMPARE(registry.notify(1).called, 1U);
    }

    void threadInsideTheHandlerWaitsForTheOthersButNotForItself_data()
    {
        QTest::addColumn<int>("depth");
        for (const int depth : {1, 3, 6, 7, 8, 20})
            QTest::addRow("%d deep", depth) << depth;
    }

    void threadInsideTheHandlerWaitsForTheOthersButNotForItself()
    {
        QFETCH(int, depth);
        Registry registry;
        Gate gate;
        bool hasLeft = false;
        bool sawItLeave = false;
        CaptureCounter captures;
        HandlerGuard guard;
        HandlerId id;
        guard = registry.registerGuard([&, capture = captures.capture()](const int &event) {
            if (event > 1) {
                registry.notify(event - 1);
            } else if (event == 1) {
                guard.reset();
                sawItLeave = hasLeft;
                QCOMPARE(captures.alive(), 1);
            } else {
                gate.pass();
                giveWay();
                hasLeft = true;
            }
        });
        id = guard.id();
        Visitor visitor(gate, [&] { registry.notify(0); });
        const std::jthread opener([&] {
            while (registry.contains(id))
                std::this_thread::yield();
            giveWay();
            gate.open();
        });
        registry.notify(depth);
        visitor.leave();
        QVERIFY(sawItLeave);
        QCOMPARE(captures.alive(), 0);
    }

    void handlerMayWaitForAnotherHandler()
    {
        Registry registry;
        Gate gate;
        bool hasLeft = false;
        bool sawItLeave = false;
        const HandlerId slow = registry.registerHandler([&](const int &event) {
            if (event == 0) {
                gate.pass();
                giveWay();
                hasLeft = true;
            }
        });
        registry.registerHandler([&](const int &event) {
            if (event == 1) {
                registry.unregisterAndWait(slow);
                sawItLeave = hasLeft;
            }
        }, {.priority = 1});
        const Visitor visitor(gate, [&] { registry.notify(0); });
        const std::jthread opener([&] {
            while (registry.contains(slow))
                std::this_thread::yield();
            giveWay();
            gate.open();
        });
        QCOMPARE(registry.notify(1).called, 1U);
        QVERIFY(sawItLeave);
    }

    void handlerMayBeWaitedForByTheEndOfItsPredecessorsCapture()
    {
        Registry registry;
        HandlerId successor;
        HandlerId leaving;
        int calls = 0;
        leaving = registry.registerHandler([&, capture = atEnd([&] { registry.unregisterAndWait(successor); })](const int &) {
            registry.unregister(leaving);
        }, {.priority = 1});
        successor = registry.registerHandler([&](const int &) { ++calls; });
        registry.notify(0);
        QCOMPARE(calls, 0);
        QVERIFY(registry.isEmpty());
    }
};

QTEST_APPLESS_MAIN(WaitingInside)
#include "tst_waitinginside.moc"
