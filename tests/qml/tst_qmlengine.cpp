// SPDX-License-Identifier: MIT
#include "../qt/waitfor.h"
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/QmlRegistry>

#include <QtCore/qpointer.h>
#include <QtCore/qthread.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::HandlerFailure;
using SignalBox::QmlRegistry;
using SignalBox::RegistryObject;

namespace {

class Point
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)
    Q_PROPERTY(int y MEMBER y)

public:
    int x = 0;
    int y = 0;
};

// A gadget that points to an object and sees it die.
class Selection
{
    Q_GADGET
    Q_PROPERTY(int row MEMBER row)
    Q_PROPERTY(QPointer<QObject> item MEMBER item)

public:
    Q_INVOKABLE int next() const { return row + 1; }

    int row = 0;
    QPointer<QObject> item;
};

// Keeps in "seen" what it can tell of each event, which is an object, or has one as its "item", or as the first of its "items".
const char *const describer = R"(
    import QtQml
    import SignalBox
    QtObject {
        id: root
        required property Registry registry
        property var seen: []
        function describe(event) {
            if (event === null)
                return "null"
            if (event.items !== undefined)
                return "items " + describe(event.items[0])
            if (event.item !== undefined)
                return "item " + describe(event.item)
            return event.objectName === undefined ? "a dead object" : event.objectName
        }
        property RegistryHandler element: RegistryHandler {
            registry: root.registry
            handler: event => { root.seen.push(root.describe(event)) }
        }
    }
)";

std::unique_ptr<QObject> createDescriber(QQmlEngine &engine, RegistryObject &registry)
{
    return createObject(engine, describer, {{QStringLiteral("registry"), QVariant::fromValue(&registry)}});
}

QStringList seenBy(const std::unique_ptr<QObject> &object)
{
    return object->property("seen").value<QJSValue>().toVariant().toStringList();
}

std::unique_ptr<QObject> createTarget()
{
    auto target = std::make_unique<QObject>();
    target->setObjectName(QStringLiteral("target"));
    QQmlEngine::setObjectOwnership(target.get(), QQmlEngine::CppOwnership);
    return target;
}

// Posts an event that \a make makes of an object, from another thread, once while the object lives on and once before it dies.
template <class E, class Make>
QStringList seenOfLivingAndDead(Make make)
{
    QQmlEngine engine;
    AsyncRegistry<E> registry;
    const auto object = createDescriber(engine, registry);
    auto target = createTarget();
    std::thread([&] { registry.post(make(target.get())); }).join();
    runQueuedCalls();
    std::thread([&] { registry.post(make(target.get())); }).join();
    target.reset();
    runQueuedCalls();
    return object ? seenBy(object) : QStringList();
}

// Properties of QML objects do not outlive their engine; this does.
class Counter : public QObject
{
    Q_OBJECT

public:
    Counter() { QQmlEngine::setObjectOwnership(this, QQmlEngine::CppOwnership); }
    Q_INVOKABLE void add() { ++count; }

    int count = 0;
};

// An object with a property "registry" and one RegistryHandler that keeps the last event in "last" and counts in "count".
const char *const listener = R"(
    import QtQml
    import SignalBox
    QtObject {
        id: root
        required property Registry registry
        property QtObject counter
        property int count: 0
        property var last
        property RegistryHandler element: RegistryHandler {
            registry: root.registry
            handler: event => { ++root.count; root.last = event; root.counter?.add() }
        }
    }
)";

std::unique_ptr<QObject> createListener(QQmlEngine &engine, RegistryObject &registry)
{
    return createObject(engine, listener, {{QStringLiteral("registry"), QVariant::fromValue(&registry)}});
}

} // namespace

