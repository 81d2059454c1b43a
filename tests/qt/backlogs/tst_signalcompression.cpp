// SPDX-License-Identifier: MIT
#include "camera.h"
#include "waitfor.h"

#include <SignalBox/Connect>
#include <SignalBox/TestClock>

#include <QtTest/qtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::Backlog;
using SignalBox::TestClock;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds interval = 60ms;

using Calls = std::vector<int>;
auto addTo(Calls &calls)
{
    return [&calls](int number) { calls.push_back(number); };
}

// Emits a thousand numbers on each of four threads at once, and after that, when all others are over, a last number. Meanwhile the
// calling thread does something else again and again.
constexpr int last = -1;
void emitOnFourThreads(Camera &camera, const std::function<void()> &meanwhile)
{
    std::atomic<int> emitting = 4;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int number = 1; number <= 1000; ++number)
                Q_EMIT camera.taken(number);
            --emitting;
        });
    }
    do {
        meanwhile();
    } while (emitting > 0);
    for (std::thread &thread : threads)
        thread.join();
    Q_EMIT camera.taken(last);
}

} // namespace

// What KDSignalThrottler and Krita's signal compressor are used for, by connect() and a backlog, in virtual time.
class SignalCompression : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // KDSignalLeadingThrottler; KisSignalCompressor::FIRST_ACTIVE.
    void throttledGivesTheFirstAtOnceAndTheLastAfterTheInterval()
    {
        TestClock clock;
        Camera camera;
        Calls calls;
        SignalBox::connect(&camera, &Camera::taken, this, addTo(calls), {.backlog = Backlog::throttled(interval)});
        Q_EMIT camera.taken(1);
        QVERIFY(clock.advance(0ms));
        QCOMPARE(calls, Calls{1});
        for (int number = 2; number <= 5; ++number)
            Q_EMIT camera.taken(number);
        QVERIFY(clock.advance(interval - 1ms));
        QCOMPARE(calls, Calls{1});
        QVERIFY(clock.advance(1ms));
        QCOMPARE(calls, (Calls{1, 5}));
        QVERIFY(clock.advance(10 * interval));
        QCOMPARE(calls, (Calls{1, 5}));
    }

    // KDSignalDebouncer; KisSignalCompressor::POSTPONE.
    void debouncedGivesTheLastAfterSilence()
    {
        TestClock clock;
        Camera camera;
        Calls calls;
        SignalBox::connect(&camera, &Camera::taken, this, addTo(calls), {.backlog = Backlog::debounced(interval)});
        for (int number = 1; number <= 5; ++number) {
            Q_EMIT camera.taken(number);
            QVERIFY(clock.advance(interval - 1ms));
        }
        QCOMPARE(calls, Calls());
        QVERIFY(clock.advance(1ms));
        QCOMPARE(calls, Calls{5});
    }

    void throttledFromFourThreadsNeverCallsTooOftenAndEndsWithTheLast()
    {
        TestClock clock;
        Camera camera;
        Calls calls;
        bool isDelivered = true;
        SignalBox::connect(&camera, &Camera::taken, this, addTo(calls), {.backlog = Backlog::throttled(interval)});
        std::size_t most = 1; // the first one
        emitOnFourThreads(camera, [&] {
            isDelivered &= clock.advance(0ms) && calls.size() <= most;
            isDelivered &= clock.advance(interval - 1ms) && calls.size() <= most;
            isDelivered &= clock.advance(1ms) && calls.size() <= ++most;
        });
        QVERIFY(isDelivered);
        QVERIFY(clock.advance(interval));
        QCOMPARE(calls.back(), last);
        const std::size_t count = calls.size();
        QVERIFY(count <= most + 1);
        QVERIFY(clock.advance(10 * interval));
        QCOMPARE(calls.size(), count);
    }

    void debouncedFromFourThreadsWaitsForTheEndOfAll()
    {
        TestClock clock;
        Camera camera;
        Calls calls;
        SignalBox::connect(&camera, &Camera::taken, this, addTo(calls), {.backlog = Backlog::debounced(interval)});
        bool isSilent = true;
        emitOnFourThreads(camera, [&] { isSilent &= clock.advance(0ms) && calls.empty(); });
        QVERIFY(isSilent);
        QVERIFY(clock.advance(interval - 1ms));
        QCOMPARE(calls, Calls());
        QVERIFY(clock.advance(1ms));
        QCOMPARE(calls, Calls{last});
    }

    // KisThreadSafeSignalCompressor has one slot of memory for what it compresses.
    void latestFromFourThreadsEndsWithTheLastOncePerTurn()
    {
        Camera camera;
        Calls calls;
        SignalBox::connect(&camera, &Camera::taken, this, addTo(calls), {.backlog = Backlog::newest()});
        emitOnFourThreads(camera, [] { std::this_thread::yield(); });
        QCOMPARE(calls, Calls());
        runQueuedCalls();
        QCOMPARE(calls, Calls{last});
    }

    void nothingIsCalledAfterItsContextsEnd()
    {
        TestClock clock;
        Camera camera;
        Calls throttled;
        Calls debounced;
        Calls sentinel;
        auto context = std::make_unique<QObject>();
        SignalBox::connect(&camera, &Camera::taken, context.get(), addTo(throttled), {.backlog = Backlog::throttled(interval)});
        SignalBox::connect(&camera, &Camera::taken, context.get(), addTo(debounced), {.backlog = Backlog::debounced(0)});
        SignalBox::connect(&camera, &Camera::taken, this, addTo(sentinel), {.backlog = Backlog::debounced(2 * interval)});
        Q_EMIT camera.taken(1);
        context.reset();
        Q_EMIT camera.taken(2);
        QVERIFY(clock.advance(2 * interval));
        QCOMPARE(sentinel, Calls{2}); // due after both
        QVERIFY(throttled.empty() && debounced.empty());
    }
};

QTEST_GUILESS_MAIN(SignalCompression)
#include "tst_signalcompression.moc"
