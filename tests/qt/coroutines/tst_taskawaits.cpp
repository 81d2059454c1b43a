// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/AsyncWatch>
#include <SignalBox/DeliverAll>
#include <SignalBox/EventStream>
#include <SignalBox/NextEvent>
#include <SignalBox/RunOn>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/TestClock>
#include <SignalBox/WatchSender>
#include <SignalBox/WhenAny>
#include <SignalBox/YieldToLoop>

#include <QtCore/qeventloop.h>
#include <QtCore/qpromise.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qsemaphore.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::EventStream;
using SignalBox::inPool;
using SignalBox::onThread;
using SignalBox::runOn;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::TaskHandle;
using SignalBox::TestClock;
using SignalBox::whenAny;
using SignalBox::yieldToLoop;

namespace {

using Numbers = std::vector<int>;

Task<> collect(EventStream<int> stream, Numbers *numbers, bool *isOver)
{
    while (const std::optional<int> number = co_await stream)
        numbers->push_back(*number);
    *isOver = true;
}

// Runs the event loop without a rest, unlike waitFor(), which sleeps between its looks.
void runUntilEnd(const TaskHandle<> &handle)
{
    QEventLoop loop;
    QObject context;
    spawn(&context, [&]() -> Task<> {
        co_await handle;
        loop.quit();
    });
    if (!handle.isFinished())
        loop.exec();
}

} // namespace