class Engine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void gadgetArrivesAsGadget()
    {
        QQmlEngine engine;
        AsyncRegistry<Point> registry;
        const auto object = createListener(engine, registry);
        QVERIFY(object);
        registry.post({.x = 3, .y = 4});
        QCOMPARE(object->property("count").toInt(), 1);
        const QVariant last = object->property("last");
        QCOMPARE(last.metaType(), QMetaType::fromType<Point>());
        QCOMPARE(last.value<Point>().y, 4);
    }

    void variantMapArrivesAsObject()
    {
        QQmlEngine engine;
        AsyncRegistry<QVariantMap> registry;
        const auto object = createListener(engine, registry);
        QVERIFY(object);
        registry.post({{QStringLiteral("size"), 5}});
        QCOMPARE(object->property("last").toMap().value(QStringLiteral("size")).toInt(), 5);
    }

    void engineMayDieBeforeTheRegistry()
    {
        AsyncRegistry<Point> registry;
        {
            QQmlEngine engine;
            const auto object = createListener(engine, registry);
            QVERIFY(object);
            QCOMPARE(registry.handlerCount(), 1);
        }
        QCOMPARE(registry.handlerCount(), 0);
        registry.post({});
    }

    void registryMayDieBeforeTheEngine()
    {
        QQmlEngine engine;
        auto registry = std::make_unique<AsyncRegistry<Point>>();
        const auto object = createListener(engine, *registry);
        QVERIFY(object);
        registry.reset();
        QVERIFY(!object->property("element").value<QObject *>()->property("active").toBool());
    }

    void handlerWhoseEngineIsGoneNeverRuns()
    {
        AsyncRegistry<Point> registry;
        Counter counter;
        std::unique_ptr<QObject> object;
        {
            QQmlEngine engine;
            object = createListener(engine, registry);
            QVERIFY(object);
            object->setProperty("counter", QVariant::fromValue<QObject *>(&counter));
            registry.post({});
            QCOMPARE(counter.count, 1);
        }
        registry.post({});
        QCOMPARE(counter.count, 1);
    }

    void functionOfADeadEngineIsNotCalledByTheNext()
    {
        const char *const user = R"(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                required property QmlRegistry bus
                required property QtObject counter
                Component.onCompleted: root.bus.registerHandler(() => root.counter.add())
            }
        )";
        QmlRegistry registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        Counter early;
        Counter late;
        const auto properties = [&](Counter &counter) {
            return QVariantMap{{QStringLiteral("bus"), QVariant::fromValue(&registry)},
                               {QStringLiteral("counter"), QVariant::fromValue<QObject *>(&counter)}};
        };
        std::unique_ptr<QObject> survivor;
        {
            QQmlEngine first;
            survivor = createObject(first, user, properties(early));
            QVERIFY(survivor);
            registry.post(QJSValue(1));
            QCOMPARE(early.count, 1);
        }
        QTest::ignoreMessage(QtWarningMsg, "QmlRegistry.post(): to be called on the thread of the QML engine that has "
                                           "the registry");
        registry.post(QJSValue(2));
        QQmlEngine second;
        const auto object = createObject(second, user, properties(late));
        QVERIFY(object);
        registry.post(QJSValue(3));
        QCOMPARE(late.count, 1);
        QCOMPARE(early.count, 1);
    }

    void objectThatDiesBeforeItsDeliveryArrivesAsNull()
    {
        QCOMPARE(seenOfLivingAndDead<QObject *>([](QObject *target) { return target; }),
                 (QStringList{QStringLiteral("target"), QStringLiteral("null")}));
    }

    void objectInAVariantThatDiesArrivesAsNull()
    {
        QCOMPARE(seenOfLivingAndDead<QVariant>([](QObject *target) { return QVariant::fromValue(target); }),
                 (QStringList{QStringLiteral("target"), QStringLiteral("null")}));
    }

    void objectInAMapThatDiesArrivesAsNull()
    {
        QCOMPARE(seenOfLivingAndDead<QVariantMap>([](QObject *target) {
                     return QVariantMap{{QStringLiteral("item"), QVariant::fromValue(target)}};
                 }),
                 (QStringList{QStringLiteral("item target"), QStringLiteral("item null")}));
    }

    void objectInAListOfAMapThatDiesArrivesAsNull()
    {
        QCOMPARE(seenOfLivingAndDead<QVariant>([](QObject *target) {
                     return QVariantMap{{QStringLiteral("items"), QVariantList{QVariant::fromValue(target)}}};
                 }),
                 (QStringList{QStringLiteral("items target"), QStringLiteral("items null")}));
    }

    void guardedPointerArrivesAsTheObjectOrNull()
    {
        QCOMPARE(seenOfLivingAndDead<QPointer<QObject>>([](QObject *target) { return QPointer<QObject>(target); }),
                 (QStringList{QStringLiteral("target"), QStringLiteral("null")}));
    }

    void guardedPointerInAMapArrivesAsTheObjectOrNull()
    {
        QCOMPARE(seenOfLivingAndDead<QVariantMap>([](QObject *target) {
                     return QVariantMap{{QStringLiteral("item"), QVariant::fromValue(QPointer<QObject>(target))}};
                 }),
                 (QStringList{QStringLiteral("item target"), QStringLiteral("item null")}));
    }

    void guardedPointerInAGadgetArrivesAsTheObjectOrNull()
    {
        QCOMPARE(seenOfLivingAndDead<Selection>([](QObject *target) { return Selection{.row = 1, .item = target}; }),
                 (QStringList{QStringLiteral("item target"), QStringLiteral("item null")}));
    }

    void gadgetWithAGuardedPointerKeepsItsOtherMembers()
    {
        QQmlEngine engine;
        AsyncRegistry<Selection> registry;
        const auto object = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                required property Registry registry
                property string seen
                property RegistryHandler element: RegistryHandler {
                    registry: root.registry
                    handler: event => { root.seen = event.row + " " + event.next() + " " + event.item.objectName }
                }
            }
        )", {{QStringLiteral("registry"), QVariant::fromValue<RegistryObject *>(&registry)}});
        QVERIFY(object);
        const auto target = createTarget();
        registry.post({.row = 3, .item = target.get()});
        QCOMPARE(object->property("seen").toString(), QStringLiteral("3 4 target"));
    }

    void objectThatAHandlerDeletesIsNullToTheNext()
    {
        QQmlEngine engine;
        AsyncRegistry<QObject *> registry;
        const auto first = createDescriber(engine, registry);
        auto target = createTarget();
        registry.registerHandler([&](QObject *const &) { target.reset(); });
        const auto second = createDescriber(engine, registry);
        QVERIFY(first && second);
        QList<QObject *> seen;
        registry.registerHandler([&](QObject *const &object) { seen.append(object); });
        registry.post(target.get());
        QCOMPARE(seenBy(first), QStringList{QStringLiteral("target")});
        QCOMPARE(seenBy(second), QStringList{QStringLiteral("null")});
        QCOMPARE(seen, QList<QObject *>{nullptr});
    }

    void objectThatDiesBeforeTheLastEventOfABacklogArrivesAsNull()
    {
        QQmlEngine engine;
        QmlRegistry registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        const auto object = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                required property QmlRegistry registry
                property var seen: []
                function send(target) { root.registry.post(target) }
                property RegistryHandler element: RegistryHandler {
                    registry: root.registry
                    newest: 1
                    handler: event => { root.seen.push(event === null ? "null" : typeof event) }
                }
            }
        )", {{QStringLiteral("registry"), QVariant::fromValue(&registry)}});
        QVERIFY(object);
        auto target = createTarget();
        QVERIFY(QMetaObject::invokeMethod(object.get(), "send", Q_ARG(QVariant, QVariant::fromValue(target.get()))));
        target.reset();
        COMPARE_FINALLY(seenBy(object), QStringList{QStringLiteral("null")});
        target = createTarget();
        registry.post(QVariant::fromValue(target.get()));
        target.reset();
        COMPARE_FINALLY(seenBy(object), (QStringList{QStringLiteral("null"), QStringLiteral("null")}));
    }

    void objectsThatDieWhileProducersPostThem()
    {
        QQmlEngine engine;
        AsyncRegistry<QVariantMap> registry;
        const auto object = createDescriber(engine, registry);
        QVERIFY(object);
        constexpr int events = 2000;
        for (int i = 0; i < events; ++i) {
            auto target = createTarget();
            std::thread([&] { registry.post({{QStringLiteral("item"), QVariant::fromValue(target.get())}}); }).join();
            if (i % 3 == 0)
                QCoreApplication::processEvents();
        }
        COMPARE_FINALLY(seenBy(object).size(), events);
        QVERIFY(!seenBy(object).contains(QStringLiteral("item a dead object")));
    }

    // C++ shows one registry to two engines.
    void whatOneEngineNotifiesReachesTheHandlersOfAnother_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QString>("expected");
        QTest::newRow("object") << QByteArray("{ size: 1 }") << QStringLiteral("{\"size\":1}");
        QTest::newRow("list") << QByteArray("[1, { a: 2 }]") << QStringLiteral("[1,{\"a\":2}]");
        QTest::newRow("number") << QByteArray("5") << QStringLiteral("5");
        QTest::newRow("text") << QByteArray("'text'") << QStringLiteral("\"text\"");
        QTest::newRow("object without a prototype of the engine's") << QByteArray("new (class A { constructor() { this.x = 1 } })")
                                                                   << QStringLiteral("{\"x\":1}");
    }

    void whatOneEngineNotifiesReachesTheHandlersOfAnother()
    {
        QFETCH(const QByteArray, script);
        QFETCH(const QString, expected);
        const char *const user = R"qml(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                required property QmlRegistry bus
                property var seen: []
                function send(text) { root.bus.post(eval("(" + text + ")")) }
                property RegistryHandler element: RegistryHandler {
                    registry: root.bus
                    handler: event => { root.seen.push("element " + JSON.stringify(event)) }
                }
                Component.onCompleted: root.bus.registerHandler(event => root.seen.push("function " + JSON.stringify(event)))
            }
        )qml";
        QQmlEngine first;
        QQmlEngine second;
        QmlRegistry registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        const QVariantMap properties{{QStringLiteral("bus"), QVariant::fromValue(&registry)}};
        const auto one = createObject(first, user, properties);
        const auto two = createObject(second, user, properties);
        QVERIFY(one && two);
        const QStringList once{QStringLiteral("element ") + expected, QStringLiteral("function ") + expected};
        QVERIFY(QMetaObject::invokeMethod(two.get(), "send", Q_ARG(QVariant, QString::fromLatin1(script))));
        QCOMPARE(seenBy(one), once);
        QCOMPARE(seenBy(two), once);
        QVERIFY(QMetaObject::invokeMethod(one.get(), "send", Q_ARG(QVariant, QString::fromLatin1(script))));
        QCOMPARE(seenBy(one), once + once);
        QCOMPARE(seenBy(two), once + once);
    }

    void engineThatNobodyKnowsIsRefusedWithAWarning()
    {
        QQmlEngine first;
        QJSEngine second;
        QmlRegistry registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        const auto object = createListener(first, registry);
        QVERIFY(object);
        const QJSValue known = first.newQObject(&registry);
        second.globalObject().setProperty(QStringLiteral("bus"), second.newQObject(&registry));
        const char *const message = "QmlRegistry.post(): the call comes from a QML engine that has not used the module SignalBox, while the "
                                    "registry belongs to another engine: import SignalBox and use an element of it there first";
        QTest::ignoreMessage(QtWarningMsg, message);
        second.evaluate(QStringLiteral("bus.post({ size: 1 })"));
        QCOMPARE(object->property("count").toInt(), 0);
        second.evaluate(QStringLiteral("bus.post(1)"));
        QCOMPARE(object->property("count").toInt(), 1);
    }

    void twoEnginesSeeTheSameEvent()
    {
        QQmlEngine first;
        QQmlEngine second;
        AsyncRegistry<Point> registry;
        const auto one = createListener(first, registry);
        const auto two = createListener(second, registry);
        QVERIFY(one && two);
        std::thread([&] { registry.post({.x = 9, .y = 0}); }).join();
        QTRY_COMPARE(two->property("count").toInt(), 1);
        QCOMPARE(one->property("last").value<Point>().x, 9);
        QCOMPARE(two->property("last").value<Point>().x, 9);
    }

    void eventThatDiesOnAnotherThreadLeavesItsScriptValuesToTheEngine()
    {
        QQmlEngine engine;
        AsyncRegistry<Point> registry;
        const auto object = createListener(engine, registry);
        QVERIFY(object);
        // The inline handler keeps the producer in post(), and so the event alive, until the engine has seen the event.
        std::atomic<bool> isSeen = false;
        registry.registerHandler(
            [&](const Point &) {
                while (!isSeen)
                    std::this_thread::yield();
            },
            {.priority = -1});
        std::thread producer([&] { registry.post({.x = 1, .y = 2}); });
        QTRY_COMPARE(object->property("count").toInt(), 1);
        isSeen = true;
        producer.join();
        QCoreApplication::processEvents();
    }

    void eventsThatDieOnAnyThreadLeaveTheEngineWorking()
    {
        constexpr int events = 20000;
        QQmlEngine engine;
        AsyncRegistry<Point> registry;
        const auto object = createListener(engine, registry);
        QVERIFY(object);
        // Whichever of the two threads is the last to be done with an event destroys it.
        QThread other;
        std::atomic<int> seen = 0;
        registry.registerHandler(SignalBox::onThread(&other), [&](const Point &) { ++seen; });
        other.start();
        std::thread producer([&] {
            for (int i = 0; i < events; ++i)
                registry.post({.x = i, .y = 0});
        });
        QTRY_COMPARE_WITH_TIMEOUT(object->property("count").toInt(), events, 60000);
        QTRY_COMPARE_WITH_TIMEOUT(seen.load(), events, 60000);
        producer.join();
        other.quit();
        other.wait();
        QCOMPARE(object->property("last").value<Point>().x, events - 1);
    }

    void functionMayBeUnregisteredByAnyThread()
    {
        QQmlEngine engine;
        const auto object = createObject(engine, R"(
            import SignalBox
            QmlRegistry {
                id: bus
                property int count: 0
                function add() { bus.registerHandler(() => ++bus.count) }
            }
        )");
        auto *const registry = qobject_cast<QmlRegistry *>(object.get());
        QVERIFY(registry);
        for (int i = 0; i < 100; ++i) {
            QVERIFY(QMetaObject::invokeMethod(registry, "add"));
            std::thread([&] { registry->clear(); }).join();
            registry->post(QJSValue(1));
        }
        QCOMPARE(registry->property("count").toInt(), 0);
        QCoreApplication::processEvents();
    }

    void producersPostWhileHandlersComeAndGo()
    {
        QQmlEngine engine;
        AsyncRegistry<Point> registry;
        std::atomic<bool> stop = false;
        std::vector<std::thread> producers;
        for (int i = 0; i < 2; ++i) {
            producers.emplace_back([&] {
                while (!stop) {
                    registry.post({.x = 1, .y = 1});
                    std::this_thread::yield();
                }
            });
        }
        int received = 0;
        for (int i = 0; i < 50; ++i) {
            const auto object = createListener(engine, registry);
            QVERIFY(object);
            QTRY_VERIFY(object->property("count").toInt() > 0);
            received += object->property("count").toInt();
        }
        stop = true;
        for (std::thread &producer : producers)
            producer.join();
        QVERIFY(received >= 50);
        QCOMPARE(registry.handlerCount(), 0);
    }

    void scriptFailureReachesCppWithItsPlace()
    {
        QQmlEngine engine;
        AsyncRegistry<Point> registry;
        QSignalSpy failures(&registry, &RegistryObject::handlerFailed);
        const auto object = createObject(engine, R"(
            import QtQml
            import SignalBox
            QtObject {
                id: root
                required property Registry registry
                property RegistryHandler element: RegistryHandler {
                    name: "thrower"
                    registry: root.registry
                    handler: event => { throw "x is " + event.x }
                }
            }
        )", {{QStringLiteral("registry"), QVariant::fromValue<RegistryObject *>(&registry)}});
        QVERIFY(object);
        registry.post({.x = 7, .y = 0});
        QCOMPARE(failures.count(), 1);
        const auto failure = failures.at(0).at(0).value<HandlerFailure>();
        QCOMPARE(failure.message(), QStringLiteral("x is 7"));
        QCOMPARE(failure.handlerName(), QStringLiteral("thrower"));
        QVERIFY2(failure.fileName().endsWith(QStringLiteral("inline.qml")), qPrintable(failure.fileName()));
        QCOMPARE(failure.lineNumber(), 10);
    }

    void engineOnAWorkerThreadHasItsHandlersThere()
    {
        QThread worker;
        QObject context;
        context.moveToThread(&worker);
        worker.start();
        std::unique_ptr<QQmlEngine> engine;
        std::unique_ptr<QmlRegistry> bus;
        const auto onWorker = [&context](auto function) {
            QMetaObject::invokeMethod(&context, std::move(function), Qt::BlockingQueuedConnection);
        };
        onWorker([&] {
            engine = std::make_unique<QQmlEngine>();
            bus = std::make_unique<QmlRegistry>();
            QQmlEngine::setObjectOwnership(bus.get(), QQmlEngine::CppOwnership);
            engine->globalObject().setProperty(QStringLiteral("bus"), engine->newQObject(bus.get()));
            engine->evaluate(QStringLiteral("var sum = 0; bus.registerHandler(function(event) { sum += event.size })"));
        });
        for (int i = 0; i < 3; ++i)
            bus->post(QVariantMap{{QStringLiteral("size"), 2}});
        const auto sum = [&] {
            int result = 0;
            onWorker([&] { result = engine->globalObject().property(QStringLiteral("sum")).toInt(); });
            return result;
        };
        QTRY_COMPARE(sum(), 6);
        onWorker([&] {
            engine.reset();
            bus.reset();
        });
        worker.quit();
        worker.wait();
    }

    void namedRegistriesOfOtherEnginesAndThreadsAreNotFollowed()
    {
        const QByteArray listening = R"(
            import SignalBox
            RegistryHandler { registryName: "shared"; handler: () => {} })";
        QQmlEngine first;
        QQmlEngine second;
        const auto element = createObject(second, listening);
        const auto registry = createObject(first, R"(
            import SignalBox
            QmlRegistry { name: "shared" })");
        QVERIFY(!element->property("active").toBool());
        const std::unique_ptr<QThread> thread(QThread::create([] {
            AsyncRegistry<int> elsewhere;
            elsewhere.setName(QStringLiteral("shared"));
            QCOMPARE(elsewhere.handlerCount(), 0);
        }));
        thread->start();
        QVERIFY(thread->wait());
        QVERIFY(!element->property("active").toBool());
        AsyncRegistry<int> here;
        here.setName(QStringLiteral("shared"));
        QVERIFY(element->property("active").toBool());
        QCOMPARE(here.handlerCount(), 1);
    }
};

QTEST_GUILESS_MAIN(Engine)
#include "tst_qmlengine.moc"
