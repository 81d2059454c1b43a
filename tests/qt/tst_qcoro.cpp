// SPDX-License-Identifier: MIT
#include "finishedfuture.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QCoroFuture>
#include <QCoroTask>

#include <QtTest/qtest.h>

#include <atomic>
#include <optional>

using SignalBox::AsyncRegistry;
using SignalBox::DispatchReport;

// The futures of a registry, awaited by coroutines.
class Coroutines : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void notifiesAreAwaitedOnTheCallersThread()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        registry.registerHandler(worker.context(), [&](const int &) { ++calls; });
        registry.registerHandler(worker.context(), [](const int &) -> QFuture<int> { return finishedFuture(1); });
        bool isOver = false;
        const auto run = [&]() -> QCoro::Task<> {
            const DispatchReport concurrent = co_await registry.notify(1);
            [&] { COMPARE_REPORT(concurrent, 2, 0, 0); }();
            const DispatchReport sequential = co_await registry.notifySequential(2);
            [&] { COMPARE_REPORT(sequential, 2, 0, 0); }();
            [&] { QCOMPARE(QThread::currentThread(), QCoreApplication::instance()->thread()); }();
            isOver = true;
        };
        const auto task = run();
        QVERIFY(waitFor([&] { return isOver; }));
        QCOMPARE(calls.load(), 2);
    }

    void readyNotifyDoesNotSuspend()
    {
        AsyncRegistry<int> registry;
        registry.registerHandler([](const int &) {});
        bool isOver = false;
        const auto run = [&]() -> QCoro::Task<> {
            co_await registry.notify(1);
            isOver = true;
        };
        const auto task = run();
        QVERIFY(isOver);
    }

    void nextIsAwaited()
    {
        AsyncRegistry<int> registry;
        std::optional<int> seen;
        const auto run = [&]() -> QCoro::Task<> { seen = co_await registry.next(this); };
        const auto task = run();
        registry.post(8);
        QVERIFY(waitFor([&] { return seen == 8; }));
    }
};

QTEST_GUILESS_MAIN(Coroutines)
#include "tst_qcoro.moc"