class TestTaskAwaits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- streams -----------------------------------------------------------------------------------

    void streamResumesInsideOfTheDelivery()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Numbers numbers;
        bool isOver = false;
        spawn(&context, collect, registry.stream(&context), &numbers, &isOver);
        registry.post(1);
        QCOMPARE(numbers, Numbers{1});
        registry.post(2);
        QCOMPARE(numbers, (Numbers{1, 2}));
    }

    void waitingEventsOfAStreamDoNotSuspend()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Numbers numbers;
        bool isOver = false;
        auto stream = registry.stream(&context);
        registry.post(1);
        registry.post(2);
        spawn(&context, collect, std::move(stream), &numbers, &isOver);
        QCOMPARE(numbers, (Numbers{1, 2}));
    }

    void registrysDeathEndsTheStreamFromTheLoop()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        QObject context;
        Numbers numbers;
        bool isOver = false;
        spawn(&context, collect, registry->stream(&context), &numbers, &isOver);
        registry.reset();
        QVERIFY(!isOver);
        QVERIFY(waitFor([&] { return isOver; }));
    }

    void registrysDeathOnAnotherThreadEndsTheStream()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->moveToThread(nullptr);
        QObject context;
        Numbers numbers;
        bool isOver = false;
        spawn(&context, collect, registry->stream(&context), &numbers, &isOver);
        std::thread([&] { registry.reset(); }).join();
        QVERIFY(waitFor([&] { return isOver; }));
    }

    void contextsDeathDestroysATaskThatAwaitsAStream()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        Numbers numbers;
        bool isOver = false;
        spawn(context.get(), collect, registry.stream(context.get()), &numbers, &isOver);
        context.reset();
        registry.post(1);
        runQueuedCalls();
        QVERIFY(numbers.empty());
        QVERIFY(!isOver);
        QVERIFY(registry.isEmpty());
    }

    void handlerThatDestroysItsContextEndsTheTaskThatItResumed()
    {
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        Numbers numbers;
        spawn(context, [&](EventStream<int> stream) -> Task<> {
            while (const auto number = co_await stream) {
                numbers.push_back(*number);
                delete std::exchange(context, nullptr);
            }
            numbers.push_back(-1);
        }, registry.stream(context));
        registry.post(5);
        registry.post(6);
        runQueuedCalls();
        QCOMPARE(numbers, Numbers{5});
    }

    void endOfTheAwaitedStreamGivesNothing()
    {
        AsyncRegistry<int> registry;
        QObject context;
        auto stream = registry.stream(&context);
        bool isOver = false;
        spawn(&context, [&]() -> Task<> {
            const auto event = co_await stream;
            isOver = !event;
        });
        stream = EventStream<int>();
        QVERIFY(!isOver);
        QVERIFY(waitFor([&] { return isOver; }));
    }

    void streamOfAnotherThreadIsRefused()
    {
        AsyncRegistry<int> registry;
        WorkerThread worker;
        QObject context;
        std::optional<EventStream<int>> stream;
        worker.run([&] { stream.emplace(registry.stream(worker.context())); });
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("the context of the EventStream lives on another thread")));
        std::optional<int> event = 1;
        const auto handle = spawn(&context, [&]() -> Task<> { event = co_await *stream; });
        QVERIFY(handle.isFinished());
        QVERIFY(!event);
        worker.run([&] { stream.reset(); });
    }

    void tasksOnTwoThreadsTalk()
    {
        AsyncRegistry<int> requests;
        AsyncRegistry<int> replies;
        WorkerThread worker;
        QObject context;
        const auto server = spawn(worker.context(), [&]() -> Task<> {
            auto stream = requests.stream(worker.context());
            while (const auto request = co_await stream)
                replies.post(*request + 1);
        });
        worker.drain();
        int last = 0;
        const auto client = spawn(&context, [&]() -> Task<> {
            auto stream = replies.stream(&context);
            while (last < 1000) {
                requests.post(last);
                const auto reply = co_await stream;
                last = *reply;
            }
        });
        runUntilEnd(client); // waitFor() sleeps between two looks
        QCOMPARE(last, 1000);
    }

    // --- next() ------------------------------------------------------------------------------------

    void nextGivesTheNextEvent()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<void> pings;
        QObject context;
        Numbers numbers;
        bool wasPinged = false;
        spawn(&context, [&]() -> Task<> {
            for (int i = 0; i < 2; ++i) {
                const auto number = co_await registry.next();
                numbers.push_back(*number);
            }
            wasPinged = co_await pings.next();
        });
        registry.post(3);
        registry.post(4);
        registry.post(5);
        QCOMPARE(numbers, (Numbers{3, 4}));
        QVERIFY(registry.isEmpty());
        pings.post();
        QVERIFY(wasPinged);
    }

    void nextOfARegistryThatDiesGivesNothing()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        QObject context;
        std::optional<int> result = 1;
        const auto handle = spawn(&context, [&]() -> Task<> { result = co_await registry->registrar().next(); });
        registry.reset();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QVERIFY(!result);
    }

    void cancelUnregistersWhatNextAwaits()
    {
        AsyncRegistry<int> registry;
        QObject context;
        const auto handle = spawn(&context, [&]() -> Task<> { co_await registry.next(); });
        QCOMPARE(registry.handlerCount(), 1);
        handle.cancel();
        QVERIFY(registry.isEmpty());
    }

    // --- deliverAll() --------------------------------------------------------------------------------

    void deliverAllToInlineHandlersDoesNotSuspend()
    {
        AsyncRegistry<std::string> registry;
        AsyncRegistry<void> pings;
        QObject context;
        std::string seen;
        registry.registerHandler([&](const std::string &text) { seen = text; });
        SignalBox::DispatchReport report;
        SignalBox::DispatchReport pinged{.called = 9};
        const auto handle = spawn(&context, [&]() -> Task<> {
            report = co_await registry.deliverAll("text");
            pinged = co_await pings.deliverAll();
        });
        QVERIFY(handle.isFinished());
        QCOMPARE(seen, std::string("text"));
        COMPARE_REPORT(report, 1, 0, 0);
        COMPARE_REPORT(pinged, 0, 0, 0);
    }

    void deliverAllWaitsForOtherThreadsAndFutures()
    {
        AsyncRegistry<int> registry;
        WorkerThread worker;
        QObject context;
        QPromise<void> promise;
        promise.start();
        registry.registerHandler(worker.context(), [](int) {});
        registry.registerHandler([&](int) { return promise.future(); });
        SignalBox::DispatchReport report;
        const auto handle = spawn(&context, [&]() -> Task<> { report = co_await registry.deliverAll(1); });
        worker.drain();
        runQueuedCalls();
        QVERIFY(!handle.isFinished());
        promise.finish();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        COMPARE_REPORT(report, 2, 0, 0);
    }

    void deadlineOfDeliverAllGoesByTheClockOfTests()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        QThread thread; // never started
        registry.registerHandler(SignalBox::onThread(&thread), [](int) {});
        SignalBox::DispatchReport report;
        const auto handle = spawn(&context, [&]() -> Task<> { report = co_await registry.deliverAll(1, QDeadlineTimer(100ms)); });
        QVERIFY(!handle.isFinished());
        QVERIFY(clock.advance(101ms));
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        COMPARE_REPORT(report, 0, 0, 1);
    }

    void handlerThatDestroysTheContextInsideItsAwaitEndsTheTaskThere()
    {
        AsyncRegistry<int> registry;
        auto *const context = new QObject;
        bool wasDestroyed = false;
        bool hasGoneOn = false;
        registry.registerHandler([&](int) { delete context; });
        const auto handle = spawn(context, [&]() -> Task<> {
            const auto end = qScopeGuard([&] { wasDestroyed = true; });
            co_await registry.deliverAll(1);
            hasGoneOn = true;
        });
        QVERIFY(handle.isFinished());
        QVERIFY(wasDestroyed);
        QVERIFY(!hasGoneOn);
    }

    // --- futures -----------------------------------------------------------------------------------

    void notifyIsAwaitedOnTheContextsThread()
    {
        AsyncRegistry<int> registry;
        WorkerThread worker;
        QObject context;
        registry.registerHandler(worker.context(), [](int) {});
        registry.registerHandler([](int) {});
        std::uint32_t called = 0;
        QThread *ranOn = nullptr;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto report = co_await registry.notify(1);
            called = report->called;
            ranOn = QThread::currentThread();
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(called, 2U);
        QCOMPARE(ranOn, QThread::currentThread());
    }

    void finishedFutureDoesNotSuspend()
    {
        QObject context;
        AsyncRegistry<int> registry;
        QVERIFY(spawn(&context, [&]() -> Task<> { co_await registry.notify(1); }).isFinished());
    }

    void futureThatFinishesAfterTheFrameHarmsNobody()
    {
        auto context = std::make_unique<QObject>();
        QPromise<int> promise;
        promise.start();
        spawn(context.get(), [future = promise.future()]() -> Task<> { co_await future; });
        context.reset();
        promise.addResult(1);
        promise.finish();
        runQueuedCalls();
        QVERIFY(promise.future().isFinished());
    }

    void cancelledFuturesAndDroppedPromisesGiveNothing()
    {
        QObject context;
        auto cancelled = std::make_unique<QPromise<int>>();
        cancelled->start();
        auto dropped = std::make_unique<QPromise<void>>();
        dropped->start();
        std::optional<int> first = 1;
        bool second = true;
        const auto handle = spawn(&context, [&, one = cancelled->future(), two = dropped->future()]() -> Task<> {
            first = co_await one;
            second = co_await two;
        });
        cancelled->future().cancel();
        cancelled->finish();
        dropped.reset();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QVERIFY(!first);
        QVERIFY(!second);
    }

    void exceptionOfAFutureIsThrown()
    {
        QObject context;
        QPromise<int> promise;
        promise.start();
        std::string message;
        const auto handle = spawn(&context, [&, future = promise.future()]() -> Task<> {
            try {
                co_await future;
            } catch (const std::runtime_error &error) {
                message = error.what();
            }
        });
        promise.setException(std::make_exception_ptr(std::runtime_error("future")));
        promise.finish();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(message, std::string("future"));
    }

    void changeOfAWatchIsAwaited()
    {
        SignalBox::WatchSender<int> sender(1);
        SignalBox::AsyncWatch<int> watch(sender.subscribe());
        QObject context;
        std::optional<int> seen;
        const auto handle = spawn(&context, [&]() -> Task<> { seen = co_await watch.changed(&context); });
        sender.send(2);
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(seen, std::optional(2));
    }

    // --- runOn() -------------------------------------------------------------------------------------

    void functionRunsInThePoolAndTheCoroutineGoesOnAtHome()
    {
        QThreadPool pool;
        QObject context;
        QThread *ranOn = nullptr;
        std::optional<int> result;
        QThread *wentOnOn = nullptr;
        const auto handle = spawn(&context, [&]() -> Task<> {
            int local = 20;
            result = co_await runOn(inPool(&pool), [&] {
                ranOn = QThread::currentThread();
                return local + 1;
            });
            wentOnOn = QThread::currentThread();
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(result, std::optional(21));
        QVERIFY(ranOn && ranOn != QThread::currentThread());
        QCOMPARE(wentOnOn, QThread::currentThread());
    }

    void functionRunsOnTheThread()
    {
        WorkerThread worker;
        QObject context;
        QThread *ranOn = nullptr;
        bool hasRun = false;
        const auto handle = spawn(&context, [&]() -> Task<> {
            hasRun = co_await runOn(onThread(worker.thread()), [&] { ranOn = QThread::currentThread(); });
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QVERIFY(hasRun);
        QCOMPARE(ranOn, worker.thread());
    }

    void exceptionOfTheFunctionIsThrown()
    {
        QThreadPool pool;
        QObject context;
        std::string message;
        const auto handle = spawn(&context, [&]() -> Task<> {
            try {
                co_await runOn(inPool(&pool), []() -> int { throw std::runtime_error("job"); });
            } catch (const std::runtime_error &error) {
                message = error.what();
            }
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(message, std::string("job"));
    }

    void runningFunctionIsWaitedForWhenItsCoroutineEnds()
    {
        QThreadPool pool;
        auto context = std::make_unique<QObject>();
        QSemaphore hasBegun;
        std::atomic<bool> mayEnd = false;
        bool hasEnded = false;
        spawn(context.get(), [&]() -> Task<> {
            auto local = std::make_unique<int>(1);
            co_await runOn(inPool(&pool), [&] {
                hasBegun.release();
                while (!mayEnd)
                    std::this_thread::yield();
                *local = 2;
                hasEnded = true;
            });
        });
        hasBegun.acquire();
        std::thread release([&] { mayEnd = true; });
        context.reset();
        QVERIFY(hasEnded);
        release.join();
    }

    void functionThatHasNotBegunIsSkipped()
    {
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        QSemaphore mayGoOn;
        pool.start([&] { mayGoOn.acquire(); });
        auto context = std::make_unique<QObject>();
        bool hasRun = false;
        spawn(context.get(), [&]() -> Task<> { co_await runOn(inPool(&pool), [&] { hasRun = true; }); });
        context.reset();
        mayGoOn.release();
        pool.waitForDone();
        QVERIFY(!hasRun);
    }

    void poolAndThreadThatEndFirstGiveNothing()
    {
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        QSemaphore mayGoOn;
        pool.start([&] { mayGoOn.acquire(); });
        QObject context;
        std::optional<int> cleared = 1;
        bool finished = true;
        bool never = true;
        QThread over;
        over.start();
        over.quit();
        over.wait();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("runOn\\(\\): the thread or pool is null")));
        const auto handle = spawn(&context, [&]() -> Task<> {
            cleared = co_await runOn(inPool(&pool), [] { return 2; });
            finished = co_await runOn(onThread(&over), [] {});
            never = co_await runOn(onThread(nullptr), [] {});
        });
        pool.clear();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        mayGoOn.release();
        QVERIFY(!cleared);
        QVERIFY(!finished);
        QVERIFY(!never);
    }

    void contextMovesTwiceDuringACall()
    {
        QThreadPool pool;
        WorkerThread first;
        WorkerThread second;
        auto *const context = new QObject;
        std::atomic<bool> mayEnd = false;
        std::atomic<QThread *> wentOnOn = nullptr;
        const auto handle = spawn(context, [&]() -> Task<> {
            co_await runOn(inPool(&pool), [&] {
                while (!mayEnd)
                    std::this_thread::yield();
            });
            wentOnOn = QThread::currentThread();
        });
        context->moveToThread(first.thread());
        first.run([&] { context->moveToThread(second.thread()); });
        mayEnd = true;
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(wentOnOn.load(), second.thread());
        second.run([&] { delete context; });
    }

    // --- whenAny -----------------------------------------------------------------------------------

    void firstBranchWinsAndTheOthersLoseNothing()
    {
        AsyncRegistry<int> first;
        AsyncRegistry<int> second;
        QObject context;
        Numbers numbers;
        spawn(&context, [&]() -> Task<> {
            auto one = first.stream(&context);
            auto two = second.stream(&context);
            for (;;) {
                const auto either = co_await whenAny(one, two);
                const int sign = either.index() == 0 ? 1 : -1;
                numbers.push_back(sign * (either.index() == 0 ? std::get<0>(either).value() : std::get<1>(either).value()));
            }
        });
        for (int i = 1; i <= 500; ++i) {
            first.post(i);
            second.post(i);
        }
        Numbers expected;
        for (int i = 1; i <= 500; ++i) {
            expected.push_back(i);
            expected.push_back(-i);
        }
        QCOMPARE(numbers, expected);
    }

    void timeoutWinsWhereNothingComes()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        std::size_t winner = 9;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto first = co_await whenAny(registry.next(), sleepFor(50ms));
            winner = first.index();
        });
        QVERIFY(clock.advance(49ms));
        QVERIFY(!handle.isFinished());
        QVERIFY(clock.advance(1ms));
        QVERIFY(handle.isFinished());
        QCOMPARE(winner, std::size_t(1));
        QVERIFY(registry.isEmpty());
    }

    void eventsAreCountedAgainstTimeouts()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QObject context;
        constexpr int count = 2000;
        Numbers numbers;
        int timeouts = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            auto stream = registry.stream(&context);
            while (numbers.size() < count) {
                const auto first = co_await whenAny(stream, sleepFor(1us));
                if (first.index() == 0)
                    numbers.push_back(std::get<0>(first).value());
                else
                    ++timeouts;
            }
        });
        worker.post([&] {
            for (int i = 0; i < count; ++i) {
                registry.post(i);
                if (i % 50 == 0)
                    std::this_thread::yield();
            }
        });
        runUntilEnd(handle);
        QCOMPARE(numbers.size(), std::size_t(count));
        for (int i = 0; i < count; ++i)
            QCOMPARE(numbers[static_cast<std::size_t>(i)], i);
    }

    void whatIsThereAlreadyWinsAtOnce()
    {
        QObject context;
        AsyncRegistry<int> registry;
        QPromise<int> promise;
        promise.start();
        std::size_t winner = 9;
        const auto handle = spawn(&context, [&, never = promise.future()]() -> Task<> {
            const auto first = co_await whenAny(never, registry.notify(1), registry.notify(2));
            winner = first.index();
        });
        QVERIFY(handle.isFinished());
        QCOMPARE(winner, std::size_t(1));
    }

    void contextsDeathDestroysAllBranches()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        QObject other;
        const auto handle = spawn(&other, []() -> Task<int> {
            co_await yieldToLoop();
            co_return 1;
        });
        const auto waiting = spawn(context.get(), [&]() -> Task<> {
            co_await whenAny(registry.next(), sleepFor(1000h), handle);
        });
        context.reset();
        QVERIFY(waiting.isFinished());
        QVERIFY(registry.isEmpty());
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
    }

    // --- all at once -------------------------------------------------------------------------------

    void stormOfDeathsMovesAndCancellationsLeavesNothingBehind()
    {
        static std::atomic<int> living = 0;
        struct Life
        {
            Life() { ++living; }
            Life(const Life &) = delete;
            ~Life() { --living; }
        };
        WorkerThread first;
        WorkerThread second;
        AsyncRegistry<int> events;
        QThreadPool pool;
        const auto work = [&events, &pool](int kind) -> Task<> {
            const Life life;
            for (;;) {
                switch (kind++ % 6) {
                case 0:
                    co_await yieldToLoop();
                    break;
                case 1:
                    co_await sleepFor(20us);
                    break;
                case 2:
                    co_await whenAny(events.next(), sleepFor(50us));
                    break;
                case 3:
                    co_await events.deliverAll(kind);
                    break;
                case 4:
                    co_await runOn(inPool(&pool), [&life] { return &life; });
                    break;
                default:
                    co_await [](int) -> Task<> {
                        const Life inner;
                        co_await sleepFor(10us);
                    }(kind);
                }
            }
        };
        const int rounds = stressed(scaled(100));
        for (int round = 0; round < rounds; ++round) {
            auto *const context = new QObject;
            std::vector<TaskHandle<>> handles;
            for (int i = 0; i < 10; ++i)
                handles.push_back(spawn(context, work, i));
            context->moveToThread(first.thread());
            events.post(round);
            handles[static_cast<std::size_t>(round % 10)].cancel();
            if (round % 3 != 0)
                first.post([&, context] { context->moveToThread(second.thread()); });
            std::thread canceller([&] {
                for (const auto &handle : handles)
                    handle.cancel();
            });
            if (round % 2 == 0)
                canceller.join();
            if (round % 3 == 0)
                first.run([&] { delete context; });
            else
                first.run([&] { second.run([&] { delete context; }); });
            if (canceller.joinable())
                canceller.join();
            for (const auto &handle : handles)
                QVERIFY(handle.isFinished());
        }
        QCOMPARE(living.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestTaskAwaits)
#include "tst_taskawaits.moc"
