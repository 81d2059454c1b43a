// SPDX-License-Identifier: MIT
#include "waitfor.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/DeliverPending>
#include <SignalBox/EventBatch>

#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::EventBatch;
using SignalBox::Nested;
using SignalBox::deliverPending;

class DeliverPending : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void threadWithoutAnEventLoopGetsItsEvents()
    {
        AsyncRegistry<int> registry;
        std::atomic<int> sum = 0;
        std::atomic<bool> isReady = false;
        std::atomic<bool> isOver = false;
        const std::unique_ptr<QThread> thread(QThread::create([&] {
            QObject context;
            registry.registerHandler(&context, [&](const int &event) { sum += event; });
            isReady = true;
            while (!isOver)
                deliverPending();
        }));
        thread->start();
        QVERIFY(waitFor([&] { return isReady.load(); }));
        for (int i = 1; i <= 1000; ++i)
            registry.post(i);
        const bool isComplete = waitFor([&] { return sum == 500500; });
        isOver = true;
        thread->wait();
        QVERIFY(isComplete);
    }

    void whatIsThereIsDeliveredInOrder()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        registry.registerHandler(this, [&](const int &event) { seen.push_back(event); }, {.delivery = Delivery::Queued});
        registry.registerHandler(this, [&](const int &event) { seen.push_back(10 * event); }, {.backlog = Backlog::newest()});
        registry.post(1);
        registry.post(2);
        QVERIFY(!deliverPending());
        QCOMPARE(seen.size(), std::size_t(3));
        QCOMPARE(std::count(seen.begin(), seen.end(), 20), 1);
        QVERIFY(!deliverPending());
        QCOMPARE(seen.size(), std::size_t(3));
    }

    void expiredBudgetMakesProgressAndSaysThatSomethingIsLeft()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        registry.registerHandler(this, [&](const int &) { ++calls; }, {.delivery = Delivery::Queued});
        for (int i = 0; i < 100; ++i)
            registry.post(i);
        int rounds = 1;
        while (deliverPending(QDeadlineTimer(0))) {
            ++rounds;
            QVERIFY(rounds < 1000);
        }
        QVERIFY(rounds > 1);
        QCOMPARE(calls, 100);
    }

    void eventsThatHandlersPostForEverDoNotKeepIt()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        const auto id = registry.registerHandler(this, [&](const int &event) {
            ++calls;
            registry.post(event + 1);
        }, {.delivery = Delivery::Queued});
        registry.post(0);
        QVERIFY(deliverPending());
        QVERIFY(calls >= 1);
        registry.unregister(id);
        deliverPending();
    }

    void insideOfADeliveryOthersAreServedAndTheHandlerToo()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        registry.registerHandler(this, [&](const int &event) {
            seen.push_back(event);
            if (event == 1)
                deliverPending();
            seen.push_back(-event);
        }, {.delivery = Delivery::Queued});
        registry.post(1);
        registry.post(2);
        deliverPending();
        QCOMPARE(seen, (std::vector{1, 2, -2, -1}));
    }

    void handlerThatWaitsIsNotCalledAgainInside()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        registry.registerHandler(this, [&](const int &event) {
            seen.push_back(event);
            if (event == 1)
                deliverPending();
            seen.push_back(-event);
        }, {.delivery = Delivery::Queued, .nested = Nested::Wait});
        registry.registerHandler(this, [&](const int &event) { seen.push_back(10 * event); },
                                 {.priority = -1, .delivery = Delivery::Queued});
        registry.post(1);
        registry.post(2);
        while (deliverPending()) { }
        std::vector<int> waiting;
        std::copy_if(seen.begin(), seen.end(), std::back_inserter(waiting), [](int event) { return event < 10; });
        QCOMPARE(waiting, (std::vector{1, -1, 2, -2}));
        const auto place = [&](int event) { return std::find(seen.begin(), seen.end(), event); };
        QVERIFY(place(10) < place(-1)); // the other one goes on
        QVERIFY(place(20) < place(-1));
    }

    void insideOfABatchOthersAreServedAndLaterBatchesToo()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        registry.registerHandler(this, [&](const EventBatch<int> &batch) {
            const int first = batch[0];
            seen.push_back(first);
            if (first == 1) {
                registry.post(2);
                registry.post(3);
                deliverPending();
            }
            seen.push_back(-first);
        });
        registry.post(1);
        deliverPending();
        QCOMPARE(seen, (std::vector{1, 2, -2, -1}));
    }

    void insideOfADeliveryOnDemandTheHandlerIsNotCalled()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        SignalBox::HandlerId id;
        id = registry.registerHandler(this, [&](const int &event) {
            seen.push_back(event);
            if (event == 1)
                registry.post(2);
            deliverPending();
            seen.push_back(-event);
        }, {.backlog = Backlog::all().onDemand()});
        registry.post(1);
        QVERIFY(registry.deliver(id));
        QCOMPARE(seen, (std::vector{1, -1}));
        QVERIFY(registry.deliver(id));
        QCOMPARE(seen, (std::vector{1, -1, 2, -2}));
    }

    void insideOfAnInlineHandlerWhatWaitsIsDelivered()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<int> queued;
        std::vector<int> seen;
        queued.registerHandler(this, [&](const int &event) { seen.push_back(event); }, {.delivery = Delivery::Queued});
        registry.registerHandler([&](const int &) { deliverPending(); });
        queued.post(1);
        registry.post(0);
        QCOMPARE(seen, std::vector{1});
    }

    void handlerMayDestroyTheRegistryInside()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        int calls = 0;
        registry->registerHandler(this, [&](const int &) {
            ++calls;
            registry.reset();
            deliverPending();
        }, {.delivery = Delivery::Queued});
        registry->post(1);
        registry->post(2);
        deliverPending();
        QCOMPARE(calls, 1);
    }

    void onDemandIsNotDelivered()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        const auto id = registry.registerHandler(this, [&](const int &) { ++calls; }, {.backlog = Backlog::all().onDemand()});
        registry.post(1);
        deliverPending();
        QCOMPARE(calls, 0);
        QVERIFY(registry.deliver(id));
        QCOMPARE(calls, 1);
    }

    void threadWithoutHandlersHasNothing()
    {
        bool isLeft = true;
        std::thread([&] { isLeft = deliverPending(); }).join();
        QVERIFY(!isLeft);
    }
};

QTEST_GUILESS_MAIN(DeliverPending)
#include "tst_deliverpending.moc"
