// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/QmlRegistry>

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
            registry.notify(QJSValue(1));
            QCOMPARE(early.count, 1);
        }
        QTest::ignoreMessage(QtWarningMsg, "QmlRegistry.notify(): to be called on the thread of the QML engine that has "
                                           "the registry");
        registry.notify(QJSValue(2));
        QQmlEngine second;
        const auto object = createObject(second, user, properties(late));
        QVERIFY(object);
        registry.notify(QJSValue(3));
        QCOMPARE(late.count, 1);
        QCOMPARE(early.count, 1);
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
            registry->notify(QJSValue(1));
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
};

QTEST_GUILESS_MAIN(Engine)
#include "tst_qmlengine.moc"
