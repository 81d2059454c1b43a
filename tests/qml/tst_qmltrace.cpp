// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/QmlRegistry>
#include <SignalBox/Trace>

#include <QtCore/qfile.h>
#include <QtCore/qfuture.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <map>

// What a trace says of handlers in QML.
class QmlTrace : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void slicesOfScriptsSayWhereTheyWereRegistered()
    {
        const QTemporaryDir directory;
        const QString path = directory.filePath(QStringLiteral("trace.json"));
        QVERIFY(SignalBox::setTraceFile(path));
        QQmlEngine engine;
        const auto object = createObject(engine, R"(import SignalBox
            QmlRegistry {
                RegistryHandler { name: "element"; handler: event => {} }
                RegistryHandler { name: "batches"; batch: true; handler: events => {} }
                function registerAll() {
                    registerHandler(event => {}, { name: "function" })
                    registerHandler(event => {}, { name: "batch function", batch: true })
                }
            })", {}, QUrl(QStringLiteral("file:///pages/Page.qml")));
        QVERIFY(object);
        QVERIFY(QMetaObject::invokeMethod(object.get(), "registerAll"));
        const SignalBox::AsyncRegistry<QVariant> &registry = *qobject_cast<SignalBox::QmlRegistry *>(object.get());
        const auto handled = registry.notify(1);
        QTRY_VERIFY(handled.isFinished());
        QVERIFY(SignalBox::setTraceFile({}));

        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray trace = QJsonDocument::fromJson(file.readAll()).array();
        std::map<QString, QString> places; // by the handlers' names
        for (const QJsonValue &element : trace) {
            if (element[QStringLiteral("ph")] == QStringLiteral("B") && element[QStringLiteral("cat")] == QStringLiteral("handler")) {
                const QJsonValue arguments = element[QStringLiteral("args")];
                places[arguments[QStringLiteral("handler")].toString()] = arguments[QStringLiteral("registeredAt")].toString();
            }
        }
        const std::map<QString, QString> expected{{QStringLiteral("element"), QStringLiteral("Page.qml")},
                                                  {QStringLiteral("batches"), QStringLiteral("Page.qml")},
                                                  {QStringLiteral("function"), QStringLiteral("Page.qml:6")},
                                                  {QStringLiteral("batch function"), QStringLiteral("Page.qml:7")}};
        QCOMPARE(places, expected);
    }
};

QTEST_GUILESS_MAIN(QmlTrace)
#include "tst_qmltrace.moc"
