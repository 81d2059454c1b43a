// SPDX-License-Identifier: MIT
#include "../core/runonthreads.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/DrainBudget>
#include <SignalBox/EventBatch>

#include <QtCore/qscopeguard.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <array>
#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::EventBatch;
using SignalBox::HandlerId;

namespace {

using Registration = std::function<void(AsyncRegistry<int> &, QObject *context)>;

// In bytes.
double residentMemory()
{
    std::ifstream file("/proc/self/statm");
    double total = 0;
    double resident = 0;
    file >> total >> resident;
    return resident * 4096;
}

// The words of version 0.2.
template <class B>
concept HasLatest = requires { B::latest(); };
template <class B>
concept HasUnbounded = requires { B::unbounded(); };
template <class B>
concept HasBounded = requires { B::bounded(1); };
template <class B>
concept HasBatched = requires { B::batched(1); };

} // namespace

class BacklogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void throttledAndDebouncedStandForTwoWords()
    {
        using namespace std::chrono_literals;
        QVERIFY(Backlog::throttled(50) == Backlog::newest().every(50));
        QVERIFY(Backlog::throttled(50ms) == Backlog::newest(1).every(50ms));
        QVERIFY(Backlog::debounced(1s) == Backlog::newest().quietFor(1000));
        QVERIFY(Backlog() == Backlog::all());
        QVERIFY(Backlog::throttled(50) != Backlog::debounced(50));
    }

    void wordsOfVersion02AreGone()
    {
        QVERIFY(!HasLatest<Backlog>);
        QVERIFY(!HasUnbounded<Backlog>);
        QVERIFY(!HasBounded<Backlog>);
        QVERIFY(!HasBatched<Backlog>);
    }

    void newestKeepsTheNewestEvent()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.backlog = Backlog::newest()});
        for (int i = 1; i <= 10; ++i)
            registry.post(i);
        QVERIFY(seen.empty()); // never inline
        QVERIFY(waitFor([&] { return !seen.empty(); }));
        QCoreApplication::processEvents();
        QCOMPARE(seen, std::vector<int>{10});
        QCOMPARE(registry.handlers().front().merged, quint64(9));
        QCOMPARE(registry.handlers().front().dropped, quint64(0));
    }

    void limitedBacklogKeepsTheNewestOrTheOldestEvents_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::addColumn<std::vector<int>>("expected");
        QTest::newRow("newest") << Backlog::newest(3) << std::vector<int>{8, 9, 10};
        QTest::newRow("oldest") << Backlog::oldest(3) << std::vector<int>{1, 2, 3};
    }
    void limitedBacklogKeepsTheNewestOrTheOldestEvents()
    {
        QFETCH(Backlog, backlog);
        QFETCH(std::vector<int>, expected);
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.backlog = backlog});
        for (int round = 0; round < 3; ++round) { // the ring is used again
            seen.clear();
            for (int i = 1; i <= 10; ++i)
                registry.post(i);
            QVERIFY(waitFor([&] { return seen.size() == 3; }));
            QCoreApplication::processEvents();
            QCOMPARE(seen, expected);
            QCOMPARE(registry.handlers().front().dropped, quint64(7 * (round + 1)));
            QCOMPARE(registry.handlers().front().merged, quint64(0));
        }
    }

    // The thread runs no event loop while the test posts, so that all waits.
    void waitingIsWhatTheBacklogKeeps_data()
    {
        QTest::addColumn<Registration>("registration");
        QTest::addColumn<quint64>("kept");
        const auto event = [](const Backlog &backlog) {
            return Registration([backlog](AsyncRegistry<int> &registry, QObject *context) {
                registry.registerHandler(context, [](const int &) {}, {.delivery = Delivery::Queued, .backlog = backlog});
            });
        };
        const auto batch = [](const Backlog &backlog) {
            return Registration([backlog](AsyncRegistry<int> &registry, QObject *context) {
                registry.registerHandler(context, [](const EventBatch<int> &) {}, {.backlog = backlog});
            });
        };
        const auto keyOf = [](const int &value) { return value % 7; };
        QTest::newRow("all") << event(Backlog::all()) << quint64(1000);
        QTest::newRow("newest") << event(Backlog::newest()) << quint64(1);
        QTest::newRow("newest 3") << event(Backlog::newest(3)) << quint64(3);
        QTest::newRow("oldest 3") << event(Backlog::oldest(3)) << quint64(3);
        QTest::newRow("not full") << event(Backlog::newest(5000)) << quint64(1000);
        QTest::newRow("large") << event(Backlog::newest(100'000)) << quint64(1000);
        QTest::newRow("throttled") << event(Backlog::throttled(1)) << quint64(1);
        QTest::newRow("debounced") << event(Backlog::debounced(1)) << quint64(1);
        QTest::newRow("every") << event(Backlog::all().every(1)) << quint64(1000);
        QTest::newRow("batches") << batch(Backlog::all()) << quint64(1000);
        QTest::newRow("batches, newest 3") << batch(Backlog::newest(3)) << quint64(3);
        QTest::newRow("newestBy")
                << Registration([keyOf](AsyncRegistry<int> &registry, QObject *context) {
                       registry.registerHandler(context, [](const int &) {}, {.backlog = SignalBox::Backlog::newestBy(keyOf)});
                   })
                << quint64(7);
        QTest::newRow("newestBy, batches")
                << Registration([keyOf](AsyncRegistry<int> &registry, QObject *context) {
                       registry.registerHandler(context, [](const EventBatch<int> &) {}, {.backlog = SignalBox::Backlog::newestBy(keyOf)});
                   })
                << quint64(7);
        QTest::newRow("inline") << Registration([](AsyncRegistry<int> &registry, QObject *) {
            registry.registerHandler([](const int &) {});
        }) << quint64(0);
    }
    void waitingIsWhatTheBacklogKeeps()
    {
        QFETCH(Registration, registration);
        QFETCH(quint64, kept);
        AsyncRegistry<int> registry;
        QObject context;
        registration(registry, &context);
        const auto waiting = [&registry] { return registry.handlers().front().waiting; };
        for (int round = 0; round < 2; ++round) { // the memory is used again
            QCOMPARE(waiting(), quint64(0));
            for (int i = 0; i < 1000; ++i)
                registry.post(i);
            QCOMPARE(waiting(), kept);
            QVERIFY(waitFor([&] { return waiting() == 0; }));
        }
    }

    // The event that a handler is called with waits no longer, nor do those before.
    void waitingFallsWithEachCall_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("all") << Backlog::all();
        QTest::newRow("newest 10") << Backlog::newest(10);
        QTest::newRow("oldest 3") << Backlog::oldest(10);
        QTest::newRow("every") << Backlog::all().every(1);
    }
    void waitingFallsWithEachCall()
    {
        QFETCH(Backlog, backlog);
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<quint64> waiting;
        registry.registerHandler(&context, [&](const int &) { waiting.push_back(registry.handlers().front().waiting); },
                                 {.delivery = Delivery::Queued, .backlog = backlog});
        registry.registerHandler(&context, [](const int &) {}, {.delivery = Delivery::Queued}); // one entry of the mailbox is for both
        for (int i = 0; i < 5; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return waiting.size() == 5; }));
        QCOMPARE(waiting, (std::vector<quint64>{4, 3, 2, 1, 0}));
    }

    void waitingGoesWithTheContext()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        std::vector<int> seen;
        registry.registerHandler(context, [&](const int &event) { seen.push_back(event); }, {.delivery = Delivery::Queued});
        const auto waiting = [&registry] { return registry.handlers().front().waiting; };
        registry.post(0);
        std::promise<void> isBlocked;
        std::promise<void> goOn;
        worker.post([&] {
            isBlocked.set_value();
            goOn.get_future().wait();
        });
        isBlocked.get_future().wait();
        context->moveToThread(worker.thread());
        registry.post(1);
        registry.post(2);
        QCoreApplication::processEvents();
        QCOMPARE(waiting(), quint64(3));
        goOn.set_value();
        QVERIFY(waitFor([&] { return waiting() == 0; }));
        worker.drain();
        worker.run([&] { delete context; });
        QCOMPARE(seen, (std::vector<int>{0, 1, 2}));
    }

    // Whatever the capacity: a large one is kept in another store.
    void largeBacklogKeepsTheNewestOrTheOldestEvents_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::addColumn<int>("first");
        QTest::newRow("newest") << Backlog::newest(100'000) << 10;
        QTest::newRow("oldest") << Backlog::oldest(100'000) << 0;
    }
    void largeBacklogKeepsTheNewestOrTheOldestEvents()
    {
        QFETCH(Backlog, backlog);
        QFETCH(int, first);
        constexpr int capacity = 100'000;
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); },
                                 {.backlog = backlog});
        std::vector<int> inBatch;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { inBatch.assign(batch.begin(), batch.end()); },
                                 {.backlog = backlog.every(1)});
        for (int i = 0; i < capacity + 10; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return seen.size() == capacity && inBatch.size() == capacity; }));
        for (int i = 0; i < capacity; ++i) {
            QCOMPARE(seen[std::size_t(i)], first + i);
            QCOMPARE(inBatch[std::size_t(i)], first + i);
        }
        for (const auto &row : registry.handlers())
            QCOMPARE(row.dropped, quint64(10));
    }

    void memoryFollowsWhatWaitsAndNotTheCapacity()
    {
#ifndef Q_OS_LINUX
        QSKIP("reads /proc");
#endif
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        const double before = residentMemory();
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::newest(10'000'000)});
        for (int i = 1; i <= 100; ++i) {
            registry.post(i);
            QVERIFY(waitFor([&] { return calls == i; }));
        }
        QVERIFY2(residentMemory() - before < 16e6, qPrintable(QString::number(residentMemory() - before)));
    }

    // Its thread is blocked all the time.
    void fullBacklogNeverBlocksAProducer_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("newest") << Backlog::newest();
        QTest::newRow("newest 2") << Backlog::newest(2);
        QTest::newRow("oldest") << Backlog::oldest(2);
    }
    void fullBacklogNeverBlocksAProducer()
    {
        QFETCH(Backlog, backlog);
        std::promise<void> isBlocked;
        std::promise<void> end; // outlives the thread that waits for it
        WorkerThread worker;
        AsyncRegistry<int> registry;
        worker.post([&] {
            isBlocked.set_value();
            end.get_future().wait();
        });
        isBlocked.get_future().wait();
        registry.registerHandler(worker.context(), [](const int &) {}, {.backlog = backlog});
        std::vector<std::thread> producers;
        for (int i = 0; i < 4; ++i) {
            producers.emplace_back([&] {
                for (int event = 0; event < 1000; ++event)
                    registry.post(event);
            });
        }
        for (std::thread &producer : producers)
            producer.join(); // while the consumer stands still
        const auto row = registry.handlers().front();
        QCOMPARE(row.dropped + row.merged, quint64(4000 - backlog.limit()));
        end.set_value();
    }

    // Every event is delivered or counted, each producer's in order, and the last one always arrives.
    void nothingIsLostUncountedWhileProducersRace_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("newest") << Backlog::newest();
        QTest::newRow("newest, 2") << Backlog::newest(2);
        QTest::newRow("newest, 16") << Backlog::newest(16);
        QTest::newRow("oldest, 16") << Backlog::oldest(16);
        QTest::newRow("newest, 100 000") << Backlog::newest(100'000);
        QTest::newRow("oldest, 100 000") << Backlog::oldest(100'000);
    }
    void nothingIsLostUncountedWhileProducersRace()
    {
        QFETCH(Backlog, backlog);
        constexpr int producers = 4;
        const int events = scaled(100000);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::array<int, producers> last{};
        last.fill(-1);
        quint64 calls = 0;
        int faults = 0;
        int final = 0;
        registry.registerHandler(worker.context(), [&](const int &event) {
            ++calls;
            final = event;
            if (event < 0)
                return;
            int &previous = last[std::size_t(event % producers)];
            if (event / producers <= previous)
                ++faults;
            previous = event / producers;
        }, {.backlog = backlog});
        runOnThreads(producers, [&](int producer) {
            for (int i = 0; i < events; ++i)
                registry.post(i * producers + producer);
        });
        quint64 posted = quint64(producers) * quint64(events);
        if (backlog.keep() == Backlog::Keep::Newest) {
            registry.post(-1); // after all others
            ++posted;
        }
        QVERIFY(waitFor([&] {
            quint64 seen = 0;
            worker.run([&] { seen = calls; });
            const auto row = registry.handlers().front();
            return seen + row.dropped + row.merged == posted;
        }));
        worker.run([&] {
            QCOMPARE(faults, 0);
            if (backlog.keep() == Backlog::Keep::Newest)
                QCOMPARE(final, -1);
        });
    }

    void laggedTellsAllLossesAndAtMostOncePerDrain()
    {
        const auto restore = qScopeGuard([before = SignalBox::drainBudget()] { SignalBox::setDrainBudget(before); });
        SignalBox::setDrainBudget(std::chrono::microseconds::max()); // one drain, however slow the machine
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        const HandlerId merging =
            registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::newest()});
        const HandlerId dropping =
            registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::newest(2)});
        const HandlerId paused = registry.registerHandler(&context, [&](const int &) { ++calls; },
                                                          {.delivery = SignalBox::Delivery::Queued});
        std::map<HandlerId, std::pair<int, quint64>> told;
        connect(&registry, &AsyncRegistry<int>::lagged, this, [&](HandlerId id, quint64 lost) {
            ++told[id].first;
            told[id].second += lost;
        });
        for (int i = 0; i < 10; ++i)
            registry.post(i);
        registry.setEnabled(paused, false);
        QVERIFY(waitFor([&] { return told.size() == 3; }));
        QCoreApplication::processEvents();
        QVERIFY(told[merging] == std::pair(1, quint64(9)));
        QVERIFY(told[dropping] == std::pair(1, quint64(8)));
        QVERIFY(told[paused] == std::pair(1, quint64(10)));
        QCOMPARE(calls, 3);
    }

    void limitedBacklogOfAPoolHandlerDropsAndCounts()
    {
        std::promise<void> entered;
        std::promise<void> end;
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        registry.registerHandler(SignalBox::inPool(&pool), [&](const int &event) {
            seen.push_back(event);
            if (event == 0) {
                entered.set_value();
                end.get_future().wait();
            }
        }, {.backlog = Backlog::newest(2)});
        registry.post(0);
        entered.get_future().wait();
        for (int i = 1; i <= 10; ++i)
            registry.post(i);
        end.set_value();
        pool.waitForDone();
        QCOMPARE(seen, (std::vector<int>{0, 9, 10}));
        QCOMPARE(registry.handlers().front().dropped, quint64(8));
    }

    void queuedHandlersOfOtherBacklogsGoOnBesideAFlood()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int all = 0;
        int latest = 0;
        registry.registerHandler(&context, [&](const int &) { ++all; }, {.delivery = SignalBox::Delivery::Queued});
        registry.registerHandler(&context, [&](const int &event) { latest = event; }, {.backlog = Backlog::newest()});
        for (int i = 1; i <= 1000; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return all == 1000; }));
        QCOMPARE(latest, 1000);
    }
};

QTEST_GUILESS_MAIN(BacklogTest)
#include "tst_backlog.moc"
