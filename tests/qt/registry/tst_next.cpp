// SPDX-License-Identifier: MIT
#include "looplessthread.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/TestClock>

#include <QtTest/qtest.h>

#include <chrono>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;

class Next : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nextHasTheNextEventOnly()
    {
        AsyncRegistry<int> registry;
        registry.post(1);
        const auto future = registry.next(this);
        QVERIFY(!future.isFinished());
        registry.post(2);
        registry.post(3);
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), std::optional<int>(2));
        QVERIFY(registry.isEmpty());
    }

    void nextIsFinishedOnTheThreadOfItsContext()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<QThread *> seen = nullptr;
        auto tail = registry.next(worker.context()).then([&](std::optional<int>) { seen = QThread::currentThread(); });
        registry.post(1);
        QVERIFY(finishes(tail));
        QCOMPARE(seen.load(), worker.thread());
    }

    void nextIsEmptyWhenTheContextDies()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        const auto future = registry.next(context.get());
        context.reset();
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), std::optional<int>());
    }

    void nextIsEmptyWhenTheRegistryDies()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        const auto future = registry->next(this);
        registry.reset();
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), std::optional<int>());
    }

    void cancelledNextIsFinishedAndUnregistered()
    {
        AsyncRegistry<int> registry;
        auto future = registry.next(this);
        std::atomic<bool> isContinued = false;
        auto tail = future.then([](std::optional<int>) {}).onCanceled([&] { isContinued = true; });
        future.cancel();
        QVERIFY(finishes(future));
        QVERIFY(finishes(tail));
        QVERIFY(isContinued);
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
    }

    // The context's thread has no part in it.
    void cancelledNextEndsThoughTheThreadOfItsContextIsStuck()
    {
        LooplessThread stuck;
        QObject context;
        context.moveToThread(stuck.thread());
        AsyncRegistry<int> registry;
        auto future = registry.next(&context);
        std::thread([&] { future.cancel(); }).join();
        future.waitForFinished();
        QVERIFY(future.isCanceled());
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
        stuck.end();
    }

    void tenThousandCancelledLeaveNoHandlers()
    {
        AsyncRegistry<int> registry;
        std::vector<QFuture<std::optional<int>>> futures;
        for (int i = 0; i < scaled(10000); ++i)
            futures.push_back(registry.next(this));
        for (auto &future : futures)
            future.cancel();
        for (auto &future : futures)
            QVERIFY(finishes(future));
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
    }

    void nextIsEmptyWhenTimeIsUp()
    {
        SignalBox::TestClock clock;
        AsyncRegistry<int> registry;
        const auto future = registry.next(this, QDeadlineTimer(3600000));
        QVERIFY(clock.advance(std::chrono::minutes(59)));
        QVERIFY(!future.isFinished());
        QVERIFY(clock.advance(std::chrono::minutes(1)));
        QVERIFY(finishes(future));
        QVERIFY(!future.isCanceled());
        QCOMPARE(future.result(), std::optional<int>());
        QVERIFY(registry.isEmpty());
        const auto late = registry.next(this, QDeadlineTimer(0));
        QVERIFY(late.isFinished());
        QCOMPARE(late.result(), std::optional<int>());
    }

    void nextThatComesInTimeIsNotEmpty()
    {
        AsyncRegistry<int> registry;
        const auto future = registry.next(this, QDeadlineTimer(3600000));
        registry.post(5);
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), std::optional<int>(5));
        const auto byInterval = registry.next(this, std::chrono::hours(1));
        registry.post(6);
        QCOMPARE(byInterval.result(), std::optional<int>(6));
    }

    // What Qt keeps of the result goes with the last future, on whichever thread, while the library begins to watch.
    void futureMayBeDroppedAtOnce()
    {
        AsyncRegistry<QString> registry;
        for (int i = 0; i < scaled(20000); ++i) {
            registry.next(this);
            registry.post(QString::number(i));
        }
        QVERIFY(registry.isEmpty());
    }

    // Each future has one answer, whoever is faster: the event, the deadline, or who cancels.
    void eventDeadlineAndCancellationMeet()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        for (int i = 0; i < scaled(2000); ++i) {
            auto future = registry.next(worker.context(), QDeadlineTimer(std::chrono::microseconds(i % 200), Qt::PreciseTimer));
            if (i % 3 == 0)
                future.cancel();
            registry.post(i);
            future.waitForFinished();
            SignalBox::detail::SanitizerOrder::acquire(future);
            if (!future.isCanceled())
                QVERIFY(!future.result() || *future.result() == i);
        }
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
    }

    void nextOfANullContextIsEmptyAtOnce()
    {
        AsyncRegistry<int> registry;
        QTest::ignoreMessage(QtWarningMsg,
                             "SignalBox::AsyncRegistry::next(): the context object is null; nothing was registered");
        const auto future = registry.next(nullptr);
        QVERIFY(future.isFinished());
        QCOMPARE(future.result(), std::optional<int>());
    }
};

QTEST_GUILESS_MAIN(Next)
#include "tst_next.moc"
