// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;

namespace {

// What a handler has seen, and on which thread.
class Record
{
public:
    void add(int event)
    {
        const std::lock_guard lock(m_mutex);
        m_events.push_back(event);
        m_threads.push_back(QThread::currentThread());
    }
    std::vector<int> events() const
    {
        const std::lock_guard lock(m_mutex);
        return m_events;
    }
    bool isAllOn(QThread *thread) const
    {
        const std::lock_guard lock(m_mutex);
        for (QThread *seen : m_threads) {
            if (seen != thread)
                return false;
        }
        return true;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<int> m_events;
    std::vector<QThread *> m_threads;
};

std::vector<int> upTo(int count)
{
    std::vector<int> result;
    for (int i = 0; i < count; ++i)
        result.push_back(i);
    return result;
}

// A context that a test moves about: made on a worker, which may be gone before it.
struct Context
{
    explicit Context(WorkerThread &home) : object(new QObject) { object->moveToThread(home.thread()); }
    ~Context()
    {
        if (object)
            SignalBox::detail::postCall(object, [doomed = object] { delete doomed; });
    }
    Q_DISABLE_COPY_MOVE(Context)

    QObject *object;
};

} // namespace

class MoveToThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void queuedDeliveriesFollowTheContext()
    {
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] { registry.registerHandler(context.object, [&](const int &event) { record.add(event); }); });
        a.run([&] {
            std::thread([&] {
                for (int i = 0; i < 50; ++i)
                    registry.post(i);
            }).join();
            context.object->moveToThread(b.thread());
            std::thread([&] {
                for (int i = 50; i < 100; ++i)
                    registry.post(i);
            }).join();
        });
        QVERIFY(waitFor([&] { return record.events().size() == 100; }));
        QCOMPARE(record.events(), upTo(100));
        QVERIFY(record.isAllOn(b.thread()));
        QCOMPARE(registry.handlers().front().dropped, quint64(0));
    }

    void deliveriesArriveWhileTheThreadThatWasLeftIsBlocked_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::unbounded();
        QTest::newRow("bounded, oldest") << Backlog::bounded(20);
        QTest::newRow("bounded, newest") << Backlog::bounded(20, SignalBox::Overflow::DropNewest);
    }
    void deliveriesArriveWhileTheThreadThatWasLeftIsBlocked()
    {
        QFETCH(Backlog, backlog);
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] {
            registry.registerHandler(context.object, [&](const int &event) { record.add(event); }, {.backlog = backlog});
        });
        std::promise<void> moved;
        std::promise<void> end;
        a.post([&] {
            std::thread([&] {
                for (int i = 0; i < 10; ++i)
                    registry.post(i);
            }).join();
            context.object->moveToThread(b.thread());
            moved.set_value();
            end.get_future().wait(); // without an event loop
        });
        moved.get_future().wait();
        for (int i = 10; i < 20; ++i)
            registry.post(i);
        const bool haveArrived = waitFor([&] { return record.events().size() == 20; });
        end.set_value();
        QVERIFY(haveArrived);
        QCOMPARE(record.events(), upTo(20));
        QVERIFY(record.isAllOn(b.thread()));
    }

    void latestEventFollowsTheContext()
    {
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] {
            registry.registerHandler(context.object, [&](const int &event) { record.add(event); },
                                     {.backlog = Backlog::latest()});
        });
        a.run([&] {
            for (int i = 0; i < 10; ++i)
                registry.post(i);
            context.object->moveToThread(b.thread());
        });
        QVERIFY(waitFor([&] { return !record.events().empty(); }));
        QCOMPARE(record.events(), std::vector<int>{9});
        QVERIFY(record.isAllOn(b.thread()));
        QCOMPARE(registry.handlers().front().merged, quint64(9));
    }

    void plannedDeliveryFollowsTheContext()
    {
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] {
            registry.registerHandler(context.object, [&](const int &event) { record.add(event); },
                                     {.backlog = Backlog::debounced(50)});
            registry.post(1);
        });
        a.drain(); // it is planned now
        std::promise<void> end;
        a.post([&] {
            context.object->moveToThread(b.thread());
            end.get_future().wait();
        });
        const bool hasArrived = waitFor([&] { return !record.events().empty(); });
        end.set_value();
        QVERIFY(hasArrived);
        QVERIFY(record.isAllOn(b.thread()));
    }

    // A child moves with its parent.
    void deliveriesFollowAChildOfTheObjectThatIsMoved()
    {
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] {
            auto *child = new QObject(context.object);
            registry.registerHandler(child, [&](const int &event) { record.add(event); }, {.delivery = Delivery::Queued});
            registry.post(0);
            context.object->moveToThread(b.thread());
            registry.post(1);
        });
        QVERIFY(waitFor([&] { return record.events().size() == 2; }));
        QCOMPARE(record.events(), upTo(2));
        QVERIFY(record.isAllOn(b.thread()));
    }

    // The second move happens before anything has arrived on the first target.
    void deliveriesFollowThroughAThreadThatIsLeftAtOnce()
    {
        WorkerThread a;
        WorkerThread b;
        WorkerThread c;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] { registry.registerHandler(context.object, [&](const int &event) { record.add(event); }); });
        std::promise<void> isBlocked;
        std::promise<void> mayMove;
        b.post([&] {
            isBlocked.set_value();
            mayMove.get_future().wait();
            registry.post(2);
            context.object->moveToThread(c.thread());
            registry.post(3);
        });
        isBlocked.get_future().wait();
        a.run([&] {
            std::thread([&] { registry.post(0); }).join();
            context.object->moveToThread(b.thread());
            registry.post(1);
        });
        mayMove.set_value();
        QVERIFY(waitFor([&] { return record.events().size() == 4; }));
        QCOMPARE(record.events(), upTo(4));
        QVERIFY(record.isAllOn(c.thread()));
    }

    void deliveriesFollowThereAndBack()
    {
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] { registry.registerHandler(context.object, [&](const int &event) { record.add(event); }); });
        std::promise<void> isBlocked;
        std::promise<void> mayMove;
        b.post([&] {
            isBlocked.set_value();
            mayMove.get_future().wait();
            context.object->moveToThread(a.thread());
        });
        isBlocked.get_future().wait();
        std::promise<void> end;
        a.post([&] {
            std::thread([&] { registry.post(0); }).join();
            context.object->moveToThread(b.thread());
            registry.post(1);
            mayMove.set_value();
            end.get_future().wait();
            registry.post(3);
        });
        b.drain();
        registry.post(2);
        end.set_value();
        QVERIFY(waitFor([&] { return record.events().size() == 4; }));
        QCOMPARE(record.events(), upTo(4));
        QVERIFY(record.isAllOn(a.thread()));
    }

    // Four producers post without pause while the context goes round three threads. Each call is where the context
    // lives, each producer's events are in order, none is lost and none comes twice.
    void nothingIsLostDoubledOrReorderedWhileProducersPostDuringMoves_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::unbounded();
        QTest::newRow("bounded") << Backlog::bounded(1 << 20);
    }
    void nothingIsLostDoubledOrReorderedWhileProducersPostDuringMoves()
    {
        QFETCH(Backlog, backlog);
        constexpr int producers = 4;
        const int events = scaled(100000);
        std::array<WorkerThread, 3> workers;
        AsyncRegistry<int> registry;
        Context context(workers[0]);
        std::array<std::atomic<int>, producers> next{};
        std::atomic<int> faults = 0;
        std::atomic<int> moves = 0;
        std::atomic<bool> isOver = false;
        std::atomic<bool> hasStopped = false;
        int turn = 0; // with the context

        // Moves the context on, from the thread where it is.
        std::function<void()> moveOn = [&] {
            if (isOver) {
                hasStopped = true;
                return;
            }
            ++moves;
            context.object->moveToThread(workers[std::size_t(++turn % 3)].thread());
            SignalBox::detail::postCall(context.object, [&] { moveOn(); });
        };
        workers[0].run([&] {
            registry.registerHandler(context.object, [&](const int &event) {
                if (QThread::currentThread() != context.object->thread())
                    ++faults;
                if (next[std::size_t(event % producers)].fetch_add(1) != event / producers)
                    ++faults;
            }, {.backlog = backlog});
            moveOn();
        });
        std::latch start(producers);
        std::vector<std::thread> threads;
        for (int producer = 0; producer < producers; ++producer) {
            threads.emplace_back([&, producer] {
                start.arrive_and_wait();
                for (int i = 0; i < events; ++i)
                    registry.post(i * producers + producer);
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        isOver = true;
        QVERIFY(waitFor([&] { return hasStopped.load(); }));
        const bool haveAllCome = waitFor([&] {
            int seen = 0;
            for (const auto &count : next)
                seen += count;
            return seen >= producers * events;
        });
        QCOMPARE(faults.load(), 0);
        QVERIFY(haveAllCome);
        for (const auto &count : next)
            QCOMPARE(count.load(), events);
        QVERIFY(moves > 1);
        registry.clear();
    }

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
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Context context(a);
        std::atomic<int> inside = 0;
        std::atomic<int> calls = 0;
        std::atomic<bool> hasOverlapped = false;
        std::promise<void> moved;
        std::promise<void> end;
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
        WorkerThread a;
        AsyncRegistry<int> registry;
        QFuture<SignalBox::DispatchReport> future;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        std::promise<void> mayEnd;
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
        QTRY_COMPARE(calls, 1);
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
            return event == 0 ? first.future() : QtFuture::makeReadyFuture();
        }, {.priority = 1});
        a.run([&] { registry.registerHandler(context.object, [&](const int &event) { record.add(event); }); });
        const auto future = registry.notifySequential(0);
        a.run([&] { context.object->moveToThread(b.thread()); });
        registry.post(1);
        const bool hasArrived = QTest::qWaitFor([&] { return !record.events().empty(); }, 2000);
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

    // Moves, unregistrations and deliveries meet in every order.
    void handlersAreUnregisteredWhileTheirContextsMove()
    {
        std::array<WorkerThread, 2> workers;
        const int rounds = scaled(3000);
        AsyncRegistry<int> registry;
        std::atomic<bool> stop = false;
        std::vector<std::thread> producers;
        for (int i = 0; i < 2; ++i) {
            producers.emplace_back([&] {
                while (!stop) {
                    registry.post(1);
                    std::this_thread::yield();
                }
            });
        }
        const auto capture = std::make_shared<int>(0);
        for (int round = 0; round < rounds; ++round) {
            WorkerThread &home = workers[std::size_t(round % 2)];
            WorkerThread &other = workers[std::size_t((round + 1) % 2)];
            auto *context = new QObject;
            context->moveToThread(home.thread());
            SignalBox::HandlerId id;
            home.run([&] { id = registry.registerHandler(context, [capture](const int &) {}); });
            home.post([context, &other] {
                context->moveToThread(other.thread());
                SignalBox::detail::postCall(context, [context] { delete context; });
            });
            if (round % 3 != 0)
                registry.unregister(id);
        }
        stop = true;
        for (std::thread &producer : producers)
            producer.join();
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
        QVERIFY(waitFor([&] { return capture.use_count() == 1; }));
    }
};

QTEST_GUILESS_MAIN(MoveToThread)
#include "tst_movetothread.moc"
