// SPDX-License-Identifier: MIT
#include "cancelling.h"
#include "looplessthread.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncWatch>
#include <SignalBox/WatchSender>
#include <SignalBox/TestClock>

#include <QtTest/qtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using SignalBox::AsyncWatch;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::WatchSender;

static_assert(std::is_same_v<AsyncWatch<int>::Next, std::optional<int>> && std::is_same_v<AsyncWatch<>::Next, bool>);

class AsyncWatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callbackRunsOnTheThreadOfItsContextWithTheLatestValue()
    {
        WorkerThread worker;
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        std::atomic<QThread *> thread = nullptr;
        std::atomic<int> latest = 0;
        watch.onChanged(worker.context(), [&](const int &value) {
            thread = QThread::currentThread();
            latest = value;
        }).release();
        sender.send(5);
        worker.drain();
        QCOMPARE(latest.load(), 5);
        QCOMPARE(thread.load(), worker.thread());
    }

    void callbackRunsInlineWhereTheSenderIsOnItsThread()
    {
        WatchSender<> sender;
        AsyncWatch<> watch(sender.subscribe());
        int calls = 0;
        watch.onChanged(this, [&] { ++calls; }).release();
        sender.send();
        QCOMPARE(calls, 1);
        watch.onChanged(this, [&] { calls += 100; }, {.delivery = SignalBox::Delivery::Queued}).release();
        sender.send();
        QCOMPARE(calls, 2);
        COMPARE_FINALLY(calls, 102);
    }

    void changesThatNobodyHasLookedAtAreOneCallWithTheLast()
    {
        WorkerThread worker;
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        std::vector<int> seen;
        watch.onChanged(worker.context(), [&](const int &value) { seen.push_back(value); }).release();
        worker.run([&] {
            std::thread([&] {
                for (int i = 1; i <= 100000; ++i)
                    sender.send(i);
            }).join();
        });
        worker.drain();
        QCOMPARE(seen, std::vector<int>{100000});
    }

    void lastValueAlwaysArrivesAndNoneGoesBack()
    {
        WorkerThread worker;
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        std::atomic<int> last = 0;
        std::atomic<int> errors = 0;
        watch.onChanged(worker.context(), [&](const int &value) {
            errors += value <= last;
            last = value;
        }).release();
        for (int i = 1; i <= 20000; ++i)
            sender.send(i);
        QTRY_COMPARE(last.load(), 20000);
        QCOMPARE(errors.load(), 0);
    }

    void callbackIsGoneWithItsContextAndItsGuard()
    {
        WatchSender<> sender;
        AsyncWatch<> watch(sender.subscribe());
        const auto capture = std::make_shared<int>(0);
        auto context = std::make_unique<QObject>();
        watch.onChanged(context.get(), [capture] { ++*capture; }).release();
        HandlerGuard guard = watch.onChanged(this, [capture] { ++*capture; });
        sender.send();
        QCOMPARE(*capture, 2);
        context.reset();
        guard.reset();
        sender.send();
        QCOMPARE(*capture, 2);
        QCOMPARE(capture.use_count(), 1L);
    }

    void onceIsOneCall()
    {
        WatchSender<> sender;
        AsyncWatch<> watch(sender.subscribe());
        int calls = 0;
        watch.onChanged(this, [&] { ++calls; }, {.once = true}).release();
        sender.send();
        sender.send();
        QCOMPARE(calls, 1);
    }

    void watchMayBeDestroyedInItsOwnCallback()
    {
        WatchSender<int> sender(0);
        auto watch = std::make_unique<AsyncWatch<int>>(sender.subscribe());
        int calls = 0;
        watch->onChanged(this, [&](const int &) {
            ++calls;
            watch.reset();
        }).release();
        watch->onChanged(this, [&] { calls += 100; }).release();
        sender.send(1);
        QCOMPARE(calls, 1);
        QVERIFY(!watch);
        sender.send(2);
        QCOMPARE(calls, 1);
    }

    void watchMayBeDestroyedWhileOthersSend()
    {
        WorkerThread worker;
        WatchSender<int> sender(0);
        std::atomic<bool> isDone = false;
        std::thread other([&] {
            for (int i = 0; !isDone; ++i)
                sender.send(i);
        });
        for (int i = 0; i < 300; ++i) {
            AsyncWatch<int> watch(sender.subscribe());
            const auto kept = std::make_shared<int>(i);
            watch.onChanged(worker.context(), [kept](const int &value) { *kept = value; }).release();
            watch.onChanged(this, [kept] {}).release();
            const auto future = watch.changed(worker.context());
        }
        isDone = true;
        other.join();
        worker.drain(); // it may have been inside of the last callback, which then ends with it
        QVERIFY(waitFor([&] { return sender.receiverCount() == 0; })); // so may the thread that finishes futures
    }

    void futureHasTheNextValue()
    {
        WatchSender<int> sender(1);
        AsyncWatch<int> watch(sender.subscribe());
        const auto next = watch.changed(this);
        QVERIFY(!next.isFinished());
        std::thread([&] { sender.send(2); }).join();
        QVERIFY(!next.isFinished());
        QTRY_VERIFY(next.isFinished());
        QCOMPARE(next.result(), std::optional(2));
        QCOMPARE(watch.receiver().value(), 2);
    }

    void futureFinishesOnTheThreadOfItsContext()
    {
        WorkerThread worker;
        WatchSender<> sender;
        AsyncWatch<> watch(sender.subscribe());
        std::promise<QThread *> thread;
        const auto done = watch.changed(worker.context()).then([&](bool isChanged) {
            thread.set_value(isChanged ? QThread::currentThread() : nullptr);
        });
        sender.send();
        QCOMPARE(thread.get_future().get(), worker.thread());
    }

    void changeBetweenTwoFuturesIsNotLost()
    {
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        sender.send(1);
        sender.send(2);
        auto next = watch.changed(this);
        QVERIFY(next.isFinished()); // it was there
        QCOMPARE(next.result(), std::optional(2));
        next = watch.changed(this);
        QVERIFY(!next.isFinished());
        sender.send(3);
        QCOMPARE(next.result(), std::optional(3));
    }

    void loopOfFuturesSeesTheLastValue()
    {
        WorkerThread worker;
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        std::thread other([&] {
            for (int i = 1; i <= 5000; ++i)
                sender.send(i);
        });
        int last = 0;
        while (last < 5000) {
            const auto next = watch.changed(this);
            QTRY_VERIFY(next.isFinished());
            QVERIFY(*next.result() > last);
            last = *next.result();
        }
        other.join();
    }

    void futureIsEmptyWhenSenderContextOrWatchGoes()
    {
        auto sender = std::make_unique<WatchSender<int>>(0);
        auto watch = std::make_unique<AsyncWatch<int>>(sender->subscribe());
        auto context = std::make_unique<QObject>();
        const auto ofContext = watch->changed(context.get());
        context.reset();
        QVERIFY(ofContext.isFinished());
        QVERIFY(!ofContext.result());

        const auto ofSender = watch->changed(this);
        sender.reset();
        QVERIFY(ofSender.isFinished());
        QVERIFY(!ofSender.result());
        const auto afterwards = watch->changed(this);
        QVERIFY(afterwards.isFinished());
        QVERIFY(!afterwards.result());

        WatchSender<> other;
        auto ofOther = std::make_unique<AsyncWatch<>>(other.subscribe());
        const auto ofWatch = ofOther->changed(this);
        ofOther.reset();
        QVERIFY(ofWatch.isFinished());
        QVERIFY(!ofWatch.result());
    }

    void lastValueComesBeforeTheEnd()
    {
        auto sender = std::make_unique<WatchSender<int>>(0);
        AsyncWatch<int> watch(sender->subscribe());
        std::promise<void> go;
        WorkerThread worker;
        worker.post([&] { go.get_future().wait(); });
        const auto next = watch.changed(worker.context());
        sender->send(1); // waits for the worker
        sender.reset();
        QVERIFY(next.isFinished());
        QCOMPARE(next.result(), std::optional(1));
        go.set_value();
        worker.drain();
        QVERIFY(!watch.changed(this).result());
    }

    void cancelledFutureTakesNoValueFromTheNextOne()
    {
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        auto cancelled = watch.changed(this);
        cancelled.cancel();
        sender.send(1);
        const auto next = watch.changed(this);
        QVERIFY(next.isFinished());
        QCOMPARE(next.result(), std::optional(1));
    }

    void futureCancelledWhileItGetsAValueLeavesItToTheNext()
    {
        WatchSender<Cancelling> sender(Cancelling(0));
        AsyncWatch<Cancelling> watch(sender.subscribe());
        auto cancelled = watch.changed(this);
        Cancelling::onCopy = [&] { std::thread([&] { cancelled.cancel(); }).join(); };
        sender.send(Cancelling(1));
        Cancelling::onCopy = {};
        QVERIFY(finishes(cancelled));
        QCOMPARE(cancelled.resultCount(), 0);
        const auto next = watch.changed(this);
        QVERIFY(next.isFinished());
        QCOMPARE(next.result()->number, 1);
    }

    // One that has begun to wait while the value was about to be given is told of it, also on another thread.
    void futureThatBeganMeanwhileGetsTheValueThatNobodyTook()
    {
        WorkerThread worker;
        WatchSender<Cancelling> sender(Cancelling(0));
        AsyncWatch<Cancelling> watch(sender.subscribe());
        auto cancelled = watch.changed(worker.context());
        QFuture<std::optional<Cancelling>> here;
        QFuture<std::optional<Cancelling>> there;
        std::promise<void> isCopying;
        std::promise<void> go;
        std::atomic<bool> isFirst = true;
        Cancelling::onCopy = [&] {
            if (!isFirst.exchange(false))
                return;
            isCopying.set_value();
            go.get_future().wait();
        };
        sender.send(Cancelling(1));
        isCopying.get_future().wait();
        here = watch.changed(this);
        there = watch.changed(worker.context());
        cancelled.cancel();
        go.set_value();
        QVERIFY(waitFor([&] { return here.isFinished() || there.isFinished(); }));
        worker.drain();
        runQueuedCalls();
        Cancelling::onCopy = {};
        QVERIFY(here.isFinished() != there.isFinished()); // the value is given once
        const QFuture<std::optional<Cancelling>> &given = here.isFinished() ? here : there;
        SignalBox::detail::SanitizerOrder::acquire(given);
        QCOMPARE(given.result()->number, 1);
        sender.send(Cancelling(2));
        QVERIFY(finishes(here) && finishes(there));
    }

    // Each value is in one future, at most, and the last one in one that was not cancelled.
    void cancellationsRacingValuesLoseNotTheLastOne()
    {
        const int rounds = scaled(2000);
        WorkerThread worker;
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        for (int round = 1; round <= rounds; ++round) {
            auto cancelled = watch.changed(worker.context());
            std::thread canceller([&] { cancelled.cancel(); });
            sender.send(round);
            const auto next = watch.changed(worker.context());
            canceller.join();
            QVERIFY(finishes(cancelled));
            if (cancelled.resultCount() == 0 || !cancelled.resultAt(0)) {
                QVERIFY(finishes(next));
                QCOMPARE(next.result(), std::optional(round));
            } else {
                QVERIFY(!next.isFinished());
                sender.send(round);
                QVERIFY(finishes(next));
            }
        }
    }

    void cancelledFuturesFinishAndLetGoOfTheSender()
    {
        LooplessThread stuck;
        QObject context;
        context.moveToThread(stuck.thread());
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        const std::size_t before = sender.receiverCount();
        std::vector<QFuture<std::optional<int>>> futures;
        for (int i = 0; i < scaled(5000); ++i)
            futures.push_back(watch.changed(i % 2 ? &context : this));
        std::thread([&] {
            for (auto &future : futures)
                future.cancel();
        }).join();
        for (auto &future : futures)
            QVERIFY(finishes(future));
        futures.clear();
        QVERIFY(waitFor([&] { return sender.receiverCount() == before; }));
        stuck.end();
    }

    void finishedFuturesLetGoOfTheSender()
    {
        WorkerThread worker;
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        const std::size_t before = sender.receiverCount();
        for (int i = 1; i <= 100; ++i) {
            const auto next = watch.changed(i % 2 ? worker.context() : this);
            sender.send(i);
            QVERIFY(finishes(next));
            QCOMPARE(next.result(), std::optional(i));
        }
        QVERIFY(waitFor([&] { return sender.receiverCount() == before; }));
    }

    void secondFutureWaitsForTheNextChange()
    {
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        const auto first = watch.changed(this);
        const auto second = watch.changed(this);
        sender.send(1);
        QVERIFY(first.isFinished() != second.isFinished());
        sender.send(2);
        QVERIFY(first.isFinished() && second.isFinished());
        QCOMPARE(*first.result() + *second.result(), 3);
    }

    void futureIsEmptyWhenTimeIsUp()
    {
        WatchSender<int> sender(0);
        AsyncWatch<int> watch(sender.subscribe());
        SignalBox::TestClock clock;
        const auto next = watch.changed(this, QDeadlineTimer(3600000));
        QVERIFY(clock.advance(std::chrono::minutes(59)));
        QVERIFY(!next.isFinished());
        QVERIFY(clock.advance(std::chrono::minutes(1)));
        QVERIFY(finishes(next));
        QVERIFY(!next.isCanceled());
        QCOMPARE(next.result(), std::optional<int>());
        sender.send(1);
        QCOMPARE(watch.changed(this, QDeadlineTimer(0)).result(), std::optional(1)); // it was there
    }

    void throwingCallbackIsLoggedAndStopsNobody()
    {
        WatchSender<> sender;
        AsyncWatch<> watch(sender.subscribe());
        int calls = 0;
        watch.onChanged(this, [] { throw std::runtime_error("disk full"); }).release();
        watch.onChanged(this, [&] { ++calls; }).release();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("disk full")));
        sender.send();
        QCOMPARE(calls, 1);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("disk full")));
        sender.send();
        QCOMPARE(calls, 2);
    }

    void nullContextAndNullFunctionAreRefused()
    {
        WatchSender<> sender;
        AsyncWatch<> watch(sender.subscribe());
        QTest::ignoreMessage(QtWarningMsg, "SignalBox::AsyncWatch::onChanged(): the context object is null; nothing was installed");
        QVERIFY(!watch.onChanged(nullptr, [] {}).isActive());
        QTest::ignoreMessage(QtWarningMsg, "SignalBox::AsyncWatch::onChanged(): the function is null; nothing was installed");
        QVERIFY(!watch.onChanged(this, std::function<void()>()).isActive());
        QTest::ignoreMessage(QtWarningMsg, "SignalBox::AsyncWatch::changed(): the context object is null; nothing was installed");
        const auto future = watch.changed(nullptr);
        QVERIFY(future.isFinished());
        QVERIFY(!future.result());
    }
};

QTEST_GUILESS_MAIN(AsyncWatchTest)
#include "tst_asyncwatch.moc"
