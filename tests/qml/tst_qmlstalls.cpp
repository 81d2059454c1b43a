// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/StallReport>

#include <QtCore/qcoreapplication.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <chrono>

using SignalBox::AsyncRegistry;

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
};

int main(int argc, char **argv)
{
    qputenv("SIGNALBOX_STALLS", "20");
    QCoreApplication app(argc, argv);
    QmlStalls test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_qmlstalls.moc"
