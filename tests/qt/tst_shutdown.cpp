// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qeventloop.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::DispatchReport;

namespace {

// A thread that waits instead of running an event loop.
class LooplessThread
{
public:
    LooplessThread() : m_thread(QThread::create([this] { m_end.get_future().wait(); })) { m_thread->start(); }
    ~LooplessThread() { end(); }
    Q_DISABLE_COPY_MOVE(LooplessThread)

    QThread *thread() { return m_thread.get(); }
    void end()
    {
        if (m_thread->isRunning())
            m_end.set_value();
        m_thread->wait();
    }

private:
    std::promise<void> m_end;
    const std::unique_ptr<QThread> m_thread;
};

} // namespace

class Shutdown : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- threads ---------------------------------------------------------------------------------

    void futureFinishesWhenTheThreadEnds_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::unbounded();
        QTest::newRow("latest") << Backlog::latest();
        QTest::newRow("bounded") << Backlog::bounded(4);
        QTest::newRow("throttled") << Backlog::throttled(3600000);
        QTest::newRow("debounced") << Backlog::debounced(3600000);
    }
    void futureFinishesWhenTheThreadEnds()
    {
        QFETCH(Backlog, backlog);
        LooplessThread target;
        AsyncRegistry<int> registry;
        registry.registerHandler(target.thread(), [](const int &) {}, {.backlog = backlog});
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
        registry.registerHandler(target.thread(), [](const int &) {});
        registry.registerHandler(target.thread(), [](const int &) {}, {.backlog = Backlog::latest()});
        target.end();
        registry.registerHandler(target.thread(), [](const int &) {}); // after its end, too
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
            registry.registerHandler(&thread, [](const int &) {});
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
        registry.registerHandler(target.thread(), [&](const int &) { ++calls; });
        registry.registerHandler([](const int &) {});
        const auto future = registry.notify(1, QDeadlineTimer(20));
        QVERIFY(!future.isFinished());
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
        QTest::newRow("unbounded") << Backlog::unbounded();
        QTest::newRow("latest") << Backlog::latest();
        QTest::newRow("oldest") << Backlog::bounded(3);
        QTest::newRow("newest") << Backlog::bounded(3, SignalBox::Overflow::DropNewest);
    }
    void producersOfAThreadThatHasEndedFinishAllTheirFutures()
    {
        QFETCH(Backlog, backlog);
        constexpr int producers = 4;
        const int events = scaled(20000);
        LooplessThread target;
        AsyncRegistry<int> registry;
        registry.registerHandler(target.thread(), [](const int &) {}, {.backlog = backlog});
        target.end();
        std::vector<QFuture<DispatchReport>> last(producers);
        std::vector<std::thread> threads;
        for (auto &future : last) {
            threads.emplace_back([&] {
                for (int i = 0; i < events; ++i)
                    future = registry.notify(i);
            });
        }
        for (std::thread &thread : threads)
            thread.join();
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
        registry.registerHandler(&thread, [&](const int &) { ++calls; });
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
        registry.registerHandler(&thread, [&](const int &event) { last = event; }, {.backlog = backlog});
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
    void noFutureIsLeftUnfinishedByAThreadThatIsEnding()
    {
        for (int round = 0; round < scaled(500); ++round) {
            AsyncRegistry<int> registry;
            std::unique_ptr<QThread> thread(QThread::create([] {}));
            thread->start();
            registry.registerHandler(thread.get(), [](const int &) {});
            const auto future = registry.notify(1);
            thread->wait();
            QVERIFY(finishes(future));
            const DispatchReport report = future.result();
            QCOMPARE(report.called + report.dropped, std::uint32_t(1));
        }
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
            registry.registerHandler(QThread::currentThread(), [&](const int &) {
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

    // --- contexts --------------------------------------------------------------------------------

    void futureFinishesWhenTheContextDies_data()
    {
        futureFinishesWhenTheThreadEnds_data();
    }
    void futureFinishesWhenTheContextDies()
    {
        QFETCH(Backlog, backlog);
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        registry.registerHandler(context.get(), [](const int &) {}, {.delivery = Delivery::Queued, .backlog = backlog});
        if (backlog.kind() == Backlog::Kind::Throttled) {
            registry.post(0); // the first one is at once
            QCoreApplication::processEvents();
        }
        const auto future = registry.notify(1);
        QCoreApplication::processEvents(); // a timed call is planned
        if (!backlog.isTimed())
            return;
        QVERIFY(!future.isFinished());
        context.reset();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void futureOfAQueuedDeliveryFinishesWhenTheContextDies()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QFuture<DispatchReport> future;
        registry.registerHandler(worker.context(), [](const int &) {});
        worker.run([&] {
            std::thread([&] { future = registry.notify(1); }).join();
            delete worker.context();
            worker.forgetContext();
        });
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void contextsDieOnTheirThreadWhileEightProducersNotify()
    {
        const int contexts = scaled(1500);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<bool> stop = false;
        std::atomic<int> faults = 0;
        std::vector<std::thread> producers;
        for (int i = 0; i < 8; ++i) {
            producers.emplace_back([&] {
                QFuture<DispatchReport> future;
                do {
                    registry.post(1);
                    future = registry.notify(2);
                    std::this_thread::yield();
                } while (!stop);
                future.waitForFinished();
            });
        }
        for (int i = 0; i < contexts; ++i) {
            auto *context = new QObject;
            auto alive = std::make_shared<std::atomic<bool>>(true);
            context->moveToThread(worker.thread());
            registry.registerHandler(context, [&faults, alive](const int &) {
                if (!*alive)
                    ++faults;
            });
            worker.post([context, alive] {
                *alive = false; // the handler would see it from here on; there is no event loop in between
                delete context;
            });
        }
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
        stop = true;
        for (std::thread &producer : producers)
            producer.join();
        QCOMPARE(faults.load(), 0);
    }

    // --- registries ------------------------------------------------------------------------------

    void futureFinishesWhenTheRegistryDies()
    {
        std::promise<void> isBlocked;
        std::promise<void> end;
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        worker.post([&] {
            isBlocked.set_value();
            end.get_future().wait();
        });
        isBlocked.get_future().wait();
        int calls = 0;
        registry->registerHandler(worker.context(), [&](const int &) { ++calls; });
        registry->registerHandler(worker.context(), [&](const int &) { ++calls; }, {.backlog = Backlog::latest()});
        const auto concurrent = registry->notify(1);
        const auto sequential = registry->notifySequential(1);
        registry.reset();
        end.set_value();
        QVERIFY(finishes(concurrent));
        QVERIFY(finishes(sequential));
        COMPARE_REPORT(concurrent.result(), 0, 0, 2);
        COMPARE_REPORT(sequential.result(), 0, 0, 2);
        QCOMPARE(calls, 0);
    }

    void registryMayDieWhileItsHandlerRunsElsewhere()
    {
        std::promise<void> entered;
        std::promise<void> end;
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->registerHandler(worker.context(), [&](const int &) {
            entered.set_value();
            end.get_future().wait();
        });
        const auto future = registry->notify(1);
        entered.get_future().wait();
        registry.reset();
        QVERIFY(!future.isFinished());
        end.set_value();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
    }

    void registriesDieWhileTheirDeliveriesAreUnderWay()
    {
        WorkerThread worker;
        const auto capture = std::make_shared<int>(0);
        std::vector<QFuture<DispatchReport>> futures;
        for (int round = 0; round < scaled(5000); ++round) {
            AsyncRegistry<std::shared_ptr<int>> registry;
            registry.registerHandler(worker.context(), [capture](const std::shared_ptr<int> &) {});
            registry.registerHandler(worker.context(), [capture](const std::shared_ptr<int> &) {}, {.backlog = Backlog::latest()});
            registry.registerHandler(worker.thread(), [capture](const std::shared_ptr<int> &) {}, {.once = true});
            registry.post(capture);
            futures.push_back(registry.notify(capture));
            futures.push_back(registry.notifySequential(capture));
        }
        for (const auto &future : futures) {
            QVERIFY(finishes(future));
            const DispatchReport report = future.result();
            QVERIFY(report.called + report.dropped >= 2);
            QVERIFY(report.called + report.dropped <= 3);
        }
        QVERIFY(waitFor([&] { return capture.use_count() == 1; }));
    }

    void notifyAfterClearIsFinishedWithAnEmptyReport()
    {
        AsyncRegistry<int> registry;
        const auto empty = registry.notify(1);
        QVERIFY(empty.isFinished());
        COMPARE_REPORT(empty.result(), 0, 0, 0);
        registry.registerHandler(QThread::currentThread(), [](const int &) {}, {.delivery = Delivery::Queued});
        const auto before = registry.notify(1);
        registry.clear();
        const auto concurrent = registry.notify(1);
        const auto sequential = registry.notifySequential(1);
        QVERIFY(concurrent.isFinished());
        QVERIFY(sequential.isFinished());
        COMPARE_REPORT(concurrent.result(), 0, 0, 0);
        COMPARE_REPORT(sequential.result(), 0, 0, 0);
        QVERIFY(finishes(before));
        COMPARE_REPORT(before.result(), 0, 0, 1);
    }
};

QTEST_GUILESS_MAIN(Shutdown)
#include "tst_shutdown.moc"
