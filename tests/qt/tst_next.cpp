// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <memory>
#include <optional>

using SignalBox::AsyncRegistry;

class Next : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nextHasTheNextEventOnly()
    {
        AsyncRegistry<int> registry;
        registry.post(1);
        const auto future = registry.next(this);
        QVERIFY(!future.isFinished());
        registry.post(2);
        registry.post(3);
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), std::optional<int>(2));
        QVERIFY(registry.isEmpty());
    }

    void nextIsFinishedOnTheThreadOfItsContext()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<QThread *> seen = nullptr;
        auto tail = registry.next(worker.context()).then([&](std::optional<int>) { seen = QThread::currentThread(); });
        registry.post(1);
        QVERIFY(finishes(tail));
        QCOMPARE(seen.load(), worker.thread());
    }

    void nextIsEmptyWhenTheContextDies()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        const auto future = registry.next(context.get());
        context.reset();
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), std::optional<int>());
    }

    void nextIsEmptyWhenTheRegistryDies()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        const auto future = registry->next(this);
        registry.reset();
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), std::optional<int>());
    }

    void nextOfANullContextIsEmptyAtOnce()
    {
        AsyncRegistry<int> registry;
        QTest::ignoreMessage(QtWarningMsg,
                             "SignalBox::AsyncRegistry::next(): the context object is null; nothing was registered");
        const auto future = registry.next(nullptr);
        QVERIFY(future.isFinished());
        QCOMPARE(future.result(), std::optional<int>());
    }
};

QTEST_GUILESS_MAIN(Next)
#include "tst_next.moc"
