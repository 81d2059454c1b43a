// SPDX-License-Identifier: MIT
#include "../core/runonthreads.h"
#include "backlogs.h"
#include "looplessthread.h"
#include "scaled.h"
#include "waitfor.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/qt/delivery/handover_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

// What becomes of deliveries to a thread that has finished, is finishing, or never runs an event loop.

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::DispatchReport;

class FinishedThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void futureFinishesWhenTheThreadEnds_data()
    {
        addBacklogsOfAllKinds();
    }
    void futureFinishesWhenTheThreadEnds()
    {
        QFETCH(Backlog, backlog);
        LooplessThread target;
        AsyncRegistry<int> registry;
        registry.registerHandler(SignalBox::onThread(target.thread()), [](const int &) {}, {.backlog = backlog});
        const auto future = registry.notify(1);
        QVERIFY(!future.isFinished());
        target.end();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
        QCOMPARE(registry.handlers().front().dropped, quint64(1));
    }

    void notifyOfAThreadThatHasEndedIsFinishedAtOnce()
    {
        LooplessThread target;
        AsyncRegistry<int> registry;
        registry.registerHandler(SignalBox::onThread(target.thread()), [](const int &) {});
        registry.registerHandler(SignalBox::onThread(target.thread()), [](const int &) {}, {.backlog = Backlog::newest()});
        target.end();
        registry.registerHandler(SignalBox::onThread(target.thread()), [](const int &) {}); // after its end, too
        const auto concurrent = registry.notify(1);
        QVERIFY(concurrent.isFinished());
        COMPARE_REPORT(concurrent.result(), 0, 0, 3);
        const auto sequential = registry.notifySequential(1);
        QVERIFY(sequential.isFinished());
        COMPARE_REPORT(sequential.result(), 0, 0, 3);
    }

    void futureFinishesWhenAThreadThatNeverRanIsDestroyed()
    {
        AsyncRegistry<int> registry;
        QFuture<DispatchReport> future;
        {
            QThread thread;
            registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
            future = registry.notify(1);
            QVERIFY(!future.isFinished());
        }
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void deadlineFinishesTheFutureOfAThreadThatNeverRunsALoop()
    {
        LooplessThread target;
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        registry.registerHandler(SignalBox::onThread(target.thread()), [&](const int &) { ++calls; });
        registry.registerHandler([](const int &) {});
        const QDeadlineTimer deadline(20);
        const auto future = registry.notify(1, deadline);
        QVERIFY(!future.isFinished() || deadline.hasExpired());
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 1);
        const auto sequential = registry.notifySequential(1, QDeadlineTimer(20));
        QVERIFY(finishes(sequential));
        COMPARE_REPORT(sequential.result(), 0, 0, 2);
        target.end();
        QCOMPARE(calls.load(), 0);
    }

    // Every producer finds the closed mailbox, and drops what it brought.
    void producersOfAThreadThatHasEndedFinishAllTheirFutures_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::all();
        QTest::newRow("latest") << Backlog::newest();
        QTest::newRow("oldest") << Backlog::newest(3);
        QTest::newRow("newest") << Backlog::oldest(3);
    }
    void producersOfAThreadThatHasEndedFinishAllTheirFutures()
    {
        QFETCH(Backlog, backlog);
        constexpr int producers = 4;
        const int events = scaled(20000);
        LooplessThread target;
        AsyncRegistry<int> registry;
        registry.registerHandler(SignalBox::onThread(target.thread()), [](const int &) {}, {.backlog = backlog});
        target.end();
        std::vector<QFuture<DispatchReport>> last(producers);
        runOnThreads(producers, [&](int producer) {
            for (int i = 0; i < events; ++i)
                last[std::size_t(producer)] = registry.notify(i);
        });
        for (const auto &future : last)
            QVERIFY(future.isFinished());
        const auto row = registry.handlers().front();
        QCOMPARE(row.dropped + row.merged, quint64(producers * events));
    }

    void noDeliveryIsLostUncountedWhileAThreadStopsAndStarts()
    {
        const int restarts = scaled(100);
        QThread thread;
        AsyncRegistry<int> registry;
        std::atomic<quint64> calls = 0;
        registry.registerHandler(SignalBox::onThread(&thread), [&](const int &) { ++calls; });
        std::atomic<bool> stop = false;
        std::atomic<quint64> posted = 0;
        std::vector<std::thread> producers;
        for (int i = 0; i < 3; ++i) {
            producers.emplace_back([&] {
                while (!stop) {
                    registry.post(1);
                    ++posted;
                }
            });
        }
        for (int i = 0; i < restarts; ++i) {
            const quint64 before = calls;
            thread.start();
            QVERIFY(waitFor([&] { return calls != before; }));
            thread.quit();
            thread.wait();
        }
        stop = true;
        for (std::thread &producer : producers)
            producer.join();
        QCOMPARE(calls + registry.handlers().front().dropped, posted.load());
    }

    void timedHandlerRunsAgainAfterARestartOfItsThread_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("throttled") << Backlog::throttled(50);
        QTest::newRow("debounced") << Backlog::debounced(50);
    }
    void timedHandlerRunsAgainAfterARestartOfItsThread()
    {
        QFETCH(Backlog, backlog);
        QThread thread;
        AsyncRegistry<int> registry;
        std::atomic<int> last = 0;
        registry.registerHandler(SignalBox::onThread(&thread), [&](const int &event) { last = event; }, {.backlog = backlog});
        QObject anchor;
        anchor.moveToThread(&thread);
        thread.start();
        registry.post(1);
        registry.post(2);
        // Behind the visit, which has planned a call.
        std::promise<void> planned;
        SignalBox::detail::postCall(&anchor, [&] {
            registry.post(3);
            SignalBox::detail::postCall(&anchor, [&] { planned.set_value(); });
        });
        planned.get_future().wait();
        thread.quit();
        thread.wait();
        // The mailbox was connected first, and is open by then.
        std::promise<void> started;
        QObject::connect(&thread, &QThread::started, &anchor, [&] { started.set_value(); }, Qt::DirectConnection);
        thread.start();
        started.get_future().wait();
        registry.post(4);
        const bool hasArrived = waitFor([&] { return last == 4; });
        thread.quit();
        thread.wait();
        QVERIFY(hasArrived);
    }

    // Its mailbox is made while the thread ends.
    // As Qt's own queued calls to a thread that is started again.
    void noEventIsLostThatIsPostedAfterStartHasReturned_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::all();
        QTest::newRow("latest") << Backlog::newest();
        QTest::newRow("bounded") << Backlog::newest(4);
    }
    void noEventIsLostThatIsPostedAfterStartHasReturned()
    {
        QFETCH(Backlog, backlog);
        QThread thread;
        AsyncRegistry<int> registry;
        std::atomic<int> last = 0;
        registry.registerHandler(SignalBox::onThread(&thread), [&](const int &event) { last = event; }, {.backlog = backlog});
        thread.start();
        thread.quit();
        thread.wait();
        for (int run = 1; run <= 200; ++run) {
            thread.start();
            registry.post(run);
            QVERIFY(waitFor([&] { return last == run; }));
            thread.quit();
            thread.wait();
        }
        QCOMPARE(registry.handlers().front().dropped, quint64(0));
    }

    void noFutureIsLeftUnfinishedByAThreadThatIsEnding()
    {
        for (int round = 0; round < scaled(500); ++round) {
            AsyncRegistry<int> registry;
            std::unique_ptr<QThread> thread(QThread::create([] {}));
            thread->start();
            registry.registerHandler(SignalBox::onThread(thread.get()), [](const int &) {});
            const auto future = registry.notify(1);
            thread->wait();
            QVERIFY(finishes(future));
            const DispatchReport report = future.result();
            QCOMPARE(report.called + report.dropped, std::uint32_t(1));
        }
    }

    // The same while it starts again.
    void deliveriesArriveAfterAThreadHasStartedAgainWhileItsMailboxWasMade()
    {
        for (int round = 0; round < scaled(500); ++round) {
            QThread thread;
            QObject anchor;
            anchor.moveToThread(&thread);
            thread.start();
            thread.quit();
            thread.wait();
            AsyncRegistry<int> registry;
            std::thread starter([&] { thread.start(); });
            registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
            starter.join();
            std::promise<void> isInLoop;
            SignalBox::detail::postCall(&anchor, [&] { isInLoop.set_value(); });
            isInLoop.get_future().wait();
            const auto future = registry.notify(1);
            QVERIFY(finishes(future));
            COMPARE_REPORT(future.result(), 1, 0, 0);
            thread.quit();
            thread.wait();
        }
    }

    // What is dropped for one handler does not nest in what is dropped for the next: the thread's stack is small.
    void thousandsOfHandlersComeWithTheirContextToAThreadThatEnds()
    {
        constexpr int count = 4000;
        std::promise<void> end;
        const std::unique_ptr<QThread> thread(QThread::create([&] { end.get_future().wait(); }));
        thread->setStackSize(256 * 1024);
        thread->start();
        QObject context;
        AsyncRegistry<int> registry;
        for (int i = 0; i < count; ++i)
            registry.registerHandler(&context, [](const int &) {}, {.delivery = SignalBox::Delivery::Queued});
        const auto future = registry.notify(1);
        context.moveToThread(thread.get());
        QCoreApplication::processEvents(); // the departure
        end.set_value();
        thread->wait();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, count);
        registry.clear();
    }

    void threadThatQtDidNotStartTakesDeliveriesUntilItEnds()
    {
        AsyncRegistry<int> registry;
        std::promise<void> ready;
        QEventLoop *loop = nullptr;
        std::atomic<int> calls = 0;
        std::thread thread([&] {
            QObject context;
            QEventLoop events;
            loop = &events;
            registry.registerHandler(SignalBox::onThread(QThread::currentThread()), [&](const int &) {
                ++calls;
                events.quit();
            });
            registry.registerHandler(&context, [&](const int &) { ++calls; });
            ready.set_value();
            events.exec();
        });
        ready.get_future().wait();
        const auto future = registry.notify(1);
        thread.join();
        QVERIFY(finishes(future));
        QCOMPARE(calls.load() + int(future.result().dropped), 2);
        const auto late = registry.notify(2);
        QVERIFY(late.isFinished());
        COMPARE_REPORT(late.result(), 0, 0, 1);
    }
};

QTEST_GUILESS_MAIN(FinishedThread)
#include "tst_finishedthread.moc"
