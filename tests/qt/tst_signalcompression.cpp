// SPDX-License-Identifier: MIT
#include "camera.h"
#include "waitfor.h"

#include <SignalBox/Connect>

#include <QtTest/qtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::Backlog;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds interval(60);

// The calls of a handler, and their times.
struct Calls
{
    void operator()(int number)
    {
        numbers.push_back(number);
        times.push_back(Clock::now());
    }
    bool areApart(milliseconds least) const
    {
        for (std::size_t call = 1; call < times.size(); ++call) {
            if (times[call] - times[call - 1] < least)
                return false;
        }
        return true;
    }
    std::vector<int> numbers;
    std::vector<Clock::time_point> times;
};

// Emits on four threads at once, for several intervals, and after that, when all others are over, a last number.
constexpr int last = -1;
void emitOnFourThreads(Camera &camera, milliseconds duration)
{
    std::vector<std::thread> threads;
    const auto end = Clock::now() + duration;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&camera, end] {
            for (int number = 0; Clock::now() < end; ++number)
                Q_EMIT camera.taken(number);
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    Q_EMIT camera.taken(last);
}

} // namespace

// What KDSignalThrottler and Krita's signal compressor are used for, by connect() and a backlog. Times are only compared
// with intervals that must have passed.
class SignalCompression : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // KDSignalLeadingThrottler; KisSignalCompressor::FIRST_ACTIVE.
    void throttledGivesTheFirstAtOnceAndTheLastAfterTheInterval()
    {
        Camera camera;
        Calls calls;
        const auto begin = Clock::now();
        SignalBox::connect(&camera, &Camera::taken, this, std::ref(calls), {.backlog = Backlog::throttled(interval)});
        Q_EMIT camera.taken(1);
        QVERIFY(waitFor([&] { return calls.numbers.size() == 1; }));
        for (int number = 2; number <= 5; ++number)
            Q_EMIT camera.taken(number);
        QVERIFY(waitFor([&] { return calls.numbers.size() == 2; }));
        QCOMPARE(calls.numbers, (std::vector<int>{1, 5}));
        QVERIFY(calls.areApart(interval));
        QVERIFY(Clock::now() - begin >= interval);
    }

    // KDSignalDebouncer; KisSignalCompressor::POSTPONE.
    void debouncedGivesTheLastAfterSilence()
    {
        Camera camera;
        Calls calls;
        SignalBox::connect(&camera, &Camera::taken, this, std::ref(calls), {.backlog = Backlog::debounced(interval)});
        Clock::time_point lastEmission;
        for (int number = 1; number <= 5; ++number) {
            lastEmission = Clock::now();
            Q_EMIT camera.taken(number);
        }
        QVERIFY(waitFor([&] { return !calls.numbers.empty(); }));
        QCOMPARE(calls.numbers, std::vector<int>{5});
        QVERIFY(calls.times.front() - lastEmission >= interval);
    }

    // The number of calls says nothing of how fast the machine is: only that they are an interval apart.
    void throttledFromFourThreadsNeverCallsTooOftenAndEndsWithTheLast()
    {
        Camera camera;
        Calls calls;
        SignalBox::connect(&camera, &Camera::taken, this, std::ref(calls), {.backlog = Backlog::throttled(interval)});
        std::thread emitting([&] { emitOnFourThreads(camera, 5 * interval); });
        QVERIFY(waitFor([&] { return !calls.numbers.empty() && calls.numbers.back() == last; }));
        emitting.join();
        QVERIFY(calls.numbers.size() >= 2);
        QVERIFY(calls.areApart(interval));
        runQueuedCalls();
        QCOMPARE(calls.numbers.back(), last);
    }

    void debouncedFromFourThreadsWaitsForTheEndOfAll()
    {
        Camera camera;
        Calls calls;
        SignalBox::connect(&camera, &Camera::taken, this, std::ref(calls), {.backlog = Backlog::debounced(10 * interval)});
        std::thread emitting([&] { emitOnFourThreads(camera, 2 * interval); });
        QVERIFY(waitFor([&] { return !calls.numbers.empty(); }));
        emitting.join();
        QCOMPARE(calls.numbers, std::vector<int>{last});
    }

    // KisThreadSafeSignalCompressor has one slot of memory for what it compresses.
    void latestFromFourThreadsEndsWithTheLastOncePerTurn()
    {
        Camera camera;
        Calls calls;
        SignalBox::connect(&camera, &Camera::taken, this, std::ref(calls), {.backlog = Backlog::latest()});
        emitOnFourThreads(camera, interval / 4);
        QVERIFY(calls.numbers.empty());
        QVERIFY(waitFor([&] { return !calls.numbers.empty(); }));
        runQueuedCalls();
        QCOMPARE(calls.numbers, std::vector<int>{last});
    }

    void nothingIsCalledAfterItsContextsEnd()
    {
        Camera camera;
        Calls throttled;
        Calls debounced;
        auto context = std::make_unique<QObject>();
        SignalBox::connect(&camera, &Camera::taken, context.get(), std::ref(throttled), {.backlog = Backlog::throttled(interval)});
        SignalBox::connect(&camera, &Camera::taken, context.get(), std::ref(debounced), {.backlog = Backlog::debounced(0)});
        Calls sentinel;
        SignalBox::connect(&camera, &Camera::taken, this, std::ref(sentinel), {.backlog = Backlog::debounced(2 * interval)});
        Q_EMIT camera.taken(1);
        context.reset();
        Q_EMIT camera.taken(2);
        QVERIFY(waitFor([&] { return !sentinel.numbers.empty(); })); // due after both
        QVERIFY(throttled.numbers.empty() && debounced.numbers.empty());
    }
};

QTEST_GUILESS_MAIN(SignalCompression)
#include "tst_signalcompression.moc"
