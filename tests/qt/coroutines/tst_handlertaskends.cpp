// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Connect>
#include <SignalBox/DeliverAll>
#include <SignalBox/NextEvent>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/YieldToLoop>

#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::Delivery;
using SignalBox::DispatchReport;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::yieldToLoop;

namespace {

// Counts its ends, and where they were.
struct End
{
    std::atomic<int> &count;
    std::atomic<QThread *> *where = nullptr;
    ~End()
    {
        if (where)
            *where = QThread::currentThread();
        ++count;
    }
};

} // namespace

// What the coroutine of a handler does when something ends.
class HandlerTaskEnds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itsContextsDeathDestroysItAndTheReportSaysDropped()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        std::atomic<int> ended = 0;
        registry.registerHandler(context.get(), [&](const int &) -> Task<> {
            const End end{ended};
            co_await sleepFor(1000h);
        });
        const auto future = registry.notify(1);
        QVERIFY(!future.isFinished());
        context.reset();
        QCOMPARE(ended, 1);
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void itsContextsDeathDestroysTheNewestFirstWhetherSpawnedOrAHandlers()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        std::vector<int> ended;
        struct Entry
        {
            std::vector<int> &ended;
            int number;
            ~Entry() { ended.push_back(number); }
        };
        const auto wait = [](std::vector<int> *log, int number) -> Task<> {
            const Entry entry{*log, number};
            co_await sleepFor(1000h);
        };
        registry.registerHandler(context.get(), [&](const int &number) { return wait(&ended, number); });
        registry.post(1);
        spawn(context.get(), [&] { return wait(&ended, 2); });
        registry.post(3);
        context.reset();
        QCOMPARE(ended, (std::vector<int>{3, 2, 1}));
    }

    void handlerThatDeletesItsContextRunsToItsNextAwait()
    {
        for (const Delivery delivery : {Delivery::Auto, Delivery::Queued}) {
            AsyncRegistry<int> registry;
            auto *context = new QObject;
            std::vector<std::string> log;
            registry.registerHandler(context,
                                     [&](const int &) -> Task<> {
                                         delete context;
                                         log.push_back("behind");
                                         co_await yieldToLoop();
                                         log.push_back("not reached");
                                     },
                                     {.delivery = delivery});
            const auto future = registry.notify(1);
            QVERIFY(finishes(future));
            runQueuedCalls();
            QCOMPARE(log, (std::vector<std::string>{"behind"}));
            COMPARE_REPORT(future.result(), 0, 0, 1);
        }
    }

    void contextThatDiesInANestedLoopOfTheHandlerEndsItAtTheNextAwait()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        std::vector<std::string> log;
        registry.registerHandler(context.get(), [&](const int &) -> Task<> {
            co_await yieldToLoop();
            QEventLoop loop;
            QTimer::singleShot(0, &loop, [&] {
                context.reset();
                log.push_back("dead");
                loop.quit();
            });
            loop.exec();
            log.push_back("behind");
            co_await yieldToLoop();
            log.push_back("not reached");
        });
        const auto future = registry.notify(1);
        QVERIFY(finishes(future));
        QCOMPARE(log, (std::vector<std::string>{"dead", "behind"}));
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void endOfTheThreadLeavesItSuspendedUntilTheContextDies()
    {
        AsyncRegistry<int> registry;
        std::atomic<int> ended = 0;
        std::atomic<bool> isWaiting = false;
        QFuture<DispatchReport> future;
        {
            WorkerThread worker;
            registry.registerHandler(worker.context(), [&](const int &) -> Task<> {
                const End end{ended};
                isWaiting = true;
                co_await sleepFor(1000h);
            });
            future = registry.notify(1);
            QVERIFY(waitFor([&] { return isWaiting.load(); }));
            worker.finish();
            QCOMPARE(ended, 0);
            QVERIFY(!future.isFinished());
        }
        QCOMPARE(ended, 1);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void endOfTheThreadObjectEndsTheCoroutinesOfItsHandlers()
    {
        AsyncRegistry<int> registry;
        std::atomic<int> ended = 0;
        std::atomic<bool> isWaiting = false;
        auto worker = std::make_unique<WorkerThread>();
        registry.registerHandler(SignalBox::onThread(worker->thread()), [&](const int &) -> Task<> {
            const End end{ended};
            isWaiting = true;
            co_await sleepFor(1000h);
        });
        const auto future = registry.notify(1);
        QVERIFY(waitFor([&] { return isWaiting.load(); }));
        worker->finish();
        QCOMPARE(ended, 0);
        worker.reset();
        QCOMPARE(ended, 1);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
        QCOMPARE(registry.handlerCount(), 0);
    }

    void handlerOfAThreadGoesOnWhenThatIsStartedAgain()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<void> gate;
        std::atomic<bool> isWaiting = false;
        QThread thread;
        thread.start();
        registry.registerHandler(SignalBox::onThread(&thread), [&](const int &) -> Task<> {
            isWaiting = true;
            co_await sleepFor(1ms);
            co_await sleepFor(1ms);
        });
        const auto future = registry.notify(1);
        QVERIFY(waitFor([&] { return isWaiting.load(); }));
        thread.quit();
        thread.wait();
        // Its time comes while the thread does not run.
        const auto later = SignalBox::spawn(this, []() -> Task<> { co_await sleepFor(5ms); });
        QVERIFY(waitFor([&] { return later.isFinished(); }));
        thread.start();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
        thread.quit();
        thread.wait();
    }

    void coroutineThatIsSpawnedBetweenTwoRunsOfItsThreadBegins()
    {
        QThread thread;
        QObject context;
        context.moveToThread(&thread);
        std::atomic<int> begun = 0;
        const auto begin = [&]() -> Task<> {
            ++begun;
            co_return;
        };
        thread.start();
        spawn(&context, begin);
        QVERIFY(waitFor([&] { return begun == 1; }));
        thread.quit();
        thread.wait();
        spawn(&context, begin);
        QObject other; // no coroutine has run for it
        other.moveToThread(&thread);
        spawn(&other, begin);
        thread.start();
        QVERIFY(waitFor([&] { return begun == 3; }));
        thread.quit();
        thread.wait();
    }

    // What waits behind the events of a loop does so by a timer, which goes with the thread.
    void handlerThatYieldsGoesOnWhenItsThreadIsStartedAgain()
    {
        AsyncRegistry<int> registry;
        std::atomic<int> turns = 0;
        QThread thread;
        thread.start();
        registry.registerHandler(SignalBox::onThread(&thread), [&](const int &) -> Task<> {
            for (;;) {
                co_await yieldToLoop();
                ++turns;
            }
        });
        registry.post(1);
        for (int round = 0; round < 3; ++round) {
            const int before = turns;
            QVERIFY(waitFor([&] { return turns > before + 2; }));
            thread.quit();
            thread.wait();
            thread.start();
        }
        thread.quit();
        thread.wait();
    }

    void endOfTheRegistryLetsItGoOn()
    {
        auto registry = std::make_unique<AsyncRegistry<std::string>>();
        AsyncRegistry<void> gate;
        QObject context;
        std::string seen;
        registry->registerHandler(&context, [&](const std::string &event) -> Task<> {
            co_await gate.next();
            seen = event;
        });
        const auto future = registry->notify("event");
        registry.reset();
        gate.post();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
        QCOMPARE(seen, std::string("event"));
    }

    void endOfTheRegistryThatItAwaitsGivesAnEmptyOptional()
    {
        AsyncRegistry<int> registry;
        auto awaited = std::make_unique<AsyncRegistry<int>>();
        QObject context;
        std::optional<int> result = 1;
        registry.registerHandler(&context, [&](const int &) -> Task<> { result = co_await awaited->next(); });
        const auto future = registry.notify(1);
        awaited.reset();
        QVERIFY(finishes(future));
        QVERIFY(!result);
    }

    void handlerThatDestroysItsRegistryGoesOn()
    {
        auto *registry = new AsyncRegistry<std::string>;
        QObject context;
        std::string seen;
        registry->registerHandler(&context, [&](const std::string &event) -> Task<> {
            delete std::exchange(registry, nullptr);
            co_await yieldToLoop();
            seen = event;
        });
        const auto future = registry->notify("event");
        QVERIFY(finishes(future));
        QCOMPARE(seen, std::string("event"));
    }

    void endOfTheSenderLetsItGoOn()
    {
        auto sender = std::make_unique<QObject>();
        AsyncRegistry<void> gate;
        QObject context;
        QString seen;
        const auto connection = SignalBox::connect(sender.get(), &QObject::objectNameChanged, &context,
                                                   [&](const QString &name) -> Task<> {
                                                       co_await gate.next();
                                                       seen = name;
                                                   });
        sender->setObjectName(QStringLiteral("name"));
        sender.reset();
        gate.post();
        QVERIFY(waitFor([&] { return !seen.isEmpty(); }));
        QCOMPARE(seen, QStringLiteral("name"));
    }

    void endOfTheThreadOfAHandlerThatIsAwaitedCountsAsDropped()
    {
        AsyncRegistry<int> outer;
        AsyncRegistry<int> inner;
        QObject context;
        DispatchReport report;
        auto worker = std::make_unique<WorkerThread>();
        inner.registerHandler(worker->context(), [](const int &) -> Task<> { co_await sleepFor(1000h); });
        outer.registerHandler(&context, [&](const int &) -> Task<> { report = co_await inner.deliverAll(1); });
        const auto future = outer.notify(1);
        worker.reset(); // and its context
        QVERIFY(finishes(future));
        COMPARE_REPORT(report, 0, 0, 1);
    }

    void coroutineFollowsItsContext()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        AsyncRegistry<void> gate;
        auto *const context = new QObject;
        std::vector<QThread *> ranOn;
        registry.registerHandler(context, [&](const int &) -> Task<> {
            ranOn.push_back(QThread::currentThread());
            co_await gate.next();
            ranOn.push_back(QThread::currentThread());
        });
        const auto future = registry.notify(1);
        context->moveToThread(worker.thread());
        gate.post();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
        worker.run([&] { delete context; });
        QCOMPARE(ranOn, (std::vector<QThread *>{QThread::currentThread(), worker.thread()}));
    }

    void handlerThatMovesItsContextGoesOnThere()
    {
        for (const Delivery delivery : {Delivery::Auto, Delivery::Queued}) {
            WorkerThread worker;
            AsyncRegistry<int> registry;
            auto *const context = new QObject;
            std::vector<QThread *> ranOn;
            registry.registerHandler(context,
                                     [&](const int &) -> Task<> {
                                         context->moveToThread(worker.thread());
                                         ranOn.push_back(QThread::currentThread());
                                         co_await sleepFor(0ms); // ready: but it is to go on there
                                         ranOn.push_back(QThread::currentThread());
                                     },
                                     {.delivery = delivery});
            const auto future = registry.notify(1);
            QVERIFY(finishes(future));
            COMPARE_REPORT(future.result(), 1, 0, 0);
            worker.run([&] { delete context; });
            QCOMPARE(ranOn, (std::vector<QThread *>{QThread::currentThread(), worker.thread()}));
        }
    }

    void eventThatArrivesWhereACoroutineOfTheContextHasNotLeftBeginsLater()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        auto *const context = new QObject;
        std::atomic<int> calledWithin = 0;
        std::atomic<int> called = 0;
        registry.registerHandler(context,
                                 [&](const int &number) -> Task<> {
                                     ++called;
                                     if (number == 1) {
                                         context->moveToThread(worker.thread());
                                         worker.drain(); // the second event has arrived there
                                         calledWithin = called.load();
                                     }
                                     co_await yieldToLoop();
                                 },
                                 {.delivery = Delivery::Queued});
        const auto first = registry.notify(1);
        const auto second = registry.notify(2);
        QVERIFY(finishes(first));
        QVERIFY(finishes(second));
        QCOMPARE(calledWithin, 1);
        COMPARE_REPORT(first.result(), 1, 0, 0);
        COMPARE_REPORT(second.result(), 1, 0, 0);
        worker.run([&] { delete context; });
    }
};

QTEST_GUILESS_MAIN(HandlerTaskEnds)
#include "tst_handlertaskends.moc"
