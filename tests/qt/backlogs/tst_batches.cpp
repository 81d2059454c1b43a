// SPDX-License-Identifier: MIT
#include "finishedfuture.h"
#include "movingcontext.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Connect>
#include <SignalBox/DrainBudget>
#include <SignalBox/EventBatch>
#include <SignalBox/ExceptionInfo>
#include <SignalBox/TestClock>

#include <QtCore/qpromise.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <iterator>
#include <memory>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <thread>
#include <vector>

using SignalBox::AsyncOptions;
using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::EventBatch;

static_assert(std::random_access_iterator<EventBatch<int>::const_iterator>);
static_assert(std::ranges::random_access_range<const EventBatch<int> &>);
static_assert(std::ranges::sized_range<const EventBatch<int> &>);
static_assert(!std::is_copy_constructible_v<EventBatch<int>>);

// Handlers that get all that waits for them in one call.
class Batches : public QObject
{
    Q_OBJECT

    using Seen = std::vector<std::vector<int>>;

    static std::vector<int> valuesOf(const EventBatch<int> &batch) { return {batch.begin(), batch.end()}; }

    static std::vector<int> joined(const Seen &seen)
    {
        std::vector<int> result;
        for (const std::vector<int> &batch : seen)
            result.insert(result.end(), batch.begin(), batch.end());
        return result;
    }

private Q_SLOTS:
    void whatWaitsComesInOneCall()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Seen seen;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { seen.push_back(valuesOf(batch)); });
        for (int i = 0; i < 5; ++i)
            registry.post(i);
        QVERIFY(seen.empty()); // never inline
        runQueuedCalls();
        QCOMPARE(seen, Seen{upTo(5)});
        registry.post(7);
        runQueuedCalls();
        QCOMPARE(seen, (Seen{upTo(5), {7}}));
        QCOMPARE(registry.handlers().front().dropped, quint64(0));
    }

    // However many events are in it.
    void batchIsOneCall()
    {
        AsyncRegistry<int> registry;
        registry.setStatisticsEnabled(true);
        QObject context;
        Seen seen;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { seen.push_back(valuesOf(batch)); });
        for (int i = 0; i < 100; ++i)
            registry.post(i);
        runQueuedCalls();
        QCOMPARE(seen, Seen{upTo(100)});
        QCOMPARE(registry.handlers().front().calls, quint64(1));
    }

    // The budget of a drain splits what waits for a handler of events.
    void budgetSplitsNoBatch()
    {
        constexpr int events = 100'000;
        const auto before = SignalBox::drainBudget();
        const auto restore = qScopeGuard([&] { SignalBox::setDrainBudget(before); });
        SignalBox::setDrainBudget(std::chrono::microseconds(1));
        AsyncRegistry<int> registry;
        QObject context;
        Seen seen;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { seen.push_back(valuesOf(batch)); });
        for (int i = 0; i < events; ++i)
            registry.post(i);
        runQueuedCalls();
        QCOMPARE(seen.size(), std::size_t(1));
        QCOMPARE(seen.front(), upTo(events));
    }

    // What comes during its call is of the next drain.
    void handlerIsCalledOncePerDrain_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::all();
        QTest::newRow("bounded") << Backlog::newest(10);
        QTest::newRow("latest") << Backlog::newest();
    }
    void handlerIsCalledOncePerDrain()
    {
        QFETCH(Backlog, backlog);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::vector<int> callsBetweenTurns{0}; // the worker's
        worker.run([&] {
            registry.registerHandler(worker.context(), [&](const EventBatch<int> &batch) {
                ++callsBetweenTurns.back();
                if (batch.back() == 3)
                    return;
                registry.post(batch.back() + 1);
                // Runs after this drain.
                QMetaObject::invokeMethod(worker.context(), [&] { callsBetweenTurns.push_back(0); }, Qt::QueuedConnection);
            }, {.backlog = backlog});
            registry.post(1);
        });
        std::vector<int> calls;
        QVERIFY(waitFor([&] {
            worker.run([&] { calls = callsBetweenTurns; });
            return std::accumulate(calls.begin(), calls.end(), 0) == 3;
        }));
        QCOMPARE(calls, (std::vector{1, 1, 1}));
    }

    void batchIsARangeOfTheEventsThemselves()
    {
        AsyncRegistry<std::unique_ptr<int>> registry;
        QObject context;
        int calls = 0;
        const int *inlineAddress = nullptr;
        registry.registerHandler([&](const std::unique_ptr<int> &event) { inlineAddress = event.get(); }, {.priority = 1});
        registry.registerHandler(&context, [&](const EventBatch<std::unique_ptr<int>> &batch) {
            ++calls;
            QCOMPARE(batch.size(), std::size_t(3));
            QVERIFY(!batch.empty());
            QCOMPARE(*batch.front(), 0);
            QCOMPARE(*batch[1], 1);
            QCOMPARE(batch.back().get(), inlineAddress);
            QCOMPARE(batch.end() - batch.begin(), std::ptrdiff_t(3));
            QCOMPARE(*batch.begin()[2], 2);
            QCOMPARE(*(*(batch.end() - 1)), 2);
        });
        for (int i = 0; i < 3; ++i)
            registry.post(std::make_unique<int>(i));
        runQueuedCalls();
        QCOMPARE(calls, 1);
    }

    void callableThatFitsAnEventGetsEvents()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int generic = 0;
        int without = 0;
        registry.registerHandler(&context, [&](const auto &event) {
            static_assert(std::is_same_v<decltype(event), const int &>);
            ++generic;
        }, {.delivery = SignalBox::Delivery::Queued});
        registry.registerHandler(&context, [&] { ++without; }, {.delivery = SignalBox::Delivery::Queued});
        registry.post(1);
        registry.post(2);
        runQueuedCalls();
        QCOMPARE(generic, 2);
        QCOMPARE(without, 2);
    }

    // An event goes before a batch, and that before no argument.
    void callableOfSeveralShapesIsTriedInTheirOrder()
    {
        struct EventOrBatch
        {
            void operator()(const int &) const { ++*events; }
            void operator()(const EventBatch<int> &) const { ++*batches; }
            int *events;
            int *batches;
        };
        struct BatchOrNothing
        {
            void operator()(const EventBatch<int> &) const { ++*batches; }
            void operator()() const { ++*calls; }
            int *batches;
            int *calls;
        };
        AsyncRegistry<int> registry;
        QObject context;
        int events = 0;
        int batchesForEvents = 0;
        int batches = 0;
        int calls = 0;
        registry.registerHandler(&context, EventOrBatch{&events, &batchesForEvents}, {.delivery = SignalBox::Delivery::Queued});
        registry.registerHandler(&context, BatchOrNothing{&batches, &calls});
        registry.post(1);
        registry.post(2);
        runQueuedCalls();
        QCOMPARE(events, 2);
        QCOMPARE(batchesForEvents, 0);
        QCOMPARE(batches, 1);
        QCOMPARE(calls, 0);
    }

    void memberFunctionsTakeBatches()
    {
        class View : public QObject
        {
        public:
            void show(const EventBatch<int> &batch) { shown = valuesOf(batch); }
            std::vector<int> shown;
        };
        AsyncRegistry<int> registry;
        View view;
        const SignalBox::HandlerGuard guard = registry.registerGuard(&view, &View::show);
        registry.post(0);
        registry.post(1);
        runQueuedCalls();
        QCOMPARE(view.shown, upTo(2));
    }

    void otherBacklogsGiveWhatTheyHave_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::addColumn<std::vector<int>>("expected");
        QTest::addColumn<quint64>("lost");
        QTest::newRow("unbounded") << Backlog::all() << upTo(5) << quint64(0);
        QTest::newRow("latest") << Backlog::newest() << std::vector{4} << quint64(4);
        QTest::newRow("oldest go") << Backlog::newest(3) << std::vector{2, 3, 4} << quint64(2);
        QTest::newRow("newest go") << Backlog::oldest(3) << upTo(3) << quint64(2);
        QTest::newRow("one") << Backlog::oldest(1) << upTo(1) << quint64(4);
        QTest::newRow("throttled") << Backlog::throttled(1) << std::vector{4} << quint64(4);
        QTest::newRow("debounced") << Backlog::debounced(1) << std::vector{4} << quint64(4);
        QTest::newRow("batched") << Backlog::all().every(1) << upTo(5) << quint64(0);
        QTest::newRow("batched, oldest go") << Backlog::newest(2).every(1) << std::vector{3, 4} << quint64(3);
        QTest::newRow("batched, newest go") << Backlog::oldest(2).every(1) << upTo(2) << quint64(3);
        QTest::newRow("no interval") << Backlog::all().every(0) << upTo(5) << quint64(0);
    }
    void otherBacklogsGiveWhatTheyHave()
    {
        QFETCH(Backlog, backlog);
        QFETCH(std::vector<int>, expected);
        QFETCH(quint64, lost);
        AsyncRegistry<int> registry;
        QObject context;
        Seen seen;
        std::vector<quint64> losses;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) {
            seen.push_back(valuesOf(batch));
            losses.push_back(batch.lost());
        }, {.backlog = backlog});
        for (int round = 1; round <= 2; ++round) {
            for (int i = 0; i < 5; ++i)
                registry.post(i);
            QVERIFY(waitFor([&] { return std::ssize(seen) == round; }));
            QCOMPARE(seen.back(), expected);
            QCOMPARE(losses.back(), lost);
        }
        const auto row = registry.handlers().front();
        QCOMPARE(row.dropped + row.merged, 2 * lost);
    }

    void atMostOneBatchComesPerInterval()
    {
        constexpr int interval = 20;
        AsyncRegistry<int> registry;
        QObject context;
        Seen seen;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { seen.push_back(valuesOf(batch)); },
                                 {.backlog = Backlog::all().every(interval)});
        SignalBox::TestClock clock;
        registry.post(0);
        QVERIFY(clock.advance(std::chrono::milliseconds(0)));
        QCOMPARE(seen, Seen{{0}}); // without a wait
        constexpr int posted = 10 * interval;
        for (int event = 1; event <= posted; ++event) { // one each millisecond
            registry.post(event);
            QVERIFY(clock.advance(std::chrono::milliseconds(1)));
            QCOMPARE(std::ssize(seen), 1 + event / interval);
        }
        QCOMPARE(joined(seen), upTo(posted + 1));
        QVERIFY(clock.advance(std::chrono::milliseconds(3 * interval)));
        registry.post(posted + 1);
        QVERIFY(clock.advance(std::chrono::milliseconds(0)));
        QCOMPARE(seen.back(), std::vector{posted + 1}); // after idle intervals without a wait, too
    }

    // Not with the time for which that was planned. In real time: a TestClock lets no delivery be late.
    void intervalBeginsWithTheDeliveryBefore()
    {
        using Clock = std::chrono::steady_clock;
        constexpr std::chrono::milliseconds interval(60);
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<Clock::time_point> deliveries;
        registry.registerHandler(&context, [&](const EventBatch<int> &) { deliveries.push_back(Clock::now()); },
                                 {.backlog = Backlog::all().every(interval)});
        registry.post(0);
        runQueuedCalls();
        QCOMPARE(deliveries.size(), std::size_t(1));
        registry.post(1);
        runQueuedCalls();
        if (deliveries.size() != 1) { // the machine stood still for an interval, so that nothing is planned
            intervalBeginsWithTheDeliveryBefore();
            return;
        }
        std::this_thread::sleep_until(deliveries.front() + 3 * interval / 2); // half an interval late
        const Clock::time_point beforeSecond = Clock::now();
        QVERIFY(waitFor([&] { return deliveries.size() == 2; }));
        registry.post(2);
        QVERIFY(waitFor([&] { return deliveries.size() == 3; }));
        QVERIFY(deliveries.back() - beforeSecond >= interval);
    }

    void genericLambdaGetsEventsUnlessItIsMeantForBatches()
    {
        AsyncRegistry<int> registry;
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".")));
        std::vector<int> seen;
        std::vector<std::size_t> sizes;
        registry.registerHandler(this, [&](const auto &event) { seen.push_back(event + 0); }, {.backlog = Backlog::all().every(1)});
        registry.registerHandler(this, SignalBox::batches([&](const auto &batch) { sizes.push_back(batch.size()); }), {.backlog = Backlog::all().every(1)});
        QObject sender;
        std::vector<QString> names;
        SignalBox::connect(&sender, &QObject::objectNameChanged, this, SignalBox::batches([&](const auto &batch) { names.assign(batch.begin(), batch.end()); }));
        registry.post(1);
        registry.post(2);
        sender.setObjectName(QStringLiteral("a"));
        sender.setObjectName(QStringLiteral("b"));
        QVERIFY(waitFor([&] { return seen.size() == 2 && sizes.size() == 1 && names.size() == 2; }));
        QCOMPARE(seen, (std::vector{1, 2}));
        QCOMPARE(sizes, std::vector{std::size_t(2)});
        QCOMPARE(names, (std::vector{QStringLiteral("a"), QStringLiteral("b")}));
    }

    void nullFunctionOfBatchesIsRefused()
    {
        AsyncRegistry<int> registry;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("the function is null; nothing was registered")));
        QVERIFY(!registry.registerHandler(this, SignalBox::batches(static_cast<void (*)(const EventBatch<int> &)>(nullptr))).isValid());
    }

    void batchedEventHandlerIsCalledForEachEvent()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) {
            seen.push_back(event);
            if (event == 1)
                runQueuedCalls(); // goes on with 2
            if (event == 0)
                registry.post(5);
        }, {.backlog = Backlog::all().every(3600000)});
        for (int i = 0; i < 5; ++i)
            registry.post(i);
        runQueuedCalls();
        QCOMPARE(seen, upTo(5)); // 5 is of the next batch
    }

    void eachEventOfABatchCountsOnce()
    {
        AsyncRegistry<int> registry;
        QObject context;
        bool fails = false;
        registry.onException([](const SignalBox::ExceptionInfo &) {});
        registry.registerHandler(&context, [&](const EventBatch<int> &) {
            if (fails)
                throw std::runtime_error("in the middle");
        });
        const auto first = registry.notify(1);
        const auto second = registry.notify(2);
        registry.post(3);
        QVERIFY(!first.isFinished());
        QVERIFY(finishes(second));
        COMPARE_REPORT(first.result(), 1, 0, 0);
        COMPARE_REPORT(second.result(), 1, 0, 0);
        fails = true;
        const auto third = registry.notify(1);
        const auto fourth = registry.notify(2);
        QVERIFY(finishes(fourth));
        COMPARE_REPORT(third.result(), 1, 1, 0);
        COMPARE_REPORT(fourth.result(), 1, 1, 0);
    }

    void throwingHandlerIsReportedOncePerBatchAndGoesOn()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int failures = 0;
        int calls = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &) { ++failures; });
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) {
            ++calls;
            for (const int event : batch) {
                if (event == 1)
                    throw std::runtime_error("in the middle");
            }
        });
        for (int i = 0; i < 3; ++i)
            registry.post(i);
        runQueuedCalls();
        QCOMPARE(failures, 1);
        registry.post(5);
        runQueuedCalls();
        QCOMPARE(failures, 1);
        QCOMPARE(calls, 2);
    }

    void cancelledAndExpiredEventsAreNoPartOfABatch()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Seen seen;
        quint64 lost = 0;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) {
            seen.push_back(valuesOf(batch));
            lost += batch.lost();
        });
        registry.post(0);
        auto cancelled = registry.notify(1);
        cancelled.cancel();
        const auto expired = registry.notify(2, QDeadlineTimer(0));
        QVERIFY(finishes(expired));
        registry.post(3);
        runQueuedCalls();
        QCOMPARE(joined(seen).front(), 0);
        QCOMPARE(joined(seen).back(), 3);
        QCOMPARE(joined(seen).size(), std::size_t(2));
        COMPARE_REPORT(expired.result(), 0, 0, 1);
        QCOMPARE(lost, quint64(2));
    }

    void futureOfAHandlerEndsTheDeliveriesOfItsBatch()
    {
        AsyncRegistry<int> registry;
        QObject context;
        QPromise<void> promise;
        promise.start();
        registry.registerHandler(&context, [&](const EventBatch<int> &) { return promise.future(); });
        const auto first = registry.notify(1);
        const auto second = registry.notify(2);
        runQueuedCalls();
        QVERIFY(!first.isFinished());
        QVERIFY(!second.isFinished());
        promise.finish();
        QVERIFY(finishes(first));
        QVERIFY(finishes(second));
        COMPARE_REPORT(first.result(), 1, 0, 0);
        COMPARE_REPORT(second.result(), 1, 0, 0);
    }

    void onceHandlerGetsTheFirstBatch()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Seen seen;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { seen.push_back(valuesOf(batch)); }, {.once = true});
        for (int i = 0; i < 3; ++i)
            registry.post(i);
        runQueuedCalls();
        QVERIFY(registry.isEmpty());
        registry.post(9);
        runQueuedCalls();
        QCOMPARE(seen, Seen{upTo(3)});
    }

    void sequenceWaitsForTheBatch()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> order;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { order.push_back(batch.front()); }, {.priority = 1});
        registry.registerHandler([&](const int &event) { order.push_back(10 * event); });
        const auto future = registry.notifySequential(3);
        QVERIFY(order.empty());
        QVERIFY(finishes(future));
        QCOMPARE(order, (std::vector{3, 30}));
        COMPARE_REPORT(future.result(), 2, 0, 0);
    }

    void batchesRunOnThreadsAndInPools()
    {
        WorkerThread worker;
        QThreadPool pool;
        AsyncRegistry<int> registry;
        Record onThread;
        Record inPool;
        const auto into = [](Record &record) {
            return [&record](const EventBatch<int> &batch) {
                for (const int event : batch)
                    record.add(event);
            };
        };
        registry.registerHandler(SignalBox::onThread(worker.thread()), into(onThread));
        registry.registerHandler(SignalBox::inPool(&pool), into(inPool));
        for (int i = 0; i < 1000; ++i)
            registry.post(i);
        QVERIFY(finishes(registry.notify(1000)));
        QCOMPARE(onThread.events(), upTo(1001));
        QVERIFY(onThread.isAllOn(worker.thread()));
        QCOMPARE(inPool.events(), upTo(1001));
        registry.clear();
        pool.waitForDone();
    }

    void pausedHandlerLosesWhatWaits()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Seen seen;
        quint64 lost = 0;
        const auto id = registry.registerHandler(&context, [&](const EventBatch<int> &batch) {
            seen.push_back(valuesOf(batch));
            lost = batch.lost();
        });
        const auto waiting = registry.notify(1);
        registry.post(2);
        registry.setEnabled(id, false);
        registry.post(3);
        QVERIFY(finishes(waiting));
        COMPARE_REPORT(waiting.result(), 0, 0, 1);
        QVERIFY(seen.empty());
        registry.setEnabled(id, true);
        registry.post(4);
        runQueuedCalls();
        QCOMPARE(seen, Seen{{4}});
        QCOMPARE(lost, quint64(2));
    }

    void removedHandlerIsNotCalledAndItsFuturesFinish_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::all();
        QTest::newRow("bounded") << Backlog::newest(10);
        QTest::newRow("batched") << Backlog::all().every(3600000);
    }
    void removedHandlerIsNotCalledAndItsFuturesFinish()
    {
        QFETCH(Backlog, backlog);
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        int calls = 0;
        registry.registerHandler(context.get(), [&](const EventBatch<int> &) { ++calls; }, {.backlog = backlog});
        QVERIFY(finishes(registry.notify(1))); // begins the interval
        const auto second = registry.notify(2);
        context.reset();
        QVERIFY(finishes(second));
        COMPARE_REPORT(second.result(), 0, 0, 1);
        QCOMPARE(calls, 1);
    }

    void endOfTheThreadOrRegistryDropsWhatWaits()
    {
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        worker.run([&] {
            registry->registerHandler(worker.context(), [](const EventBatch<int> &) {}, {.backlog = Backlog::all().every(3600000)});
        });
        QVERIFY(finishes(registry->notify(1)));
        const auto atThreadEnd = registry->notify(2);
        worker.finish();
        QVERIFY(finishes(atThreadEnd));
        COMPARE_REPORT(atThreadEnd.result(), 0, 0, 1);

        QObject context;
        registry = std::make_unique<AsyncRegistry<int>>();
        registry->registerHandler(&context, [](const EventBatch<int> &) {});
        const auto atRegistryEnd = registry->notify(3);
        registry.reset();
        QVERIFY(finishes(atRegistryEnd));
        COMPARE_REPORT(atRegistryEnd.result(), 0, 0, 1);
    }

    // What a batch handler does to what it stands in.
    void handlerEndsWhatItStandsIn()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        QObject context;
        int calls = 0;
        registry->registerHandler(&context, [&](const EventBatch<int> &batch) {
            ++calls;
            registry.reset();
            QCOMPARE(batch.size(), std::size_t(2)); // still there
            QCOMPARE(batch.back(), 2);
        });
        const auto future = registry->notify(1);
        registry->post(2);
        runQueuedCalls();
        QCOMPARE(calls, 1);
        QVERIFY(!registry);
        QVERIFY(future.isFinished());

        registry = std::make_unique<AsyncRegistry<int>>();
        std::vector<int> late;
        registry->registerHandler(&context, [&](const EventBatch<int> &) {
            registry->unregister(SignalBox::runningHandler());
            registry->registerHandler(&context, [&](const EventBatch<int> &batch) { late = valuesOf(batch); });
            registry->post(5);
        });
        registry->post(1);
        registry->post(2);
        runQueuedCalls();
        QCOMPARE(late, std::vector{5});
        QCOMPARE(registry->handlerCount(), 1);
    }

    void nestedEventLoopGoesOnWithTheNextBatch()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Seen seen;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) {
            seen.push_back(valuesOf(batch));
            if (seen.size() > 1)
                return;
            registry.post(1);
            runQueuedCalls();
            QCOMPARE(seen.size(), std::size_t(2));
            QCOMPARE(batch.front(), 0); // untouched
        });
        registry.post(0);
        runQueuedCalls();
        QCOMPARE(seen, (Seen{{0}, {1}}));
    }

    // Its producer never pauses, so "until it is empty" would have no end.
    void batchEndsInAFlood()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::atomic<bool> isOver = false;
        Seen seen;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { seen.push_back(valuesOf(batch)); });
        int posted = 0;
        std::thread producer([&] {
            while (!isOver.load(std::memory_order_relaxed))
                registry.post(posted++);
        });
        const bool hasCome = waitFor([&] { return seen.size() >= 3; });
        isOver = true;
        producer.join();
        QVERIFY(hasCome);
        QVERIFY(waitFor([&] { return seen.back().back() == posted - 1; }));
        QCOMPARE(joined(seen), upTo(posted));
    }

    void nothingIsLostUncountedWhileProducersRace_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::addColumn<bool>("mayLose");
        QTest::newRow("unbounded") << Backlog::all() << false;
        QTest::newRow("bounded") << Backlog::newest(64) << true;
        QTest::newRow("newest go") << Backlog::oldest(64) << true;
        QTest::newRow("batched") << Backlog::all().every(1) << false;
        QTest::newRow("batched, bounded") << Backlog::newest(1000).every(1) << true;
        QTest::newRow("latest") << Backlog::newest() << true;
    }
    void nothingIsLostUncountedWhileProducersRace()
    {
        QFETCH(Backlog, backlog);
        QFETCH(bool, mayLose);
        constexpr int producers = 3;
        const int events = stressed(scaled(50000));
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::array<int, producers> last{};
        last.fill(-1);
        quint64 received = 0;
        quint64 lost = 0;
        int faults = 0;
        registry.registerHandler(worker.context(), [&](const EventBatch<int> &batch) {
            received += batch.size();
            lost += batch.lost();
            for (const int event : batch) {
                int &before = last[std::size_t(event % producers)];
                faults += event <= before;
                before = event;
            }
        }, {.backlog = backlog});
        std::vector<std::thread> threads;
        for (int producer = 0; producer < producers; ++producer) {
            threads.emplace_back([&, producer] {
                for (int i = 0; i < events; ++i)
                    registry.post(i * producers + producer);
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        quint64 told = 0;
        const auto isComplete = [&] {
            worker.drain();
            quint64 arrived = 0;
            worker.run([&] {
                arrived = received;
                told = lost;
            });
            const auto row = registry.handlers().front();
            return arrived + row.dropped + row.merged == quint64(producers) * quint64(events);
        };
        QVERIFY(waitFor(isComplete));
        const auto row = registry.handlers().front();
        QVERIFY(told <= row.dropped + row.merged);
        QVERIFY(mayLose || row.dropped + row.merged == 0);
        QCOMPARE(faults, 0);
    }

    // The batches follow the context, in order, and none is lost.
    void batchesFollowTheirContext()
    {
        constexpr int moves = 20;
        WorkerThread first;
        WorkerThread second;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        context->moveToThread(first.thread());
        Record record;
        registry.registerHandler(context, [&](const EventBatch<int> &batch) {
            for (const int event : batch)
                record.add(event);
            context->moveToThread(context->thread() == first.thread() ? second.thread() : first.thread());
        });
        for (int i = 0; i < 50 * moves; ++i) {
            registry.post(i);
            if (i % 50 == 0) // at least so many batches
                QVERIFY(waitFor([&] { return std::ssize(record.events()) >= i; }));
        }
        QVERIFY(waitFor([&] { return std::ssize(record.events()) == 50 * moves; }));
        QCOMPARE(record.events(), upTo(50 * moves));
        QVERIFY(!record.isAllOn(first.thread()));
        QVERIFY(!record.isAllOn(second.thread()));
        SignalBox::detail::postCall(context, [context] { delete context; });
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
        first.drain();
        second.drain();
    }
};

QTEST_GUILESS_MAIN(Batches)

#include "tst_batches.moc"
