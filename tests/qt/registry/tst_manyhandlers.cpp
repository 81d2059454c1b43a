// SPDX-License-Identifier: MIT
#include "movingcontext.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Delivery;
using SignalBox::HandlerGuard;

// One context, many handlers: what they share, and what they must not cost.
class ManyHandlers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // An event filter would be asked about each event of the object; and Qt keeps the removed ones.
    void noHandlerStandsInTheWayOfItsContextsEvents()
    {
        struct Counting : QObject
        {
            bool eventFilter(QObject *, QEvent *) override
            {
                ++seen;
                return false;
            }
            int seen = 0;
        };
        const int handlers = scaled(10000);
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<HandlerGuard> guards;
        for (int i = 0; i < handlers; ++i)
            guards.push_back(registry.registerGuard(&context, [](const int &) {}));
        QCOMPARE(context.children().size(), 1);
        guards.clear();
        QVERIFY(context.children().size() <= 1);
        Counting filter; // what was installed last is asked first, and an object asks all that are left
        context.installEventFilter(&filter);
        QEvent event(QEvent::User);
        QCoreApplication::sendEvent(&context, &event);
        QCOMPARE(filter.seen, 1);
    }

    void everyHandlerEndsWithTheContext()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        {
            QObject context;
            for (int i = 0; i < 1000; ++i)
                registry.registerHandler(&context, [&](const int &) { ++calls; });
            registry.post(1);
            QCOMPARE(calls, 1000);
        }
        QVERIFY(registry.isEmpty());
        registry.post(2);
        QCOMPARE(calls, 1000);
    }

    // Those who delete all children of an object delete what follows it.
    void handlersEndWithAWarningWhenTheChildThatFollowsTheContextIsDeleted()
    {
        AsyncRegistry<int> registry;
        QObject context;
        registry.registerHandler(&context, [](const int &) {});
        QTest::ignoreMessage(QtWarningMsg, "A child object of a context, by which its handlers follow it to other threads, was "
                                           "deleted: they have been unregistered");
        qDeleteAll(context.children());
        QVERIFY(registry.isEmpty());
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; });
        registry.post(1);
        QCOMPARE(calls, 1);
    }

    // As QObject::connect() is safe there: before, the handler was never ended, and freed memory was touched.
    void handlerThatIsRegisteredInASlotOfDestroyedEndsWithTheContext()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        auto context = std::make_unique<QObject>();
        QObject *const address = context.get();
        connect(address, &QObject::destroyed, this, [&] {
            registry.registerHandler(address, [&](const int &) { ++calls; }, {.delivery = Delivery::Queued});
            registry.post(1);
        });
        context.reset();
        QVERIFY(registry.isEmpty());
        QCoreApplication::processEvents();
        QCOMPARE(calls, 0);
    }

    void handlerThatJoinsOthersInASlotOfDestroyedEndsWithTheContext()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        QObject *const address = context.get();
        registry.registerHandler(address, [](const int &) {});
        connect(address, &QObject::destroyed, this, [&] { registry.registerHandler(address, [](const int &) {}); });
        context.reset();
        QVERIFY(registry.isEmpty());
    }

    // Registered by another thread while the object lives, and by its own while it moves.
    void handlersThatCameBeforeTheArrivalOpenWithIt()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        auto *context = new QObject;
        registry.registerHandler(context, [&](const int &) { ++calls; }, {.delivery = Delivery::Queued});
        context->moveToThread(worker.thread());
        for (int i = 0; i < 100; ++i)
            registry.registerHandler(context, [&](const int &) { ++calls; });
        registry.post(1);
        QVERIFY(waitFor([&] { return calls >= 101; }));
        worker.drain();
        QCOMPARE(calls.load(), 101);
        worker.run([&] { delete context; });
    }

    void noEventIsLostOfManyHandlersWhoseContextMovesUnderFourProducers()
    {
        const int handlers = scaled(10000);
        const int moves = stressed(scaled(1000));
        constexpr int producers = 4;
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        std::atomic<qint64> calls = 0;
        std::atomic<qint64> posts = 0;
        std::atomic<bool> isOver = false;
        auto *context = new QObject;
        for (int i = 0; i < handlers; ++i)
            registry.registerHandler(context, [&](const int &) { calls.fetch_add(1, std::memory_order_relaxed); });
        context->moveToThread(a.thread());
        std::vector<std::thread> threads;
        for (int i = 0; i < producers; ++i) {
            threads.emplace_back([&] {
                while (!isOver) {
                    const qint64 post = ++posts;
                    registry.post(1);
                    while (!isOver && calls < (post - 2) * handlers) // some wait, not all memory
                        std::this_thread::yield();
                }
            });
        }
        for (int i = 0; i < moves; ++i) {
            WorkerThread &from = i % 2 ? b : a;
            WorkerThread &to = i % 2 ? a : b;
            from.run([&] { context->moveToThread(to.thread()); });
        }
        isOver = true;
        for (std::thread &thread : threads)
            thread.join();
        QVERIFY(waitFor([&] { return calls >= posts * handlers; }));
        a.drain();
        b.drain();
        QCOMPARE(calls.load(), posts * handlers);
        WorkerThread &home = moves % 2 ? b : a;
        home.run([&] { delete context; });
    }
};

QTEST_GUILESS_MAIN(ManyHandlers)
#include "tst_manyhandlers.moc"
