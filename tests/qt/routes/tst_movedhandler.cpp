// SPDX-License-Identifier: MIT
#include "finishedfuture.h"
#include "movingcontext.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;


// What else may happen to a handler whose context moves, or is on its way.
class MovedHandler : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlerMayMoveItsContext()
    {
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record onA;
        Record onB;
        Context context(a);
        a.run([&] {
            registry.registerHandler(context.object, [&](const int &event) {
                (QThread::currentThread() == a.thread() ? onA : onB).add(event);
                if (event == 1)
                    context.object->moveToThread(b.thread());
            }, {.delivery = Delivery::Queued});
            for (int i = 0; i < 4; ++i)
                registry.post(i);
        });
        QVERIFY(waitFor([&] { return onB.events().size() == 2; }));
        QCOMPARE(onA.events(), (std::vector<int>{0, 1}));
        QCOMPARE(onB.events(), (std::vector<int>{2, 3}));
    }

    // Its next call waits for the end of this one.
    void handlerThatMovesItsContextIsNotEnteredOnTheNewThreadBeforeItReturns()
    {
        std::promise<void> moved;
        std::promise<void> end;
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Context context(a);
        std::atomic<int> inside = 0;
        std::atomic<int> calls = 0;
        std::atomic<bool> hasOverlapped = false;
        a.run([&] {
            registry.registerHandler(context.object, [&](const int &event) {
                if (++inside != 1)
                    hasOverlapped = true;
                if (event == 0) {
                    context.object->moveToThread(b.thread());
                    moved.set_value();
                    end.get_future().wait();
                }
                --inside;
                ++calls;
            }, {.delivery = Delivery::Queued});
            registry.post(0);
            registry.post(1);
        });
        moved.get_future().wait();
        for (int i = 0; i < 10; ++i)
            b.drain(); // the context has arrived; what it may run has run
        end.set_value();
        QVERIFY(waitFor([&] { return calls == 2; }));
        QVERIFY(!hasOverlapped);
    }

    void handlerMayMoveItsContextAndUnregisterItself_data()
    {
        QTest::addColumn<bool>("once");
        QTest::newRow("once") << true;
        QTest::newRow("unregister()") << false;
    }
    void handlerMayMoveItsContextAndUnregisterItself()
    {
        QFETCH(bool, once);
        WorkerThread a;
        WorkerThread b;
        for (int round = 0; round < 20; ++round) {
            AsyncRegistry<int> registry;
            Context context(a);
            const auto capture = std::make_shared<int>(0);
            std::atomic<int> calls = 0;
            SignalBox::HandlerId id;
            a.run([&] {
                id = registry.registerHandler(context.object, [&, capture](const int &) {
                    ++calls;
                    context.object->moveToThread(b.thread());
                    if (!once)
                        registry.unregister(id);
                }, {.once = once, .delivery = Delivery::Queued});
                registry.post(0);
                registry.post(1);
            });
            QVERIFY(waitFor([&] { return registry.isEmpty(); }));
            a.drain();
            b.drain();
            QCOMPARE(calls.load(), 1);
            QCOMPARE(capture.use_count(), 1L);
        }
    }

    // The move comes between the registration, on another thread, and the first thing that the old thread hears of it.
    void contextThatMovedBeforeItsThreadKnewOfTheHandlerIsFollowed()
    {
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] {
            std::thread([&] {
                registry.registerHandler(context.object, [&](const int &event) { record.add(event); });
                registry.post(0);
            }).join();
            context.object->moveToThread(b.thread());
            std::thread([&] { registry.post(1); }).join();
        });
        a.drain();
        registry.post(2);
        QVERIFY(waitFor([&] { return record.events().size() == 3; }));
        QCOMPARE(record.events(), upTo(3));
        QVERIFY(record.isAllOn(b.thread()));
    }

    void contextThatLeftAThreadBeforeItEndedIsFollowed()
    {
        AsyncRegistry<int> registry;
        Record record;
        WorkerThread b;
        auto a = std::make_unique<WorkerThread>();
        Context context(*a);
        a->run([&] {
            std::thread([&] {
                registry.registerHandler(context.object, [&](const int &event) { record.add(event); });
            }).join();
            context.object->moveToThread(b.thread());
            delete a->context();
            a->forgetContext();
            // The loop ends before it looks at what waits behind this.
            QThread::currentThread()->quit();
        });
        a->finish();
        b.drain();
        b.drain();
        registry.post(7);
        QVERIFY(waitFor([&] { return !record.events().empty(); }));
        QCOMPARE(record.events(), std::vector<int>{7});
        QVERIFY(record.isAllOn(b.thread()));
    }

    // The context has no thread then, and may be taken over by any.
    void contextOfADestroyedThreadIsFollowedToWhereItIsPulled()
    {
        AsyncRegistry<int> registry;
        std::unique_ptr<QObject> context(new QObject);
        Record record;
        {
            QThread thread;
            context->moveToThread(&thread);
            thread.start();
            std::promise<void> done;
            SignalBox::detail::postCall(context.get(), [&] {
                registry.registerHandler(context.get(), [&](const int &event) { record.add(event); },
                                         {.delivery = Delivery::Queued});
                done.set_value();
            });
            done.get_future().wait();
            thread.quit();
            thread.wait();
        }
        QVERIFY(!context->thread());
        registry.post(1); // lost
        context->moveToThread(QThread::currentThread());
        registry.post(2);
        QVERIFY(waitFor([&] { return !record.events().empty(); }));
        QCOMPARE(record.events(), std::vector<int>{2});
        QVERIFY(record.isAllOn(QThread::currentThread()));
    }

    // The thread that was left ends with deliveries to a lane whose follower has been abandoned meanwhile: what is sent on
    // there is dropped at once, and its event must outlive that.
    void deliveriesSentOnToAHandlerThatIsGoneAreDropped()
    {
        std::promise<void> mayMove;
        std::promise<void> mayEnd;
        // Too large for a chunk shared with others: AddressSanitizer sees each use of it after its end.
        struct Large
        {
            std::shared_ptr<const int> value;
            std::array<char, 4096> rest{};
        };
        const Large event{.value = std::make_shared<const int>(7)};
        AsyncRegistry<Large> registry;
        AsyncRegistry<int> before;
        WorkerThread b;
        auto a = std::make_unique<WorkerThread>();
        Context context(*a);
        a->post([&] {
            mayMove.get_future().wait();
            context.object->moveToThread(b.thread());
            mayEnd.get_future().wait();
            delete a->context();
            a->forgetContext();
            QThread::currentThread()->quit();
        });
        const auto id = registry.registerHandler(context.object, [](const Large &) {});
        before.registerHandler(SignalBox::onThread(a->thread()), [](const int &) {});
        const auto isGone = before.notify(1).then(QtFuture::Launch::Sync, [&](SignalBox::DispatchReport) {
            return registry.unregister(id);
        });
        registry.post(event);
        const auto future = registry.notify(event);
        mayMove.set_value();
        QVERIFY(waitFor([&] { return context.object->thread() == b.thread(); }));
        b.drain(); // the context has arrived there, and what waits for a is to follow
        QCOMPARE(event.value.use_count(), 3L);
        mayEnd.set_value();
        a->finish();
        QVERIFY(finishes(isGone));
        QVERIFY(isGone.result());
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
        QVERIFY(waitFor([&] { return event.value.use_count() == 1; }));
    }

    void parkedDeliveriesAreDroppedWhenTheHandlerIsUnregistered()
    {
        WorkerThread a;
        QThread unstarted;
        AsyncRegistry<int> registry;
        SignalBox::HandlerId id;
        QFuture<SignalBox::DispatchReport> before;
        QFuture<SignalBox::DispatchReport> after;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        a.run([&] {
            id = registry.registerHandler(context, [](const int &) {}, {.delivery = Delivery::Queued});
            before = registry.notify(1);
            context->moveToThread(&unstarted);
        });
        after = registry.notify(2);
        QVERIFY(!before.isFinished());
        QVERIFY(!after.isFinished());
        QVERIFY(registry.unregister(id));
        QVERIFY(finishes(before));
        QVERIFY(finishes(after));
        COMPARE_REPORT(before.result(), 0, 0, 1);
        COMPARE_REPORT(after.result(), 0, 0, 1);
        QObject::connect(&unstarted, &QThread::finished, context, &QObject::deleteLater);
        unstarted.start();
        unstarted.quit();
        unstarted.wait();
    }

    void parkedDeliveriesArriveWhenTheThreadIsStarted()
    {
        WorkerThread a;
        QThread late;
        AsyncRegistry<int> registry;
        Record record;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        a.run([&] {
            registry.registerHandler(context, [&](const int &event) { record.add(event); }, {.delivery = Delivery::Queued});
            registry.post(0);
            context->moveToThread(&late);
        });
        registry.post(1);
        QVERIFY(record.events().empty());
        QObject::connect(&late, &QThread::finished, context, &QObject::deleteLater);
        late.start();
        const bool haveArrived = waitFor([&] { return record.events().size() == 2; });
        late.quit();
        late.wait();
        QVERIFY(haveArrived);
        QCOMPARE(record.events(), upTo(2));
        QVERIFY(record.isAllOn(&late));
        QVERIFY(registry.isEmpty());
    }

    // The thread runs no event loop, and ends.
    void noFutureIsLeftUnfinishedByAThreadThatEndsBeforeTheContextArrives()
    {
        std::promise<void> mayEnd;
        WorkerThread a;
        AsyncRegistry<int> registry;
        QFuture<SignalBox::DispatchReport> future;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        std::unique_ptr<QThread> b(QThread::create([&] { mayEnd.get_future().wait(); }));
        b->start();
        a.run([&] {
            registry.registerHandler(context, [](const int &) {}, {.delivery = Delivery::Queued});
            future = registry.notify(1);
            context->moveToThread(b.get());
        });
        a.drain();
        mayEnd.set_value();
        b->wait();
        b.reset();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
        delete context; // its thread is gone
    }

    void applicationObjectIsAContextLikeAnother()
    {
        // An event filter of the application object would see the moves of all objects.
        AsyncRegistry<int> registry;
        int calls = 0;
        const auto guard = registry.registerGuard(QCoreApplication::instance(), [&](const int &) { ++calls; },
                                                  {.delivery = Delivery::Queued});
        WorkerThread worker; // moves objects of its own
        registry.post(1);
        COMPARE_FINALLY(calls, 1);
    }

    // A sequential notify has the handler in front of it, and has not got to it yet.
    void sequenceThatWaitsDoesNotHoldUpAHandlerThatHasMoved()
    {
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        QPromise<void> first;
        first.start();
        registry.registerHandler([&](const int &event) {
            return event == 0 ? first.future() : finishedFuture();
        }, {.priority = 1});
        a.run([&] { registry.registerHandler(context.object, [&](const int &event) { record.add(event); }); });
        const auto future = registry.notifySequential(0);
        a.run([&] { context.object->moveToThread(b.thread()); });
        registry.post(1);
        const bool hasArrived = waitFor([&] { return !record.events().empty(); });
        first.finish();
        QVERIFY(finishes(future));
        QVERIFY(waitFor([&] { return record.events().size() == 2; }));
        QVERIFY(record.isAllOn(b.thread()));
        QVERIFY(hasArrived);
    }

    void sequenceThatWaitsMayFindAHandlerThatHasMovedAndIsGone()
    {
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Context context(a);
        QPromise<void> first;
        first.start();
        registry.registerHandler([&](const int &) { return first.future(); }, {.priority = 1});
        SignalBox::HandlerId id;
        std::atomic<int> calls = 0;
        a.run([&] { id = registry.registerHandler(context.object, [&](const int &) { ++calls; }); });
        const auto future = registry.notifySequential(0);
        a.run([&] { context.object->moveToThread(b.thread()); });
        b.drain();
        QVERIFY(registry.unregister(id));
        a.drain();
        b.drain();
        first.finish();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 1);
        QCOMPARE(calls.load(), 0);
    }
};

QTEST_GUILESS_MAIN(MovedHandler)
#include "tst_movedhandler.moc"
