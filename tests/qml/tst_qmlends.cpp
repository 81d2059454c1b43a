// SPDX-License-Identifier: MIT
//
// What it costs that many handlers of scripts end, counted.
#include "../core/fences.h"
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtQml/qqmlcontext.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <memory>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::RegistryObject;

class QmlEnds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlersThatEndInOneTurnPayOneFence_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("elements") << QByteArray("RegistryHandler { registry: bus; handler: event => {} }");
        QTest::newRow("functions") << QByteArray("QtObject { Component.onCompleted: SignalBox.on(bus, event => {}) }");
    }
    void handlersThatEndInOneTurnPayOneFence()
    {
        QFETCH(const QByteArray, text);
        constexpr int count = 60; // no list is due to be freed meanwhile
        QQmlEngine engine;
        AsyncRegistry<int> registry;
        expose(engine, registry);
        std::vector<std::unique_ptr<QObject>> objects;
        for (int i = 0; i < count; ++i)
            objects.push_back(createObject(engine, "import QtQml\nimport SignalBox\n" + text));
        QCOMPARE(registry.handlerCount(), count);
        QCoreApplication::processEvents();
        const FenceCount fences;
        objects.clear();
        QCOMPARE(registry.handlerCount(), 0);
        QVERIFY(registry.handlers().empty());
        QTRY_VERIFY(fences.value() != 0);
        QCoreApplication::processEvents();
        QCOMPARE(fences.value(), 1);
    }

    void elementsOfAPageThatEndPayOneFence()
    {
        QQmlEngine engine;
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        expose(engine, registry);
        engine.rootContext()->setContextProperty(QStringLiteral("other"), &other);
        QByteArray text = "import QtQml\nimport SignalBox\nQtObject {\n property list<QtObject> handlers: [";
        for (int i = 0; i < 30; ++i)
            text += "RegistryHandler { registry: bus; handler: event => {} }, RegistryHandler { registry: other; "
                    "handler: event => {} },";
        text.chop(1);
        text += "]\n}";
        auto page = createObject(engine, text);
        QVERIFY(page);
        QCOMPARE(registry.handlerCount(), 30);
        QCOMPARE(other.handlerCount(), 30);
        QCoreApplication::processEvents();
        const FenceCount fences;
        page.reset();
        QCOMPARE(registry.handlerCount(), 0);
        QCOMPARE(other.handlerCount(), 0);
        QTRY_VERIFY(fences.value() != 0);
        QCoreApplication::processEvents();
        QCOMPARE(fences.value(), 1);
    }

    // While no event loop turns, not all are kept.
    void handlersThatEndWithoutAnEventLoopAreNotKeptForEver()
    {
        constexpr int count = 3000;
        QQmlEngine engine;
        AsyncRegistry<int> registry;
        expose(engine, registry);
        QQmlComponent component(&engine);
        component.setData("import SignalBox\nRegistryHandler { registry: bus; handler: event => {} }",
                          QUrl(QStringLiteral("inline.qml")));
        const FenceCount fences;
        for (int i = 0; i < count; ++i)
            delete component.create();
        QCOMPARE(registry.handlerCount(), 0);
        // Two for each thousand and one for each 64 lists, which come and go.
        QVERIFY2(fences.value() <= 2 * count / 1000 + 2 * count / 64 + 1, qPrintable(QString::number(fences.value())));
        QVERIFY(fences.value() >= 2);
    }

    void registryAndEngineMayGoBeforeTheTurnComes()
    {
        auto engine = std::make_unique<QQmlEngine>();
        auto registry = std::make_unique<AsyncRegistry<int>>();
        expose(*engine, *registry);
        for (const char *const text : {"RegistryHandler { registry: bus; handler: event => {} }",
                                       "QtObject { Component.onCompleted: SignalBox.on(bus, event => {}) }"}) {
            for (int i = 0; i < 10; ++i)
                QVERIFY(createObject(*engine, QByteArray("import QtQml\nimport SignalBox\n") + text));
        }
        QCOMPARE(registry->handlerCount(), 0);
        registry.reset();
        engine.reset();
        QCoreApplication::processEvents();
    }

private:
    static void expose(QQmlEngine &engine, RegistryObject &registry)
    {
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        engine.rootContext()->setContextProperty(QStringLiteral("bus"), &registry);
    }
};

QTEST_GUILESS_MAIN(QmlEnds)
#include "tst_qmlends.moc"
