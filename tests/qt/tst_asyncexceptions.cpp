// SPDX-License-Identifier: MIT
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/ExceptionInfo>

#include <QtCore/qregularexpression.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <stdexcept>
#include <string>

using SignalBox::AsyncRegistry;
using SignalBox::ExceptionInfo;
using SignalBox::HandlerFailure;
using SignalBox::HandlerId;

class Exceptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void exceptionDoesNotCrossTheEventLoop()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QSignalSpy failures(&registry, &AsyncRegistry<int>::handlerFailed);
        int others = 0;
        const HandlerId id = registry.registerHandler(
            worker.context(), [](const int &) { throw std::runtime_error("no paper"); }, {.name = QStringLiteral("printer")});
        registry.registerHandler(worker.context(), [&](const int &) { ++others; });
        registry.post(1);
        worker.drain(); // the thread is alive: an exception out of its loop would have ended the process
        QCOMPARE(others, 1);
        QTRY_COMPARE(failures.count(), 1);
        const auto failure = failures.at(0).at(0).value<HandlerFailure>();
        QVERIFY(failure.handlerId() == id);
        QCOMPARE(failure.handlerName(), QStringLiteral("printer"));
        QCOMPARE(failure.message(), QStringLiteral("no paper"));
        QCOMPARE(failure.lineNumber(), 0);
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, std::rethrow_exception(failure.exception()));
    }

    void handlerFailedIsEmittedOnTheThreadOfTheRegistry()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QThread *seen = nullptr;
        connect(&registry, &AsyncRegistry<int>::handlerFailed, &registry,
                [&] { seen = QThread::currentThread(); }, Qt::DirectConnection);
        registry.registerHandler(worker.context(), [](const int &) { throw 1; });
        registry.post(1);
        worker.drain();
        QVERIFY(!seen);
        QTRY_COMPARE(seen, QThread::currentThread());
    }

    void onExceptionRunsOnTheThreadOfTheHandler()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QThread *seen = nullptr;
        std::string message;
        registry.onException([&](const ExceptionInfo &info) {
            seen = QThread::currentThread();
            message = info.message();
        });
        registry.registerHandler(worker.context(), [](const int &) { throw std::string("plain text"); });
        registry.post(1);
        worker.drain();
        QCOMPARE(seen, worker.thread());
        QCOMPARE(message, std::string("plain text"));
    }

    void exceptionOfTheExceptionCallbackIsSwallowed()
    {
        AsyncRegistry<int> registry;
        QSignalSpy failures(&registry, &AsyncRegistry<int>::handlerFailed);
        registry.onException([](const ExceptionInfo &) { throw 2; });
        registry.registerHandler([](const int &) { throw 1; });
        registry.post(1);
        QCOMPARE(failures.count(), 1);
    }

    void failureIsLoggedWhenNobodyListens()
    {
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("jobs"));
        registry.registerHandler([](const int &) { throw std::runtime_error("no paper"); },
                                 {.name = QStringLiteral("printer")});
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression(QStringLiteral(
                                 "^Registry \"jobs\": handler \"printer\" \\(HandlerId\\(\\d+\\)\\) threw: no paper$")));
        registry.post(1);
    }

    void failureIsNotLoggedWhenSomebodyListens()
    {
        static int messages = 0;
        const QtMessageHandler before =
            qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) { ++messages; });
        AsyncRegistry<int> registry;
        registry.registerHandler([](const int &) { throw 1; });
        registry.post(1);
        const int unheard = messages;
        registry.onException([](const ExceptionInfo &) {});
        registry.post(1);
        registry.clearExceptionCallback();
        connect(&registry, &AsyncRegistry<int>::handlerFailed, &registry, [] {});
        registry.post(1);
        qInstallMessageHandler(before);
        QCOMPARE(unheard, 1);
        QCOMPARE(messages, 1);
    }

    void registryMayBeDestroyedInHandlerFailed()
    {
        auto *registry = new AsyncRegistry<int>;
        int later = 0;
        connect(registry, &AsyncRegistry<int>::handlerFailed, this, [&] {
            delete registry;
            registry = nullptr;
        });
        registry->registerHandler([](const int &) { throw 1; });
        registry->registerHandler([&](const int &) { ++later; });
        registry->post(1);
        QVERIFY(!registry);
        QCOMPARE(later, 0);
    }

    void failureOnAnotherThreadAfterTheRegistryIsGoneIsHarmless()
    {
        std::promise<void> entered;
        std::promise<void> leave;
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->registerHandler(worker.context(), [&](const int &) {
            entered.set_value();
            leave.get_future().wait();
            throw std::runtime_error("too late");
        });
        registry->post(1);
        entered.get_future().wait();
        registry.reset();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("threw: too late$")));
        leave.set_value();
        worker.drain();
    }
};

QTEST_GUILESS_MAIN(Exceptions)
#include "tst_asyncexceptions.moc"
