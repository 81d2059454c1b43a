// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qeventloop.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::AsyncOptions;
using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::DispatchReport;

namespace {

constexpr int producers = 2;

// At least one of each kind.
constexpr int rounds(int count)
{
    return std::max(4, scaled(count));
}

// One context, moved about at random between threads by itself, its handler, and jobs that wait for it where it arrives.
class Wanderer
{
public:
    Wanderer(std::vector<WorkerThread *> threads, unsigned seed) : m_threads(std::move(threads)), m_random(seed)
    {
        m_context->moveToThread(m_threads.front()->thread());
    }
    Q_DISABLE_COPY_MOVE(Wanderer)

    QObject *context() { return m_context; }
    void start()
    {
        SignalBox::detail::postCall(m_context, [this] { step(); });
    }
    // Where it is then; or when it gets to it, if its thread has not ended.
    void stop() { m_isOver = true; }
    bool hasStopped() const { return m_hasStopped; }
    int moves() const { return m_moves; }
    int faults() const { return m_faults; }

    // On the context's thread, by the handler.
    void handle(int event)
    {
        SignalBox::detail::SanitizerOrder::acquire(this);
        if (QThread::currentThread() != m_context->thread())
            ++m_faults;
        int &last = m_last[std::size_t(event % producers)];
        if (event / producers <= last)
            ++m_faults;
        last = event / producers;
        switch (m_random() % 32) {
        case 0:
            move();
            break;
        case 1:
            QEventLoop().processEvents(); // and what runs there may have moved it
            break;
        case 2: {
            QEventLoop().processEvents();
            if (m_context->thread() == QThread::currentThread()) {
                SignalBox::detail::SanitizerOrder::acquire(this); // it may have been away
                move();
            }
            break;
        }
        default:
            break;
        }
        ++m_calls; // last: who has seen all calls may delete the context
    }
    int calls() const { return m_calls; }

private:
    WorkerThread &anyThread() { return *m_threads[m_random() % m_threads.size()]; }

    void move()
    {
        if (!m_isOver)
            moveTo(anyThread());
    }

    // What was done with the context on its old thread comes before what is done on the new one; but inside of Qt, where
    // ThreadSanitizer does not see it if the library has not seen the move.
    void moveTo(WorkerThread &worker)
    {
        ++m_moves;
        SignalBox::detail::SanitizerOrder::release(this);
        m_context->moveToThread(worker.thread());
    }

    // On the context's thread. Only there, or in a job that it waits for, is anything of this used.
    void step()
    {
        SignalBox::detail::SanitizerOrder::acquire(this);
        if (m_isOver) {
            m_hasStopped = true;
            return;
        }
        SignalBox::detail::postCall(m_context, [this] { step(); });
        if (m_random() % 3 != 0) {
            move();
            return;
        }
        // Through a thread that is busy when it comes, and does not see it leave.
        WorkerThread &through = anyThread();
        WorkerThread &to = anyThread();
        if (through.thread() == QThread::currentThread())
            return;
        struct Meeting
        {
            std::atomic<bool> isTaken = false; // by who comes first: the job, or who gives it up
            std::promise<void> isThere;
            std::promise<void> hasCome;
            std::promise<void> hasGone;
        };
        const auto meeting = std::make_shared<Meeting>();
        through.post([this, meeting, &to] {
            if (meeting->isTaken.exchange(true))
                return;
            meeting->isThere.set_value();
            meeting->hasCome.get_future().wait();
            moveTo(to);
            meeting->hasGone.set_value();
        });
        const std::future<void> isThere = meeting->isThere.get_future();
        while (isThere.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
            if (m_isOver && !meeting->isTaken.exchange(true)) // the thread may have ended
                return;
        }
        moveTo(through);
        meeting->hasCome.set_value();
        meeting->hasGone.get_future().wait();
    }

