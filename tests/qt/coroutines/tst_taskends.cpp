// SPDX-License-Identifier: MIT
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
#include <SignalBox/TaskScope>
#include <SignalBox/TestClock>
#include <SignalBox/WatchSender>
#include <SignalBox/WhenAll>
#include <SignalBox/WhenAny>
#include <SignalBox/YieldToLoop>

#include <QtCore/qpromise.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qsemaphore.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::AsyncWatch;
using SignalBox::Delivery;
using SignalBox::EventStream;
using SignalBox::inPool;
using SignalBox::onThread;
using SignalBox::runOn;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::TaskHandle;
using SignalBox::TaskScope;
using SignalBox::TestClock;
using SignalBox::WatchSender;
using SignalBox::whenAll;
using SignalBox::whenAny;
using SignalBox::yieldToLoop;

namespace {

using Numbers = std::vector<int>;
using Log = std::vector<std::string>;

class Page : public QObject
{
public:
    Task<QThread *> thread(int add, std::unique_ptr<int> to)
    {
        co_await yieldToLoop();
        *to += add;
        sum = *to;
        co_return QThread::currentThread();
    }

    std::atomic<int> sum = 0;
};

Task<> sleepThenPush(Log *log)
{
    co_await sleepFor(1ms);
    log->push_back("awake");
}

} // namespace

