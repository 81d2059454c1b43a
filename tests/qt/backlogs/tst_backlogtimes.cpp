// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/ExceptionInfo>
#include <SignalBox/TestClock>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::EventBatch;
using SignalBox::HandlerId;

using Clock = std::chrono::steady_clock;

// When handlers are called, and what functions of a backlog may do.
class BacklogTimes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- every() ---------------------------------------------------------------------------------

    void handlerRestsAsLongAsItsCallTook_data()
    {
        QTest::addColumn<bool>("isForBatches");
        QTest::newRow("events") << false;
        QTest::newRow("batches") << true;
    }
    void handlerRestsAsLongAsItsCallTook()
    {
        QFETCH(bool, isForBatches);
        struct Call
        {
            Clock::time_point begin;
            Clock::time_point end;
        };
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<Call> calls;
        const auto work = [&] {
            const Clock::time_point begin = Clock::now();
            while (Clock::now() < begin + 30ms) { }
            calls.push_back({begin, Clock::now()});
            registry.post(1);
        };
        if (isForBatches)
            registry.registerHandler(&context, [&](const EventBatch<int> &) { work(); }, {.backlog = Backlog::all().every(5)});
        else
            registry.registerHandler(&context, [&](const int &) { work(); }, {.backlog = Backlog::newest().every(5)});
        registry.post(0);
        QVERIFY(waitFor([&] { return calls.size() >= 4; }));
        for (std::size_t i = 1; i < calls.size(); ++i)
            QVERIFY(calls[i].begin - calls[i - 1].end >= calls[i - 1].end - calls[i - 1].begin);
    }

    // A call that was made in the event loop of another one is the call before.
    void nestedCallEndsTheRestOfTheCallAroundIt()
    {
        SignalBox::TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) {
            seen.push_back(event);
            if (event == 0) {
                registry.post(1);
                QCoreApplication::processEvents();
            }
        }, {.backlog = Backlog::newest().every(0)});
        registry.post(0);
        QVERIFY(waitFor([&] { return seen.size() == 2; }));
        registry.post(2);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(seen, (std::vector{0, 1, 2}));
    }

    // Turns of its event loop are counted, from the first post to the last delivery.
    void threadWakesUpForCallsAndNotForPosts()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        std::atomic<int> turns = 0;
        QObject *counter = nullptr;
        worker.run([&] {
            counter = new QObject;
            connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, counter, [&] { ++turns; });
            // Of all(), a busy machine would take ever more in each call.
            registry.registerHandler(worker.context(), [&](const EventBatch<int> &) { ++calls; }, {.backlog = Backlog::newest(1000).every(1)});
        });
        constexpr int wanted = 300;
        int before = 0;
        worker.run([&] { before = turns; });
        while (calls < wanted)
            registry.post(0);
        int after = 0;
        int delivered = 0;
        worker.run([&] {
            after = turns;
            delivered = calls;
            delete counter;
        });
        // GLib wakes up twice for a timer that it has to wait for, and where the machine stands still, for a post that finds the thread idle.
        QVERIFY2(after - before <= 2 * delivered + delivered / 100 + 10,
                 qPrintable(QStringLiteral("%1 turns for %2 calls").arg(after - before).arg(delivered)));
    }

    // --- order -----------------------------------------------------------------------------------

    void batchesThatAreDueTogetherComeInPriorityOrder()
    {
        SignalBox::TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<char> order;
        const auto take = [&](char name) { return [&order, name](const EventBatch<int> &) { order.push_back(name); }; };
        registry.registerHandler(&context, take('c'), {.priority = 1, .backlog = Backlog::all().every(10)});
        const HandlerId moved = registry.registerHandler(&context, take('d'), {.priority = 9, .backlog = Backlog::all().every(10)});
        registry.registerHandler(&context, take('b'), {.priority = 2, .backlog = Backlog::newest(5).every(10)});
        registry.registerHandler(&context, take('a'), {.priority = 3, .backlog = Backlog::newestBy([](int event) { return event; }).every(10)});
        registry.post(1);
        QVERIFY(clock.advance(0ms));
        QVERIFY(registry.setPriority(moved, 0));
        order.clear();
        registry.post(2);
        QVERIFY(clock.advance(10ms));
        QCOMPARE(order, (std::vector{'a', 'b', 'c', 'd'}));
    }

    // --- onDemand() ------------------------------------------------------------------------------

    void deliverIsRefusedWhereItMakesNoSense()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        WorkerThread worker;
        HandlerId nested;
        bool isNestedDone = true;
        nested = registry.registerHandler(this, [&](const int &) { isNestedDone = registry.deliver(nested); }, {.backlog = Backlog::all().onDemand()});
        const HandlerId soon = registry.registerHandler(this, [](const int &) {}, {.backlog = Backlog::newest()});
        const HandlerId elsewhere = registry.registerHandler(worker.context(), [](const int &) {}, {.backlog = Backlog::newest().onDemand()});
        runQueuedCalls();
        worker.drain();
        registry.post(1);
        const auto refuses = [] {
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("RegistryObject::deliver\\(\\): .*; nothing was delivered")));
        };
        refuses();
        QVERIFY(registry.deliver(nested));
        QVERIFY(!isNestedDone);
        refuses();
        QVERIFY(!registry.deliver(soon));
        refuses();
        QVERIFY(!registry.deliver(elsewhere));
        QVERIFY(!registry.deliver({}));
        QVERIFY(!other.deliver(nested));
    }

    void eventsOnDemandEndWithTheThread()
    {
        AsyncRegistry<int> registry;
        auto worker = std::make_unique<WorkerThread>();
        int calls = 0;
        registry.registerHandler(SignalBox::onThread(worker->thread()), [&](const int &) { ++calls; }, {.backlog = Backlog::newest(3).onDemand()});
        worker->drain();
        const auto future = registry.notify(1);
        worker->drain();
        QVERIFY(!future.isFinished());
        worker->finish();
        QVERIFY(finishes(future));
        QCOMPARE(future.result().dropped, 1U);
        worker.reset();
        QCOMPARE(calls, 0);
    }

    void futureFinishesWithTheDeliveryOnDemand()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        const HandlerId id = registry.registerHandler(this, [&](const int &event) { seen.push_back(event); }, {.backlog = Backlog::newest(2).onDemand()});
        runQueuedCalls();
        const auto first = registry.notify(1);
        const auto second = registry.notify(2);
        const auto third = registry.notify(3);
        QVERIFY(finishes(first));
        QCOMPARE(first.result().dropped, 1U);
        runQueuedCalls();
        QVERIFY(!second.isFinished() && !third.isFinished());
        QVERIFY(registry.deliver(id));
        QVERIFY(finishes(second) && finishes(third));
        QCOMPARE(seen, (std::vector{2, 3}));
    }

    // --- functions of the program ----------------------------------------------------------------

    void functionsThatThrowAreFailuresOfTheHandler_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("where") << 0;
        QTest::newRow("key") << 1;
        QTest::newRow("merge") << 2;
    }
    void functionsThatThrowAreFailuresOfTheHandler()
    {
        QFETCH(int, which);
        AsyncRegistry<int> registry;
        registry.setStatisticsEnabled(true);
        std::vector<std::string> failures;
        std::vector<int> seen;
        registry.onException([&](const SignalBox::ExceptionInfo &info) { failures.push_back(std::string(info.handlerName()) + info.message()); });
        const auto fails = [which](int function, int event) {
            if (function == which && event == 13)
                throw std::runtime_error(" no");
        };
        registry.registerHandler(this, [&](const int &event) { seen.push_back(event); },
                                 {.name = QStringLiteral("h"),
                                  .backlog = Backlog::mergedBy([fails](int event) { return fails(1, event), event % 2; },
                                                               [fails](int &kept, int &&newer) { fails(2, newer), kept += newer; })
                                                 .where([fails](int event) { return fails(0, event), true; })});
        registry.post(1);
        registry.post(13);
        const auto failed = registry.notify(13);
        registry.post(3);
        QVERIFY(finishes(failed));
        COMPARE_REPORT(failed.result(), 1, 1, 0);
        QVERIFY(waitFor([&] { return !seen.empty(); }));
        QCOMPARE(seen, std::vector{4});
        QCOMPARE(failures, std::vector<std::string>(2, "h no"));
        const auto row = registry.handlers().front();
        QCOMPARE(row.failures, quint64(2));
        QCOMPARE(row.merged, quint64(1));
    }

    void functionsMayPostAndUnregister_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("where") << 0;
        QTest::newRow("key") << 1;
        QTest::newRow("merge") << 2;
    }
    void functionsMayPostAndUnregister()
    {
        QFETCH(int, which);
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        HandlerId id;
        const auto act = [&](int function, int event) {
            if (function != which)
                return;
            if (event == 5)
                registry.post(7);
            else if (event == 100)
                registry.unregister(id);
        };
        id = registry.registerHandler(this, [&](const int &event) { seen.push_back(event); },
                                      {.backlog = Backlog::mergedBy([act](int event) { return act(1, event), 0; },
                                                                    [act](int &kept, int &&newer) { act(2, newer), kept += newer; })
                                                      .where([act](int event) { return act(0, event), true; })});
        registry.post(1);
        registry.post(5);
        QVERIFY(waitFor([&] { return !seen.empty(); }));
        QCOMPARE(seen, std::vector{13});
        registry.post(1);
        registry.post(100);
        QVERIFY(!registry.contains(id));
        runQueuedCalls();
        QCOMPARE(seen, std::vector{13});
    }

    // Each event is in one sum, whoever merges it, and nobody sees a sum that is being made.
    void mergedEventsAddUpWhileProducersRace_data()
    {
        QTest::addColumn<int>("keys");
        QTest::newRow("one key") << 1;
        QTest::newRow("few keys") << 3;
        QTest::newRow("many keys") << 500;
    }
    void mergedEventsAddUpWhileProducersRace()
    {
        QFETCH(int, keys);
        struct Hit
        {
            int key = 0;
            quint64 count = 0;
            quint64 sum = 0;
        };
        WorkerThread worker;
        AsyncRegistry<Hit> registry;
        std::map<int, Hit> total;
        std::atomic<quint64> received = 0;
        registry.registerHandler(worker.context(), [&](const EventBatch<Hit> &batch) {
            for (const Hit &hit : batch) {
                total[hit.key].count += hit.count;
                total[hit.key].sum += hit.sum;
                received += hit.count;
            }
        }, {.backlog = Backlog::mergedBy(&Hit::key, [](Hit &kept, Hit &&newer) {
                           kept.count += newer.count;
                           kept.sum += newer.sum;
                       })});
        constexpr int producers = 3;
        const int events = scaled(30000);
        std::vector<std::thread> threads;
        for (int producer = 0; producer < producers; ++producer) {
            threads.emplace_back([&, producer] {
                for (int i = 0; i < events; ++i)
                    registry.post({(i + producer) % keys, 1, quint64(i)});
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QVERIFY(waitFor([&] { return received == quint64(producers) * quint64(events); }));
        worker.run([&] {
            quint64 sum = 0;
            for (const auto &[key, hit] : total)
                sum += hit.sum;
            QCOMPARE(sum, quint64(producers) * quint64(events) * quint64(events - 1) / 2);
            QCOMPARE(int(total.size()), keys);
        });
    }

    // The first event is other handlers' too.
    void mergingLeavesTheEventsOfOthersAlone()
    {
        AsyncRegistry<int> registry;
        std::vector<int> all;
        std::vector<int> sums;
        registry.registerHandler(this, [&](const int &event) { all.push_back(event); }, {.delivery = SignalBox::Delivery::Queued});
        registry.registerHandler(this, [&](const int &event) { sums.push_back(event); },
                                 {.backlog = Backlog::merged([](int &kept, int &&newer) { kept += newer; })});
        for (int i = 1; i <= 4; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return all.size() == 4 && sums.size() == 1; }));
        QCOMPARE(all, (std::vector{1, 2, 3, 4}));
        QCOMPARE(sums, std::vector{10});
    }

    void futureOfWhatIsMergedCountsItAsDropped()
    {
        AsyncRegistry<int> registry;
        registry.registerHandler(this, [](const int &) {}, {.backlog = Backlog::merged([](int &kept, int &&newer) { kept += newer; })});
        const auto kept = registry.notify(1);
        const auto merged = registry.notify(2);
        QVERIFY(finishes(kept) && finishes(merged));
        COMPARE_REPORT(kept.result(), 1, 0, 0);
        COMPARE_REPORT(merged.result(), 0, 0, 1);
    }

    // A backlog that does not count an event leaves it out of the report, too.
    void eventsThatDoNotCountAreNoneOfTheHandlers()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        registry.registerHandler(this, [&](const int &) { ++calls; }, {.once = true, .backlog = Backlog::all().where([](int event) { return event > 5; })});
        const auto unwanted = registry.notify(1);
        QVERIFY(finishes(unwanted));
        COMPARE_REPORT(unwanted.result(), 0, 0, 0);
        const auto sequential = registry.notifySequential(2);
        QVERIFY(finishes(sequential));
        COMPARE_REPORT(sequential.result(), 0, 0, 0);
        const auto wanted = registry.notify(6);
        QVERIFY(finishes(wanted));
        COMPARE_REPORT(wanted.result(), 1, 0, 0);
        QCOMPARE(calls, 1);
    }

    // --- limits ----------------------------------------------------------------------------------

    void longestTimesAndLargestNumbersAreFine()
    {
        SignalBox::TestClock clock;
        AsyncRegistry<int> registry;
        int calls = 0;
        const auto century = std::chrono::hours(99 * 365 * 24);
        registry.registerHandler(this, [&](const int &) { ++calls; }, {.backlog = Backlog::newest(std::numeric_limits<int>::max()).every(century)});
        registry.registerHandler(this, [&](const int &) { ++calls; }, {.backlog = Backlog::oldest(std::numeric_limits<int>::max()).quietFor(0)});
        registry.registerHandler(this, [&](const int &) { ++calls; }, {.backlog = Backlog::all().quietFor(std::chrono::milliseconds::max())});
        registry.post(1);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(calls, 2);
    }

    // --- dropPending() ---------------------------------------------------------------------------

    void dropPendingOfAllAndOfNone()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        std::vector<int> seen;
        std::map<HandlerId, quint64> lagged;
        connect(&registry, &AsyncRegistry<int>::lagged, this, [&](HandlerId id, quint64 lost) { lagged[id] += lost; });
        const auto handler = [&](const int &event) { seen.push_back(event); };
        const HandlerId queued = registry.registerHandler(this, handler, {.delivery = SignalBox::Delivery::Queued});
        const HandlerId newest = registry.registerHandler(this, handler, {.backlog = Backlog::newest(2)});
        registry.registerHandler(handler);
        runQueuedCalls();
        for (int i = 0; i < 3; ++i)
            registry.post(i);
        const auto future = registry.notify(3);
        QVERIFY(!registry.dropPending(HandlerId()));
        QVERIFY(!other.dropPending(queued));
        registry.dropPending();
        QCOMPARE(seen, (std::vector{0, 1, 2, 3}));
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 2);
        registry.post(9);
        QVERIFY(waitFor([&] { return seen.size() == 7; }));
        QVERIFY(waitFor([&] { return lagged[queued] == 4 && lagged[newest] == 4; }));
        for (const auto &row : registry.handlers())
            QCOMPARE(row.dropped, quint64(row.threadName.isEmpty() ? 0 : 4));
    }

    // Whatever drops, and whenever: each event arrives or is counted.
    void dropPendingRacesWithProducersAndHandler_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("queue") << Backlog::all();
        QTest::newRow("newest") << Backlog::newest();
        QTest::newRow("newest 10") << Backlog::newest(10);
        QTest::newRow("every") << Backlog::all().every(1);
    }
    void dropPendingRacesWithProducersAndHandler()
    {
        QFETCH(Backlog, backlog);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<quint64> calls = 0;
        std::atomic<bool> isLast = false;
        const HandlerId id = registry.registerHandler(worker.context(), [&](const int &event) {
            ++calls;
            if (event < 0)
                isLast = true;
        }, {.backlog = backlog});
        const int events = scaled(20000);
        std::atomic<bool> isOver = false;
        std::thread dropping([&] {
            while (!isOver)
                registry.dropPending(id);
        });
        std::vector<std::thread> producers;
        for (int producer = 0; producer < 2; ++producer) {
            producers.emplace_back([&] {
                for (int i = 0; i < events; ++i)
                    registry.post(i);
            });
        }
        for (std::thread &producer : producers)
            producer.join();
        isOver = true;
        dropping.join();
        registry.post(-1);
        QVERIFY(waitFor([&] { return isLast.load(); }));
        worker.drain();
        const auto row = registry.handlers().front();
        QCOMPARE(calls + row.dropped + row.merged, quint64(2 * events + 1));
    }
};

QTEST_GUILESS_MAIN(BacklogTimes)
#include "tst_backlogtimes.moc"
