// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qfuture.h>
#include <QtTest/qtest.h>

#include <chrono>

// Long enough that only a wait for something that never comes reaches it.
inline constexpr int patience = 30000;

// Runs the calling thread's event loop until the condition holds. False: it never did.
template <class Condition>
bool waitFor(Condition &&condition)
{
    return QTest::qWaitFor(std::forward<Condition>(condition), patience);
}

// Runs what is queued to the calling thread, and what that queues: what has not come by then, and not from another thread,
// does not come.
inline void runQueuedCalls()
{
    for (int round = 0; round < 10; ++round)
        QCoreApplication::processEvents();
}

// Runs the calling thread's event loop until the future has finished.
template <class T>
bool finishes(const QFuture<T> &future)
{
    const bool isFinished = waitFor([&] { return future.isFinished(); });
    SignalBox::detail::SanitizerOrder::acquire(future);
    return isFinished;
}

// Notifies inline handlers one after the other, and again if the deadline had passed before the first of them, as it may on a
// machine that stands still.
template <class Registry>
auto notifySequentialWithin(std::chrono::milliseconds time, QDeadlineTimer &deadline, Registry &registry)
{
    for (;;) {
        deadline.setRemainingTime(time);
        const auto future = registry.notifySequential(1, deadline);
        if (!future.isFinished() || future.result().called != 0)
            return future;
    }
}

// Waits until the value is the expected one, and checks that it stays: calls that are queued to this thread by then do not change it.
#define COMPARE_FINALLY(actual, expected)                                                                              \
    do {                                                                                                               \
        QTRY_COMPARE_WITH_TIMEOUT(actual, expected, patience);                                                         \
        runQueuedCalls();                                                                                              \
        QCOMPARE(actual, expected);                                                                                    \
    } while (false)

// A report, as one value to compare.
#define COMPARE_REPORT(report, expectedCalled, expectedFailed, expectedDropped)                                         \
    do {                                                                                                               \
        const SignalBox::DispatchReport compared = (report);                                                           \
        QCOMPARE(compared.called, std::uint32_t(expectedCalled));                                                      \
        QCOMPARE(compared.failed, std::uint32_t(expectedFailed));                                                      \
        QCOMPARE(compared.dropped, std::uint32_t(expectedDropped));                                                    \
    } while (false)
