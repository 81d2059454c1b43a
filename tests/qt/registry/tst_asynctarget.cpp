// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Delivery;

class TargetThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlerRunsOnTheContextThread()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QThread *seen = nullptr;
        int value = 0;
        registry.registerHandler(worker.context(), [&](const int &event) {
            seen = QThread::currentThread();
            value = event;
        });
        registry.post(7);
        worker.drain();
        QCOMPARE(seen, worker.thread());
        QCOMPARE(value, 7);
    }

    void handlerOfAThreadRunsOnThatThread()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QThread *seen = nullptr;
        registry.registerHandler(SignalBox::onThread(worker.thread()), [&](const int &) { seen = QThread::currentThread(); });
        registry.post(1);
        worker.drain();
        QCOMPARE(seen, worker.thread());
    }

    void inlineHandlerRunsOnThePostingThread()
    {
        AsyncRegistry<int> registry;
        std::thread::id seen;
        registry.registerHandler([&](const int &) { seen = std::this_thread::get_id(); });
        std::thread producer([&] { registry.post(1); });
        const auto expected = producer.get_id();
        producer.join();
        QVERIFY(seen == expected);
    }

    void autoDeliveryRunsInlineOnItsOwnThread()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; });
        registry.post(1);
        QCOMPARE(calls, 1);
    }

    void queuedDeliveryNeverRunsInline()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.delivery = Delivery::Queued});
        registry.post(1);
        QCOMPARE(calls, 0);
        COMPARE_FINALLY(calls, 1);
    }

    void autoDeliveryNeverOvertakesEarlierEventsOfTheHandler()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); });
        std::thread([&] { registry.post(1); }).join();
        registry.post(2); // same thread, but event 1 still waits
        COMPARE_FINALLY(seen, (std::vector<int>{1, 2}));
    }

    void deliveriesWaitForAThreadThatStartsLater()
    {
        QThread thread;
        QObject *const context = new QObject;
        context->moveToThread(&thread);
        AsyncRegistry<int> registry;
        std::atomic<int> seen = 0;
        registry.registerHandler(context, [&](const int &event) { seen = event; });
        registry.post(5);
        QObject::connect(&thread, &QThread::finished, context, &QObject::deleteLater);
        thread.start();
        QTRY_COMPARE(seen.load(), 5);
        thread.quit();
        thread.wait();
        QVERIFY(registry.isEmpty());
    }

    void finishedThreadFreesWhatWaitedAndRefusesMore()
    {
        const auto token = std::make_shared<int>(0);
        AsyncRegistry<std::shared_ptr<int>> registry;
        QThread thread;
        registry.registerHandler(SignalBox::onThread(&thread), [](const std::shared_ptr<int> &) {});
        registry.post(token); // waits: the thread has not started
        QCOMPARE(token.use_count(), 2L);
        QObject stopper;
        stopper.moveToThread(&thread);
        // The loop ends before it looks at what waits behind quit().
        QObject::connect(&thread, &QThread::started, &stopper, [&] { thread.quit(); }, Qt::DirectConnection);
        thread.start();
        thread.wait();
        QCOMPARE(token.use_count(), 1L);
        registry.post(token);
        QCOMPARE(token.use_count(), 1L);
    }

    void restartedThreadTakesDeliveriesAgain()
    {
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        QThread thread;
        registry.registerHandler(SignalBox::onThread(&thread), [&](const int &) { ++calls; });
        for (int run = 1; run <= 2; ++run) {
            thread.start();
            // The mailbox opens as the thread starts.
            QTRY_VERIFY((registry.post(1), calls.load() >= run));
            thread.quit();
            thread.wait();
            calls = run;
        }
    }
};

QTEST_GUILESS_MAIN(TargetThread)
#include "tst_asynctarget.moc"
