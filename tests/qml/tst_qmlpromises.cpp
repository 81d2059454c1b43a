// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/QmlRegistry>

#include <QtCore/qthread.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <memory>

using SignalBox::AsyncRegistry;
using SignalBox::DispatchReport;
using SignalBox::QmlRegistry;
using SignalBox::onThread;

namespace {

// A handler of `source` that returns a promise, which settle() and fail() settle.
const char *const page = R"(
    import QtQml
    import SignalBox
    QtObject {
        id: root
        property Registry source
        property var resolve
        property var reject
        function settle() { resolve() }
        function fail() { reject(new Error("late")) }
        property RegistryHandler element: RegistryHandler {
            registry: root.source
            name: "promising"
            handler: event => new Promise((resolve, reject) => { root.resolve = resolve; root.reject = reject })
        }
    }
)";

std::unique_ptr<QObject> createPage(QQmlEngine &engine, SignalBox::RegistryObject &registry)
{
    QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
    return createObject(engine, page, {{QStringLiteral("source"), QVariant::fromValue(&registry)}},
                        QUrl(QStringLiteral("file:///Page.qml")));
}

DispatchReport report(int called, int failed, int dropped)
{
    return {.called = static_cast<std::uint32_t>(called), .failed = static_cast<std::uint32_t>(failed),
            .dropped = static_cast<std::uint32_t>(dropped)};
}

} // namespace

class QmlPromises : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void futureOfNotifyWaitsForThePromiseOfAHandler()
    {
        QQmlEngine engine;
        AsyncRegistry<int> registry;
        const auto root = createPage(engine, registry);
        const QFuture<DispatchReport> future = registry.notify(1);
        QVERIFY(!future.isFinished());
        QMetaObject::invokeMethod(root.get(), "settle");
        QTRY_VERIFY(future.isFinished());
        QCOMPARE(future.result(), report(1, 0, 0));
    }

    void rejectedPromiseIsAFailureWithFileAndLine()
    {
        QQmlEngine engine;
        AsyncRegistry<int> registry;
        const auto root = createPage(engine, registry);
        SignalBox::HandlerFailure failure;
        connect(&registry, &SignalBox::RegistryObject::handlerFailed, this,
                [&](const SignalBox::HandlerFailure &told) { failure = told; });
        const QFuture<DispatchReport> future = registry.notify(1);
        QMetaObject::invokeMethod(root.get(), "fail");
        QTRY_VERIFY(future.isFinished());
        QCOMPARE(future.result(), report(1, 1, 0));
        QTRY_COMPARE(failure.message(), QStringLiteral("late"));
        QCOMPARE(failure.handlerName(), QStringLiteral("promising"));
        QCOMPARE(failure.fileName(), QStringLiteral("file:///Page.qml"));
        QCOMPARE(failure.lineNumber(), 10);
    }

    void promiseOfAnEngineThatEndsIsNotWaitedFor()
    {
        auto engine = std::make_unique<QQmlEngine>();
        AsyncRegistry<int> registry;
        auto root = createPage(*engine, registry);
        const QFuture<DispatchReport> future = registry.notify(1);
        QVERIFY(!future.isFinished());
        root.reset();
        engine.reset();
        QTRY_VERIFY(future.isFinished());
        QCOMPARE(future.result(), report(1, 0, 0));
    }

    void promiseThatNothingCanSettleIsNotWaitedFor()
    {
        QQmlEngine engine;
        AsyncRegistry<int> registry;
        const auto root = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                property Registry source
                property RegistryHandler element: RegistryHandler {
                    registry: root.source
                    handler: event => new Promise(() => {})
                }
            })", {{QStringLiteral("source"), QVariant::fromValue(static_cast<SignalBox::RegistryObject *>(&registry))}});
        const QFuture<DispatchReport> future = registry.notify(1);
        QVERIFY(!future.isFinished());
        engine.collectGarbage();
        QTRY_VERIFY(future.isFinished());
        QCOMPARE(future.result(), report(1, 0, 0));
    }

    void reportCountsHandlersOfOtherThreads()
    {
        QQmlEngine engine;
        QThread thread;
        thread.start();
        const auto root = createObject(engine, R"(
            import SignalBox
            QmlRegistry {
                property var report
                function send() { notify({ size: 2 }).then(result => report = result) }
            })");
        auto *const bus = qobject_cast<QmlRegistry *>(root.get());
        int size = 0;
        bus->AsyncRegistry<QVariant>::registerHandler(onThread(&thread), [&size](const QVariant &event) {
            size = event.toMap().value(QStringLiteral("size")).toInt();
        });
        bus->AsyncRegistry<QVariant>::registerHandler(onThread(&thread), [] { throw std::runtime_error("worker"); });
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("worker")));
        QMetaObject::invokeMethod(root.get(), "send");
        QTRY_VERIFY(root->property("report").isValid());
        const QVariantMap result = root->property("report").value<QJSValue>().toVariant().toMap();
        QCOMPARE(result.value(QStringLiteral("called")).toInt(), 2);
        QCOMPARE(result.value(QStringLiteral("failed")).toInt(), 1);
        QCOMPARE(result.value(QStringLiteral("dropped")).toInt(), 0);
        thread.quit();
        QVERIFY(thread.wait());
        QCOMPARE(size, 2);
    }

    void nextOfAnEventFromAnotherThreadIsItsValue()
    {
        QQmlEngine engine;
        const auto root = createObject(engine, R"(
            import SignalBox
            QmlRegistry {
                property var event
                function wait() { next().then(result => event = result) }
            })");
        auto *const bus = qobject_cast<QmlRegistry *>(root.get());
        QMetaObject::invokeMethod(root.get(), "wait");
        const std::unique_ptr<QThread> thread(QThread::create([bus] { bus->post(7); }));
        thread->start();
        QTRY_COMPARE(root->property("event").toInt(), 7);
        QVERIFY(thread->wait());
        QTRY_COMPARE(bus->handlerCount(), 0);
    }

    void engineMayEndWhilePromisesArePending()
    {
        auto engine = std::make_unique<QQmlEngine>();
        AsyncRegistry<QVariant> other;
        auto root = createObject(*engine, R"(
            import SignalBox
            QmlRegistry {
                property var seen: []
                function wait() {
                    registerHandler(() => new Promise(() => {}))
                    notify(1).then(result => seen.push(result))
                    next().then(result => seen.push(result))
                }
            })");
        QMetaObject::invokeMethod(root.get(), "wait");
        auto *const bus = qobject_cast<QmlRegistry *>(root.get());
        QCOMPARE(bus->handlerCount(), 2);
        engine.reset();
        root.reset();
        QCoreApplication::processEvents();
    }
};

QTEST_GUILESS_MAIN(QmlPromises)
#include "tst_qmlpromises.moc"
