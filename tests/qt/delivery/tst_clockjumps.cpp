// SPDX-License-Identifier: MIT
#include "../core/check.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/qt/delivery/deadlines_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qelapsedtimer.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

// Throttled and debounced handlers, and deadlines, while clocks jump. The program's own clock_gettime() stands in front of
// the C library's, for the library and for Qt's timers: it adds what the test says.

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using namespace std::chrono_literals;

namespace {

constinit std::atomic<std::int64_t> addedToCalendar{0}; // nanoseconds
constinit std::atomic<std::int64_t> addedToMonotonic{0};

std::atomic<std::int64_t> *addedTo(clockid_t clock)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        return &addedToCalendar;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
        return &addedToMonotonic;
    default:
        return nullptr;
    }
}

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec *time) noexcept
{
    const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
    const std::atomic<std::int64_t> *const added = addedTo(clock);
    if (result != 0 || !added)
        return result;
    constexpr std::int64_t second = 1'000'000'000;
    const std::int64_t nanoseconds = time->tv_sec * second + time->tv_nsec + added->load();
    time->tv_sec = static_cast<time_t>(nanoseconds / second);
    time->tv_nsec = static_cast<long>(nanoseconds % second);
    return 0;
}

namespace {

void jumpCalendar(std::chrono::nanoseconds by)
{
    addedToCalendar += by.count();
}

// What a program sees that was stopped, or whose machine was, for so long.
void passTime(std::chrono::nanoseconds by)
{
    addedToMonotonic += by.count();
}

// Whatever is due runs.
void turn()
{
    for (int i = 0; i < 20; ++i)
        QCoreApplication::processEvents();
}

constexpr auto interval = std::chrono::hours(1);
constexpr auto years = 10 * std::chrono::hours(365 * 24);

// What a throttled handler gets at once, and a debounced one does not.
std::size_t callsAtOnce(const Backlog &backlog)
{
    return backlog.isEvery() ? 1 : 0;
}

void bothLibrariesSeeTheJumps()
{
    const auto monotonic = std::chrono::steady_clock::now();
    const auto calendar = std::chrono::system_clock::now();
    QElapsedTimer timer;
    timer.start();
    passTime(interval);
    jumpCalendar(-years);
    CHECK(std::chrono::steady_clock::now() - monotonic >= interval);
    CHECK(timer.elapsed() >= std::chrono::milliseconds(interval).count());
    CHECK(std::chrono::system_clock::now() < calendar);
}

void jumpsOfTheCalendarChangeNothing()
{
    for (const Backlog &backlog : {Backlog::throttled(interval), Backlog::debounced(interval)}) {
        for (const auto jump : {years, -years}) {
            AsyncRegistry<int> registry;
            QObject context;
            std::vector<int> seen;
            registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.backlog = backlog});
            const std::size_t first = callsAtOnce(backlog);
            registry.post(1);
            turn();
            CHECK(seen.size() == first);
            registry.post(2);
            registry.post(3);
            turn();
            jumpCalendar(jump);
            registry.post(4);
            turn();
            CHECK(seen.size() == first); // not early
            passTime(interval);
            turn();
            CHECK(seen.size() == first + 1); // not late
            CHECK(seen.back() == 4);
        }
    }
}

// Eight intervals at once are one late delivery, of the last event.
void longGapEndsInOneLateDelivery()
{
    for (const Backlog &backlog : {Backlog::throttled(interval), Backlog::debounced(interval)}) {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.backlog = backlog});
        registry.post(0);
        turn();
        const std::size_t first = callsAtOnce(backlog);
        CHECK(seen.size() == first);
        for (int event = 1; event <= 100; ++event)
            registry.post(event);
        turn();
        passTime(8 * interval);
        turn();
        CHECK(seen.size() == first + 1);
        CHECK(seen.back() == 100);
        turn();
        CHECK(seen.size() == first + 1);
        CHECK(registry.handlers().front().merged == 100 - first);
        // The next interval begins with the late delivery, or with the event.
        registry.post(101);
        turn();
        CHECK(seen.size() == first + 1);
        passTime(interval);
        turn();
        CHECK(seen.size() == first + 2);
        CHECK(seen.back() == 101);
    }
}