// How and where coroutines begin; what ends them while they await this or that; and what comes at the same moment as something else.
class TestTaskEnds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- where they begin ------------------------------------------------------------------------

    void queuedTaskBeginsFromTheLoop()
    {
        QObject context;
        bool hasBegun = false;
        const auto handle = spawn(&context,
                                  [&]() -> Task<> {
                                      hasBegun = true;
                                      co_return;
                                  },
                                  {.name = QStringLiteral("queued"), .delivery = Delivery::Queued});
        QVERIFY(!hasBegun);
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QVERIFY(hasBegun);
    }

    void queuedTaskOfAScopeEndsWithIt()
    {
        QObject context;
        bool hasBegun = false;
        TaskHandle<> handle;
        {
            TaskScope scope(&context);
            handle = scope.spawn(
                    [&]() -> Task<> {
                        hasBegun = true;
                        co_return;
                    },
                    {.delivery = Delivery::Queued});
        }
        QVERIFY(handle.isFinished());
        runQueuedCalls();
        QVERIFY(!hasBegun);
    }

    void queuedTaskOfADyingContextIsRefused()
    {
        auto *const context = new QObject;
        bool hasBegun = false;
        spawn(context, [&]() -> Task<> {
            const auto end = qScopeGuard([&] {
                spawn(context,
                      [&]() -> Task<> {
                          hasBegun = true;
                          co_return;
                      },
                      {.delivery = Delivery::Queued});
            });
            co_await sleepFor(1000h);
        });
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression(QStringLiteral("spawn\\(\\): the context object is being destroyed")));
        delete context;
        QVERIFY(!hasBegun);
    }

    void taskOfAThreadRunsThere()
    {
        WorkerThread worker;
        const auto handle = spawn(
                onThread(worker.thread()),
                [](int number) -> Task<std::pair<QThread *, int>> {
                    co_await yieldToLoop();
                    co_return std::pair(QThread::currentThread(), number);
                },
                7);
        const auto future = handle.future();
        QVERIFY(finishes(future));
        QCOMPARE(future.result().first, worker.thread());
        QCOMPARE(future.result().second, 7);
    }

    void taskOfTheCallingThreadBeginsAtOnce()
    {
        const auto here = onThread(QThread::currentThread());
        QVERIFY(spawn(here, []() -> Task<> { co_return; }).isFinished());
        const auto queued = spawn(here, []() -> Task<> { co_return; }, {.delivery = Delivery::Queued});
        QVERIFY(!queued.isFinished());
        QVERIFY(waitFor([&] { return queued.isFinished(); }));
    }

    void taskOfAThreadEndsWithTheThreadObject()
    {
        bool hasEnded = false;
        auto thread = std::make_unique<QThread>();
        const auto handle = spawn(onThread(thread.get()), [&]() -> Task<> {
            const auto end = qScopeGuard([&] { hasEnded = true; });
            co_await sleepFor(1000h);
        });
        thread->start();
        SignalBox::AsyncRegistry<void> last;
        last.registerHandler(onThread(thread.get()), [] {});
        last.notify().waitForFinished();
        thread->quit();
        thread->wait();
        QVERIFY(!handle.isFinished());
        thread.reset();
        QVERIFY(hasEnded);
        QVERIFY(handle.isFinished());
    }

    void nullThreadIsRefused()
    {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("spawn\\(\\): the thread is null")));
        QVERIFY(spawn(onThread(nullptr), []() -> Task<> { co_return; }).isFinished());
    }

    void memberFunctionWithArgumentsIsSpawnedFromAnotherThread()
    {
        WorkerThread worker;
        auto *const page = new Page;
        page->moveToThread(worker.thread());
        const auto handle = spawn(page, &Page::thread, 3, std::make_unique<int>(4));
        const auto future = handle.future();
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), worker.thread());
        QCOMPARE(page->sum.load(), 7);
        worker.run([&] { delete page; });
    }

    void spawnsAndCancellationsOfManyThreadsEndAll()
    {
        WorkerThread worker;
        std::atomic<int> begun = 0;
        std::atomic<int> ended = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&, i] {
                std::vector<TaskHandle<>> handles;
                for (int j = 0; j < 200; ++j) {
                    handles.push_back(spawn(worker.context(), [&]() -> Task<> {
                        ++begun;
                        const auto end = qScopeGuard([&] { ++ended; });
                        co_await sleepFor(1000h);
                    }));
                    if (j % 3 == i % 3)
                        handles[static_cast<std::size_t>(j / 2)].cancel();
                }
                for (const auto &handle : handles)
                    handle.cancel();
                for (const auto &handle : handles) {
                    while (!handle.isFinished())
                        std::this_thread::yield();
                }
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(ended.load(), begun.load());
    }

    // --- their context dies ----------------------------------------------------------------------

    void contextsDeathDestroysWhateverIsAwaited_data()
    {
        QTest::addColumn<QString>("awaited");
        for (const char *awaited : {"yieldToLoop", "sleepFor", "stream", "next", "deliverAll", "future", "handle",
                                    "pool", "changed", "whenAny", "whenAll", "child"})
            QTest::newRow(awaited) << QString::fromLatin1(awaited);
    }
    void contextsDeathDestroysWhateverIsAwaited()
    {
        QFETCH(QString, awaited);
        AsyncRegistry<int> registry;
        QThread neverStarted;
        registry.registerHandler(onThread(&neverStarted), [](int) {});
        const int handlers = registry.handlerCount();
        QPromise<int> promise;
        promise.start();
        WatchSender<int> sender(1);
        AsyncWatch<int> watch(sender.subscribe());
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        QSemaphore mayGoOn;
        pool.start([&] { mayGoOn.acquire(); });
        QObject other;
        const auto running = spawn(&other, []() -> Task<> { co_await sleepFor(1000h); });
        auto context = std::make_unique<QObject>();
        auto stream = registry.stream(context.get());
        Log log;
        const auto handle = spawn(context.get(), [&]() -> Task<> {
            const auto end = qScopeGuard([&] { log.push_back("local"); });
            if (awaited == QStringLiteral("yieldToLoop"))
                co_await yieldToLoop();
            else if (awaited == QStringLiteral("sleepFor"))
                co_await sleepFor(1000h);
            else if (awaited == QStringLiteral("stream"))
                co_await stream;
            else if (awaited == QStringLiteral("next"))
                co_await registry.next();
            else if (awaited == QStringLiteral("deliverAll"))
                co_await registry.deliverAll(1);
            else if (awaited == QStringLiteral("future"))
                co_await promise.future();
            else if (awaited == QStringLiteral("handle"))
                co_await running;
            else if (awaited == QStringLiteral("pool"))
                co_await runOn(inPool(&pool), [&] { log.push_back("not called"); });
            else if (awaited == QStringLiteral("changed"))
                co_await watch.changed();
            else if (awaited == QStringLiteral("whenAny"))
                co_await whenAny(stream, watch.changed(), registry.next(), running, sleepFor(1000h));
            else if (awaited == QStringLiteral("whenAll"))
                co_await whenAll(sleepThenPush(&log), sleepThenPush(&log));
            else
                co_await sleepThenPush(&log);
            log.push_back("not reached");
        });
        QVERIFY(!handle.isFinished());
        context.reset();
        QVERIFY(handle.isFinished());
        QCOMPARE(log, Log{"local"});
        QCOMPARE(registry.handlerCount(), handlers);
        // What was awaited comes all the same.
        registry.post(2);
        sender.send(2);
        promise.addResult(1);
        promise.finish();
        mayGoOn.release();
        pool.waitForDone();
        running.cancel();
        runQueuedCalls();
        QCOMPARE(log, Log{"local"});
    }

    void reportThatArrivesAfterTheFrameHarmsNobody()
    {
        AsyncRegistry<int> registry;
        WorkerThread worker;
        QSemaphore mayEnd;
        int calls = 0;
        registry.registerHandler(worker.context(), [&](int) {
            mayEnd.acquire();
            ++calls;
        });
        auto context = std::make_unique<QObject>();
        bool hasGoneOn = false;
        spawn(context.get(), [&]() -> Task<> {
            co_await registry.deliverAll(1);
            hasGoneOn = true;
        });
        context.reset();
        mayEnd.release();
        worker.drain();
        runQueuedCalls();
        QCOMPARE(calls, 1);
        QVERIFY(!hasGoneOn);
    }

    void handlerThatDestroysTheContextInAPostponedAwaitEndsTheTaskThere()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        auto *const context = new QObject;
        std::atomic<QThread *> endedOn = nullptr;
        std::atomic<bool> hasGoneOn = false;
        registry.registerHandler([&](int) { delete context; });
        const auto handle = spawn(context, [&]() -> Task<> {
            const auto end = qScopeGuard([&] { endedOn = QThread::currentThread(); });
            context->moveToThread(worker.thread());
            co_await registry.deliverAll(1); // there
            hasGoneOn = true;
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(endedOn.load(), worker.thread());
        QVERIFY(!hasGoneOn);
    }

    void handlerThatMovesTheContextInAnAwaitLetsItGoOnThere()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        auto *const context = new QObject;
        std::atomic<QThread *> wentOnOn = nullptr;
        registry.registerHandler([&](int) { context->moveToThread(worker.thread()); });
        const auto handle = spawn(context, [&]() -> Task<> {
            co_await registry.deliverAll(1);
            wentOnOn = QThread::currentThread();
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(wentOnOn.load(), worker.thread());
        worker.run([&] { delete context; });
    }

    void contextThatMovesWhileADestructorRunsIsNotLost()
    {
        // The destructor is of a task that ends; another task of the context goes on where it arrives.
        WorkerThread worker;
        auto *const context = new QObject;
        std::atomic<QThread *> wentOnOn = nullptr;
        const auto other = spawn(context, [&, before = QThread::currentThread()]() -> Task<> {
            while (QThread::currentThread() == before)
                co_await sleepFor(1ms);
            wentOnOn = QThread::currentThread();
        });
        const auto ending = spawn(context, [&]() -> Task<> {
            const auto end = qScopeGuard([&] { context->moveToThread(worker.thread()); });
            co_await yieldToLoop();
        });
        QVERIFY(waitFor([&] { return other.isFinished() && ending.isFinished(); }));
        QCOMPARE(wentOnOn.load(), worker.thread());
        worker.run([&] { delete context; });
    }

    void sleeperFollowsAContextThatMovesTwice()
    {
        WorkerThread first;
        WorkerThread second;
        auto *const context = new QObject;
        std::atomic<QThread *> wokeOn = nullptr;
        const auto handle = spawn(context, [&]() -> Task<> {
            co_await sleepFor(30ms);
            wokeOn = QThread::currentThread();
        });
        context->moveToThread(first.thread());
        first.run([&] { context->moveToThread(second.thread()); });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        // A late machine may have woken it on the first one.
        QVERIFY(wokeOn == second.thread() || wokeOn == first.thread());
        second.run([&] { delete context; });
    }

    // --- cancelled at a bad moment ---------------------------------------------------------------

    void cancelWithAWakeQueuedDropsIt()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        QObject context;
        const auto stream = std::make_unique<EventStream<int>>(registry->stream(&context));
        bool hasGoneOn = false;
        const auto handle = spawn(&context, [&]() -> Task<> {
            co_await *stream;
            hasGoneOn = true;
        });
        *stream = EventStream<int>(); // its end comes from the loop
        handle.cancel();
        runQueuedCalls();
        QVERIFY(handle.isFinished());
        QVERIFY(!hasGoneOn);
    }

    void coroutinesThatResumeAndCancelEachOtherBothEnd()
    {
        AsyncRegistry<int> events;
        QObject context;
        Log log;
        TaskHandle<> first;
        TaskHandle<> second;
        first = spawn(&context, [&]() -> Task<> {
            const auto end = qScopeGuard([&] { log.push_back("first"); });
            co_await events.next();
            second.cancel(); // which is on the stack, and has resumed this one
            log.push_back("resumed");
            co_await sleepFor(1000h);
        });
        second = spawn(&context, [&]() -> Task<> {
            const auto end = qScopeGuard([&] { log.push_back("second"); });
            co_await yieldToLoop();
            events.post(1);
            first.cancel();
            log.push_back("behind");
            co_await sleepFor(0ms);
            log.push_back("not reached");
        });
        QVERIFY(waitFor([&] { return second.isFinished(); }));
        QVERIFY(first.isFinished());
        QCOMPARE(log, (Log{"resumed", "first", "behind", "second"}));
    }

    void destructorOfALocalMayPost()
    {
        AsyncRegistry<int> events;
        auto context = std::make_unique<QObject>();
        QObject other;
        Numbers seen;
        events.registerHandler([&](int number) { seen.push_back(number); });
        spawn(&other, [&]() -> Task<> {
            const auto number = co_await events.next();
            seen.push_back(10 + *number);
        });
        const auto handle = spawn(context.get(), [&]() -> Task<> {
            auto own = events.stream(context.get());
            const auto end = qScopeGuard([&] { events.post(1); });
            co_await own;
        });
        context.reset();
        QCOMPARE(seen, (Numbers{1, 11}));
        QVERIFY(handle.isFinished());
    }

    void exceptionOfADestructorGoesToWhoAwaits()
    {
        struct Throws
        {
            ~Throws() noexcept(false) { throw std::runtime_error("destructor"); }
        };
        QObject context;
        std::string message;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto fail = []() -> Task<> {
                co_await yieldToLoop();
                const Throws throws;
            };
            try {
                co_await fail();
            } catch (const std::runtime_error &error) {
                message = error.what();
            }
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(message, std::string("destructor"));
    }

    // --- at the same moment ----------------------------------------------------------------------

    void deadlineAtTheMomentOfAnEventLosesNoEvent()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        Numbers seen;
        int timeouts = 0;
        spawn(&context, [&]() -> Task<> {
            const auto post = [&]() -> Task<> {
                for (int i = 0; i < 20; ++i) {
                    co_await sleepFor(10ms);
                    registry.post(i);
                }
            };
            const auto take = [&]() -> Task<> {
                auto stream = registry.stream(&context);
                while (seen.size() < 20) {
                    const auto first = co_await whenAny(stream, sleepFor(10ms));
                    if (first.index() == 0)
                        seen.push_back(std::get<0>(first).value());
                    else
                        ++timeouts;
                }
            };
            co_await whenAll(take(), post());
        });
        QVERIFY(clock.advance(300ms));
        Numbers expected;
        for (int i = 0; i < 20; ++i)
            expected.push_back(i);
        QCOMPARE(seen, expected);
        qInfo() << timeouts << "timeouts were first";
    }

    void branchesThatComeInsideOfALaterBranchsStartLoseNothing()
    {
        AsyncRegistry<int> first;
        AsyncRegistry<int> second;
        AsyncRegistry<int> trigger;
        QThread neverStarted;
        trigger.registerHandler(onThread(&neverStarted), [](int) {}); // so that its report does not come
        QObject context;
        // When the last branch begins, events for both others come.
        const auto post = [&]() -> Task<> {
            first.post(1);
            second.post(2);
            first.post(3);
            co_await sleepFor(1000h);
        };
        Numbers seen;
        const auto handle = spawn(&context, [&]() -> Task<> {
            auto one = first.stream(&context);
            auto two = second.stream(&context);
            const auto winner = co_await whenAny(one, two, whenAll(post()), trigger.deliverAll(1));
            seen.push_back(std::get<0>(winner).value());
            const auto next = co_await two;
            seen.push_back(*next);
            const auto last = co_await one;
            seen.push_back(*last);
        });
        QVERIFY(handle.isFinished());
        QCOMPARE(seen, (Numbers{1, 2, 3}));
    }

    void handlersOfABranchThatPostToTheBranchBeforeLoseNothing()
    {
        AsyncRegistry<int> events;
        AsyncRegistry<int> trigger;
        QThread neverStarted;
        trigger.registerHandler([&](int) {
            events.post(1);
            events.post(2);
        });
        trigger.registerHandler(onThread(&neverStarted), [](int) {});
        QObject context;
        Numbers seen;
        const auto handle = spawn(&context, [&]() -> Task<> {
            auto stream = events.stream(&context);
            const auto winner = co_await whenAny(stream, trigger.deliverAll(1));
            seen.push_back(std::get<0>(winner).value());
            const auto next = co_await stream;
            seen.push_back(*next);
        });
        QVERIFY(handle.isFinished());
        QCOMPARE(seen, (Numbers{1, 2}));
    }

    void branchesThatComeWhileTheContextMovesLoseNothing()
    {
        for (int round = 0; round < 100; ++round) {
            WorkerThread worker;
            AsyncRegistry<int> first;
            AsyncRegistry<int> second;
            auto *const context = new QObject;
            Numbers seen;
            const auto handle = spawn(context, [&]() -> Task<> {
                auto one = first.stream(context);
                auto two = second.stream(context);
                while (seen.size() < 6) {
                    const auto winner = co_await whenAny(one, two);
                    seen.push_back(winner.index() == 0 ? std::get<0>(winner).value() : std::get<1>(winner).value());
                }
            });
            first.post(1);
            context->moveToThread(worker.thread());
            second.post(-1);
            first.post(2);
            second.post(-2);
            first.post(3);
            second.post(-3);
            QVERIFY(waitFor([&] { return handle.isFinished(); }));
            worker.run([&] { delete context; });
            Numbers positive;
            Numbers negative;
            for (const int number : seen)
                (number > 0 ? positive : negative).push_back(number);
            QCOMPARE(positive, (Numbers{1, 2, 3}));
            QCOMPARE(negative, (Numbers{-1, -2, -3}));
        }
    }

    void branchThatMovesTheContextAtItsBeginLetsTheRestBeginThere()
    {
        WorkerThread worker;
        AsyncRegistry<int> events;
        auto *const context = new QObject;
        std::atomic<std::size_t> winner = 9;
        const auto handle = spawn(context, [&]() -> Task<> {
            const auto move = [&]() -> Task<> {
                context->moveToThread(worker.thread());
                co_await sleepFor(1000h);
            };
            auto stream = events.stream(context);
            const auto first = co_await whenAny(whenAll(move()), stream);
            winner = first.index();
        });
        events.post(1);
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(winner.load(), std::size_t(1));
        worker.run([&] { delete context; });
    }

    // --- watches -----------------------------------------------------------------------------------

    void changesOfAWatchAreAwaitedWithoutAContext()
    {
        WatchSender<int> sender(1);
        AsyncWatch<int> watch(sender.subscribe());
        QObject context;
        Numbers seen;
        const auto handle = spawn(&context, [&]() -> Task<> {
            while (const auto value = co_await watch.changed())
                seen.push_back(*value);
        });
        for (int value = 2; value < 5; ++value) {
            sender.send(value);
            QVERIFY(waitFor([&] { return !seen.empty() && seen.back() == value; }));
        }
        sender.send(5);
        sender.send(6); // which replaces it
        QVERIFY(waitFor([&] { return seen.back() == 6; }));
        QCOMPARE(seen, (Numbers{2, 3, 4, 6}));
        QVERIFY(!handle.isFinished());
    }

    void changeThatIsThereDoesNotSuspend()
    {
        WatchSender<int> sender(1);
        AsyncWatch<int> watch(sender.subscribe());
        QObject context;
        sender.send(2);
        std::optional<int> seen;
        const auto handle = spawn(&context, [&]() -> Task<> { seen = co_await watch.changed(); });
        QVERIFY(handle.isFinished());
        QCOMPARE(seen, std::optional(2));
    }

    void changesFromAnotherThreadAreAwaited()
    {
        WorkerThread worker;
        WatchSender<void> sender;
        AsyncWatch<> watch(sender.subscribe());
        QObject context;
        int changes = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            while (const bool hasChanged = co_await watch.changed())
                changes += hasChanged;
        });
        for (int i = 1; i <= 50; ++i) {
            worker.post([&] { sender.send(); });
            QVERIFY(waitFor([&] { return changes == i; }));
        }
        QVERIFY(!handle.isFinished());
    }

    void watchThatDiesGivesNothing()
    {
        WatchSender<int> sender(1);
        auto watch = std::make_unique<AsyncWatch<int>>(sender.subscribe());
        QObject context;
        std::optional<int> seen = 1;
        const auto handle = spawn(&context, [&]() -> Task<> { seen = co_await watch->changed(); });
        watch.reset();
        QVERIFY(!handle.isFinished()); // from the loop
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QVERIFY(!seen);
        sender.send(2);
    }

    void senderThatDiesGivesItsLastValueAndThenNothing()
    {
        auto sender = std::make_unique<WatchSender<int>>(1);
        AsyncWatch<int> watch(sender->subscribe());
        QObject context;
        Numbers seen;
        const auto handle = spawn(&context, [&]() -> Task<> {
            while (const auto value = co_await watch.changed())
                seen.push_back(*value);
        });
        sender->send(2);
        sender.reset();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(seen, Numbers{2});
    }

    void eachChangeGoesToOneOfSeveral()
    {
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        QObject context;
        Numbers seen;
        const auto wait = [&]() -> Task<> {
            const auto value = co_await watch.changed();
            seen.push_back(value.value_or(-1));
        };
        const auto first = spawn(&context, wait);
        const auto second = spawn(&context, wait);
        sender.send(1);
        QVERIFY(waitFor([&] { return !seen.empty(); }));
        runQueuedCalls();
        QCOMPARE(seen, Numbers{1});
        sender.send(2);
        QVERIFY(waitFor([&] { return seen.size() == 2; }));
        QCOMPARE(seen, (Numbers{1, 2}));
    }

    void changeOfABranchThatIsWithdrawnIsNotLost()
    {
        WatchSender<int> sender(1);
        AsyncWatch<int> watch(sender.subscribe());
        AsyncRegistry<int> events;
        QObject context;
        std::optional<int> seen;
        const auto handle = spawn(&context, [&]() -> Task<> {
            auto stream = events.stream(&context);
            const auto first = co_await whenAny(stream, watch.changed());
            if (first.index() == 0)
                seen = co_await watch.changed();
        });
        sender.send(2); // its wake is queued
        events.post(1);
        QVERIFY(handle.isFinished());
        QCOMPARE(seen, std::optional(2));
    }
};

QTEST_GUILESS_MAIN(TestTaskEnds)
#include "tst_taskends.moc"
