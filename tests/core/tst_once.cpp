// SPDX-License-Identifier: MIT
#include "barrier.h"
#include "capture.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using SignalBox::DispatchReport;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using Registry = SignalBox::SyncRegistry<int>;

class Once : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onceHandlerIsCalledByTheFirstNotifyOnly()
    {
        Registry registry;
        std::vector<int> events;
        const HandlerId id = registry.registerHandler([&](const int &event) { events.push_back(event); }, {.once = true});
        QVERIFY(registry.contains(id));
        QCOMPARE(registry.notify(1).called, 1U);
        QVERIFY(!registry.contains(id));
        QVERIFY(registry.isEmpty());
        QCOMPARE(registry.notify(2).called, 0U);
        QCOMPARE(events, std::vector<int>{1});
    }

    void onceHandlerIsUnregisteredBeforeItRuns()
    {
        Registry registry;
        HandlerId id;
        bool isContained = true;
        bool isUnregisteredAgain = true;
        bool isPaused = true;
        bool isMoved = true;
        std::size_t count = 9;
        id = registry.registerHandler([&](const int &) {
            isContained = registry.contains(id);
            count = registry.handlerCount();
            isUnregisteredAgain = registry.unregister(id);
            isPaused = registry.setEnabled(id, false);
            isMoved = registry.setPriority(id, 3);
        }, {.once = true});
        registry.notify(0);
        QVERIFY(!isContained);
        QCOMPARE(count, 0U);
        QVERIFY(!isUnregisteredAgain);
        QVERIFY(!isPaused);
        QVERIFY(!isMoved);
    }

    void onceHandlerIsNotCalledAgainByANotifyInsideIt()
    {
        Registry registry;
        int calls = 0;
        DispatchReport inner;
        registry.registerHandler([&](const int &) {
            ++calls;
            inner = registry.notify(1);
        }, {.once = true});
        const DispatchReport outer = registry.notify(0);
        QCOMPARE(calls, 1);
        QCOMPARE(outer.called, 1U);
        QCOMPARE(inner.called, 0U);
    }

    void outerNotifySkipsAOnceHandlerThatANestedOneFired()
    {
        Registry registry;
        std::vector<int> events;
        registry.registerHandler([&](const int &event) {
            if (event == 0)
                registry.notify(1);
        }, {.priority = 1});
        registry.registerHandler([&](const int &event) { events.push_back(event); }, {.once = true});
        const DispatchReport outer = registry.notify(0);
        QCOMPARE(events, std::vector<int>{1});
        QCOMPARE(outer.called, 1U);
    }

    void onceHandlerThatThrowsIsGoneAndCountedAsFailed()
    {
        Registry registry;
        registry.registerHandler([](const int &) { throw std::runtime_error("once"); }, {.once = true});
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 1, .failed = 1}));
        QVERIFY(registry.isEmpty());
        QCOMPARE(registry.notify(0), DispatchReport());
    }

    void onceHandlerMayStopTheNotify()
    {
        Registry registry;
        int others = 0;
        const HandlerId id = registry.registerHandler([](const int &) { return Propagation::Stop; },
                                                      {.priority = 1, .once = true});
        registry.registerHandler([&](const int &) { ++others; });
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 1, .stoppedBy = id}));
        QCOMPARE(others, 0);
        QCOMPARE(registry.notify(0).called, 1U);
        QCOMPARE(others, 1);
    }

    void pausedOnceHandlerIsNotUsedUp()
    {
        Registry registry;
        int calls = 0;
        const HandlerId id = registry.registerHandler([&](const int &) { ++calls; }, {.once = true, .enabled = false});
        registry.notify(0);
        QCOMPARE(calls, 0);
        QVERIFY(registry.setEnabled(id, true));
        registry.notify(0);
        registry.notify(0);
        QCOMPARE(calls, 1);
    }

    void onceHandlerKeepsItsNatureWhenItMoves()
    {
        Registry registry;
        int calls = 0;
        const HandlerId id = registry.registerHandler([&](const int &) { ++calls; }, {.once = true});
        QVERIFY(registry.setPriority(id, 5));
        QVERIFY(registry.setEnabled(id, false));
        QVERIFY(registry.setEnabled(id, true));
        registry.notify(0);
        registry.notify(0);
        QCOMPARE(calls, 1);
    }

    void onceHandlerThatWasUnregisteredNeverRuns()
    {
        Registry registry;
        int calls = 0;
        QVERIFY(registry.unregister(registry.registerHandler([&](const int &) { ++calls; }, {.once = true})));
        registry.notify(0);
        QCOMPARE(calls, 0);
    }

    void whatAOnceHandlerCapturedDiesBeforeTheNextHandlerRuns()
    {
        Registry registry;
        CaptureCounter captures;
        int aliveInside = -1;
        int aliveAfterwards = -1;
        registry.registerHandler([&, capture = captures.capture()](const int &) { aliveInside = captures.alive(); },
                                 {.priority = 1, .once = true});
        registry.registerHandler([&](const int &) { aliveAfterwards = captures.alive(); });
        registry.notify(0);
        QCOMPARE(aliveInside, 1);
        QCOMPARE(aliveAfterwards, 0);
    }

    void hundredOnceHandlersAllFireInOneNotify()
    {
        Registry registry;
        std::vector<int> calls;
        std::vector<int> expected;
        for (int i = 0; i < 100; ++i) {
            registry.registerHandler([&calls, i](const int &) { calls.push_back(i); }, {.once = true});
            expected.push_back(i);
        }
        QCOMPARE(registry.notify(0).called, 100U);
        QCOMPARE(calls, expected);
        QVERIFY(registry.isEmpty());
    }

    void onceHandlerRunsOnExactlyOneOfFourThreads()
    {
        constexpr int threadCount = 4;
        constexpr int rounds = 2000;
        Registry registry;
        std::atomic<int> calls = 0;
        std::atomic<std::uint32_t> reported = 0;
        int wrong = 0;
        const auto prepare = [&]() noexcept {
            wrong += calls.exchange(0) != 1 || reported.exchange(0) != 1;
            registry.registerHandler([&](const int &) { calls.fetch_add(1); }, {.once = true});
        };
        registry.registerHandler([&](const int &) { calls.fetch_add(1); }, {.once = true});
        Barrier round(threadCount, prepare);
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < threadCount; ++i) {
                threads.emplace_back([&] {
                    for (int k = 0; k < rounds; ++k) {
                        reported.fetch_add(registry.notify(0).called);
                        round.arriveAndWait();
                    }
                });
            }
        }
        QCOMPARE(wrong, 0);
    }
};

QTEST_APPLESS_MAIN(Once)
#include "tst_once.moc"
