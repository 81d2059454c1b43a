// SPDX-License-Identifier: MIT
#include "../core/runonthreads.h"
#include "finishedfuture.h"
#include "looplessthread.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/TestClock>

#include <QtCore/qfuturewatcher.h>
#include <QtCore/qregularexpression.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <future>
#include <limits>
#include <optional>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::DispatchReport;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using SignalBox::TestClock;

class NotifyFuture : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void futureIsFinishedOnReturnIfAllHandlersWereInline()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler([&](const int &) { ++calls; });
        registry.registerHandler(&context, [&](const int &) { ++calls; });
        registry.registerHandler([](const int &) { throw 1; });
        const auto future = registry.notify(1);
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 3, 1, 0);
        QCOMPARE(calls, 2);
    }

    void futureFinishesWhenTheLastHandlerHasEnded()
    {
        std::promise<void> end;
        WorkerThread first;
        WorkerThread second;
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        registry.registerHandler(first.context(), [&](const int &) {
            end.get_future().wait();
            ++calls;
        });
        registry.registerHandler(second.context(), [&](const int &) { ++calls; });
        registry.registerHandler([&](const int &) { ++calls; });
        registry.registerHandler(SignalBox::onThread(second.thread()), [](const int &) { throw 1; });
        const auto future = registry.notify(1);
        second.drain();
        QVERIFY(!future.isFinished());
        QCOMPARE(calls.load(), 2);
        end.set_value();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 4, 1, 0);
        QCOMPARE(calls.load(), 3);
    }

    void inlineStopIsInTheReport()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        const HandlerId stopping = registry.registerHandler([](const int &) { return Propagation::Stop; }, {.priority = 1});
        registry.registerHandler(worker.context(), [](const int &) {});
        registry.registerHandler(worker.context(), [](const int &) {}, {.priority = 2});
        const auto future = registry.notify(1);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 2, 0, 0);
        QVERIFY(future.result().stoppedBy == stopping);
    }

    void unregisteredAndPausedHandlersCountAsDropped()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        const auto add = [&] {
            return registry.registerHandler(&context, [&](const int &) { ++calls; }, {.delivery = Delivery::Queued});
        };
        const HandlerId gone = add();
        const HandlerId paused = add();
        add();
        const auto future = registry.notify(1);
        registry.unregister(gone);
        registry.setEnabled(paused, false);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 2);
        QCOMPARE(calls, 1);
        QCOMPARE(registry.handlers().front().dropped, quint64(1));
        QVERIFY(registry.handlers().front().id == paused);
    }

    void replacedEventCountsAsDroppedInItsFuture()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int last = 0;
        registry.registerHandler(&context, [&](const int &event) { last = event; }, {.backlog = Backlog::newest()});
        const auto first = registry.notify(1);
        const auto second = registry.notify(2);
        QVERIFY(first.isFinished());
        COMPARE_REPORT(first.result(), 0, 0, 1);
        QVERIFY(finishes(second));
        COMPARE_REPORT(second.result(), 1, 0, 0);
        QCOMPARE(last, 2);
    }

    void cancelSkipsWhatHasNotBegun()
    {
        std::promise<void> entered;
        std::promise<void> end;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> later = 0;
        registry.registerHandler(worker.context(), [&](const int &event) {
            if (event == 1) {
                entered.set_value();
                end.get_future().wait();
            }
        });
        registry.registerHandler(worker.context(), [&](const int &) { ++later; });
        auto future = registry.notify(1);
        entered.get_future().wait();
        future.cancel();
        end.set_value();
        QVERIFY(finishes(future));
        QVERIFY(future.isCanceled());
        QCOMPARE(future.resultCount(), 0);
        QCOMPARE(later.load(), 0);
        // The next event is not affected.
        const auto next = registry.notify(2);
        QVERIFY(finishes(next));
        COMPARE_REPORT(next.result(), 2, 0, 0);
        QCOMPARE(later.load(), 1);
    }

    void cancelSkipsWhatWaitsInABacklog()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.backlog = Backlog::newest(2)});
        auto cancelled = registry.notify(1);
        const auto kept = registry.notify(2);
        cancelled.cancel();
        QVERIFY(finishes(kept));
        QVERIFY(cancelled.isFinished());
        QCOMPARE(seen, std::vector<int>{2});
        QCOMPARE(registry.handlers().front().dropped, quint64(1));
    }

    void deadlineDropsWhatHasNotBegunAndWaitsForWhatHas()
    {
        std::promise<void> entered;
        std::promise<void> end;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        registry.registerHandler(worker.context(), [&](const int &) {
            entered.set_value();
            end.get_future().wait();
            ++calls;
        });
        const HandlerId late = registry.registerHandler(worker.context(), [&](const int &) { ++calls; });
        std::optional<TestClock> clock(std::in_place); // time stands still until the thread is busy
        const auto future = registry.notify(1, QDeadlineTimer(200));
        entered.get_future().wait();
        // A second one, whose deadline passes while the thread is busy, tells when.
        const auto second = registry.notify(2, QDeadlineTimer(400));
        clock.reset();
        QVERIFY(finishes(second));
        COMPARE_REPORT(second.result(), 0, 0, 2);
        QVERIFY(!future.isFinished());
        end.set_value();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 1);
        worker.drain();
        QCOMPARE(calls.load(), 1);
        for (const auto &row : registry.handlers())
            QCOMPARE(row.dropped, quint64(row.id == late ? 2 : 1));
    }

    void deadlinesAtTheEndsOfTheirTypeAreNotTakenForOthers_data()
    {
        QTest::addColumn<QDeadlineTimer>("deadline");
        constexpr qint64 day = 24 * 3600 * 1000;
        QTest::newRow("30 days: negative as an int") << QDeadlineTimer(30 * day);
        QTest::newRow("49.7 days: 5 ms as an int") << QDeadlineTimer((qint64(1) << 32) + 5);
        QTest::newRow("200 years") << QDeadlineTimer(200 * 365 * day);
        QTest::newRow("300 years: negative in nanoseconds") << QDeadlineTimer(300 * 365 * day);
        QTest::newRow("longest") << QDeadlineTimer(std::numeric_limits<qint64>::max() - 1);
        QTest::newRow("forever") << QDeadlineTimer(QDeadlineTimer::Forever);
    }

    void deadlinesAtTheEndsOfTheirTypeAreNotTakenForOthers()
    {
        QFETCH(QDeadlineTimer, deadline);
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".")));
        LooplessThread target;
        AsyncRegistry<int> registry;
        registry.registerHandler(SignalBox::onThread(target.thread()), [](const int &) {});
        const auto future = registry.notify(1, deadline);
        const auto sequential = registry.notifySequential(1, deadline);
        AsyncRegistry<int> other;
        const auto next = other.next(this, deadline);
        const auto soon = registry.notify(2, QDeadlineTimer(50));
        QVERIFY(finishes(soon));
        COMPARE_REPORT(soon.result(), 0, 0, 1);
        QVERIFY(!future.isFinished());
        QVERIFY(!sequential.isFinished());
        QVERIFY(!next.isFinished());
        other.post(7);
        QVERIFY(finishes(next));
        QCOMPARE(next.result(), std::optional(7));
        target.end();
        QVERIFY(finishes(future));
        QVERIFY(finishes(sequential));
    }

    void deadlineThatIsOverDropsAllThatIsNotInline()
    {
        LooplessThread target;
        AsyncRegistry<int> registry;
        int calls = 0;
        registry.registerHandler([&](const int &) { ++calls; });
        registry.registerHandler(SignalBox::onThread(target.thread()), [](const int &) {});
        for (const QDeadlineTimer deadline : {QDeadlineTimer(0), QDeadlineTimer::addNSecs(QDeadlineTimer::current(), -5'000'000)}) {
            const auto future = registry.notify(1, deadline);
            QVERIFY(future.isFinished());
            COMPARE_REPORT(future.result(), 1, 0, 1);
        }
        QCOMPARE(calls, 2);
    }

    void deadlineThatDoesNotPassChangesNothing()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.registerHandler(worker.context(), [](const int &) {});
        const auto future = registry.notify(1, QDeadlineTimer(3600000));
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
    }

    void onceWhoseDeliveryWasDroppedWaitsForAnotherEvent()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); },
                                 {.once = true, .delivery = Delivery::Queued});
        auto cancelled = registry.notify(1);
        cancelled.cancel();
        QVERIFY(finishes(cancelled));
        QVERIFY(seen.empty());
        const auto future = registry.notify(2);
        QVERIFY(finishes(future));
        QCOMPARE(seen, std::vector<int>{2});
        QVERIFY(registry.isEmpty());
    }

    void onceQueuedFromManyThreadsRunsForExactlyOneNotify()
    {
        WorkerThread worker;
        for (int round = 0; round < 200; ++round) {
            AsyncRegistry<int> registry;
            std::atomic<int> calls = 0;
            registry.registerHandler(worker.context(), [&](const int &) { ++calls; }, {.once = true});
            std::vector<QFuture<DispatchReport>> futures(4);
            runOnThreads(4, [&](int index) { futures[std::size_t(index)] = registry.notify(1); });
            std::uint32_t called = 0;
            for (const auto &future : futures) {
                QVERIFY(finishes(future));
                called += future.result().called;
            }
            QCOMPARE(called, std::uint32_t(1));
            QCOMPARE(calls.load(), 1);
            QVERIFY(registry.isEmpty());
        }
    }

    void continuationRunsOnTheThreadOfItsContext()
    {
        std::promise<void> isAttached;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.registerHandler(worker.context(), [](const int &) {});
        QThread *seen = nullptr;
        std::uint32_t called = 0;
        worker.post([&] { isAttached.get_future().wait(); });
        const auto future = registry.notify(1);
        auto tail = future; // a continuation is attached to one that is not const
        tail.then(this, [&](DispatchReport report) {
            seen = QThread::currentThread();
            called = report.called;
        });
        SignalBox::detail::SanitizerOrder::release(future); // what Qt's mutex orders: the continuation, before it is run
        isAttached.set_value();
        QVERIFY(waitFor([&] { return seen != nullptr; }));
        QCOMPARE(seen, QThread::currentThread());
        QCOMPARE(called, std::uint32_t(1));
    }

    void watcherSeesTheEnd()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.registerHandler(worker.context(), [](const int &) {});
        QFutureWatcher<DispatchReport> watcher;
        bool isFinished = false;
        connect(&watcher, &QFutureWatcherBase::finished, this, [&] { isFinished = true; });
        watcher.setFuture(registry.notify(1));
        QVERIFY(waitFor([&] { return isFinished; }));
        COMPARE_REPORT(watcher.result(), 1, 0, 0);
    }

    void threadMayBlockForANotifyWhoseHandlersRunElsewhere()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.registerHandler(worker.context(), [](const int &) { return finishedFuture(); });
        registry.registerHandler([](const int &) {});
        auto future = registry.notify(1);
        future.waitForFinished();
        COMPARE_REPORT(future.result(), 2, 0, 0);
    }

    void continuationMayNotifyAgainAndDestroyTheRegistry()
    {
        std::promise<void> isAttached;
        std::promise<void> done;
        WorkerThread worker;
        auto *registry = new AsyncRegistry<int>;
        std::atomic<int> calls = 0;
        registry->registerHandler(worker.context(), [&](const int &) { ++calls; });
        worker.post([&] { isAttached.get_future().wait(); });
        registry->notify(1).then([&](DispatchReport) { // on the worker
            registry->notify(2);
            done.set_value();
        });
        isAttached.set_value();
        done.get_future().wait();
        worker.drain();
        QCOMPARE(calls.load(), 2);
        delete registry;
    }
};

QTEST_GUILESS_MAIN(NotifyFuture)
#include "tst_notifyfuture.moc"
