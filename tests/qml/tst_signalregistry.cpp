// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/QmlRegistry>
#include <SignalBox/SignalRegistry>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qpointer.h>
#include <QtCore/qthread.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using SignalBox::SignalRegistry;

// A target with signals of each shape.
class Backend : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void cleared();
    void sampleArrived(int sample);
    void moved(int x, int y);
    void unnamed(int, const QString &);
    void overloaded(int number);
    void overloaded(const QString &name);
    void withDefault(int number, int factor = 2);
};

namespace {

const char *const page = R"(
    import QtQml
    import SignalBox
    QtObject {
        id: root
        property var seen: []
        property QtObject source
        property SignalRegistry registry: SignalRegistry {
            target: root.source
            signalName: "%1"
        }
        property RegistryHandler element: RegistryHandler {
            registry: root.registry
            handler: event => root.seen.push(JSON.stringify(event))
        }
    }
)";

std::unique_ptr<QObject> createPage(QQmlEngine &engine, QObject *backend, const char *signal)
{
    return createObject(engine, QString::fromLatin1(page).arg(QLatin1String(signal)).toUtf8(),
                        {{QStringLiteral("source"), QVariant::fromValue(backend)}}, QUrl(QStringLiteral("file:///Page.qml")));
}

QStringList seenBy(const QObject &root)
{
    return root.property("seen").toStringList();
}

SignalRegistry *registryOf(const QObject &root)
{
    return root.property("registry").value<SignalRegistry *>();
}

void expectWarning(const char *problem)
{
    QTest::ignoreMessage(QtWarningMsg,
                         QRegularExpression(QStringLiteral("^file:///Page.qml:8:.*%1.*: nothing is connected until it is right$")
                                                .arg(QRegularExpression::escape(QLatin1String(problem)))));
}

} // namespace

