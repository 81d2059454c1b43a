// SPDX-License-Identifier: MIT
#include "../core/runonthreads.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::DispatchReport;

class ThreadPoolTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void poolOfOneThreadServesManyHandlersAndRegistries()
    {
        constexpr int events = 200;
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        AsyncRegistry<int> first;
        AsyncRegistry<int> second;
        std::array<std::vector<int>, 4> seen;
        for (std::size_t i = 0; i < seen.size(); ++i)
            (i % 2 ? first : second).registerHandler(SignalBox::inPool(&pool), [&, i](const int &event) {
                seen[i].push_back(event);
            });
        std::vector<int> expected;
        for (int i = 0; i < events; ++i) {
            first.post(i);
            second.post(i);
            expected.push_back(i);
        }
        pool.waitForDone();
        for (const std::vector<int> &all : seen)
            QCOMPARE(all, expected);
    }

    void handlerNeverRunsOnTwoThreadsAtOnceAndKeepsTheOrderOfEachProducer()
    {
        constexpr int producers = 4;
        const int events = scaled(50000);
        QThreadPool pool;
        pool.setMaxThreadCount(4);
        AsyncRegistry<int> registry;
        std::atomic<int> inside = 0;
        std::atomic<int> faults = 0;
        std::array<int, producers> next{};
        registry.registerHandler(SignalBox::inPool(&pool), [&](const int &event) {
            if (++inside != 1)
                ++faults;
            if (next[std::size_t(event % producers)]++ != event / producers)
                ++faults;
            --inside;
        });
        runOnThreads(producers, [&](int producer) {
            for (int i = 0; i < events; ++i)
                registry.post(i * producers + producer);
        });
        pool.waitForDone();
        QCOMPARE(faults.load(), 0);
        for (int count : next)
            QCOMPARE(count, events);
    }

    // One that never stops getting events does not keep the others from the only thread.
    void busyHandlerGivesWayToOthers()
    {
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        AsyncRegistry<int> busy;
        AsyncRegistry<int> other;
        std::atomic<bool> stop = false;
        busy.registerHandler(SignalBox::inPool(&pool), [&](const int &event) {
            if (!stop)
                busy.post(event);
        });
        other.registerHandler(SignalBox::inPool(&pool), [](const int &) {});
        busy.post(1);
        const auto future = other.notify(1);
        const bool hasRun = finishes(future);
        stop = true;
        pool.waitForDone();
        QVERIFY(hasRun);
    }

    void clearOfThePoolDropsAndCounts()
    {
        std::promise<void> entered;
        std::promise<void> end;
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        AsyncRegistry<int> blocking;
        blocking.registerHandler(SignalBox::inPool(&pool), [&](const int &) {
            entered.set_value();
            end.get_future().wait();
        });
        blocking.post(1);
        entered.get_future().wait();
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        registry.registerHandler(SignalBox::inPool(&pool), [&](const int &event) { seen.push_back(event); });
        const auto first = registry.notify(1);
        const auto second = registry.notify(2);
        pool.clear();
        QVERIFY(first.isFinished());
        QVERIFY(second.isFinished());
        COMPARE_REPORT(first.result(), 0, 0, 1);
        QCOMPARE(registry.handlers().front().dropped, quint64(2));
        // And goes on.
        const auto third = registry.notify(3);
        end.set_value();
        QVERIFY(finishes(third));
        COMPARE_REPORT(third.result(), 1, 0, 0);
        QCOMPARE(seen, std::vector<int>{3});
    }

    void clearOfThePoolRacesProducers()
    {
        QThreadPool pool;
        pool.setMaxThreadCount(2);
        AsyncRegistry<int> registry;
        std::atomic<quint64> calls = 0;
        registry.registerHandler(SignalBox::inPool(&pool), [&](const int &) { ++calls; });
        std::atomic<bool> stop = false;
        std::thread clearing([&] {
            while (!stop)
                pool.clear();
        });
        const int events = scaled(20000);
        QFuture<DispatchReport> last;
        for (int i = 0; i < events; ++i)
            last = registry.notify(i);
        QVERIFY(finishes(last));
        stop = true;
        clearing.join();
        pool.waitForDone();
        QCOMPARE(calls + registry.handlers().front().dropped, quint64(events));
    }

    void poolMayDieWithDeliveriesPending()
    {
        for (int round = 0; round < scaled(500); ++round) {
            AsyncRegistry<int> registry;
            auto pool = std::make_unique<QThreadPool>();
            pool->setMaxThreadCount(1);
            registry.registerHandler(SignalBox::inPool(pool.get()), [](const int &) {});
            registry.registerHandler(SignalBox::inPool(pool.get()), [](const int &) {},
                                     {.backlog = SignalBox::Backlog::newest()});
            std::vector<QFuture<DispatchReport>> futures;
            for (int i = 0; i < 10; ++i)
                futures.push_back(registry.notify(i));
            pool.reset();
            QVERIFY(registry.isEmpty());
            for (const auto &future : futures) {
                QVERIFY(finishes(future));
                QCOMPARE(future.result().called + future.result().dropped, std::uint32_t(2));
            }
        }
    }

    void handlerMayUnregisterItselfAndDestroyTheRegistryInThePool()
    {
        QThreadPool pool;
        auto *registry = new AsyncRegistry<int>;
        std::atomic<int> calls = 0;
        SignalBox::HandlerId id;
        id = registry->registerHandler(SignalBox::inPool(&pool), [&](const int &) {
            ++calls;
            registry->unregister(id);
        });
        registry->post(1);
        registry->post(2);
        pool.waitForDone();
        QCOMPARE(calls.load(), 1);
        delete registry;
    }

    void exceptionOfAPoolHandlerIsReportedAndTheNextEventComes()
    {
        QThreadPool pool;
        AsyncRegistry<int> registry;
        std::atomic<int> failures = 0;
        connect(&registry, &AsyncRegistry<int>::handlerFailed, this, [&] { ++failures; });
        registry.registerHandler(SignalBox::inPool(&pool), [](const int &event) {
            if (event == 1)
                throw 1;
        });
        const auto first = registry.notify(1);
        const auto second = registry.notify(2);
        QVERIFY(finishes(first));
        QVERIFY(finishes(second));
        COMPARE_REPORT(first.result(), 1, 1, 0);
        COMPARE_REPORT(second.result(), 1, 0, 0);
        COMPARE_FINALLY(failures.load(), 1);
    }

    void guardWaitsForTheCallInThePool()
    {
        std::promise<void> entered;
        std::promise<void> end;
        QThreadPool pool;
        AsyncRegistry<int> registry;
        std::atomic<bool> hasLeft = false;
        auto guard = registry.registerGuard(SignalBox::inPool(&pool), [&](const int &) {
            entered.set_value();
            end.get_future().wait();
            hasLeft = true;
        });
        registry.post(1);
        entered.get_future().wait();
        std::thread release([&] { end.set_value(); });
        guard.reset();
        QVERIFY(hasLeft);
        release.join();
    }
};

QTEST_GUILESS_MAIN(ThreadPoolTest)
#include "tst_threadpool.moc"
