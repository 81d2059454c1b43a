// SPDX-License-Identifier: MIT
#include "movingcontext.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TestClock>

#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::TestClock;

// Deliveries follow a context to other threads.
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
        QTest::newRow("unbounded") << Backlog::all();
        QTest::newRow("bounded, oldest") << Backlog::newest(20);
        QTest::newRow("bounded, newest") << Backlog::oldest(20);
    }
    void deliveriesArriveWhileTheThreadThatWasLeftIsBlocked()
    {
        QFETCH(Backlog, backlog);
        std::promise<void> moved;
        std::promise<void> end;
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] {
            registry.registerHandler(context.object, [&](const int &event) { record.add(event); }, {.backlog = backlog});
        });
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
                                     {.backlog = Backlog::newest()});
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
        std::promise<void> moved;
        std::promise<void> end;
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        std::optional<TestClock> clock(std::in_place); // no delivery is due before the move
        a.run([&] {
            registry.registerHandler(context.object, [&](const int &event) { record.add(event); },
                                     {.backlog = Backlog::debounced(50)});
            registry.post(1);
        });
        a.drain(); // it is planned now
        a.post([&] {
            context.object->moveToThread(b.thread());
            moved.set_value();
            end.get_future().wait();
        });
        moved.get_future().wait();
        clock.reset();
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
        for (int round = 0; round < scaled(300); ++round) {
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
            b.drain();
        }
    }

    void deliveriesFollowThereAndBack()
    {
        std::promise<void> isBlocked;
        std::promise<void> mayMove;
        std::promise<void> end;
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.run([&] { registry.registerHandler(context.object, [&](const int &event) { record.add(event); }); });
        b.post([&] {
            isBlocked.set_value();
            mayMove.get_future().wait();
            context.object->moveToThread(a.thread());
        });
        isBlocked.get_future().wait();
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

    // The context is back where its handler's deliveries still wait, and goes away again, before that thread gets to
    // what was to follow its first move.
    void deliveriesFollowAContextThatComesBackAndLeavesAgain()
    {
        std::promise<void> mayMove;
        std::promise<void> isBack;
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.post([&] {
            mayMove.get_future().wait();
            context.object->moveToThread(b.thread());
            isBack.get_future().wait();
        });
        // From here, so that the first move is not seen where it happens.
        registry.registerHandler(context.object, [&](const int &event) {
            record.add(event);
            if (event == 0)
                context.object->moveToThread(b.thread());
        });
        for (int i = 0; i < 5; ++i)
            registry.post(i);
        mayMove.set_value();
        QVERIFY(waitFor([&] { return context.object->thread() == b.thread(); }));
        SignalBox::detail::postCall(context.object, [&] {
            context.object->moveToThread(a.thread());
            isBack.set_value();
        });
        QVERIFY(waitFor([&] { return record.events().size() == 5; }));
        QCOMPARE(record.events(), upTo(5));
        QCOMPARE(record.threads(), (std::vector{a.thread(), b.thread(), b.thread(), b.thread(), b.thread()}));
    }

    // Four producers post without pause while the context goes round three threads. Each call is where the context
    // lives, each producer's events are in order, none is lost and none comes twice.
    void nothingIsLostDoubledOrReorderedWhileProducersPostDuringMoves_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::all();
        QTest::newRow("bounded") << Backlog::newest(1 << 20);
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
        const bool haveMoved = waitFor([&] { return moves > 1; });
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
        QVERIFY(haveMoved);
        registry.clear();
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
        std::atomic<int> contexts = rounds; // that have yet to be deleted
        for (int round = 0; round < rounds; ++round) {
            WorkerThread &home = workers[std::size_t(round % 2)];
            WorkerThread &other = workers[std::size_t((round + 1) % 2)];
            auto *context = new QObject;
            context->moveToThread(home.thread());
            SignalBox::HandlerId id;
            home.run([&] { id = registry.registerHandler(context, [capture](const int &) {}); });
            home.post([context, &other, &contexts] {
                context->moveToThread(other.thread());
                SignalBox::detail::postCall(context, [context, &contexts] {
                    delete context;
                    --contexts;
                });
            });
            if (round % 3 != 0)
                registry.unregister(id);
        }
        stop = true;
        for (std::thread &producer : producers)
            producer.join();
        QVERIFY(waitFor([&] { return contexts == 0; })); // while both threads are there
        QVERIFY(registry.isEmpty());
        QVERIFY(waitFor([&] { return capture.use_count() == 1; }));
    }

    // Qt moves the children one by one, after the object; only then may anything run on the new thread.
    void nothingRunsBeforeTheChildrenHaveMovedToo_data()
    {
        QTest::addColumn<bool>("isTask");
        QTest::newRow("handler") << false;
        QTest::newRow("task") << true;
    }
    void nothingRunsBeforeTheChildrenHaveMovedToo()
    {
        QFETCH(bool, isTask);
        WorkerThread worker;
        QThread *const here = QThread::currentThread();
        auto object = std::make_unique<QObject>();
        QObject *lastChild = nullptr;
        for (int i = 0; i < 100'000; ++i)
            lastChild = new QObject(object.get());
        object->moveToThread(worker.thread());
        AsyncRegistry<void> registry;
        worker.run([&] { // so its moves are seen
            registry.registerHandler(object.get(), [] {});
            SignalBox::spawn(object.get(), []() -> SignalBox::Task<> { co_return; });
        });
        int calls = 0;
        bool haveMoved = true;
        const auto look = [&] {
            ++calls;
            haveMoved &= lastChild->thread() == here;
        };
        worker.post([&] { object->moveToThread(here); });
        while (object->thread() != here)
            std::this_thread::yield();
        if (isTask) {
            SignalBox::spawn(object.get(), [&]() -> SignalBox::Task<> {
                look();
                co_return;
            });
        } else {
            registry.registerHandler(object.get(), look);
            registry.notify();
        }
        QVERIFY(waitFor([&] { return calls == 1; }));
        QVERIFY(haveMoved);
        worker.run([] {});
    }
};

QTEST_GUILESS_MAIN(MoveToThread)
#include "tst_movetothread.moc"
