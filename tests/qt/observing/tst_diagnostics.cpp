// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/ExceptionInfo>

#include <QtCore/qregularexpression.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <string>

using SignalBox::AsyncRegistry;
using SignalBox::AsyncHandlerInfo;
using SignalBox::Delivery;

class Diagnostics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlersNameTheirThreads()
    {
        WorkerThread worker;
        QThreadPool pool;
        QThread named;
        named.setObjectName(QStringLiteral("decoder"));
        AsyncRegistry<int> registry;
        registry.registerHandler([](const int &) {}, {.priority = 5});
        registry.registerHandler(this, [](const int &) {}, {.priority = 4});
        registry.registerHandler(SignalBox::onThread(&named), [](const int &) {}, {.priority = 3});
        registry.registerHandler(worker.context(), [](const int &) {}, {.priority = 2});
        registry.registerHandler(SignalBox::inPool(&pool), [](const int &) {}, {.priority = 1});
        const auto rows = registry.handlers();
        QCOMPARE(rows.size(), std::size_t(5));
        QCOMPARE(rows[0].threadName, QString());
        QCOMPARE(rows[1].threadName, QStringLiteral("main"));
        QCOMPARE(rows[2].threadName, QStringLiteral("decoder"));
        QVERIFY(rows[3].threadName.startsWith(QStringLiteral("QThread 0x")));
        QCOMPARE(rows[4].threadName, QStringLiteral("pool"));
    }

    void threadNameFollowsTheNameOfTheThread()
    {
        QThread thread;
        AsyncRegistry<int> registry;
        registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
        const QString unnamed = registry.handlers()[0].threadName;
        QVERIFY(unnamed.startsWith(QStringLiteral("QThread 0x")));
        thread.setObjectName(QStringLiteral("decoder"));
        QCOMPARE(registry.handlers()[0].threadName, QStringLiteral("decoder"));
        thread.setObjectName(QStringLiteral("encoder"));
        QCOMPARE(registry.handlers()[0].threadName, QStringLiteral("encoder"));
        thread.setObjectName(QString());
        QCOMPARE(registry.handlers()[0].threadName, unnamed);
    }

    void callsFailuresAndTimesAreCountedOnDemandOnly()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.onException([](const SignalBox::ExceptionInfo &) {});
        registry.registerHandler(worker.context(), [](const int &event) {
            if (event == 3)
                throw 1;
        });
        registry.registerHandler([](const int &) {});
        const auto rows = [&](int event) {
            const auto future = registry.notify(event);
            [&] { QVERIFY(finishes(future)); }();
            worker.drain();
            return registry.handlers();
        };
        QVERIFY(!registry.areStatisticsEnabled());
        for (const AsyncHandlerInfo &row : rows(1)) {
            QCOMPARE(row.calls, quint64(0));
            QCOMPARE(row.longestTime.count(), 0);
        }
        registry.setStatisticsEnabled(true);
        rows(2);
        const auto counted = rows(3);
        QCOMPARE(counted[0].calls, quint64(2));
        QCOMPARE(counted[0].failures, quint64(1));
        QCOMPARE(counted[1].calls, quint64(2));
        QCOMPARE(counted[1].failures, quint64(0));
        for (const AsyncHandlerInfo &row : counted) {
            QVERIFY(row.longestTime.count() > 0);
            QVERIFY(row.meanTime <= row.longestTime);
        }
        registry.setStatisticsEnabled(false);
        QCOMPARE(rows(4)[0].calls, quint64(2));
    }

    void slowHandlerIsLoggedWithItsNameAndLine()
    {
        static QByteArray category;
        static QString message;
        AsyncRegistry<int> registry;
        registry.setSlowHandlerBudget(1);
        QCOMPARE(registry.slowHandlerBudget(), std::chrono::milliseconds(1));
        registry.registerHandler([](const int &event) {
            const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(event);
            while (std::chrono::steady_clock::now() < end) {
            }
        }, {.name = QStringLiteral("thumbnails")});
        const int line = __LINE__ - 5;
        const QtMessageHandler before =
            qInstallMessageHandler([](QtMsgType, const QMessageLogContext &context, const QString &text) {
                category = context.category;
                message = text;
            });
        registry.post(2);
        qInstallMessageHandler(before);
        QCOMPARE(category, QByteArray("signalbox"));
        QVERIFY2(message.contains(QStringLiteral("thumbnails")), qPrintable(message));
        QVERIFY2(message.contains(QRegularExpression(QStringLiteral("tst_diagnostics.cpp:%1\\b").arg(line))), qPrintable(message));
        message.clear();
        registry.setSlowHandlerBudget(0);
        const QtMessageHandler again =
            qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) { message = text; });
        registry.post(2);
        qInstallMessageHandler(again);
        QVERIFY(message.isEmpty());
    }

    void slowHandlerWithoutANameIsLoggedByItsPlace()
    {
        static QString message;
        AsyncRegistry<int> registry;
        registry.setSlowHandlerBudget(1);
        registry.registerHandler([](const int &event) {
            const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(event);
            while (std::chrono::steady_clock::now() < end) {
            }
        });
        const int line = __LINE__ - 5;
        const QtMessageHandler before =
            qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) { message = text; });
        registry.post(2);
        qInstallMessageHandler(before);
        QVERIFY2(message.startsWith(QStringLiteral("Handler \"tst_diagnostics.cpp:%1\" (HandlerId(").arg(line)), qPrintable(message));
    }

    void negativeBudgetIsRefused()
    {
        AsyncRegistry<int> registry;
        registry.setSlowHandlerBudget(7);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("setSlowHandlerBudget.*negative")));
        registry.setSlowHandlerBudget(-1);
        QCOMPARE(registry.slowHandlerBudget(), std::chrono::milliseconds(7));
    }

    void handlersChangedIsEmittedOnceForManyChanges()
    {
        AsyncRegistry<int> registry;
        int changes = 0;
        connect(&registry, &AsyncRegistry<int>::handlersChanged, this, [&] { ++changes; });
        for (int i = 0; i < 10; ++i)
            registry.registerHandler([](const int &) {});
        registry.clear();
        QCOMPARE(changes, 0);
        QVERIFY(waitFor([&] { return changes != 0; }));
        QCoreApplication::processEvents();
        QCOMPARE(changes, 1);
    }

    // Inline, in a pool, on a thread, queued on this one, from a sequence, and in each backlog.
    void exceptionsOfAllKindsOfHandlersAreCountedAndTold()
    {
        WorkerThread worker;
        QThreadPool pool;
        AsyncRegistry<int> registry;
        std::atomic<int> told = 0;
        int failed = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &) { ++told; });
        connect(&registry, &AsyncRegistry<int>::handlerFailed, this, [&] { ++failed; });
        const auto throws = [](const int &) { throw std::string("no"); };
        registry.registerHandler(throws);
        registry.registerHandler(SignalBox::inPool(&pool), throws);
        registry.registerHandler(SignalBox::onThread(worker.thread()), throws);
        registry.registerHandler(worker.context(), throws, {.backlog = SignalBox::Backlog::newest()});
        registry.registerHandler(worker.context(), throws, {.backlog = SignalBox::Backlog::newest(2)});
        registry.registerHandler(worker.context(), throws, {.backlog = SignalBox::Backlog::debounced(1)});
        registry.registerHandler(this, throws, {.delivery = Delivery::Queued});
        registry.registerHandler(this, [](const int &) -> SignalBox::Propagation { throw 1; });
        registry.registerHandler(this, [](const int &) -> QFuture<int> { throw 1; });
        const auto concurrent = registry.notify(1);
        QVERIFY(finishes(concurrent));
        COMPARE_REPORT(concurrent.result(), 9, 9, 0);
        const auto sequential = registry.notifySequential(1);
        QVERIFY(finishes(sequential));
        COMPARE_REPORT(sequential.result(), 9, 9, 0);
        QVERIFY(waitFor([&] { return failed == 18; }));
        QCOMPARE(told.load(), 18);
    }
};

QTEST_GUILESS_MAIN(Diagnostics)
#include "tst_diagnostics.moc"
