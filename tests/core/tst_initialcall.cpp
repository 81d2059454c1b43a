// SPDX-License-Identifier: MIT
#include "barrier.h"

#include <SignalBox/InitialCall>
#include <SignalBox/RunningHandler>
#include <SignalBox/WatchSender>

#include <QtTest/qtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::InitialCall;
using SignalBox::WatchReceiver;
using SignalBox::WatchSender;

class InitialCalls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void presentValueIsToldOnceBeforeOnChangedReturns()
    {
        WatchSender<int> sender(7);
        std::vector<int> seen;
        std::thread::id thread;
        const HandlerGuard guard = sender.subscribe().onChanged(
            [&](const int &value) {
                seen.push_back(value);
                thread = std::this_thread::get_id();
            },
            InitialCall::Yes);
        QCOMPARE(seen, std::vector<int>{7});
        QVERIFY(thread == std::this_thread::get_id());
        sender.send(8);
        QCOMPARE(seen, (std::vector<int>{7, 8}));
    }

    void withoutItOnlyChangesAreTold()
    {
        WatchSender<int> sender(7);
        std::vector<int> seen;
        const HandlerGuard guard =
            sender.subscribe().onChanged([&](const int &value) { seen.push_back(value); }, InitialCall::No);
        QVERIFY(seen.empty());
        sender.send(8);
        QCOMPARE(seen, std::vector<int>{8});
    }

    void equalValuesAreTwoChanges()
    {
        WatchSender<int> sender(7);
        int calls = 0;
        const HandlerGuard guard = sender.subscribe().onChanged([&] { ++calls; }, InitialCall::Yes);
        sender.send(7);
        sender.send(7);
        QCOMPARE(calls, 3);
    }

    void watchWithoutAValueTellsOnceAtFirst()
    {
        WatchSender<> sender;
        int calls = 0;
        const HandlerGuard guard = sender.subscribe().onChanged([&] { ++calls; }, InitialCall::Yes);
        QCOMPARE(calls, 1);
        sender.send();
        QCOMPARE(calls, 2);
    }

    void changeDuringTheInitialCallIsToldRightAfterIt()
    {
        WatchSender<int> sender(1);
        std::vector<int> seen;
        std::vector<std::thread::id> threads;
        const HandlerGuard guard = sender.subscribe().onChanged(
            [&](const int &value) {
                seen.push_back(value);
                threads.push_back(std::this_thread::get_id());
                if (value == 1)
                    std::thread([&] { sender.send(2); }).join(); // returns: nobody waits for the initial call
            },
            InitialCall::Yes);
        QCOMPARE(seen, (std::vector<int>{1, 2}));
        QVERIFY(threads == std::vector<std::thread::id>(2, std::this_thread::get_id()));
    }

    void initialCallMaySend()
    {
        WatchSender<int> sender(1);
        std::vector<int> seen;
        const HandlerGuard guard = sender.subscribe().onChanged(
            [&](const int &value) {
                seen.push_back(value);
                if (value < 3)
                    sender.send(value + 1);
            },
            InitialCall::Yes);
        QCOMPARE(seen, (std::vector<int>{1, 2, 3}));
    }

    void initialCallMayEndItself()
    {
        WatchSender<int> sender(1);
        int calls = 0;
        const WatchReceiver<int> receiver = sender.subscribe();
        const HandlerGuard guard = receiver.onChanged([&] { ++calls; }, InitialCall::Yes, {.once = true});
        QVERIFY(!guard.isActive());
        sender.send(2);
        QCOMPARE(calls, 1);
    }

    void initialCallIsInsideItsHandler()
    {
        WatchSender<int> sender(1);
        HandlerId running;
        const HandlerGuard guard =
            sender.subscribe().onChanged([&] { running = SignalBox::runningHandler(); }, InitialCall::Yes);
        QVERIFY(running.isValid());
        QCOMPARE(running, guard.id());
    }

    void exceptionOfTheInitialCallIsReportedAndTheCallbackStays()
    {
        WatchSender<int> sender(1);
        std::string message;
        sender.onException([&](const SignalBox::ExceptionInfo &info) { message = info.message(); });
        int calls = 0;
        const HandlerGuard guard = sender.subscribe().onChanged(
            [&] {
                if (++calls == 1)
                    throw std::runtime_error("not ready");
            },
            InitialCall::Yes);
        QCOMPARE(message, std::string("not ready"));
        sender.send(2);
        QCOMPARE(calls, 2);
    }

    void callbackRegisteredPausedHasNoInitialCall()
    {
        WatchSender<int> sender(1);
        int calls = 0;
        const HandlerGuard guard = sender.subscribe().onChanged([&] { ++calls; }, InitialCall::Yes, {.enabled = false});
        sender.send(2);
        QCOMPARE(calls, 0);
    }

    void closedWatchTellsItsLastValue()
    {
        WatchReceiver<int> receiver;
        {
            WatchSender<int> sender(4);
            receiver = sender.subscribe();
        }
        std::vector<int> seen;
        const HandlerGuard guard =
            receiver.onChanged([&](const int &value) { seen.push_back(value); }, InitialCall::Yes);
        QCOMPARE(seen, std::vector<int>{4});
        QVERIFY(!guard.isActive());
    }

    // Callbacks are registered while another thread sends: none misses the last value, or sees a value twice, or an
    // older one after a newer one.
    void noValueIsMissedOrRepeatedBetweenTheInitialCallAndTheChanges()
    {
        for (int round = 0; round < 2000; ++round) {
            WatchSender<int> sender(0);
            Barrier begin(2);
            std::thread sending([&] {
                begin.arriveAndWait();
                for (int value = 1; value <= 3; ++value)
                    sender.send(value);
            });
            std::atomic<int> last = -1;
            std::atomic<bool> isOrdered = true;
            begin.arriveAndWait();
            const HandlerGuard guard = sender.subscribe().onChanged(
                [&](const int &value) {
                    if (last.exchange(value) >= value)
                        isOrdered = false;
                },
                InitialCall::Yes);
            sending.join();
            QVERIFY(isOrdered);
            QCOMPARE(last.load(), 3);
        }
    }
};

QTEST_GUILESS_MAIN(InitialCalls)
#include "tst_initialcall.moc"
