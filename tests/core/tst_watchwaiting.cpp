// SPDX-License-Identifier: MIT
#include "gate.h"

#include <SignalBox/WatchReceiver>
#include <SignalBox/WatchSender>

#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::WaitOutcome;
using SignalBox::WatchReceiver;
using SignalBox::WatchSender;
using Clock = std::chrono::steady_clock;

class WatchWaiting : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void waitReturnsAtOnceForAChangeThatIsThere()
    {
        WatchSender<int> sender(0);
        WatchReceiver<int> receiver = sender.subscribe();
        sender.send(1);
        QVERIFY(receiver.waitForChange() == WaitOutcome::Changed);
        QVERIFY(!receiver.hasChanged());
        QVERIFY(receiver.waitForChange(Clock::now()) == WaitOutcome::TimedOut);
    }

    void waitEndsAtItsDeadline()
    {
        WatchSender<> sender;
        WatchReceiver<> receiver = sender.subscribe();
        const auto deadline = Clock::now() + std::chrono::milliseconds(30);
        QVERIFY(receiver.waitForChange(deadline) == WaitOutcome::TimedOut);
        QVERIFY(Clock::now() >= deadline);
        QVERIFY(receiver.waitForChange(Clock::time_point::min()) == WaitOutcome::TimedOut);
        sender.send();
        QVERIFY(receiver.waitForChange(Clock::time_point::min()) == WaitOutcome::Changed);
    }

    void changeComesBeforeTheEnd()
    {
        WatchReceiver<int> receiver;
        {
            WatchSender<int> sender(0);
            receiver = sender.subscribe();
            sender.send(1);
        }
        QVERIFY(receiver.waitForChange() == WaitOutcome::Changed);
        QVERIFY(receiver.waitForChange() == WaitOutcome::Closed);
    }

    void endOfTheSenderWakesWhoWaits()
    {
        auto sender = std::make_unique<WatchSender<>>();
        std::vector<std::thread> threads;
        std::atomic<int> closed = 0;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&, receiver = sender->subscribe()]() mutable {
                closed += receiver.waitForChange() == WaitOutcome::Closed;
            });
        }
        giveWay();
        sender.reset();
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(closed.load(), 3);
    }

    // A wake-up that is lost once hangs here.
    void everyChangeWakesEveryWaiter()
    {
        constexpr int rounds = 20000;
        WatchSender<int> ping(0);
        WatchSender<int> pong(0);
        std::thread other([&, receiver = ping.subscribe()]() mutable {
            while (receiver.waitForChange() == WaitOutcome::Changed) {
                const int value = receiver.value();
                pong.send(value);
                if (value == rounds)
                    return;
            }
        });
        WatchReceiver<int> receiver = pong.subscribe();
        for (int i = 1; i <= rounds; ++i) {
            ping.send(i);
            while (receiver.valueAndMarkSeen() != i)
                QVERIFY(receiver.waitForChange() == WaitOutcome::Changed);
        }
        other.join();
    }

    void whatTheSenderWroteBeforeIsVisible()
    {
        WatchSender<> sender;
        int data = 0; // not atomic: ThreadSanitizer watches
        std::thread reader([&, receiver = sender.subscribe()]() mutable {
            receiver.waitForChange();
            data += 1;
        });
        data = 41;
        sender.send();
        reader.join();
        QCOMPARE(data, 42);
    }

    void readersNeverSeeVersionsGoBack()
    {
        WatchSender<std::pair<int, int>> sender(std::pair(0, 0));
        std::atomic<bool> isDone = false;
        std::atomic<int> errors = 0;
        std::vector<std::thread> readers;
        for (int i = 0; i < 2; ++i) {
            readers.emplace_back([&, receiver = sender.subscribe()]() mutable {
                int last = 0;
                while (!isDone) {
                    const auto value = receiver.valueAndMarkSeen();
                    errors += value.first != value.second || value.first < last;
                    last = value.first;
                }
            });
        }
        for (int i = 1; i <= 20000; ++i)
            sender.send(std::pair(i, i));
        isDone = true;
        for (std::thread &reader : readers)
            reader.join();
        QCOMPARE(errors.load(), 0);
    }
};

QTEST_APPLESS_MAIN(WatchWaiting)
#include "tst_watchwaiting.moc"
