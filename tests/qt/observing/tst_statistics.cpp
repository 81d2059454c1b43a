// SPDX-License-Identifier: MIT
#include "failpromise.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qpromise.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <memory>
#include <stdexcept>

using SignalBox::AsyncHandlerInfo;
using SignalBox::AsyncRegistry;
using SignalBox::RegistryObject;

namespace {

AsyncHandlerInfo onlyRow(const RegistryObject &registry)
{
    const auto rows = registry.handlers();
    return rows.size() == 1 ? rows.front() : AsyncHandlerInfo();
}

} // namespace

class Statistics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsCountedUnlessAsked()
    {
        AsyncRegistry<int> registry;
        registry.onException([](const SignalBox::ExceptionInfo &) {});
        QSignalSpy spy(&registry, &RegistryObject::statisticsChanged);
        registry.registerHandler([](const int &) { throw std::runtime_error("unseen"); });
        registry.post(1);
        QCoreApplication::processEvents();
        QCOMPARE(onlyRow(registry).calls, 0U);
        QCOMPARE(onlyRow(registry).lastError, QString());
        QCOMPARE(spy.count(), 0);
    }

    void lastErrorIsThatOfTheLastFailure()
    {
        AsyncRegistry<int> registry;
        registry.onException([](const SignalBox::ExceptionInfo &) {});
        registry.setStatisticsEnabled(true);
        registry.registerHandler([](const int &event) {
            if (event == 1)
                throw std::runtime_error("first");
            if (event == 2)
                throw std::string("second");
            if (event == 3)
                throw 3;
        });
        registry.post(0);
        QCOMPARE(onlyRow(registry).lastError, QString());
        registry.post(1);
        QCOMPARE(onlyRow(registry).lastError, QStringLiteral("first"));
        registry.post(2);
        registry.post(0);
        QCOMPARE(onlyRow(registry).lastError, QStringLiteral("second"));
        registry.post(3);
        QCOMPARE(onlyRow(registry).lastError, QStringLiteral("an exception without a message"));
        QCOMPARE(onlyRow(registry).calls, 5U);
        QCOMPARE(onlyRow(registry).failures, 3U);
    }

    void failureOfAFutureIsTheLastError()
    {
        AsyncRegistry<int> registry;
        registry.onException([](const SignalBox::ExceptionInfo &) {});
        registry.setStatisticsEnabled(true);
        QPromise<void> promise;
        promise.start();
        registry.registerHandler(this, [&](const int &) { return promise.future(); });
        registry.post(1);
        runQueuedCalls();
        QCOMPARE(onlyRow(registry).calls, 1U);
        QSignalSpy spy(&registry, &RegistryObject::statisticsChanged);
        failPromise(promise, "late");
        QTRY_COMPARE(onlyRow(registry).failures, 1U);
        QCOMPARE(onlyRow(registry).lastError, QStringLiteral("late"));
        COMPARE_FINALLY(spy.count(), 1);
    }

    void changeIsToldOnceUntilSomebodyLooks()
    {
        AsyncRegistry<int> registry;
        registry.setStatisticsEnabled(true);
        QSignalSpy spy(&registry, &RegistryObject::statisticsChanged);
        registry.registerHandler([](const int &) {});
        for (int i = 0; i < 10; ++i)
            registry.post(i);
        QCOMPARE(spy.count(), 0);
        QTRY_VERIFY(spy.count() > 0);
        runQueuedCalls();
        QCOMPARE(spy.count(), 1);
        registry.post(10);
        QCoreApplication::processEvents();
        QCOMPARE(spy.count(), 1);
        QCOMPARE(onlyRow(registry).calls, 11U);
        registry.post(11);
        QTRY_COMPARE(spy.count(), 2);
    }

    void lastCallsOfAnotherThreadAreAlwaysTold()
    {
        constexpr quint64 events = 20000;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.setStatisticsEnabled(true);
        quint64 seen = 0;
        connect(&registry, &RegistryObject::statisticsChanged, this, [&] { seen = onlyRow(registry).calls; });
        registry.registerHandler(SignalBox::onThread(worker.thread()), [](const int &) {});
        for (quint64 i = 0; i < events; ++i)
            registry.post(1);
        QTRY_COMPARE_WITH_TIMEOUT(seen, events, 60000);
    }

    void requestsEnableWhileAnyLives()
    {
        AsyncRegistry<int> registry;
        QVERIFY(!registry.areStatisticsEnabled());
        auto first = registry.requestStatistics();
        auto second = registry.requestStatistics();
        QVERIFY(registry.areStatisticsEnabled());
        first.reset();
        QVERIFY(registry.areStatisticsEnabled());
        registry.setStatisticsEnabled(true);
        second.reset();
        QVERIFY(registry.areStatisticsEnabled());
        registry.setStatisticsEnabled(false);
        QVERIFY(!registry.areStatisticsEnabled());
    }

    void requestMayOutliveItsRegistry()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        const std::shared_ptr<void> request = registry->requestStatistics();
        registry->registerHandler([](const int &) {});
        registry.reset();
    }
};

QTEST_GUILESS_MAIN(Statistics)
#include "tst_statistics.moc"
