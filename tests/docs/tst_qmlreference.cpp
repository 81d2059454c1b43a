// SPDX-License-Identifier: MIT
//
// The examples for QML: quotations.cmake compares the documents and the headers with the files that are loaded here.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/QmlRegistry>

#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <memory>

namespace {

class Log : public QObject
{
public:
    void add(const QVariantMap &event) { sizes.append(event.value(QStringLiteral("size")).toInt()); }

    QList<int> sizes;
};

class Downloads : public QObject
{
    Q_OBJECT
    Q_PROPERTY(SignalBox::RegistryObject *finished READ finished CONSTANT FINAL)

public:
    SignalBox::RegistryObject *finished() { return &m_finished; }
    void finish(const QString &name) { m_finished.post({{QStringLiteral("name"), name}}); }

private:
    SignalBox::AsyncRegistry<QVariantMap> m_finished;
};

} // namespace

class QmlReference : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fileLoadsWithoutWarning_data()
    {
        QTest::addColumn<QString>("fileName");
        QTest::addColumn<QVariantList>("expected");
        QTest::newRow("Reference") << QStringLiteral("Reference.qml") << QVariantList(4, QStringLiteral("a.txt"));
        QTest::newRow("Connections") << QStringLiteral("BeforeConnections.qml") << QVariantList{QStringLiteral("a.txt")};
        QTest::newRow("RegistryHandler") << QStringLiteral("AfterConnections.qml") << QVariantList{QStringLiteral("a.txt")};
    }

    // Each file has a function notify(), and `shown`, what its handlers have shown.
    void fileLoadsWithoutWarning()
    {
        QFETCH(const QString, fileName);
        QFETCH(const QVariantList, expected);
        QQmlEngine engine;
        QList<QQmlError> warnings;
        connect(&engine, &QQmlEngine::warnings, this, [&](const QList<QQmlError> &more) { warnings += more; });
        QQmlComponent component(&engine, QUrl::fromLocalFile(QStringLiteral(QML_EXAMPLES "/") + fileName));
        const std::unique_ptr<QObject> root(component.create());
        QVERIFY2(root, qPrintable(component.errorString()));
        QVERIFY(QMetaObject::invokeMethod(root.get(), "notify"));
        QTRY_COMPARE(root->property("shown").toList(), expected);
        QCOMPARE(warnings, QList<QQmlError>());
    }

    void registryOfAClass()
    {
        Downloads downloads;
        QQmlEngine engine;
        QQmlComponent component(&engine);
        component.setData("import SignalBox\nRegistryHandler { property string shown; handler: event => { shown = event.name } }", {});
        const std::unique_ptr<QObject> handler(
            component.createWithInitialProperties({{QStringLiteral("registry"), QVariant::fromValue(downloads.finished())}}));
        QVERIFY2(handler, qPrintable(component.errorString()));
        downloads.finish(QStringLiteral("a.txt"));
        QTRY_COMPARE(handler->property("shown").toString(), QStringLiteral("a.txt"));
    }

    void registryInCpp()
    {
        Log log;
        SignalBox::QmlRegistry bus;
        bus.registerHandler(&log, [&](const QVariant &event) { log.add(event.toMap()); }, {.priority = 5});
        bus.post(QVariantMap{{QStringLiteral("size"), 2048}});
        QTRY_COMPARE(log.sizes, QList<int>{2048});
    }
};

QTEST_MAIN(QmlReference)
#include "tst_qmlreference.moc"
