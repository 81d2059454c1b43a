// SPDX-License-Identifier: MIT
#include "capture.h"

#include <SignalBox/WatchReceiver>
#include <SignalBox/WatchSender>

#include <QtTest/qtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::HandlerGuard;
using SignalBox::WatchReceiver;
using SignalBox::WatchSender;

static_assert(SignalBox::WatchCallback<void (*)(), int> && SignalBox::WatchCallback<void (*)(const int &), int>);
static_assert(!SignalBox::WatchCallback<void (*)(int &), int> && !SignalBox::WatchCallback<void (*)(int), void>);

class WatchCallbacks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callbackAloneIsAListener()
    {
        WatchSender<> sender;
        const HandlerGuard guard = sender.subscribe().onChanged([] {});
        QVERIFY(sender.send());
    }

    void callbacksRunOnTheSendingThreadInPriorityOrder()
    {
        WatchSender<int> sender(0);
        const WatchReceiver<int> receiver = sender.subscribe();
        std::vector<std::pair<char, int>> calls;
        std::thread::id thread;
        const HandlerGuard low = receiver.onChanged([&](const int &value) { calls.emplace_back('l', value); });
        const HandlerGuard high = receiver.onChanged(
            [&] {
                calls.emplace_back('h', 0);
                thread = std::this_thread::get_id();
            },
            {.priority = 1});
        std::thread sending([&] { sender.send(7); });
        const std::thread::id expected = sending.get_id();
        sending.join();
        QCOMPARE(calls, (std::vector<std::pair<char, int>>{{'h', 0}, {'l', 7}}));
        QVERIFY(thread == expected);
        QVERIFY(receiver.hasChanged()); // a callback marks nothing seen
    }

    void callbackEndsWithItsGuard()
    {
        WatchSender<> sender;
        int calls = 0;
        {
            const HandlerGuard guard = sender.subscribe().onChanged([&] { ++calls; });
            sender.send();
        }
        sender.send();
        QCOMPARE(calls, 1);
    }

    void callbackMaySendAndNoneSeesAValueGoBack()
    {
        WatchSender<int> sender(0);
        std::vector<int> seen;
        const HandlerGuard first = sender.subscribe().onChanged([&](const int &value) {
            if (value < 3)
                sender.send(value + 1);
        });
        const HandlerGuard second = sender.subscribe().onChanged([&](const int &value) { seen.push_back(value); });
        sender.send(1);
        QCOMPARE(seen, (std::vector<int>{3, 3, 3}));
    }

    void callbackMayDestroyTheSender()
    {
        auto sender = std::make_unique<WatchSender<int>>(0);
        const WatchReceiver<int> receiver = sender->subscribe();
        CaptureCounter captures;
        int calls = 0;
        const HandlerGuard guard = receiver.onChanged([&, capture = captures.capture()](const int &value) {
            calls += value;
            sender.reset();
        });
        const HandlerGuard after = receiver.onChanged([&] { calls += 100; });
        sender->send(1);
        QCOMPARE(calls, 1);
        QVERIFY(receiver.isClosed());
        QVERIFY(!guard.isActive());
        QCOMPARE(captures.alive(), 0);
    }

    void throwingCallbackStopsNobodyAndIsReported()
    {
        WatchSender<> sender;
        std::string message;
        int calls = 0;
        const HandlerGuard bad = sender.subscribe().onChanged([] { throw std::runtime_error("bad"); }, {.priority = 1});
        const HandlerGuard good = sender.subscribe().onChanged([&] { ++calls; });
        sender.send();
        sender.onException([&](const SignalBox::ExceptionInfo &info) { message = info.message(); });
        sender.send();
        QCOMPARE(calls, 2);
        QCOMPARE(message, std::string("bad"));
    }

    void callbackThatOwnsAReceiverLeavesNothingBehind()
    {
        CaptureCounter captures;
        {
            WatchSender<int> sender(0);
            const WatchReceiver<int> receiver = sender.subscribe();
            QVERIFY(receiver.onChanged([receiver, capture = captures.capture()] {}).release().isValid());
            QVERIFY(receiver.onClosed([receiver, capture = captures.capture()] {}).release().isValid());
            QCOMPARE(captures.alive(), 2);
        }
        QCOMPARE(captures.alive(), 0);
    }

    void closedCallbackRunsOnceWhenTheSenderGoesOrAtOnce()
    {
        auto sender = std::make_unique<WatchSender<>>();
        const WatchReceiver<> receiver = sender->subscribe();
        int calls = 0;
        const HandlerGuard before = receiver.onClosed([&] { ++calls; });
        sender->send();
        QCOMPARE(calls, 0);
        sender.reset();
        QCOMPARE(calls, 1);
        const HandlerGuard after = receiver.onClosed([&] { calls += 10; });
        QCOMPARE(calls, 11);
        QVERIFY(!after.isActive());
        QVERIFY(!receiver.onChanged([] {}).isActive());
    }

    void closedCallbackRunsExactlyOnceHoweverItMeetsTheEnd()
    {
        for (int i = 0; i < 2000; ++i) {
            auto sender = std::make_unique<WatchSender<>>();
            const WatchReceiver<> receiver = sender->subscribe();
            std::atomic<int> calls = 0;
            std::thread end([&] { sender.reset(); });
            const HandlerGuard guard = receiver.onClosed([&] { ++calls; });
            const HandlerGuard changed = receiver.onChanged([] {});
            end.join();
            QCOMPARE(calls.load(), 1);
            QVERIFY(!changed.isActive());
        }
    }

    void emptyCallbackIsRefused()
    {
        WatchSender<int> sender(0);
        const auto receiver = sender.subscribe();
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, (void)receiver.onChanged(std::function<void()>()));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, (void)receiver.onClosed(std::function<void()>()));
        QCOMPARE(sender.receiverCount(), 1U);
    }
};

QTEST_APPLESS_MAIN(WatchCallbacks)
#include "tst_watchcallbacks.moc"
