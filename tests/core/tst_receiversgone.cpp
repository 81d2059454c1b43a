// SPDX-License-Identifier: MIT
#include <SignalBox/WatchSender>

#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::HandlerGuard;
using SignalBox::WatchReceiver;
using SignalBox::WatchSender;

class ReceiversGone : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lastReceiversEndIsToldOnItsThread()
    {
        WatchSender<int> sender(0);
        int calls = 0;
        std::thread::id thread;
        const HandlerGuard guard = sender.onReceiversGone([&] {
            ++calls;
            thread = std::this_thread::get_id();
        });
        auto first = std::make_unique<WatchReceiver<int>>(sender.subscribe());
        auto second = std::make_unique<WatchReceiver<int>>(*first);
        first.reset();
        QCOMPARE(calls, 0);
        std::thread ending([&] { second.reset(); });
        const std::thread::id expected = ending.get_id();
        ending.join();
        QCOMPARE(calls, 1);
        QVERIFY(thread == expected);
        QVERIFY(sender.isClosed());
    }

    void callbacksCountAsReceivers()
    {
        WatchSender<> sender;
        int calls = 0;
        const HandlerGuard guard = sender.onReceiversGone([&] { ++calls; });
        HandlerGuard callback;
        {
            const WatchReceiver<> receiver = sender.subscribe();
            callback = receiver.onChanged([] {});
        }
        QCOMPARE(calls, 0);
        QCOMPARE(sender.receiverCount(), std::size_t(1));
        callback.reset();
        QCOMPARE(calls, 1);
    }

    void callbackForOneCallIsGoneAfterIt()
    {
        WatchSender<> sender;
        int calls = 0;
        const HandlerGuard guard = sender.onReceiversGone([&] { ++calls; });
        const HandlerGuard once = sender.subscribe().onChanged([] {}, {.once = true});
        QCOMPARE(calls, 0);
        sender.send();
        QCOMPARE(calls, 1);
    }

    void itIsToldEachTime()
    {
        WatchSender<> sender;
        int calls = 0;
        const HandlerGuard guard = sender.onReceiversGone([&] { ++calls; });
        for (int round = 0; round < 3; ++round)
            static_cast<void>(sender.subscribe());
        QCOMPARE(calls, 3);
    }

    void copiesAndMovesTellNothing()
    {
        WatchSender<> sender;
        int calls = 0;
        const HandlerGuard guard = sender.onReceiversGone([&] { ++calls; });
        WatchReceiver<> receiver = sender.subscribe();
        WatchReceiver<> moved = std::move(receiver);
        receiver = std::move(moved);
        moved = receiver;
        WatchSender<> movedSender = std::move(sender);
        QCOMPARE(calls, 0);
        receiver = WatchReceiver<>();
        moved = WatchReceiver<>();
        QCOMPARE(calls, 1);
    }

    void nothingIsToldWithoutAReceiverOrAtTheSendersEnd()
    {
        int calls = 0;
        std::optional<WatchReceiver<>> receiver;
        HandlerGuard callback;
        HandlerGuard guard;
        {
            WatchSender<> sender;
            guard = sender.onReceiversGone([&] { ++calls; });
            receiver = sender.subscribe();
            callback = receiver->onChanged([] {});
        }
        QVERIFY(!guard.isActive());
        receiver.reset();
        callback.reset();
        QCOMPARE(calls, 0);
    }

    void callbackMaySubscribeAgainAndDestroyTheSender()
    {
        auto sender = std::make_unique<WatchSender<>>();
        int calls = 0;
        const HandlerGuard guard = sender->onReceiversGone([&] {
            if (++calls == 1)
                static_cast<void>(sender->subscribe());
            else
                sender.reset();
        });
        static_cast<void>(sender->subscribe());
        QCOMPARE(calls, 2);
        QVERIFY(!sender);
    }

    void exceptionIsReported()
    {
        WatchSender<> sender;
        std::string message;
        sender.onException([&](const SignalBox::ExceptionInfo &info) { message = info.message(); });
        const HandlerGuard guard = sender.onReceiversGone([] { throw std::runtime_error("no rest"); });
        static_cast<void>(sender.subscribe());
        QCOMPARE(message, std::string("no rest"));
    }

    void emptyCallbackIsRefused()
    {
        WatchSender<> sender;
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument,
                                 static_cast<void>(sender.onReceiversGone(static_cast<void (*)()>(nullptr))));
    }

    // Of receivers that end on several threads at once exactly one is the last.
    void oneOfManyIsTheLast()
    {
        for (int round = 0; round < 300; ++round) {
            WatchSender<int> sender(0);
            std::atomic<int> calls = 0;
            const HandlerGuard guard = sender.onReceiversGone([&] { ++calls; });
            std::vector<std::thread> threads;
            {
                const WatchReceiver<int> receiver = sender.subscribe();
                for (int count = 0; count < 3; ++count)
                    threads.emplace_back([mine = receiver]() mutable { mine = WatchReceiver<int>(); });
            }
            for (std::thread &thread : threads)
                thread.join();
            QCOMPARE(calls.load(), 1);
        }
    }
};

QTEST_GUILESS_MAIN(ReceiversGone)
#include "tst_receiversgone.moc"
