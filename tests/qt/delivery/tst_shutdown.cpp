// SPDX-License-Identifier: MIT
#include "backlogs.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

// What becomes of deliveries that are under way when their context or their registry dies.

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::DispatchReport;

class Shutdown : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- contexts --------------------------------------------------------------------------------

    void futureFinishesWhenTheContextDies_data()
    {
        addBacklogsOfAllKinds();
    }
    void futureFinishesWhenTheContextDies()
    {
        QFETCH(Backlog, backlog);
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        registry.registerHandler(context.get(), [](const int &) {}, {.delivery = Delivery::Queued, .backlog = backlog});
        if (backlog.isEvery()) {
            registry.post(0); // the first one is at once
            runQueuedCalls();
        }
        const auto future = registry.notify(1);
        QCoreApplication::processEvents(); // a timed call is planned
        if (backlog.isImmediate())
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
        registry->registerHandler(worker.context(), [&](const int &) { ++calls; }, {.backlog = Backlog::newest()});
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
            registry.registerHandler(worker.context(), [capture](const std::shared_ptr<int> &) {}, {.backlog = Backlog::newest()});
            registry.registerHandler(SignalBox::onThread(worker.thread()), [capture](const std::shared_ptr<int> &) {}, {.once = true});
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
        registry.registerHandler(SignalBox::onThread(QThread::currentThread()), [](const int &) {}, {.delivery = Delivery::Queued});
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
