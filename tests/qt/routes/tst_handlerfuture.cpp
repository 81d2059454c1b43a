// SPDX-License-Identifier: MIT
#include "failpromise.h"
#include "finishedfuture.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/ExceptionInfo>

#include <QtCore/qpromise.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>

using SignalBox::AsyncRegistry;
using SignalBox::ExceptionInfo;
using SignalBox::HandlerFailure;

namespace {

template <class T>
QFuture<T> failed(const char *message)
{
    return QtFuture::makeExceptionalFuture<T>(std::make_exception_ptr(std::runtime_error(message)));
}

} // namespace

// Handlers that return futures.
class HandlerFuture : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // What Qt keeps of the result goes with the promise, on whichever thread, while the library begins to watch.
    void promiseMayBeDroppedAtOnce()
    {
        AsyncRegistry<int> registry;
        std::shared_ptr<QPromise<QString>> promise;
        registry.registerHandler([&](const int &) {
            promise = std::make_shared<QPromise<QString>>();
            promise->start();
            return promise->future();
        });
        for (int i = 0; i < scaled(20000); ++i) {
            const auto future = registry.notify(i);
            promise->addResult(QString::number(i));
            promise->finish();
            promise.reset();
        }
        const auto last = registry.notify(1);
        promise->finish();
        QVERIFY(finishes(last));
    }

    void notifyAwaitsTheFuturesOfAllKindsOfHandlers()
    {
        WorkerThread worker;
        QThreadPool pool;
        AsyncRegistry<int> registry;
        QPromise<void> nothing;
        QPromise<int> number;
        QPromise<QString> text;
        nothing.start();
        number.start();
        text.start();
        registry.registerHandler([&](const int &) { return nothing.future(); });
        registry.registerHandler(worker.context(), [&](const int &) { return number.future(); });
        registry.registerHandler(SignalBox::inPool(&pool), [&](const int &) { return text.future(); });
        const auto future = registry.notify(1);
        worker.drain();
        pool.waitForDone();
        QVERIFY(!future.isFinished());
        nothing.finish();
        number.finish();
        worker.drain();
        QVERIFY(!future.isFinished());
        text.finish();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 3, 0, 0);
    }

    void finishedFutureIsNotWaitedFor()
    {
        AsyncRegistry<int> registry;
        registry.registerHandler([](const int &) { return finishedFuture(5); });
        registry.registerHandler([](const int &) { return QFuture<void>(); });
        const auto future = registry.notify(1);
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 2, 0, 0);
    }

    void failureOfAFutureIsReportedLikeAnException_data()
    {
        QTest::addColumn<bool>("late");
        QTest::newRow("failed already") << false;
        QTest::newRow("fails later") << true;
    }
    void failureOfAFutureIsReportedLikeAnException()
    {
        QFETCH(bool, late);
        AsyncRegistry<int> registry;
        registry.setStatisticsEnabled(true);
        QSignalSpy failures(&registry, &AsyncRegistry<int>::handlerFailed);
        std::atomic<int> told = 0;
        registry.onException([&](const ExceptionInfo &info) { told += info.message() == "no paper"; });
        QPromise<int> promise;
        promise.start();
        const auto id = registry.registerHandler([&](const int &) { return late ? promise.future() : failed<int>("no paper"); },
                                                 {.name = QStringLiteral("printer")});
        const auto future = registry.notify(1);
        QCOMPARE(future.isFinished(), !late);
        failPromise(promise, "no paper");
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 1, 0);
        COMPARE_FINALLY(failures.count(), 1);
        const auto failure = failures.at(0).at(0).value<HandlerFailure>();
        QVERIFY(failure.handlerId() == id);
        QCOMPARE(failure.handlerName(), QStringLiteral("printer"));
        QCOMPARE(failure.message(), QStringLiteral("no paper"));
        QCOMPARE(told.load(), 1);
        QCOMPARE(registry.handlers().front().failures, quint64(1));
    }

    void failureOfAFutureAfterPostIsReportedToo()
    {
        AsyncRegistry<int> registry;
        QSignalSpy failures(&registry, &AsyncRegistry<int>::handlerFailed);
        QPromise<void> promise;
        promise.start();
        registry.registerHandler([&](const int &) { return promise.future(); });
        registry.post(1);
        QCOMPARE(failures.count(), 0);
        failPromise(promise, "late");
        COMPARE_FINALLY(failures.count(), 1);
    }

    void abandonedPromiseEndsTheHandler()
    {
        AsyncRegistry<int> registry;
        auto promise = std::make_unique<QPromise<void>>();
        promise->start();
        registry.registerHandler([&](const int &) { return promise->future(); });
        const auto future = registry.notify(1);
        QVERIFY(!future.isFinished());
        promise.reset();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
    }

    // QFuture has one place for a continuation.
    void continuationOfTheHandlersFutureIsLeftToItsUser()
    {
        AsyncRegistry<int> registry;
        QPromise<int> promise;
        promise.start();
        QFuture<int> own = promise.future();
        registry.registerHandler([&](const int &) { return own; });
        const auto future = registry.notify(1);
        std::atomic<int> seen = 0;
        auto tail = own.then([&](int value) { seen = value; });
        promise.addResult(5);
        promise.finish();
        QVERIFY(finishes(future));
        QVERIFY(finishes(tail));
        QCOMPARE(seen.load(), 5);
    }

    void unregisteredHandlersFutureIsStillAwaited()
    {
        AsyncRegistry<int> registry;
        QPromise<void> promise;
        promise.start();
        const auto id = registry.registerHandler([&](const int &) { return promise.future(); });
        const auto future = registry.notify(1);
        QVERIFY(registry.unregisterAndWait(id)); // the call itself is over
        QVERIFY(!future.isFinished());
        promise.finish();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
    }

    void registryMayDieBeforeTheFuturesOfItsHandlers()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        QPromise<void> promise;
        promise.start();
        registry->registerHandler([&](const int &) { return promise.future(); });
        const auto future = registry->notify(1);
        registry.reset();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("threw: late$")));
        failPromise(promise, "late");
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 1, 0);
    }
};

QTEST_GUILESS_MAIN(HandlerFuture)
#include "tst_handlerfuture.moc"
