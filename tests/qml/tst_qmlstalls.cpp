// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

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
};

int main(int argc, char **argv)
{
    qputenv("SIGNALBOX_STALLS", "20");
    QCoreApplication app(argc, argv);
    QmlStalls test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_qmlstalls.moc"
