// SPDX-License-Identifier: MIT
#include "finishedfuture.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventStream>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/YieldToLoop>

#include <QCoroFuture>
#include <QCoroSignal>
#include <QCoroTask>
#include <QCoroTimer>

#include <QtCore/qpromise.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::DispatchReport;

// The futures of a registry, awaited by coroutines.
class Coroutines : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void named(const QString &name);

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

    // What qCoro(sender, &Sender::signal) cannot: it connects anew for each await, and loses what comes between two.
    void streamLosesNothingBetweenTwoAwaits()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        const auto run = [&]() -> QCoro::Task<> {
            auto stream = registry.stream(this);
            while (seen.size() < 4) {
                if (const std::optional<int> number = co_await stream)
                    seen.push_back(*number);
                co_await registry.notify(0); // meanwhile, two events more
                registry.post(static_cast<int>(seen.size()) * 10);
            }
        };
        const auto task = run();
        registry.post(1);
        QVERIFY(waitFor([&] { return task.isReady(); }));
        QCOMPARE(seen, (std::vector<int>{1, 0, 10, 0}));
    }

    void streamResumesWithNothingAtItsContextsDeath()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        bool isOver = false;
        const auto run = [&]() -> QCoro::Task<> {
            auto stream = registry.stream(context.get());
            const auto event = co_await stream;
            if (event)
                co_return;
            isOver = true;
        };
        const auto task = run();
        context.reset();
        QVERIFY(isOver);
    }

    void handleOfATaskIsAwaitedByAQCoroCoroutine()
    {
        QObject context;
        std::optional<int> seen;
        const auto handle = SignalBox::spawn(&context, []() -> SignalBox::Task<int> {
            co_await SignalBox::yieldToLoop();
            co_return 7;
        });
        const auto run = [&]() -> QCoro::Task<> { seen = co_await handle; };
        const auto task = run();
        QVERIFY(waitFor([&] { return task.isReady(); }));
        QCOMPARE(seen, std::optional(7));
    }

    void destroyedTaskGivesAQCoroCoroutineNothing()
    {
        auto context = std::make_unique<QObject>();
        std::optional<int> seen = 1;
        const auto handle = SignalBox::spawn(context.get(), []() -> SignalBox::Task<int> {
            co_await SignalBox::yieldToLoop();
            co_return 7;
        });
        const auto run = [&]() -> QCoro::Task<> { seen = co_await handle; };
        const auto task = run();
        context.reset();
        QVERIFY(task.isReady());
        QVERIFY(!seen);
    }

    // --- in a Task of ours ---------------------------------------------------------------------

    void taskAwaitsAQCoroCoroutine()
    {
        QObject context;
        QPromise<int> promise;
        promise.start();
        std::optional<int> seen;
        const auto run = [future = promise.future()]() -> QCoro::Task<int> { co_return 1 + co_await future; };
        const auto handle = SignalBox::spawn(&context, [&]() -> SignalBox::Task<> {
            seen = co_await run();
            auto named = run(); // has ended by now
            seen = *seen + co_await named;
        });
        QVERIFY(!handle.isFinished());
        promise.addResult(6);
        promise.finish();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(seen, std::optional(14));
    }

    void taskAwaitsASignalByQCoro()
    {
        QObject context;
        QString name;
        const auto handle = SignalBox::spawn(&context, [&]() -> SignalBox::Task<> {
            name = co_await qCoro(this, &Coroutines::named);
        });
        Q_EMIT named(QStringLiteral("changed"));
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(name, QStringLiteral("changed"));
    }

    void taskAwaitsATimerByQCoro()
    {
        QObject context;
        const auto handle = SignalBox::spawn(&context, []() -> SignalBox::Task<> { co_await QCoro::sleepFor(std::chrono::milliseconds(1)); });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
    }

    void exceptionOfAQCoroCoroutineIsThrown()
    {
        QObject context;
        std::string message;
        const auto fail = []() -> QCoro::Task<> {
            co_await QCoro::sleepFor(std::chrono::milliseconds(1));
            throw std::runtime_error("QCoro's");
        };
        const auto handle = SignalBox::spawn(&context, [&]() -> SignalBox::Task<> {
            try {
                co_await fail();
            } catch (const std::runtime_error &error) {
                message = error.what();
            }
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(message, std::string("QCoro's"));
    }

    void qcoroCoroutineThatEndsAfterTheFrameHarmsNobody()
    {
        auto context = std::make_unique<QObject>();
        QPromise<int> promise;
        promise.start();
        int ended = 0;
        bool hasGoneOn = false;
        const auto run = [&, future = promise.future()]() -> QCoro::Task<int> {
            const int result = co_await future;
            ++ended;
            co_return result;
        };
        SignalBox::spawn(context.get(), [&]() -> SignalBox::Task<> {
            co_await run();
            hasGoneOn = true;
        });
        SignalBox::spawn(context.get(), [&]() -> SignalBox::Task<> {
            auto named = run();
            co_await named;
            hasGoneOn = true;
        });
        context.reset();
        promise.addResult(1);
        promise.finish();
        QVERIFY(waitFor([&] { return ended == 2; }));
        runQueuedCalls();
        QVERIFY(!hasGoneOn);
    }

    void streamsFutureTimesOut()
    {
        AsyncRegistry<int> registry;
        auto stream = registry.stream(this);
        bool isLate = false;
        const auto run = [&]() -> QCoro::Task<> { isLate = !co_await stream.next(QDeadlineTimer(1)); };
        const auto task = run();
        QVERIFY(waitFor([&] { return isLate; }));
    }

    void streamOfASignalEndsWithItsSender()
    {
        AsyncRegistry<QString> renamed;
        auto sender = std::make_unique<QObject>();
        const auto connection = renamed.addSource(sender.get(), &QObject::objectNameChanged);
        connect(sender.get(), &QObject::destroyed, this, [&] { renamed.clear(); });
        std::vector<QString> names;
        bool isOver = false;
        const auto run = [&]() -> QCoro::Task<> {
            auto stream = renamed.stream(this);
            while (const std::optional<QString> name = co_await stream)
                names.push_back(*name);
            isOver = true;
        };
        const auto task = run();
        sender->setObjectName(QStringLiteral("a"));
        sender->setObjectName(QStringLiteral("b"));
        sender.reset();
        QVERIFY(isOver);
        QVERIFY(!connection);
        QCOMPARE(names, (std::vector<QString>{QStringLiteral("a"), QStringLiteral("b")}));
    }
};

QTEST_GUILESS_MAIN(Coroutines)
#include "tst_qcoro.moc"