class SignalRegistries : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void argumentsAreTheEvent()
    {
        QQmlEngine engine;
        Backend backend;
        QQmlEngine::setObjectOwnership(&backend, QQmlEngine::CppOwnership);
        const auto one = createPage(engine, &backend, "sampleArrived");
        const auto several = createPage(engine, &backend, "moved");
        const auto unnamed = createPage(engine, &backend, "unnamed");
        const auto defaulted = createPage(engine, &backend, "withDefault");
        Q_EMIT backend.sampleArrived(7);
        Q_EMIT backend.moved(1, 2);
        Q_EMIT backend.unnamed(3, QStringLiteral("a"));
        Q_EMIT backend.withDefault(4);
        QCOMPARE(seenBy(*one), QStringList{QStringLiteral("7")});
        QCOMPARE(seenBy(*several), QStringList{QStringLiteral("{\"x\":1,\"y\":2}")});
        QCOMPARE(seenBy(*unnamed), QStringList{QStringLiteral("{\"arg0\":3,\"arg1\":\"a\"}")});
        QCOMPARE(seenBy(*defaulted), QStringList{QStringLiteral("{\"factor\":2,\"number\":4}")});
    }

    void signalWithoutArgumentsIsUndefined()
    {
        QQmlEngine engine;
        Backend backend;
        const auto root = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                property var seen: []
                property QtObject source
                property SignalRegistry registry: SignalRegistry { target: root.source; signalName: "cleared" }
                property RegistryHandler element: RegistryHandler {
                    registry: root.registry
                    handler: (...all) => root.seen.push(all.length + " " + typeof all[0])
                }
            })", {{QStringLiteral("source"), QVariant::fromValue<QObject *>(&backend)}});
        int invalid = 0;
        registryOf(*root)->AsyncRegistry<QVariant>::registerHandler([&](const QVariant &event) { invalid += !event.isValid(); });
        Q_EMIT backend.cleared();
        QCOMPARE(seenBy(*root), QStringList{QStringLiteral("1 undefined")});
        QCOMPARE(invalid, 1);
    }

    void overloadedSignalsAreNamedByTheirSignature()
    {
        QQmlEngine engine;
        Backend backend;
        const auto numbers = createPage(engine, &backend, "overloaded( int )");
        const auto names = createPage(engine, &backend, "overloaded(QString)");
        Q_EMIT backend.overloaded(1);
        Q_EMIT backend.overloaded(QStringLiteral("one"));
        QCOMPARE(seenBy(*numbers), QStringList{QStringLiteral("1")});
        QCOMPARE(seenBy(*names), QStringList{QStringLiteral("\"one\"")});
        expectWarning("signalName: Backend has several signals overloaded; expected one of overloaded(int), overloaded(QString)");
        const auto unclear = createPage(engine, &backend, "overloaded");
        QVERIFY(!registryOf(*unclear)->isActive());
    }

    void emissionOfAnotherThreadReachesHandlersOfAllThreads()
    {
        QQmlEngine engine;
        Backend backend;
        const auto root = createPage(engine, &backend, "sampleArrived");
        std::atomic<int> inlineCalls = 0;
        registryOf(*root)->AsyncRegistry<QVariant>::registerHandler([&](const QVariant &event) { inlineCalls += event.toInt(); });
        std::thread worker([&] {
            Q_EMIT backend.sampleArrived(1);
            Q_EMIT backend.sampleArrived(2);
        });
        worker.join();
        QCOMPARE(inlineCalls.load(), 3);
        QTRY_COMPARE(seenBy(*root), (QStringList{QStringLiteral("1"), QStringLiteral("2")}));
    }

    void targetAndNameMayChange()
    {
        QQmlEngine engine;
        Backend first;
        Backend second;
        const auto root = createPage(engine, &first, "sampleArrived");
        QVERIFY(root->setProperty("source", QVariant::fromValue<QObject *>(&second)));
        Q_EMIT first.sampleArrived(1);
        Q_EMIT second.sampleArrived(2);
        registryOf(*root)->setSignalName(QStringLiteral("moved"));
        Q_EMIT second.sampleArrived(3);
        Q_EMIT second.moved(4, 5);
        QCOMPARE(seenBy(*root), (QStringList{QStringLiteral("2"), QStringLiteral("{\"x\":4,\"y\":5}")}));
        QVERIFY(registryOf(*root)->isActive());
    }

    void wrongTargetsAndNamesAreWarningsWithFileAndLineAndConnectNothing()
    {
        QQmlEngine engine;
        Backend backend;
        expectWarning("Backend has no signal sampleArived");
        const auto mistyped = createPage(engine, &backend, "sampleArived");
        QVERIFY(mistyped && !registryOf(*mistyped)->isActive());
        expectWarning("Backend has no signal moved(int)");
        const auto wrongSignature = createPage(engine, &backend, "moved(int)");
        QVERIFY(!registryOf(*wrongSignature)->isActive());
        expectWarning("target: expected an object, not null");
        const auto withoutTarget = createPage(engine, nullptr, "moved");
        QVERIFY(!registryOf(*withoutTarget)->isActive());
        expectWarning("signalName: expected the name of a signal of the target, not an empty text");
        const auto nameless = createPage(engine, &backend, "");
        QVERIFY(!registryOf(*nameless)->isActive());
        // And is connected once it is right.
        registryOf(*mistyped)->setSignalName(QStringLiteral("sampleArrived"));
        QVERIFY(registryOf(*mistyped)->isActive());
        Q_EMIT backend.sampleArrived(1);
        QCOMPARE(seenBy(*mistyped), QStringList{QStringLiteral("1")});
    }

    // It would be connected, and never be heard: the target is gone before others are told.
    void endOfTheTargetIsNoSource()
    {
        QQmlEngine engine;
        auto backend = std::make_unique<Backend>();
        for (const char *signal : {"destroyed", "destroyed()", "destroyed(QObject*)"}) {
            expectWarning("signalName: destroyed cannot be used, as the target is null by then");
            const auto root = createPage(engine, backend.get(), signal);
            QVERIFY(!registryOf(*root)->isActive());
        }
    }

    void targetThatDiesBeforeItsElementIsCompleteIsOneWarning()
    {
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".")));
        QQmlEngine engine;
        auto backend = std::make_unique<Backend>();
        QQmlComponent component(&engine);
        component.setData("import SignalBox\nSignalRegistry { signalName: \"sampleArrived\" }", QUrl(QStringLiteral("file:///Early.qml")));
        const std::unique_ptr<QObject> root(component.beginCreate(engine.rootContext()));
        auto *const registry = qobject_cast<SignalRegistry *>(root.get());
        registry->setTarget(backend.get());
        backend.reset();
        QVERIFY(!registry->target());
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("^file:///Early.qml:2:.*target: expected an object, not null: "
                                                                             "nothing is connected until it is right$")));
        component.completeCreate();
        QVERIFY(!registry->isActive());
    }

    void elementThatDiesBeforeItIsCompleteConnectsNothing()
    {
        QTest::failOnWarning(QRegularExpression(QStringLiteral("SignalRegistry|target|signalName")));
        QQmlEngine engine;
        Backend backend;
        int calls = 0;
        {
            QQmlComponent component(&engine);
            component.setData("import SignalBox\nSignalRegistry { signalName: \"sampleArrived\" }", QUrl(QStringLiteral("file:///Early.qml")));
            std::unique_ptr<QObject> root(component.beginCreate(engine.rootContext()));
            auto *const registry = qobject_cast<SignalRegistry *>(root.get());
            registry->setTarget(&backend);
            registry->AsyncRegistry<QVariant>::registerHandler([&] { ++calls; });
            Q_EMIT backend.sampleArrived(1);
            root.reset();
        }
        Q_EMIT backend.sampleArrived(2);
        QCOMPARE(calls, 0);
    }

    void pageThatGoesWithItsTargetIsSilent_data()
    {
        QTest::addColumn<QByteArray>("members");
        const QByteArray target = "property QtObject inner: QtObject { signal changed() }\n";
        const QByteArray registry = "property SignalRegistry registry: SignalRegistry { target: root.inner; signalName: \"changed\" }\n";
        QTest::newRow("target first") << target + registry;
        QTest::newRow("registry first") << registry + target;
    }
    void pageThatGoesWithItsTargetIsSilent()
    {
        QFETCH(QByteArray, members);
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".")));
        QQmlEngine engine;
        auto root = createObject(engine, "import QtQml\nimport SignalBox\nQtObject { id: root\n" + members + "}");
        int calls = 0;
        registryOf(*root)->AsyncRegistry<QVariant>::registerHandler([&] { ++calls; });
        QMetaObject::invokeMethod(root->property("inner").value<QObject *>(), "changed");
        QCOMPARE(calls, 1);
        root.reset();
    }

    // What was known of a target is forgotten with it.
    void nextTargetAtTheSameAddressIsConnectedOnce()
    {
        QQmlEngine engine;
        std::optional<Backend> backend;
        backend.emplace();
        const auto root = createPage(engine, &*backend, "sampleArrived");
        for (int round = 1; round <= 3; ++round) {
            Q_EMIT backend->sampleArrived(round);
            QCOMPARE(seenBy(*root).size(), round);
            QCOMPARE(seenBy(*root).back(), QString::number(round));
            expectWarning("target: expected an object, not null");
            backend.reset();
            backend.emplace();
            Q_EMIT backend->sampleArrived(-1); // nobody has it yet
            registryOf(*root)->setTarget(&*backend);
            QVERIFY(registryOf(*root)->isActive());
        }
        expectWarning("target: expected an object, not null");
        backend.reset();
    }

    void handlerMayDestroyTheTargetInsideItsEmission()
    {
        QQmlEngine engine;
        auto backend = std::make_unique<Backend>();
        const auto root = createPage(engine, backend.get(), "sampleArrived");
        registryOf(*root)->AsyncRegistry<QVariant>::registerHandler([&] { backend.reset(); });
        expectWarning("target: expected an object, not null");
        Q_EMIT backend->sampleArrived(1);
        QVERIFY(!registryOf(*root)->isActive());
        QCOMPARE(seenBy(*root), QStringList{QStringLiteral("1")});
    }

    void dyingTargetIsAWarningAndLeavesNull()
    {
        QQmlEngine engine;
        auto backend = std::make_unique<Backend>();
        const auto root = createPage(engine, backend.get(), "sampleArrived");
        expectWarning("target: expected an object, not null");
        backend.reset();
        QVERIFY(!registryOf(*root)->isActive());
        QVERIFY(!registryOf(*root)->target());
    }

    void dyingTargetOfAnotherThreadLeavesNull()
    {
        QQmlEngine engine;
        auto backend = std::make_unique<Backend>();
        QThread thread;
        thread.start();
        const auto root = createPage(engine, backend.get(), "sampleArrived");
        backend->moveToThread(&thread);
        expectWarning("target: expected an object, not null");
        backend.release()->deleteLater();
        QTRY_VERIFY(!registryOf(*root)->isActive());
        QVERIFY(!registryOf(*root)->target());
        thread.quit();
        QVERIFY(thread.wait());
    }

    void valuesOfASignalOfQmlAreTheVeryObjects()
    {
        QQmlEngine engine;
        const auto root = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                signal changed(var value)
                signal renamed(string name, var value)
                property bool isSame: false
                property string text
                property SignalRegistry one: SignalRegistry { target: root; signalName: "changed" }
                property SignalRegistry two: SignalRegistry { target: root; signalName: "renamed" }
                property var value: ({ size: 1 })
                Component.onCompleted: {
                    SignalBox.on(one, event => isSame = event === value)
                    SignalBox.on(two, event => text = event.name + (event.value === value))
                }
                function emitAll() { changed(value); renamed("a", value) }
            })");
        QVariant seenInCpp;
        root->property("two").value<SignalRegistry *>()->AsyncRegistry<QVariant>::registerHandler(
            [&](const QVariant &event) { seenInCpp = event; });
        QMetaObject::invokeMethod(root.get(), "emitAll");
        QVERIFY(root->property("isSame").toBool());
        QCOMPARE(root->property("text").toString(), QStringLiteral("atrue"));
        QCOMPARE(seenInCpp.toMap().value(QStringLiteral("value")).toMap().value(QStringLiteral("size")).toInt(), 1);
    }

    void signalWithoutDefaultArgumentsIsNamedByItsSignature()
    {
        QQmlEngine engine;
        Backend backend;
        const auto root = createPage(engine, &backend, "withDefault(int)");
        Q_EMIT backend.withDefault(4, 5);
        QCOMPARE(seenBy(*root), QStringList{QStringLiteral("4")});
    }

    void modelsShowItsHandlersAndItsEvents()
    {
        QQmlEngine engine;
        Backend backend;
        QQmlEngine::setObjectOwnership(&backend, QQmlEngine::CppOwnership);
        const auto root = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                property QtObject source
                property SignalRegistry registry: SignalRegistry { target: root.source; signalName: "moved"; name: "moves" }
                property QtObject handlers: RegistryModel { registry: root.registry }
                property QtObject events: EventModel { registry: root.registry; columns: ["x", "y"]; interval: 0 }
                property RegistryHandler element: RegistryHandler { registry: root.registry; handler: () => {} }
            })", {{QStringLiteral("source"), QVariant::fromValue<QObject *>(&backend)}});
        Q_EMIT backend.moved(1, 2);
        Q_EMIT backend.moved(3, 4);
        const auto *const events = qobject_cast<QAbstractItemModel *>(root->property("events").value<QObject *>());
        const auto *const handlers = qobject_cast<QAbstractItemModel *>(root->property("handlers").value<QObject *>());
        QTRY_COMPARE(events->rowCount(), 2);
        QCOMPARE(events->data(events->index(1, 1)).toInt(), 4);
        QTRY_VERIFY(handlers->rowCount() >= 1);
    }

    void registriesOfOneSignalAreCalledInTheOrderOfTheirConnection()
    {
        QQmlEngine engine;
        Backend backend;
        const auto first = createPage(engine, &backend, "sampleArrived");
        const auto second = createPage(engine, &backend, "sampleArrived");
        QStringList order;
        registryOf(*first)->AsyncRegistry<QVariant>::registerHandler([&] { order.append(QStringLiteral("first")); });
        registryOf(*second)->AsyncRegistry<QVariant>::registerHandler([&] { order.append(QStringLiteral("second")); });
        Q_EMIT backend.sampleArrived(1);
        QCOMPARE(order, (QStringList{QStringLiteral("first"), QStringLiteral("second")}));
    }

    void handlerMayDestroyTheRegistryAndTheTarget()
    {
        QQmlEngine engine;
        auto backend = std::make_unique<Backend>();
        auto root = createPage(engine, backend.get(), "sampleArrived");
        int calls = 0;
        registryOf(*root)->AsyncRegistry<QVariant>::registerHandler([&] {
            ++calls;
            root.reset();
            backend->deleteLater();
        });
        Backend *const emitter = backend.get();
        Q_EMIT emitter->sampleArrived(1);
        Q_EMIT emitter->sampleArrived(2);
        QCOMPARE(calls, 1);
        const QPointer<Backend> watched(backend.release());
        QTRY_VERIFY(!watched);
    }

    // The end of the target is then told to an object that is not a registry any more.
    void registryMayBeItsOwnTarget()
    {
        QQmlEngine engine;
        auto root = createObject(engine, R"(
            import SignalBox
            SignalRegistry {
                id: me
                signal clicked(int n)
                property var seen: []
                target: me
                signalName: "clicked"
                property RegistryHandler element: RegistryHandler {
                    registry: me
                    handler: n => me.seen.push(String(n))
                }
            }
        )");
        QVERIFY(root);
        QVERIFY(QMetaObject::invokeMethod(root.get(), "clicked", Q_ARG(int, 7)));
        QCOMPARE(seenBy(*root), QStringList{QStringLiteral("7")});
        int changes = 0;
        connect(static_cast<SignalRegistry *>(root.get()), &SignalRegistry::targetChanged, this, [&] { ++changes; });
        root.reset();
        QCOMPARE(changes, 0);

        auto registry = std::make_unique<SignalRegistry>();
        registry->setSignalName(QStringLiteral("nameChanged"));
        registry->setTarget(registry.get());
        int calls = 0;
        registry->AsyncRegistry<QVariant>::registerHandler([&] { ++calls; });
        registry->setName(QStringLiteral("own"));
        QCOMPARE(calls, 1);
        connect(registry.get(), &SignalRegistry::targetChanged, this, [&] { ++changes; });
        registry.reset();
        QCOMPARE(changes, 0);
    }

    void registriesComeAndGoWhileFourThreadsEmit()
    {
        QQmlEngine engine;
        Backend backend;
        std::atomic<bool> isOver = false;
        std::atomic<int> calls = 0; // outlives the registries: the end of one does not wait for a call on another thread
        std::vector<std::thread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&] {
                while (!isOver)
                    Q_EMIT backend.sampleArrived(1);
            });
        }
        for (int round = 0; round < 50; ++round) {
            const auto root = createPage(engine, &backend, "sampleArrived");
            const int before = calls;
            registryOf(*root)->AsyncRegistry<QVariant>::registerHandler([&] { ++calls; });
            while (calls - before < 5)
                std::this_thread::yield();
        }
        isOver = true;
        for (std::thread &thread : threads)
            thread.join();
    }
};

QTEST_GUILESS_MAIN(SignalRegistries)
#include "tst_signalregistry.moc"
