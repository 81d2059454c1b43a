// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/RegistrySpy>

#include <QtCore/qregularexpression.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::RegistrySpy;

class RegistrySpyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void spyHasTheEventBeforePostReturns()
    {
        AsyncRegistry<int> registry;
        RegistrySpy spy(registry);
        registry.registerHandler([&](const int &) { return SignalBox::Propagation::Stop; }, {.priority = 1000000});
        registry.post(1);
        registry.post(2);
        QCOMPARE(spy.count(), qsizetype(2));
        QCOMPARE(spy.takeAll(), (QList<int>{1, 2}));
        QCOMPARE(spy.count(), qsizetype(0));
        QVERIFY(spy.takeAll().isEmpty());
    }

    void spyRecordsFromAllThreads()
    {
        AsyncRegistry<int> registry;
        RegistrySpy spy(registry);
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int event = 0; event < 1000; ++event)
                    registry.post(event);
            });
        }
        QVERIFY(spy.waitForCount(4000, QDeadlineTimer(patience)));
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(spy.count(), qsizetype(4000));
    }

    void waitRunsTheEventLoop()
    {
        AsyncRegistry<int> registry;
        RegistrySpy spy(registry);
        QTimer::singleShot(1, &registry, [&] { registry.post(5); });
        QVERIFY(spy.waitForCount(1, QDeadlineTimer(patience)));
        QCOMPARE(spy.takeAll(), QList<int>{5});
    }

    void waitEndsWhenTheDeadlinePasses()
    {
        AsyncRegistry<int> registry;
        RegistrySpy spy(registry);
        registry.post(1);
        QVERIFY(!spy.waitForCount(2, QDeadlineTimer(10)));
        QVERIFY(!spy.waitForCount(2, QDeadlineTimer(0)));
        QVERIFY(spy.waitForCount(1, QDeadlineTimer(0)));
        QCOMPARE(spy.count(), qsizetype(1));
    }

    // Coarse timers fire up to a twentieth too early, by how the interval falls on the clock.
    void waitEndsAtDeadlinesOfAllLengths()
    {
        AsyncRegistry<int> registry;
        RegistrySpy spy(registry);
        QTimer tooLong;
        tooLong.setSingleShot(true);
        connect(&tooLong, &QTimer::timeout, this, [&] { registry.post(1); });
        for (int milliseconds = 20; milliseconds <= 70; ++milliseconds) {
            tooLong.start(patience);
            const QDeadlineTimer deadline(milliseconds, Qt::PreciseTimer);
            QVERIFY(!spy.waitForCount(1, deadline));
            QVERIFY(deadline.hasExpired());
        }
    }

    void deadlineOfDaysOrCenturiesIsWaitedForWithoutAWarning_data()
    {
        QTest::addColumn<QDeadlineTimer>("deadline");
        QTest::newRow("30 days") << QDeadlineTimer(std::chrono::hours(24 * 30));
        QTest::newRow("50 days") << QDeadlineTimer(std::chrono::hours(24 * 50));
        QTest::newRow("290 years") << QDeadlineTimer(std::chrono::hours(24 * 365 * 290));
        QTest::newRow("for ever") << QDeadlineTimer(QDeadlineTimer::Forever);
    }
    void deadlineOfDaysOrCenturiesIsWaitedForWithoutAWarning()
    {
        QFETCH(QDeadlineTimer, deadline);
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".")));
        AsyncRegistry<int> registry;
        for (int round = 0; round < 50; ++round) {
            RegistrySpy spy(registry);
            bool hasCome = false;
            std::atomic<bool> isWaiting = false;
            std::thread thread([&] {
                isWaiting = true;
                hasCome = spy.waitForCount(1, deadline);
            });
            while (!isWaiting)
                std::this_thread::yield();
            registry.post(1);
            thread.join();
            QVERIFY(hasCome);
        }
        RegistrySpy spy(registry);
        QTimer::singleShot(1, &registry, [&] { registry.post(5); });
        QVERIFY(spy.waitForCount(1, deadline));
    }

    void waitWorksOnAThreadWithoutEventLoop()
    {
        AsyncRegistry<int> registry;
        RegistrySpy spy(registry);
        bool hasCome = false;
        std::thread thread([&] { hasCome = spy.waitForCount(1, QDeadlineTimer(patience)); });
        registry.post(1);
        thread.join();
        QVERIFY(hasCome);
    }

    void spyMayOutliveItsRegistry()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        RegistrySpy spy(*registry);
        registry->post(3);
        registry.reset();
        QCOMPARE(spy.takeAll(), QList<int>{3});
    }
};

QTEST_GUILESS_MAIN(RegistrySpyTest)
#include "tst_registryspy.moc"
