// SPDX-License-Identifier: MIT
#undef QT_NO_DEBUG // offer() looks for a second producer

#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/RealtimeSource>

#include <QtCore/qregularexpression.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::RealtimeSource;

static_assert(!std::is_copy_constructible_v<RealtimeSource<int>>);
static_assert(std::is_nothrow_move_constructible_v<RealtimeSource<int>>);
static_assert(std::is_nothrow_move_assignable_v<RealtimeSource<int>>);

namespace {

constexpr std::chrono::hours never(1); // an interval that does not pass in a test

// Waits inside of its move constructor until it may go on.
struct SlowToMove
{
    std::atomic<int> *stage = nullptr;

    SlowToMove() = default;
    explicit SlowToMove(std::atomic<int> *itsStage) : stage(itsStage) {}
    SlowToMove(SlowToMove &&other) noexcept : stage(other.stage)
    {
        if (!stage || stage->load() != 0)
            return;
        stage->store(1);
        while (stage->load() == 1)
            std::this_thread::yield();
    }
};

} // namespace

class RealtimeSourceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eventsOfAnotherThreadComeInOrder()
    {
        constexpr int count = 20000;
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        registry.registerHandler([&](const int &event) { seen.push_back(event); });
        std::thread producer([source = registry.addRealtimeSource(64, std::chrono::milliseconds(1))]() mutable {
            for (int i = 0; i < count; ++i) {
                while (!source.offer(int(i)))
                    std::this_thread::yield();
            }
        });
        QVERIFY(waitFor([&] { return seen.size() == count; }));
        producer.join();
        for (int i = 0; i < count; ++i)
            QCOMPARE(seen[std::size_t(i)], i);
    }

    void fullSourceRefusesAndLeavesTheEventAsItWas()
    {
        AsyncRegistry<std::unique_ptr<int>> registry;
        auto source = registry.addRealtimeSource(3, never);
        for (int i = 0; i < 3; ++i)
            QVERIFY(source.offer(std::make_unique<int>(i)));
        auto refused = std::make_unique<int>(3);
        QVERIFY(!source.offer(std::move(refused)));
        QVERIFY(refused);
        QCOMPARE(source.lost(), std::uint64_t(1));
        QCOMPARE(source.take(), qsizetype(3));
        QVERIFY(source.offer(std::move(refused)));
        QCOMPARE(source.lost(), std::uint64_t(1));
    }

    void consumerThatNeverTurnsCostsWhatDoesNotFit()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        registry.registerHandler([&](const int &) { ++calls; });
        auto source = registry.addRealtimeSource(100, std::chrono::milliseconds(1));
        for (int i = 0; i < 1000; ++i)
            source.offer(int(i));
        QCOMPARE(calls, 0);
        QCOMPARE(source.lost(), std::uint64_t(900));
        QVERIFY(waitFor([&] { return calls == 100; }));
    }

    void takeOnAnotherThreadIsRefused()
    {
        AsyncRegistry<int> registry;
        auto source = registry.addRealtimeSource(4, never);
        QVERIFY(source.offer(1));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("RealtimeSource::take\\(\\).*registry's own thread")));
        qsizetype taken = -1;
        std::thread([&] { taken = source.take(); }).join();
        QCOMPARE(taken, qsizetype(0));
        QCOMPARE(source.take(), qsizetype(1));
    }

    void whatWasOfferedIsPostedWhenTheSourceEnds()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        registry.registerHandler([&](const int &event) { seen.push_back(event); });
        {
            auto source = registry.addRealtimeSource(4, never);
            source.offer(1);
            source.offer(2);
            source = registry.addRealtimeSource(4, std::chrono::milliseconds(1)); // ends the first one
            QCOMPARE(seen, (std::vector{1, 2}));
            std::thread([ended = std::move(source)]() mutable { ended.offer(3); }).join();
        }
        QVERIFY(waitFor([&] { return seen == (std::vector{1, 2, 3}); }));
        QVERIFY(waitFor([&] { return registry.children().size() == 0; })); // it leaves nothing behind
    }

    void sourceOutlivesItsRegistry()
    {
        const auto payload = std::make_shared<int>(0);
        auto registry = std::make_unique<AsyncRegistry<std::shared_ptr<int>>>();
        auto source = registry->addRealtimeSource(4, never);
        QVERIFY(source.offer(std::shared_ptr<int>(payload)));
        registry.reset();
        QCOMPARE(payload.use_count(), 1L); // destroyed on this thread
        QCOMPARE(source.lost(), std::uint64_t(1));
        QVERIFY(!source.offer(std::shared_ptr<int>(payload)));
        QCOMPARE(source.lost(), std::uint64_t(2));
        QCOMPARE(source.take(), qsizetype(0));
    }

    // What each side destroys, and what is refused, adds up; nothing stays.
    void registryMayDieWhileTheProducerOffers()
    {
        const auto payload = std::make_shared<int>(0);
        for (int round = 0; round < stressed(300); ++round) {
            auto registry = std::make_unique<AsyncRegistry<std::shared_ptr<int>>>();
            int handled = 0;
            registry->registerHandler([&](const std::shared_ptr<int> &) { ++handled; });
            std::atomic<bool> hasBegun = false;
            std::atomic<bool> isOver = false;
            std::uint64_t offered = 0;
            std::uint64_t lost = 0;
            std::thread producer([&, source = registry->addRealtimeSource(4, never)]() mutable {
                while (!isOver) {
                    auto event = payload;
                    source.offer(std::move(event));
                    ++offered;
                    hasBegun = true;
                }
                for (int i = 0; i < 10; ++i, ++offered) // full, or without a registry
                    source.offer(std::shared_ptr<int>(payload));
                lost = source.lost();
            });
            while (!hasBegun)
                std::this_thread::yield();
            registry.reset();
            isOver = true;
            producer.join();
            QCOMPARE(payload.use_count(), 1L);
            QCOMPARE(handled, 0);
            // What was just being offered has been destroyed with the source, uncounted.
            QVERIFY(lost <= offered);
            QVERIFY(lost + 4 >= offered);
        }
    }

    void sourceMayEndWhileItsRegistryTakes()
    {
        const auto payload = std::make_shared<int>(0);
        for (int round = 0; round < stressed(60); ++round) {
            AsyncRegistry<std::shared_ptr<int>> registry;
            int handled = 0;
            registry.registerHandler([&](const std::shared_ptr<int> &) { ++handled; });
            int taken = 0;
            std::atomic<bool> isOver = false;
            std::thread producer([&, source = registry.addRealtimeSource(8, std::chrono::milliseconds(1))]() mutable {
                for (int i = 0; i < 20; ++i)
                    taken += source.offer(std::shared_ptr<int>(payload));
                source = {};
                isOver = true;
            });
            QVERIFY(waitFor([&] { return isOver.load(); }));
            producer.join();
            QVERIFY(waitFor([&] { return registry.children().isEmpty(); }));
            QCOMPARE(handled, taken);
            QCOMPARE(payload.use_count(), 1L);
        }
    }

    void consumerThatNeverRunsALoopLosesNothingThatFits()
    {
        AsyncRegistry<int> *registry = nullptr;
        std::vector<int> seen;
        std::optional<RealtimeSource<int>> source;
        std::atomic<int> stage = 0;
        std::thread consumer([&] { // without Qt's event loop
            registry = new AsyncRegistry<int>;
            registry->registerHandler([&](const int &event) { seen.push_back(event); });
            source = registry->addRealtimeSource(3, std::chrono::milliseconds(1));
            stage = 1;
            while (stage != 2)
                std::this_thread::yield();
            source->take();
            delete registry;
        });
        while (stage != 1)
            std::this_thread::yield();
        std::vector<bool> isTaken;
        for (int i = 0; i < 5; ++i)
            isTaken.push_back(source->offer(int(i)));
        stage = 2;
        consumer.join();
        QCOMPARE(isTaken, (std::vector{true, true, true, false, false}));
        QCOMPARE(seen, (std::vector{0, 1, 2}));
        QCOMPARE(source->lost(), std::uint64_t(2));
    }

    void handlerMayDestroyRegistryAndSource()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        auto source = std::make_optional(registry->addRealtimeSource(4, never));
        int calls = 0;
        registry->registerHandler([&](const int &event) {
            ++calls;
            if (event == 2) {
                source.reset(); // which takes the third
                registry.reset();
            }
        });
        for (int i = 1; i <= 3; ++i)
            source->offer(int(i));
        source->take();
        QVERIFY(!registry);
        QCOMPARE(calls, 3);
    }

    void sourceFollowsItsRegistryToAnotherThread()
    {
        WorkerThread worker;
        auto *registry = new AsyncRegistry<int>;
        std::atomic<QThread *> seenOn = nullptr;
        registry->registerHandler([&](const int &) { seenOn = QThread::currentThread(); });
        auto source = registry->addRealtimeSource(4, std::chrono::milliseconds(1));
        registry->moveToThread(worker.thread());
        source.offer(1);
        QVERIFY(waitFor([&] { return seenOn != nullptr; }));
        QCOMPARE(seenOn.load(), worker.thread());
        worker.run([&] { delete registry; });
    }

    void eventWithoutDataIsCounted()
    {
        AsyncRegistry<void> registry;
        int calls = 0;
        registry.registerHandler([&] { ++calls; });
        auto source = registry.addRealtimeSource(4, never);
        QVERIFY(source.offer());
        QVERIFY(source.offer());
        QCOMPARE(source.take(), qsizetype(2));
        QCOMPARE(calls, 2);
    }

    void sourceOfNothingTakesNothing()
    {
        RealtimeSource<int> source;
        QVERIFY(!source);
        QVERIFY(!source.offer(1));
        QCOMPARE(source.take(), qsizetype(0));
        QCOMPARE(source.lost(), std::uint64_t(0));
    }

    void argumentsThatMakeNoSenseAreRefused()
    {
        AsyncRegistry<int> registry;
        const auto refuses = [&](const char *problem, qsizetype capacity, std::chrono::milliseconds interval) {
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("addRealtimeSource\\(\\).*") + QLatin1String(problem)));
            return !registry.addRealtimeSource(capacity, interval);
        };
        QVERIFY(refuses("capacity is 0", 0, std::chrono::milliseconds(5)));
        QVERIFY(refuses("capacity is -1", -1, std::chrono::milliseconds(5)));
        QVERIFY(refuses("interval is 0 ms", 1, std::chrono::milliseconds(0)));
        QVERIFY(refuses("interval is 3600001 ms", 1, std::chrono::milliseconds(3600001)));
        bool isRefusedElsewhere = false;
        std::thread([&] { isRefusedElsewhere = refuses("registry's own thread", 1, std::chrono::milliseconds(5)); }).join();
        QVERIFY(isRefusedElsewhere);
        QVERIFY(registry.children().isEmpty());
    }

    void secondProducerAtATimeIsFoundInDebugBuilds()
    {
        AsyncRegistry<SlowToMove> registry;
        auto source = registry.addRealtimeSource(4, never);
        std::atomic<int> stage = 0;
        std::thread first([&] { source.offer(SlowToMove(&stage)); });
        while (stage != 1)
            std::this_thread::yield();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("RealtimeSource::offer\\(\\).*two threads")));
        const bool isTaken = source.offer(SlowToMove());
        stage = 2;
        first.join();
        QVERIFY(!isTaken);
        QCOMPARE(source.lost(), std::uint64_t(1));
        QCOMPARE(source.take(), qsizetype(1));
    }
};

QTEST_GUILESS_MAIN(RealtimeSourceTest)
#include "tst_realtimesource.moc"