void gapWithNothingWaitingDeliversNothing()
{
    AsyncRegistry<int> registry;
    QObject context;
    std::vector<int> seen;
    registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); },
                             {.backlog = Backlog::throttled(interval)});
    registry.post(1);
    turn();
    passTime(8 * interval);
    turn();
    CHECK(seen == std::vector<int>{1});
    registry.post(2); // at once: the interval is long over
    turn();
    CHECK(seen == (std::vector<int>{1, 2}));
}

// A timer that sleeps in the kernel wakes up when the machine does: here, when its thread is given something to do.
void threadThatSleptThroughTheGapDeliversOnce()
{
    WorkerThread worker;
    AsyncRegistry<int> registry;
    std::atomic<int> calls = 0;
    std::atomic<int> last = 0;
    registry.registerHandler(worker.context(), [&](const int &event) {
        ++calls;
        last = event;
    }, {.backlog = Backlog::debounced(interval)});
    for (int event = 1; event <= 10; ++event)
        registry.post(event);
    worker.drain();
    CHECK(calls == 0);
    jumpCalendar(-years);
    passTime(3 * interval);
    while (calls == 0)
        worker.drain();
    worker.drain();
    worker.drain();
    CHECK(calls == 1);
    CHECK(last == 10);
}

// What sleeps in the kernel knows nothing of the jumps.
void deadlinesDoNotFollowTheCalendar()
{
    AsyncRegistry<int> registry;
    QThread neverStarted;
    registry.registerHandler(SignalBox::onThread(&neverStarted), [](const int &) {});
    const auto future = registry.notify(1, QDeadlineTimer(interval));
    jumpCalendar(years);
    turn();
    CHECK(!future.isFinished());
    registry.clear();
}

void deadlineOfThirtyDaysPassesThen()
{
    constexpr auto days = std::chrono::hours(30 * 24);
    AsyncRegistry<int> registry;
    QThread neverStarted;
    QObject context;
    registry.registerHandler(SignalBox::onThread(&neverStarted), [](const int &) {});
    auto future = registry.notify(1, QDeadlineTimer(days));
    auto sequential = registry.notifySequential(1, QDeadlineTimer(days));
    AsyncRegistry<int> other;
    auto next = other.next(&context, QDeadlineTimer(days));
    auto soon = registry.notify(2, QDeadlineTimer(days / 4));
    passTime(days / 2);
    SignalBox::detail::Deadlines::look();
    soon.waitForFinished();
    CHECK(!future.isFinished());
    CHECK(!sequential.isFinished());
    CHECK(!next.isFinished());
    passTime(days / 2);
    SignalBox::detail::Deadlines::look();
    future.waitForFinished();
    sequential.waitForFinished();
    next.waitForFinished();
    CHECK(future.result().dropped == 1);
    CHECK(!next.result());
}

// More milliseconds than a timer of Qt takes, and so several timers.
void intervalsThatNoTimerTakesAreWaitedFor()
{
    AsyncRegistry<int> registry;
    QObject context;
    int calls = 0;
    constexpr auto longest = std::chrono::hours(24 * 365);
    registry.registerHandler(&context, [&](const int &) { ++calls; }, {.backlog = Backlog::debounced(longest)});
    registry.post(1);
    turn();
    passTime(longest / 2);
    turn();
    CHECK(calls == 0);
    passTime(longest / 2);
    turn();
    CHECK(calls == 1);
}

} // namespace

// Not Qt Test, whose watchdog takes the jumps for functions that do not return.
int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    RUN(bothLibrariesSeeTheJumps);
    RUN(jumpsOfTheCalendarChangeNothing);
    RUN(longGapEndsInOneLateDelivery);
    RUN(gapWithNothingWaitingDeliversNothing);
    RUN(threadThatSleptThroughTheGapDeliversOnce);
    RUN(deadlinesDoNotFollowTheCalendar);
    RUN(deadlineOfThirtyDaysPassesThen);
    RUN(intervalsThatNoTimerTakesAreWaitedFor);
}
