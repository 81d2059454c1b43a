// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/StallReport>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qregularexpression.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

using SignalBox::AsyncRegistry;

// Holds a handler until somebody who waits for it has been reported.
class WaitingObject : public QObject
{
    Q_OBJECT

public:
    Q_INVOKABLE void waitForReport()
    {
        isInside = true;
        while (!*isReported)
            std::this_thread::yield();
    }

    const std::atomic<bool> *isReported = nullptr;
    std::atomic<bool> isInside = false;
};

// Stalls as QML sees them.
class QmlStalls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reportAndSignalNameTheHandlerThatHeldTheLoopUp()
    {
        AsyncRegistry<int> registry;
        QQmlEngine engine;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        const auto page = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                property Registry source
                property var told
                property Connections connections: Connections {
                    target: root.source
                    function onStalled(stall) { root.told = [stall.handlerName, stall.lineNumber, stall.duration >= 60] }
                }
                function report() { return SignalBox.stallReport().map(stall => stall.handlerName + ":" + stall.lineNumber) }
                function longest() { return SignalBox.stallReport()[0].duration }
            }
        )", {{QStringLiteral("source"), QVariant::fromValue<SignalBox::RegistryObject *>(&registry)}});
        QVERIFY(page);
        registry.registerHandler(this, [](const int &) {
            const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(60);
            while (std::chrono::steady_clock::now() < end) {
            }
        }, {.name = QStringLiteral("planted"), .delivery = SignalBox::Delivery::Queued});
        const int line = __LINE__ - 5;
        registry.post(1);
        QTRY_VERIFY(page->property("told").isValid());
        QCOMPARE(page->property("told").value<QJSValue>().toVariant().toList(), (QVariantList{QStringLiteral("planted"), line, true}));
        QVariant report;
        QVERIFY(QMetaObject::invokeMethod(page.get(), "report", Q_RETURN_ARG(QVariant, report)));
        QVERIFY(report.value<QJSValue>().toVariant().toStringList().contains(QStringLiteral("planted:%1").arg(line)));
        QVariant longest;
        QVERIFY(QMetaObject::invokeMethod(page.get(), "longest", Q_RETURN_ARG(QVariant, longest)));
        QVERIFY(longest.toDouble() >= 60);
    }

    // Which line of QML gave it the registry, Qt does not tell.
    void modelIsKnownByItsObjectName()
    {
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("lines"));
        QQmlEngine engine;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        const auto model = createObject(engine, R"(
            import SignalBox
            EventModel {
                objectName: "log page"
                registry: SignalBox.find("lines")
                onRowsInserted: {
                    const end = Date.now() + 90
                    while (Date.now() < end) {}
                }
            }
        )");
        QVERIFY(model);
        registry.post(1);
        const auto stallOfTheModel = [] {
            const auto report = SignalBox::stallReport();
            const auto place = std::find_if(report.begin(), report.end(), [](const SignalBox::StallInfo &stall) {
                return stall.handlerName() == QStringLiteral("log page");
            });
            return place == report.end() ? SignalBox::StallInfo() : *place;
        };
        QTRY_COMPARE(stallOfTheModel().registryName(), QStringLiteral("lines"));
        QCOMPARE(stallOfTheModel().fileName(), QString());
    }

    // The report keeps the ten longest: those that are planted here are longer than the ones above.

    void handlersInQmlAreKnownByNameAndPlace_data()
    {
        QTest::addColumn<QByteArray>("registration");
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("line");
        const QByteArray function = "() => { const end = Date.now() + 250; while (Date.now() < end) {} }";
        QTest::newRow("function") << "Component.onCompleted: SignalBox.on(source, " + function + ")" << QStringLiteral("Slow.qml:6") << 6;
        QTest::newRow("named function") << "Component.onCompleted: SignalBox.on(source, " + function + ", { name: \"slow function\" })"
                                        << QStringLiteral("slow function") << 6;
        QTest::newRow("element") << "property var element: RegistryHandler { registry: source; handler: " + function + " }"
                                 << QStringLiteral("Slow.qml") << 0;
        QTest::newRow("named element") << "property var element: RegistryHandler { registry: source; name: \"slow element\"; handler: "
                                          + function + " }"
                                       << QStringLiteral("slow element") << 0;
    }
    void handlersInQmlAreKnownByNameAndPlace()
    {
        QFETCH(QByteArray, registration);
        QFETCH(QString, name);
        QFETCH(int, line);
        AsyncRegistry<int> registry;
        registry.setSlowHandlerBudget(20);
        QQmlEngine engine;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        const auto page = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                property Registry source)"
                                                       "\n" + registration + "}",
                                       {{QStringLiteral("source"), QVariant::fromValue<SignalBox::RegistryObject *>(&registry)}},
                                       QUrl(QStringLiteral("file:///pages/Slow.qml")));
        QVERIFY(page);
        const QString place = line == 0 ? QStringLiteral("Slow.qml") : QStringLiteral("Slow.qml:%1").arg(line);
        const QString shownPlace = name == place ? QString() : QStringLiteral(", registered at ") + place;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("^Handler \"%1\" \\(HandlerId\\(\\d+\\)%2\\) took ").arg(name, shownPlace)));
        QCOMPARE(registry.handlerCount(), 1);
        registry.post(1);
        const auto stall = [&] {
            const auto report = SignalBox::stallReport();
            const auto found = std::find_if(report.begin(), report.end(), [&](const SignalBox::StallInfo &row) { return row.handlerName() == name; });
            return found == report.end() ? SignalBox::StallInfo() : *found;
        };
        QTRY_COMPARE(stall().handlerName(), name);
        QCOMPARE(stall().fileName(), QStringLiteral("Slow.qml"));
        QCOMPARE(stall().lineNumber(), line);
    }

    // A guard on another thread waits for a handler in QML. Its name and place are known there, too.
    void waitForAHandlerInQmlNamesItAndItsPlace()
    {
        static std::atomic<bool> isReported = false;
        static QString message;
        AsyncRegistry<int> registry;
        QQmlEngine engine;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        WaitingObject waiting;
        const auto page = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                property Registry source
                property QtObject waiting
                Component.onCompleted: SignalBox.on(source, () => waiting.waitForReport(), { name: "stubborn" })
            }
        )", {{QStringLiteral("source"), QVariant::fromValue<SignalBox::RegistryObject *>(&registry)},
             {QStringLiteral("waiting"), QVariant::fromValue<QObject *>(&waiting)}},
                                       QUrl(QStringLiteral("file:///pages/Waiting.qml")));
        QVERIFY(page);
        isReported = false;
        waiting.isReported = &isReported;
        const QtMessageHandler before = qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) {
            message = text;
            isReported = true;
        });
        const SignalBox::HandlerId id = registry.handlers().front().id;
        std::thread waiter([&] {
            while (!waiting.isInside)
                std::this_thread::yield();
            registry.unregisterAndWait(id);
        });
        registry.post(1);
        QTRY_VERIFY(waiting.isInside);
        waiter.join();
        qInstallMessageHandler(before);
        QVERIFY2(message.contains(QRegularExpression(QStringLiteral("for handler \"stubborn\" \\(HandlerId\\(\\d+\\), registered at Waiting.qml:7\\)"))),
                 qPrintable(message));
    }
};

int main(int argc, char **argv)
{
    qputenv("SIGNALBOX_STALLS", "20");
    QCoreApplication app(argc, argv);
    QmlStalls test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_qmlstalls.moc"
