// SPDX-License-Identifier: MIT
#include "finishedfuture.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/ExceptionInfo>
#include <SignalBox/TestClock>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qpromise.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::HandlerId;
using SignalBox::Propagation;

class NotifySequential : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachHandlerEndsBeforeTheNextBegins()
    {
        WorkerThread first;
        WorkerThread second;
        QThreadPool pool;
        AsyncRegistry<int> registry;
        std::atomic<int> inside = 0;
        std::atomic<bool> hasOverlapped = false;
        std::mutex mutex;
        std::string seen;
        const auto run = [&](char letter) {
            if (++inside != 1)
                hasOverlapped = true;
            {
                const std::lock_guard lock(mutex);
                seen += letter;
            }
            std::this_thread::yield();
            --inside;
        };
        registry.registerHandler(first.context(), [&](const int &) { run('b'); }, {.priority = 5});
        registry.registerHandler([&](const int &) { run('f'); }, {.priority = 1});
        registry.registerHandler(SignalBox::inPool(&pool), [&](const int &) { run('d'); }, {.priority = 3});
        registry.registerHandler([&](const int &) { run('a'); }, {.priority = 6});
        registry.registerHandler(second.context(), [&](const int &) { run('c'); }, {.priority = 4, .backlog = Backlog::newest()});
        registry.registerHandler(this, [&](const int &) { run('e'); }, {.priority = 2});
        for (int i = 0; i < 50; ++i) {
            seen.clear();
            const auto future = registry.notifySequential(1);
            QVERIFY(finishes(future));
            COMPARE_REPORT(future.result(), 6, 0, 0);
            QCOMPARE(seen, std::string("abcdef"));
        }
        QVERIFY(!hasOverlapped);
    }

    void stopEndsTheSequenceWhereverItComesFrom()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> later = 0;
        registry.registerHandler([](const int &) {}, {.priority = 2});
        const HandlerId stopping =
            registry.registerHandler(worker.context(), [](const int &) { return Propagation::Stop; }, {.priority = 1});
        registry.registerHandler([&](const int &) { ++later; });
        registry.registerHandler(worker.context(), [&](const int &) { ++later; });
        const auto future = registry.notifySequential(1);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 2, 0, 0);
        QVERIFY(future.result().stoppedBy == stopping);
        worker.drain();
        QCOMPARE(later.load(), 0);
    }

    void onceBehindAStopWaitsForAnotherEvent()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        registry.registerHandler([](const int &event) { return event == 1 ? Propagation::Stop : Propagation::Continue; },
                                 {.priority = 1});
        registry.registerHandler(worker.context(), [&](const int &) { ++calls; }, {.once = true});
        QVERIFY(finishes(registry.notifySequential(1)));
        QCOMPARE(calls.load(), 0);
        const auto future = registry.notify(2);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 2, 0, 0);
        QCOMPARE(calls.load(), 1);
        QVERIFY(waitFor([&] { return registry.handlerCount() == 1; }));
    }

    void handlersOfTheNotifyingThreadRunInline()
    {
        AsyncRegistry<int> registry;
        std::string seen;
        registry.registerHandler(this, [&](const int &) { seen += 'a'; }, {.priority = 1});
        registry.registerHandler([&](const int &) { seen += 'b'; });
        const auto future = registry.notifySequential(1);
        QVERIFY(future.isFinished());
        QCOMPARE(seen, std::string("ab"));
    }

    void exceptionEndsItsHandlerOnly()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.onException([](const SignalBox::ExceptionInfo &) {});
        std::atomic<int> later = 0;
        registry.registerHandler(worker.context(), [](const int &) { throw 1; }, {.priority = 1});
        registry.registerHandler([](const int &) { throw 2; }, {.priority = 1});
        registry.registerHandler(worker.context(), [&](const int &) { ++later; });
        const auto future = registry.notifySequential(1);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 3, 2, 0);
        QCOMPARE(later.load(), 1);
    }

    void handlersFutureEndsBeforeTheNextHandlerBegins()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QPromise<int> promise;
        promise.start();
        std::atomic<int> later = 0;
        registry.registerHandler(worker.context(), [&](const int &) { return promise.future(); }, {.priority = 1});
        registry.registerHandler(worker.context(), [&](const int &) { ++later; });
        const auto future = registry.notifySequential(1);
        worker.drain();
        worker.drain();
        QCOMPARE(later.load(), 0);
        QVERIFY(!future.isFinished());
        promise.addResult(1);
        promise.finish();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 2, 0, 0);
        QCOMPARE(later.load(), 1);
    }

    void handlerThatIsUnregisteredBeforeItsTurnIsDropped()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> later = 0;
        HandlerId id;
        registry.registerHandler(worker.context(), [&](const int &) { registry.unregister(id); }, {.priority = 1});
        id = registry.registerHandler([&](const int &) { ++later; });
        const auto future = registry.notifySequential(1);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 1);
        QCOMPARE(later.load(), 0);
    }

    void cancelSkipsTheRest()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QPromise<void> promise;
        promise.start();
        std::atomic<int> later = 0;
        registry.registerHandler([&](const int &) { return promise.future(); }, {.priority = 1});
        registry.registerHandler(worker.context(), [&](const int &) { ++later; });
        auto future = registry.notifySequential(1);
        future.cancel();
        promise.finish();
        QVERIFY(finishes(future));
        QVERIFY(future.isCanceled());
        worker.drain();
        QCOMPARE(later.load(), 0);
        QCOMPARE(registry.handlers().back().dropped, quint64(1));
    }

    // The walk goes on collecting while the first handler's future finishes.
    void handlerThatEndsDuringTheWalkIsFollowedByTheOthersInOrder()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::mutex mutex;
        std::string seen;
        const auto run = [&](char who) {
            const std::lock_guard lock(mutex);
            seen += who;
        };
        registry.registerHandler([&](const int &) { run('a'); }, {.priority = 9});
        registry.registerHandler([&](const int &) {
            auto promise = std::make_shared<QPromise<void>>();
            promise->start();
            worker.post([promise, run] {
                run('b');
                promise->finish();
            });
            return promise->future();
        }, {.priority = 8});
        for (int i = 0; i < 20; ++i)
            registry.registerHandler([&](const int &) { run('c'); }, {.priority = 7});
        registry.registerHandler(worker.context(), [&](const int &) { run('d'); }, {.priority = 6});
        registry.registerHandler([&](const int &) { run('e'); }, {.priority = 5});
        for (int i = 0; i < scaled(1000); ++i) {
            const auto future = registry.notifySequential(i);
            QVERIFY(finishes(future));
            COMPARE_REPORT(future.result(), 24, 0, 0);
            const std::lock_guard lock(mutex);
            QCOMPARE(seen, "ab" + std::string(20, 'c') + "de");
            seen.clear();
        }
    }

    // As in a notify: what an earlier handler has removed is not called, and what it registers is not, either.
    void inlineHandlersRunInThePlainWalk()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        SignalBox::HandlerId removed;
        registry.registerHandler([&](const int &) {
            registry.unregister(removed);
            registry.registerHandler([&](const int &) { ++calls; });
        }, {.priority = 1, .once = true});
        removed = registry.registerHandler([&](const int &) { ++calls; });
        const auto first = registry.notifySequential(1);
        QVERIFY(first.isFinished());
        COMPARE_REPORT(first.result(), 1, 0, 0);
        QCOMPARE(calls, 0);
        const auto second = registry.notifySequential(1);
        COMPARE_REPORT(second.result(), 1, 0, 0);
        QCOMPARE(calls, 1);
    }

    void deadlineThatPassesDuringTheWalkDropsTheRest()
    {
        AsyncRegistry<int> registry;
        QDeadlineTimer deadline;
        int calls = 0;
        registry.registerHandler([&](const int &) {
            while (!deadline.hasExpired())
                QThread::yieldCurrentThread();
        }, {.priority = 1});
        registry.registerHandler([&](const int &) { ++calls; });
        const auto future = notifySequentialWithin(std::chrono::milliseconds(5), deadline, registry);
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 1, 0, 1);
        QCOMPARE(calls, 0);
    }

    void deadlineDropsTheRest()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QThread unstarted;
        std::atomic<int> later = 0;
        registry.registerHandler([](const int &) {}, {.priority = 2});
        registry.registerHandler(SignalBox::onThread(&unstarted), [](const int &) {}, {.priority = 1});
        registry.registerHandler(worker.context(), [&](const int &) { ++later; });
        SignalBox::TestClock clock;
        const auto future = registry.notifySequential(1, QDeadlineTimer(3600000));
        QVERIFY(clock.advance(std::chrono::minutes(59)));
        QVERIFY(!future.isFinished());
        QVERIFY(clock.advance(std::chrono::minutes(1)));
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 2);
        QCOMPARE(later.load(), 0);
    }

    // While the first one runs, events to the others go on.
    void waitingSequenceHoldsUpNobody()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QPromise<void> promise;
        promise.start();
        std::atomic<int> seen = 0;
        registry.registerHandler([&](const int &event) {
            return event == 1 ? promise.future() : finishedFuture();
        }, {.priority = 1});
        registry.registerHandler(worker.context(), [&](const int &event) { seen = event; });
        const auto sequence = registry.notifySequential(1);
        QVERIFY(finishes(registry.notify(2)));
        QCOMPARE(seen.load(), 2);
        promise.finish();
        QVERIFY(finishes(sequence));
        QCOMPARE(seen.load(), 1);
    }
};

QTEST_GUILESS_MAIN(NotifySequential)
#include "tst_notifysequential.moc"
