// SPDX-License-Identifier: MIT
#include "looplessthread.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/DrainBudget>
#include <SignalBox/EventBatch>
#include <SignalBox/EventModel>
#include <SignalBox/EventStream>
#include <SignalBox/RegistrySpy>
#include <SignalBox/TestClock>

#include <QtCore/qregularexpression.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::TestClock;
using namespace std::chrono_literals;

class TestClockTest : public QObject
{
    Q_OBJECT

    static void expectWarning(const char *pattern)
    {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QLatin1String(pattern)));
    }

    // Runs the event loop until a timer of real time has fired.
    static void passRealTime(std::chrono::milliseconds time)
    {
        bool isOver = false;
        QTimer::singleShot(time, Qt::PreciseTimer, [&] { isOver = true; });
        QVERIFY(waitFor([&] { return isOver; }));
    }

private Q_SLOTS:
    void timeStandsStillUntilItIsAdvanced()
    {
        const TestClock clock;
        QVERIFY(clock.isActive());
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(1)});
        QDeadlineTimer deadline;
        QFuture<SignalBox::DispatchReport> future;
        do { // until it had not passed when it was passed on
            deadline.setRemainingTime(2);
            future = registry.notify(1, deadline);
        } while (deadline.hasExpired());
        passRealTime(5ms);
        QCOMPARE(calls, 0);
        QVERIFY(!future.isFinished());
    }

    void spiesWaitInRealTime()
    {
        const TestClock clock;
        AsyncRegistry<int> registry;
        SignalBox::RegistrySpy spy(registry);
        QVERIFY(!spy.waitForCount(1, QDeadlineTimer(5))); // ends
    }

    void whatIsDueIsDeliveredInsideOfAdvance_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::addColumn<int>("atOnce");
        QTest::newRow("throttled") << Backlog::throttled(50) << 1;
        QTest::newRow("debounced") << Backlog::debounced(50) << 0;
        QTest::newRow("batched") << Backlog::all().every(50) << 1;
    }
    void whatIsDueIsDeliveredInsideOfAdvance()
    {
        QFETCH(Backlog, backlog);
        QFETCH(int, atOnce);
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.backlog = backlog});
        registry.post(1);
        QVERIFY(clock.advance(0ms));
        QCOMPARE(int(seen.size()), atOnce);
        registry.post(2);
        QVERIFY(clock.advance(49ms));
        QCOMPARE(int(seen.size()), atOnce);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(int(seen.size()), atOnce + 1);
        QCOMPARE(seen.back(), 2);
    }

    void advanceStepsFromDueTimeToDueTime()
    {
        TestClock clock;
        AsyncRegistry<int> often;
        AsyncRegistry<int> seldom;
        QObject context;
        std::vector<int> order;
        often.registerHandler(&context, [&](const int &event) {
            order.push_back(event);
            often.post(event + 1); // for 10 ms later
        }, {.backlog = Backlog::throttled(10)});
        seldom.registerHandler(&context, [&](const int &event) {
            order.push_back(event);
            seldom.post(event);
        }, {.backlog = Backlog::debounced(25)});
        often.post(0);
        seldom.post(-1);
        QVERIFY(clock.advance(60ms));
        // At 50 ms, what was planned first comes first.
        QCOMPARE(order, (std::vector<int>{0, 1, 2, -1, 3, 4, -1, 5, 6}));
    }

    void whatIsDueAtOneTimeComesInTheOrderInWhichItWasPlanned()
    {
        constexpr int handlers = 50;
        TestClock clock;
        QObject context;
        std::vector<int> order;
        std::vector<int> planned;
        AsyncRegistry<int> registries[handlers];
        for (int i = 0; i < handlers; ++i) {
            registries[i].registerHandler(&context, [&, i](const int &) { order.push_back(i); }, {.backlog = Backlog::debounced(10)});
            planned.push_back(i * 7 % handlers);
        }
        for (const int i : planned)
            registries[i].post(i);
        QVERIFY(clock.advance(10ms));
        QCOMPARE(order, planned);
    }

    void newPostsMoveTheEndOfASilence()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.backlog = Backlog::debounced(50)});
        for (int i = 0; i < 10; ++i) {
            registry.post(i);
            QVERIFY(clock.advance(49ms));
            QVERIFY(seen.empty());
        }
        QVERIFY(clock.advance(1ms));
        QCOMPARE(seen, std::vector<int>{9});
    }

    void otherEventsOfTheLoopStayWhereTheyAre()
    {
        TestClock clock;
        QObject context;
        int others = 0;
        QMetaObject::invokeMethod(&context, [&] { ++others; }, Qt::QueuedConnection);
        QTimer::singleShot(0, &context, [&] { ++others; });
        AsyncRegistry<int> registry;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(5)});
        registry.post(1);
        QVERIFY(clock.advance(1s));
        QCOMPARE(calls, 1);
        QCOMPARE(others, 0);
        COMPARE_FINALLY(others, 2);
    }

    void whatWaitsIsDeliveredWhateverTheDrainBudget()
    {
        TestClock clock;
        SignalBox::setDrainBudget(0us);
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.delivery = SignalBox::Delivery::Queued});
        for (int i = 0; i < 100; ++i)
            registry.post(i);
        QVERIFY(clock.advance(0ms));
        SignalBox::setDrainBudget(4ms);
        QCOMPARE(calls, 100);
        registry.post(100); // and the event loop goes on with what comes later
        COMPARE_FINALLY(calls, 101);
    }

    void deadlinesPassWhenTheClockDoes()
    {
        TestClock clock; // and units so long that it does not matter when a deadline is passed
        AsyncRegistry<int> registry;
        QObject context;
        registry.registerHandler(&context, [](const int &) {}, {.backlog = Backlog::debounced(100min)});
        auto concurrent = registry.notify(1, QDeadlineTimer(50min));
        auto sequential = registry.notifySequential(2, QDeadlineTimer(60min)); // merges the first
        AsyncRegistry<int> silent;
        auto next = silent.next(&context, QDeadlineTimer(50min));
        auto stream = silent.stream(&context);
        auto streamed = stream.next(QDeadlineTimer(70min));
        QVERIFY(clock.advance(49min));
        QVERIFY(!next.isFinished() && !sequential.isFinished() && !streamed.isFinished());
        QVERIFY(clock.advance(1min));
        QVERIFY(concurrent.isFinished());
        COMPARE_REPORT(concurrent.result(), 0, 0, 1);
        QVERIFY(next.isFinished());
        QVERIFY(!next.result());
        QVERIFY(!sequential.isFinished());
        QVERIFY(clock.advance(10min));
        QVERIFY(sequential.isFinished());
        COMPARE_REPORT(sequential.result(), 0, 0, 1);
        QVERIFY(!streamed.isFinished());
        QVERIFY(clock.advance(10min));
        QVERIFY(finishes(streamed)); // on the context's thread
        QVERIFY(!streamed.result());
    }

    void inlineHandlersOfASequenceHaveVirtualTimeToo()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        int calls = 0;
        QDeadlineTimer deadline;
        registry.registerHandler([&](const int &) {
            ++calls;
            while (!deadline.hasExpired())
                std::this_thread::yield();
        });
        registry.registerHandler([&](const int &) { ++calls; });
        const auto future = notifySequentialWithin(20ms, deadline, registry);
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 2, 0, 0);
        QCOMPARE(calls, 2);
    }

    void deadlineCountsWithWhatItHadLeftWhenItWasPassed()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        registry.registerHandler(&context, [](const int &) {}, {.backlog = Backlog::debounced(3600000)});
        const QDeadlineTimer deadline(10000);
        QVERIFY(waitFor([&] { return deadline.remainingTime() < 9990; }));
        auto future = registry.notify(1, deadline);
        QVERIFY(clock.advance(9990ms));
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void continuationsOfPassedDeadlinesHaveRunWhenAdvanceReturns()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        AsyncRegistry<int> second;
        QObject context;
        std::atomic<int> ended = 0;
        int told = 0;
        registry.registerHandler(&context, [](const int &) {}, {.backlog = Backlog::debounced(3600000)});
        second.registerHandler(&context, [&](const int &) { ++told; });
        auto end = registry.notify(1, QDeadlineTimer(1000)).then(QtFuture::Launch::Sync, [&](const SignalBox::DispatchReport &) {
            second.post(1);
            ++ended;
        });
        QVERIFY(clock.advance(1s));
        QCOMPARE(ended.load(), 1);
        QCOMPARE(told, 1); // what they post is delivered
    }

    void otherThreadsHaveDeliveredWhenAdvanceReturns()
    {
        TestClock clock;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        AsyncRegistry<int> back;
        QObject context;
        std::atomic<int> calls = 0;
        int answers = 0;
        registry.registerHandler(worker.context(), [&](const int &event) {
            ++calls;
            back.post(event);
        }, {.backlog = Backlog::debounced(3600000)});
        back.registerHandler(&context, [&](const int &event) {
            ++answers;
            if (event < 10)
                registry.post(event + 1);
        }, {.backlog = Backlog::debounced(1000)});
        registry.post(1);
        QVERIFY(clock.advance(1h - 1ms));
        QCOMPARE(calls.load(), 0);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(calls.load(), 1);
        QCOMPARE(answers, 0);
        QVERIFY(clock.advance(1s));
        QCOMPARE(answers, 1);
        QVERIFY(clock.advance(9h + 9s));
        QCOMPARE(calls.load(), 10);
        QCOMPARE(answers, 10);
    }

    // Each round is a chain through three threads, with an answer. One delivery that advance() missed, and its count differs.
    void chainsThroughManyThreadsComeToTheirEnd()
    {
        constexpr int threads = 3;
        TestClock clock;
        QObject context;
        WorkerThread workers[threads];
        AsyncRegistry<int> registries[threads + 1];
        std::atomic<int> calls = 0;
        int ends = 0;
        for (int i = 0; i < threads; ++i) {
            registries[i].registerHandler(workers[i].context(), [&, i](const int &event) {
                ++calls;
                registries[i + 1].post(event);
            }, {.backlog = i % 2 ? Backlog::all() : Backlog::debounced(10 + i)});
        }
        registries[threads].registerHandler(&context, [&](const int &) { ++ends; }, {.backlog = Backlog::throttled(1)});
        const int rounds = scaled(500);
        for (int round = 1; round <= rounds; ++round) {
            registries[0].post(round);
            QVERIFY(clock.advance(22ms));
            QCOMPARE(calls.load(), threads * round);
            QCOMPARE(ends, round);
        }
    }

    void threadsThatRunNoEventLoopAreNotWaitedFor()
    {
        LooplessThread loopless;
        QThread unstarted;
        QObject late;
        late.moveToThread(&unstarted);
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(SignalBox::onThread(loopless.thread()), [](const int &) {}, {.backlog = Backlog::debounced(10)});
        registry.registerHandler(&late, [](const int &) {}, {.backlog = Backlog::debounced(10)});
        AsyncRegistry<int> local;
        local.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(10)});
        local.post(1);
        QVERIFY(clock.advance(10ms));
        QCOMPARE(calls, 1);
        unstarted.start();
        unstarted.quit();
        unstarted.wait();
    }

    void intervalsOfModelsGoByTheClock()
    {
        TestClock clock;
        AsyncRegistry<QVariantMap> registry;
        SignalBox::EventModel model;
        model.setRegistry(&registry);
        model.setInterval(1000);
        registry.post({{QStringLiteral("a"), 1}});
        QVERIFY(clock.advance(0ms));
        QCOMPARE(model.rowCount(), 1);
        registry.post({{QStringLiteral("a"), 2}});
        QVERIFY(clock.advance(999ms));
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(model.rowCount(), 2);
    }

    void intervalsThatHaveBegunBeforeTheClockGoByIt()
    {
        constexpr auto interval = 20ms;
        bool isBegunInTime = false;
        while (!isBegunInTime) { // else the machine was busy for so long, and the interval was over before the clock
            AsyncRegistry<int> registry;
            QObject context;
            int calls = 0;
            registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(interval)});
            const auto begin = std::chrono::steady_clock::now();
            registry.post(1);
            runQueuedCalls(); // planned, on the steady clock
            TestClock clock;
            isBegunInTime = std::chrono::steady_clock::now() - begin < interval;
            if (isBegunInTime) {
                passRealTime(interval + 5ms);
                QCOMPARE(calls, 0);
                QVERIFY(clock.advance(interval));
                QCOMPARE(calls, 1);
            }
        }
    }

    void endOfTheClockPutsWhatIsDueLaterOnTheSteadyClock()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QObject context;
        int here = 0;
        std::atomic<int> there = 0;
        QFuture<SignalBox::DispatchReport> far;
        QFuture<SignalBox::DispatchReport> future;
        AsyncRegistry<int> never;
        never.registerHandler(&context, [](const int &) {}, {.backlog = Backlog::debounced(24h)});
        {
            TestClock clock;
            registry.registerHandler(&context, [&](const int &) { ++here; }, {.backlog = Backlog::debounced(1h)});
            registry.registerHandler(worker.context(), [&](const int &) { ++there; }, {.backlog = Backlog::debounced(1h)});
            registry.post(1);
            future = never.notify(1, QDeadlineTimer(1h));
            far = registry.notify(2, QDeadlineTimer(24h));
            QVERIFY(clock.advance(1h - 20ms));
            QCOMPARE(here + there, 0);
        }
        QVERIFY(waitFor([&] { return here == 1 && there == 1; }));
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
        QVERIFY(finishes(far));
        COMPARE_REPORT(far.result(), 2, 0, 0);
    }

    void clockMayEndWithDeliveriesDue()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QObject context;
        int here = 0;
        std::atomic<int> there = 0;
        registry.registerHandler(&context, [&](const int &) { ++here; }, {.backlog = Backlog::debounced(0)});
        registry.registerHandler(worker.context(), [&](const int &) { ++there; }, {.backlog = Backlog::debounced(0)});
        {
            const TestClock clock;
            registry.post(1);
        }
        QVERIFY(waitFor([&] { return here == 1 && there == 1; }));
    }

    void oneClockFollowsTheOther()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(1h)});
        for (int i = 1; i <= 100; ++i) {
            {
                TestClock clock;
                registry.post(i);
                QVERIFY(clock.advance(30min));
            }
            QCOMPARE(calls, i - 1);
            TestClock clock;
            QVERIFY(clock.advance(30min)); // the real time between the two counts
            QCOMPARE(calls, i);
        }
    }

    void secondClockIsInertAndWarns()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(50)});
        registry.post(1);
        {
            expectWarning("TestClock: there is a clock already, and one at a time; this one is inert");
            TestClock second;
            QVERIFY(!second.isActive());
            expectWarning("TestClock::advance\\(\\): this clock is inert");
            QVERIFY(!second.advance(1h));
            QCOMPARE(calls, 0);
        }
        QVERIFY(clock.isActive());
        QVERIFY(clock.advance(49ms));
        QCOMPARE(calls, 0);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(calls, 1);
    }

    // Clocks need not end in the order of a scope.
    void inertClockThatOutlivesTheOtherStaysInert()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(50)});
        std::optional<TestClock> first(std::in_place);
        expectWarning("TestClock: there is a clock already");
        std::optional<TestClock> second(std::in_place);
        first.reset();
        QVERIFY(!second->isActive());
        expectWarning("TestClock::advance\\(\\): this clock is inert");
        QVERIFY(!second->advance(1h));
        TestClock third;
        QVERIFY(third.isActive());
        registry.post(1);
        second.reset(); // the third goes on
        passRealTime(60ms);
        QCOMPARE(calls, 0);
        QVERIFY(third.advance(50ms));
        QCOMPARE(calls, 1);
    }

    void advanceFromAnotherThreadIsRefused()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(50)});
        registry.post(1);
        expectWarning("TestClock::advance\\(\\): only the thread that created the clock may advance it");
        bool isAdvanced = true;
        std::thread([&] { isAdvanced = clock.advance(1h); }).join();
        QVERIFY(!isAdvanced);
        QCOMPARE(calls, 0);
        QVERIFY(clock.advance(49ms));
        QCOMPARE(calls, 0);
    }

    void advanceFromWithinADeliveryIsRefused_data()
    {
        QTest::addColumn<SignalBox::Delivery>("delivery");
        QTest::newRow("inline") << SignalBox::Delivery::Auto;
        QTest::newRow("queued") << SignalBox::Delivery::Queued;
    }
    void advanceFromWithinADeliveryIsRefused()
    {
        QFETCH(SignalBox::Delivery, delivery);
        TestClock clock;
        AsyncRegistry<int> registry;
        AsyncRegistry<int> timed;
        QObject context;
        int calls = 0;
        std::optional<bool> isAdvanced;
        timed.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(50)});
        registry.registerHandler(&context, [&](const int &) { isAdvanced = clock.advance(1h); }, {.delivery = delivery});
        timed.post(1);
        expectWarning("TestClock::advance\\(\\): a handler cannot let time pass");
        registry.post(1);
        if (delivery == SignalBox::Delivery::Queued)
            QVERIFY(clock.advance(0ms));
        QCOMPARE(isAdvanced, std::optional(false));
        QCOMPARE(calls, 0);
        // Nor from a signal that the library emits on this thread.
        isAdvanced.reset();
        QObject::connect(&registry, &SignalBox::RegistryObject::handlersChanged, &context, [&] { isAdvanced = clock.advance(1h); });
        registry.clear();
        expectWarning("TestClock::advance\\(\\): a handler cannot let time pass");
        QVERIFY(clock.advance(0ms));
        QCOMPARE(isAdvanced, std::optional(false));
        QCOMPARE(calls, 0);
    }

    void durationsThatMakeNoSenseAreRefusedAndChangeNothing_data()
    {
        QTest::addColumn<std::chrono::milliseconds>("duration");
        QTest::addColumn<QString>("problem");
        constexpr std::chrono::milliseconds year = 24h * 365;
        QTest::newRow("negative") << -1ms << QStringLiteral("must not be negative");
        QTest::newRow("least") << std::chrono::milliseconds::min() << QStringLiteral("must not be negative");
        QTest::newRow("a century") << 101 * year << QStringLiteral("more than a century ahead");
        QTest::newRow("beyond nanoseconds") << 300 * year << QStringLiteral("more than a century ahead");
        QTest::newRow("longest") << std::chrono::milliseconds::max() << QStringLiteral("more than a century ahead");
    }
    void durationsThatMakeNoSenseAreRefusedAndChangeNothing()
    {
        QFETCH(std::chrono::milliseconds, duration);
        QFETCH(QString, problem);
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(50)});
        registry.post(1);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(problem));
        QVERIFY(!clock.advance(duration));
        QCOMPARE(calls, 0);
        QVERIFY(clock.advance(49ms));
        QCOMPARE(calls, 0);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(calls, 1);
    }

    void yearsPassInOneStep()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(20 * 365 * 24h)});
        registry.post(1);
        QVERIFY(clock.advance(20 * 365 * 24h - 1ms));
        QCOMPARE(calls, 0);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(calls, 1);
    }

    void handlerMayOpenAnEventLoopInsideOfAdvance()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        QObject context;
        int inner = 0;
        bool cameMeanwhile = false;
        other.registerHandler(&context, [&](const int &) { ++inner; }, {.backlog = Backlog::debounced(10)});
        registry.registerHandler(&context, [&](const int &) { cameMeanwhile = waitFor([&] { return inner == 1; }); },
                                 {.backlog = Backlog::debounced(10)});
        registry.post(1);
        other.post(1);
        QVERIFY(clock.advance(10ms));
        QVERIFY(cameMeanwhile);
        QCOMPARE(inner, 1);
    }

    void clockMayBeDestroyedInsideOfItsOwnAdvance_data()
    {
        QTest::addColumn<bool>("isFollowed");
        QTest::newRow("no other clock") << false;
        QTest::newRow("another clock") << true;
    }
    void clockMayBeDestroyedInsideOfItsOwnAdvance()
    {
        QFETCH(bool, isFollowed);
        auto clock = std::make_unique<TestClock>();
        std::unique_ptr<TestClock> next;
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) {
            ++calls;
            clock.reset();
            if (isFollowed)
                next = std::make_unique<TestClock>();
        }, {.backlog = Backlog::debounced(10)});
        registry.post(1);
        expectWarning("the clock was destroyed");
        QVERIFY(!clock->advance(1h));
        QVERIFY(!clock);
        QCOMPARE(calls, 1);

        int later = 0;
        AsyncRegistry<int> other;
        other.registerHandler(&context, [&](const int &) { ++later; }, {.backlog = Backlog::debounced(1)});
        other.post(1);
        if (isFollowed) {
            QVERIFY(next->isActive());
            QCOMPARE(later, 0);
            QVERIFY(next->advance(1ms));
        }
        QVERIFY(waitFor([&] { return later == 1; })); // in real time, where there is no clock
    }

    // On another thread, for which advance() waits, and by what a deadline ends.
    void clockMayBeDestroyedByOtherThreadsInsideOfAdvance()
    {
        auto clock = std::make_unique<TestClock>();
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.registerHandler(worker.context(), [&](const int &) { clock.reset(); }, {.backlog = Backlog::debounced(10)});
        registry.post(1);
        worker.drain();
        expectWarning("the clock was destroyed");
        QVERIFY(!clock->advance(1h));

        clock = std::make_unique<TestClock>();
        AsyncRegistry<int> silent;
        QThread never;
        silent.registerHandler(SignalBox::onThread(&never), [](const int &) {});
        silent.notify(1, QDeadlineTimer(1000)).then([&](const SignalBox::DispatchReport &) { clock.reset(); });
        expectWarning("the clock was destroyed");
        QVERIFY(!clock->advance(1h));

        QObject context;
        int later = 0;
        AsyncRegistry<int> other;
        other.registerHandler(&context, [&](const int &) { ++later; }, {.backlog = Backlog::debounced(1)});
        other.post(1);
        QVERIFY(waitFor([&] { return later == 1; }));
    }

    // Posts of other threads race with the steps. Each one is delivered, in order.
    void advanceMayRaceWithPosts()
    {
        TestClock clock;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> here;
        std::atomic<int> there = 0;
        registry.registerHandler(&context, [&](const int &event) { here.push_back(event); }, {.backlog = Backlog::all().every(1)});
        registry.registerHandler(worker.context(), [&](const int &event) { there = event; }, {.backlog = Backlog::throttled(1)});
        const int events = scaled(20000);
        std::thread producer([&] {
            for (int i = 1; i <= events; ++i)
                registry.post(i);
        });
        while (there != events)
            QVERIFY(clock.advance(1ms));
        producer.join();
        QVERIFY(clock.advance(1ms));
        QCOMPARE(int(here.size()), events);
        for (int i = 0; i < events; ++i)
            QCOMPARE(here[std::size_t(i)], i + 1);
    }
};

QTEST_GUILESS_MAIN(TestClockTest)
#include "tst_testclock.moc"