    const std::vector<WorkerThread *> m_threads;
    QObject *const m_context = new QObject;
    std::minstd_rand m_random;
    std::array<int, producers> m_last{-1, -1};
    std::atomic<bool> m_isOver = false;
    std::atomic<bool> m_hasStopped = false;
    std::atomic<int> m_calls = 0;
    std::atomic<int> m_moves = 0;
    std::atomic<int> m_faults = 0;
};

// Everything that is posted, and what became of it.
struct Load
{
    Load(AsyncRegistry<int> &registry, int events)
    {
        for (int producer = 0; producer < producers; ++producer) {
            threads.emplace_back([this, &registry, producer, events] {
                for (int i = 0; i < events; ++i) {
                    if (i % 16 == 0)
                        futures[std::size_t(producer)].push_back(registry.notify(i * producers + producer));
                    else
                        registry.post(i * producers + producer);
                    if (i % 8 == 0)
                        std::this_thread::yield();
                }
            });
        }
    }
    void join()
    {
        for (std::thread &thread : threads)
            thread.join();
    }

    std::vector<std::thread> threads;
    std::array<std::vector<QFuture<DispatchReport>>, producers> futures;
};

} // namespace

// Contexts that wander at random while events are posted. What is checked is the truth at each call: where the context
// lives, and what each producer has posted.
class WanderingContext : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCallIsInItsPlaceAndInOrder_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::all();
        QTest::newRow("bounded, oldest") << Backlog::newest(8);
        QTest::newRow("bounded, newest") << Backlog::oldest(8);
        QTest::newRow("latest") << Backlog::newest();
        QTest::newRow("throttled") << Backlog::throttled(1);
        QTest::newRow("debounced") << Backlog::debounced(1);
    }
    void everyCallIsInItsPlaceAndInOrder()
    {
        QFETCH(Backlog, backlog);
        const unsigned seed = std::random_device()();
        std::array<WorkerThread, 3> workers;
        constexpr int events = 160;
        for (int round = 0; round < rounds(5); ++round) {
            AsyncRegistry<int> registry;
            Wanderer wanderer({&workers[0], &workers[1], &workers[2]}, seed + unsigned(round));
            const AsyncOptions options{.delivery = round % 4 < 2 ? Delivery::Auto : Delivery::Queued, .backlog = backlog};
            const auto capture = std::make_shared<int>(0);
            const auto add = [&] {
                registry.registerHandler(wanderer.context(), [&wanderer, capture](const int &event) { wanderer.handle(event); },
                                         options);
            };
            if (round % 2 == 0) {
                workers[0].run(add);
                wanderer.start();
            } else {
                wanderer.start();
                add();
            }
            while (wanderer.moves() == 0)
                std::this_thread::yield();
            Load load(registry, events);
            load.join();
            wanderer.stop();
            for (const auto &futures : load.futures) {
                for (const auto &future : futures)
                    QVERIFY2(finishes(future), qPrintable(QString::number(seed)));
            }
            const auto row = [&] { return registry.handlers().front(); };
            QVERIFY2(waitFor([&] { return wanderer.calls() + int(row().dropped + row().merged) == producers * events; }),
                     qPrintable(QString::number(seed)));
            QVERIFY(waitFor([&] { return wanderer.hasStopped(); }));
            QVERIFY2(wanderer.faults() == 0, qPrintable(QString::number(seed)));
            if (backlog == Backlog::all())
                QCOMPARE(wanderer.calls(), producers * events);
            std::promise<void> deleted;
            SignalBox::detail::postCall(wanderer.context(), [&] {
                delete wanderer.context();
                deleted.set_value();
            });
            deleted.get_future().wait();
            QVERIFY(registry.isEmpty());
            for (WorkerThread &worker : workers)
                worker.drain();
            QVERIFY(waitFor([&] { return capture.use_count() == 1; }));
        }
    }

    // One of the threads ends, with the context or without it. Nothing is uncounted, and every future finishes.
    void everythingIsAccountedForWhenAThreadEnds_data() { everyCallIsInItsPlaceAndInOrder_data(); }
    void everythingIsAccountedForWhenAThreadEnds()
    {
        QFETCH(Backlog, backlog);
        const unsigned seed = std::random_device()();
        constexpr int events = 200;
        for (int round = 0; round < rounds(10); ++round) {
            AsyncRegistry<int> registry;
            std::array<WorkerThread, 2> workers;
            Wanderer wanderer({&workers[0], &workers[1]}, seed + unsigned(round));
            const auto capture = std::make_shared<int>(0);
            const auto add = [&] {
                registry.registerHandler(wanderer.context(), [&wanderer, capture](const int &event) { wanderer.handle(event); },
                                         {.backlog = backlog});
            };
            if (round % 2 == 0)
                workers[0].run(add);
            else
                add();
            Load load(registry, events);
            std::promise<void> ended;
            SignalBox::detail::postCall(wanderer.context(), [&] {
                wanderer.start();
                ended.set_value();
            });
            ended.get_future().wait();
            // Where nobody waits for it.
            workers[1].post([&] {
                wanderer.stop();
                QThread::currentThread()->quit();
            });
            load.join();
            workers[1].finish(); // may come before the job
            wanderer.stop();
            delete workers[1].context();
            workers[1].forgetContext();
            for (const auto &futures : load.futures) {
                for (const auto &future : futures)
                    QVERIFY2(finishes(future), qPrintable(QString::number(seed)));
            }
            const auto row = [&] { return registry.handlers().front(); };
            QVERIFY2(waitFor([&] { return wanderer.calls() + int(row().dropped + row().merged) == producers * events; }),
                     qPrintable(QString::number(seed)));
            QVERIFY2(wanderer.faults() == 0, qPrintable(QString::number(seed)));
            workers[0].drain();
            std::promise<void> deleted;
            if (wanderer.context()->thread() == workers[1].thread()) {
                delete wanderer.context();
            } else {
                SignalBox::detail::postCall(wanderer.context(), [&] {
                    delete wanderer.context();
                    deleted.set_value();
                });
                deleted.get_future().wait();
            }
            QVERIFY(registry.isEmpty());
            workers[0].drain();
            QVERIFY(waitFor([&] { return capture.use_count() == 1; }));
        }
    }

    // The context's thread is gone, and producers find a closed mailbox there while another thread takes the context over.
    void contextIsTakenOverWhileProducersPost_data() { everyCallIsInItsPlaceAndInOrder_data(); }
    void contextIsTakenOverWhileProducersPost()
    {
        QFETCH(Backlog, backlog);
        constexpr int events = 200;
        for (int round = 0; round < rounds(10); ++round) {
            AsyncRegistry<int> registry;
            auto gone = std::make_unique<QThread>();
            QObject context;
            std::atomic<int> calls = 0;
            std::atomic<int> faults = 0;
            std::array<int, producers> last{-1, -1};
            context.moveToThread(gone.get());
            gone->start();
            std::promise<void> registered;
            SignalBox::detail::postCall(&context, [&] {
                registry.registerHandler(&context, [&](const int &event) {
                    ++calls;
                    if (QThread::currentThread() != context.thread())
                        ++faults;
                    const int before = std::exchange(last[std::size_t(event % producers)], event / producers);
                    faults += event / producers <= before;
                }, {.delivery = Delivery::Queued, .backlog = backlog});
                registered.set_value();
            });
            registered.get_future().wait();
            gone->quit();
            gone->wait();
            gone.reset();
            Load load(registry, events);
            context.moveToThread(QThread::currentThread());
            load.join();
            for (const auto &futures : load.futures) {
                for (const auto &future : futures)
                    QVERIFY(finishes(future));
            }
            const auto row = [&] { return registry.handlers().front(); };
            QVERIFY(waitFor([&] { return calls + int(row().dropped + row().merged) == producers * events; }));
            QCOMPARE(faults.load(), 0);
        }
    }
};

QTEST_GUILESS_MAIN(WanderingContext)
#include "tst_wanderingcontext.moc"
