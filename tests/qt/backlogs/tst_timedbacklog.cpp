// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/DrainBudget>
#include <SignalBox/TestClock>

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qregularexpression.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::TestClock;
using namespace std::chrono_literals;

// Throttled and debounced handlers, in virtual time where their own timers are not what is tested.
class TimedBacklog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void intervalsAtTheEndsOfTheirTypeAreLong_data()
    {
        QTest::addColumn<std::chrono::milliseconds>("interval");
        constexpr std::chrono::milliseconds year = std::chrono::hours(365 * 24);
        QTest::newRow("30 days") << std::chrono::milliseconds(std::chrono::hours(30 * 24));
        QTest::newRow("200 years") << 200 * year;
        QTest::newRow("300 years: negative in nanoseconds") << 300 * year;
        QTest::newRow("longest") << std::chrono::milliseconds::max();
    }

    void intervalsAtTheEndsOfTheirTypeAreLong()
    {
        QFETCH(std::chrono::milliseconds, interval);
        AsyncRegistry<int> registry;
        QObject context;
        int debounced = 0;
        std::vector<int> throttled;
        bool isSoon = false;
        TestClock clock;
        registry.registerHandler(&context, [&](const int &) { ++debounced; }, {.backlog = Backlog::debounced(interval)});
        registry.registerHandler(&context, [&](const int &event) { throttled.push_back(event); },
                                 {.backlog = Backlog::throttled(interval)});
        std::vector<std::vector<int>> batches;
        registry.registerHandler(&context, [&](const SignalBox::EventBatch<int> &batch) { batches.emplace_back(batch.begin(), batch.end()); },
                                 {.backlog = Backlog::all().every(interval)});
        registry.registerHandler(&context, [&](const int &) { isSoon = true; }, {.backlog = Backlog::debounced(20)});
        registry.post(1);
        QVERIFY(clock.advance(20ms));
        QVERIFY(isSoon);
        registry.post(2);
        QVERIFY(clock.advance(29 * 24h));
        QCOMPARE(debounced, 0);
        QCOMPARE(throttled, std::vector<int>{1});
        QCOMPARE(batches, (std::vector<std::vector<int>>{{1}}));
    }

    void budgetsAtTheEndsOfTheirTypeAreLong()
    {
        AsyncRegistry<int> registry;
        QObject context;
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".")));
        registry.setSlowHandlerBudget(std::chrono::milliseconds::max());
        QVERIFY(registry.slowHandlerBudget() > std::chrono::hours(24));
        SignalBox::setDrainBudget(std::chrono::microseconds::max());
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.delivery = SignalBox::Delivery::Queued});
        for (int i = 0; i < 1000; ++i)
            registry.post(i);
        QCoreApplication::processEvents(QEventLoop::AllEvents); // all in one drain
        QCOMPARE(calls, 1000);
        SignalBox::setDrainBudget(std::chrono::milliseconds(4));
    }

    void firstEventOfAThrottledHandlerWaitsForNoInterval()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); },
                                 {.backlog = Backlog::throttled(3600000)});
        registry.post(1);
        QVERIFY(waitFor([&] { return !seen.empty(); }));
        QCOMPARE(seen, std::vector<int>{1});
    }

    void throttledRunsOncePerIntervalAtTheMost()
    {
        constexpr int interval = 20;
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); },
                                 {.backlog = Backlog::throttled(interval)});
        TestClock clock;
        int posted = 0;
        for (int time = 0; time < 10 * interval; ++time) {
            registry.post(++posted);
            QVERIFY(clock.advance(1ms));
        }
        QVERIFY(clock.advance(std::chrono::milliseconds(interval))); // the last one of a burst always arrives
        QCOMPARE(seen, (std::vector<int>{1, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200}));
        QCOMPARE(registry.handlers().front().merged, quint64(posted) - quint64(seen.size()));
    }

    // The timer was started again only when the handler had returned: 50 ms came when the loop in it had ended.
    void handlerThatOpensAnEventLoopStallsNoOtherPlannedDelivery_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("debounced") << Backlog::debounced(5);
        QTest::newRow("throttled") << Backlog::throttled(5);
    }
    void handlerThatOpensAnEventLoopStallsNoOtherPlannedDelivery()
    {
        QFETCH(Backlog, backlog);
        AsyncRegistry<int> first;
        AsyncRegistry<int> second;
        QObject context;
        int outer = 0;
        int other = 0;
        bool cameMeanwhile = false;
        first.registerHandler(&context, [&](const int &event) {
            ++outer;
            if (event == 2)
                cameMeanwhile = waitFor([&] { return other == 2; });
        }, {.backlog = backlog});
        second.registerHandler(&context, [&](const int &event) { other = event; }, {.backlog = Backlog::debounced(30)});
        first.post(1);
        QVERIFY(waitFor([&] { return outer == 1; }));
        first.post(2);
        second.post(2);
        QVERIFY(waitFor([&] { return outer == 2; }));
        QVERIFY(cameMeanwhile);
    }

    // Those that are due at once run within the budget of a drain, and timers of the program have their turn in between.
    void manyDueDeliveriesLeaveTheEventLoopItsTurn()
    {
        constexpr int handlers = 60;
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        int callsAtTimer = -1;
        for (int i = 0; i < handlers; ++i) {
            registry.registerHandler(&context, [&](const int &) {
                ++calls;
                QElapsedTimer work;
                work.start();
                while (work.nsecsElapsed() < 500'000) {
                }
            }, {.backlog = Backlog::debounced(1)});
        }
        registry.post(1);
        QVERIFY(waitFor([&] {
            if (calls > 0 && callsAtTimer < 0)
                callsAtTimer = calls; // between two turns of the event loop
            return calls == handlers;
        }));
        QVERIFY2(callsAtTimer < handlers, qPrintable(QString::number(callsAtTimer)));
    }

    void debouncedRunsOnceWithTheLastEventAfterSilence()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        TestClock clock;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.backlog = Backlog::debounced(50)});
        for (int i = 1; i <= 100; ++i) {
            QVERIFY(clock.advance(1ms));
            registry.post(i);
        }
        QVERIFY(clock.advance(49ms));
        QVERIFY(seen.empty());
        QVERIFY(clock.advance(1ms));
        QCOMPARE(seen, std::vector<int>{100});
        QCOMPARE(registry.handlers().front().merged, quint64(99));
    }

    void eachSilenceEndsInOneDebouncedCall()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        TestClock clock;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.backlog = Backlog::debounced(5)});
        for (int i = 1; i <= 3; ++i) {
            registry.post(-i);
            registry.post(i);
            QVERIFY(clock.advance(1h));
            QCOMPARE(int(seen.size()), i);
            QCOMPARE(seen.back(), i);
        }
    }

    void intervalOfZeroStillGoesThroughTheLoop()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int throttled = 0;
        int debounced = 0;
        registry.registerHandler(&context, [&](const int &event) { throttled = event; }, {.backlog = Backlog::throttled(0)});
        registry.registerHandler(&context, [&](const int &event) { debounced = event; }, {.backlog = Backlog::debounced(0)});
        registry.post(1);
        QCOMPARE(throttled + debounced, 0);
        QVERIFY(waitFor([&] { return throttled == 1 && debounced == 1; }));
    }

    void replacedEventsFinishTheirFutures()
    {
        TestClock clock;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.registerHandler(worker.context(), [](const int &) {}, {.backlog = Backlog::debounced(20)});
        const auto first = registry.notify(1);
        const auto second = registry.notify(2);
        QVERIFY(first.isFinished());
        COMPARE_REPORT(first.result(), 0, 0, 1);
        QVERIFY(clock.advance(20ms));
        QVERIFY(second.isFinished());
        COMPARE_REPORT(second.result(), 1, 0, 0);
    }

    void unregisteredHandlerDropsWhatWasPlannedForMuchLater_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("throttled") << Backlog::throttled(3600000);
        QTest::newRow("debounced") << Backlog::debounced(3600000);
    }
    void unregisteredHandlerDropsWhatWasPlannedForMuchLater()
    {
        QFETCH(Backlog, backlog);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        const auto id = registry.registerHandler(worker.context(), [](const int &) {}, {.backlog = backlog});
        registry.post(0);
        worker.drain(); // throttled: has run
        const auto future = registry.notify(1);
        worker.drain(); // planned
        worker.drain();
        QVERIFY(!future.isFinished());
        QVERIFY(registry.unregister(id));
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void pausedHandlerDropsAndCountsWhenItIsTime()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        TestClock clock;
        const auto id = registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(5)});
        const auto future = registry.notify(1);
        registry.setEnabled(id, false);
        QVERIFY(clock.advance(4ms));
        QVERIFY(!future.isFinished());
        QVERIFY(clock.advance(1ms));
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 0, 0, 1);
        QCOMPARE(calls, 0);
        QCOMPARE(registry.handlers().front().dropped, quint64(1));
    }

    void throttledHandlerMayUnregisterItself()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::atomic<int> calls = 0;
        SignalBox::HandlerId id;
        id = registry.registerHandler(&context, [&](const int &) {
            ++calls;
            registry.unregister(id);
        }, {.backlog = Backlog::throttled(1)});
        registry.post(1);
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
        registry.post(2);
        QCoreApplication::processEvents();
        QCOMPARE(calls.load(), 1);
    }
};

QTEST_GUILESS_MAIN(TimedBacklog)
#include "tst_timedbacklog.moc"
