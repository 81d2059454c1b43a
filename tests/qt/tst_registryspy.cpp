// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/RegistrySpy>

#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

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
