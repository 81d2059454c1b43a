// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/TestClock>

#include <QtCore/qregularexpression.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <future>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::TestClock;
using namespace std::chrono_literals;

// What never gets done: each of these takes the five seconds that advance() waits.
class TestClockPatience : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void threadThatDoesNotDeliverIsNamedAndTheClockStandsThere()
    {
        TestClock clock;
        WorkerThread worker;
        worker.thread()->setObjectName(QStringLiteral("stuck"));
        AsyncRegistry<int> registry;
        AsyncRegistry<int> later;
        QObject context;
        std::promise<void> release;
        std::atomic<int> calls = 0;
        int laterCalls = 0;
        registry.registerHandler(worker.context(), [&](const int &) {
            if (++calls == 1)
                release.get_future().wait();
        }, {.backlog = Backlog::debounced(10)});
        later.registerHandler(&context, [&](const int &) { ++laterCalls; }, {.backlog = Backlog::debounced(20)});
        registry.post(1);
        later.post(1);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("advance\\(\\): what is due has not been delivered within 5 "
                                                                             "seconds of real time, on thread \"stuck\"")));
        QVERIFY(!clock.advance(1h));
        QCOMPARE(calls.load(), 1);
        QCOMPARE(laterCalls, 0); // due 10 ms later
        release.set_value();
        QVERIFY(clock.advance(9ms));
        QCOMPARE(laterCalls, 0);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(laterCalls, 1);
    }

    void handlerThatCallsItselfWithoutEndStopsAdvance()
    {
        TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        bool isEndless = true;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &event) {
            ++calls;
            if (isEndless)
                registry.post(event);
        }, {.backlog = Backlog::throttled(0)});
        registry.post(1);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("what is due has not been delivered within 5 seconds")));
        QVERIFY(!clock.advance(1ms));
        QVERIFY(calls > 1);
        isEndless = false;
        QVERIFY(clock.advance(1ms));
    }
};

QTEST_GUILESS_MAIN(TestClockPatience)
#include "tst_testclockpatience.moc"
