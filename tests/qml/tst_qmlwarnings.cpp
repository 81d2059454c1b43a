// SPDX-License-Identifier: MIT
//
// Exceptions of scripts that nobody listens to.
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/QmlRegistry>

#include <QtCore/qthread.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qqmlengine.h>
#include <QtQml/qqmlerror.h>
#include <QtTest/qtest.h>

#include <memory>

using SignalBox::AsyncRegistry;
using SignalBox::QmlRegistry;
using SignalBox::RegistryObject;

namespace {

const char *const thrower = R"(
    import QtQml
    import SignalBox
    QtObject {
        id: root
        required property Registry registry
        property RegistryHandler element: RegistryHandler {
            name: "thrower"
            registry: root.registry
            handler: event => { throw new Error("no paper") }
        }
    }
)";

std::unique_ptr<QObject> createThrower(QQmlEngine &engine, RegistryObject &registry)
{
    QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
    return createObject(engine, thrower, {{QStringLiteral("registry"), QVariant::fromValue(&registry)}},
                        QUrl(QStringLiteral("file:///printer/Page.qml")));
}

const QRegularExpression printedWarning(
    QStringLiteral("^file:///printer/Page.qml:10: Registry \"jobs\": handler \"thrower\" \\(HandlerId\\(\\d+\\)\\) threw: no paper$"));

} // namespace

class QmlWarnings : public QObject
{
    Q_OBJECT

private:
    void collect(QQmlEngine &engine)
    {
        m_warnings.clear();
        connect(&engine, &QQmlEngine::warnings, this, [this](const QList<QQmlError> &warnings) { m_warnings += warnings; });
    }

    QList<QQmlError> m_warnings;

private Q_SLOTS:
    void unheardExceptionIsAWarningOfTheEngine()
    {
        QQmlEngine engine;
        collect(engine);
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("jobs"));
        const auto object = createThrower(engine, registry);
        QVERIFY(object);
        QTest::ignoreMessage(QtWarningMsg, printedWarning);
        registry.post(1);
        QCOMPARE(m_warnings.size(), 1);
        QCOMPARE(m_warnings.first().url(), QUrl(QStringLiteral("file:///printer/Page.qml")));
        QCOMPARE(m_warnings.first().line(), 10);
        QVERIFY(m_warnings.first().description().contains(QStringLiteral("no paper")));
    }

    void engineThatPrintsNoWarningsTellsOfItOnly()
    {
        QTest::failOnWarning(QRegularExpression(QStringLiteral("no paper")));
        QQmlEngine engine;
        engine.setOutputWarningsToStandardError(false);
        collect(engine);
        AsyncRegistry<int> registry;
        const auto object = createThrower(engine, registry);
        QVERIFY(object);
        registry.post(1);
        QCOMPARE(m_warnings.size(), 1);
    }

    void heardExceptionIsNoWarning()
    {
        QTest::failOnWarning(QRegularExpression(QStringLiteral("no paper")));
        QQmlEngine engine;
        collect(engine);
        AsyncRegistry<int> registry;
        const auto object = createThrower(engine, registry);
        QVERIFY(object);
        int failures = 0;
        const auto connection = connect(&registry, &RegistryObject::handlerFailed, this, [&] { ++failures; });
        registry.post(1);
        disconnect(connection);
        registry.onException([&](const SignalBox::ExceptionInfo &) { ++failures; });
        registry.post(2);
        QCOMPARE(failures, 2);
        QCOMPARE(m_warnings.size(), 0);
    }

    void failureOnARegistryOfAnotherThreadComesBackToTheEngine()
    {
        QQmlEngine engine;
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("jobs"));
        const auto object = createThrower(engine, registry);
        QVERIFY(object);
        QThread worker;
        worker.start();
        registry.moveToThread(&worker);
        collect(engine);
        QThread *seenOn = nullptr;
        connect(&engine, &QQmlEngine::warnings, this, [&] { seenOn = QThread::currentThread(); }, Qt::DirectConnection);
        QTest::ignoreMessage(QtWarningMsg, printedWarning);
        registry.post(1);
        QTRY_COMPARE(m_warnings.size(), 1);
        QCOMPARE(seenOn, QThread::currentThread());
        QThread *const home = QThread::currentThread();
        QMetaObject::invokeMethod(&registry, [&] { registry.moveToThread(home); }, Qt::BlockingQueuedConnection);
        worker.quit();
        worker.wait();
    }

    void failureOfAnEngineWithoutQmlIsLogged()
    {
        QJSEngine engine;
        QmlRegistry registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        engine.globalObject().setProperty(QStringLiteral("bus"), engine.newQObject(&registry));
        engine.evaluate(QStringLiteral("bus.registerHandler(function() { throw 'no ink' })"), QStringLiteral("jobs.js"));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("^Registry \"\": .* threw: no ink \\(file:jobs.js:1\\)$")));
        registry.post(QJSValue(1));
    }
};

QTEST_GUILESS_MAIN(QmlWarnings)
#include "tst_qmlwarnings.moc"
