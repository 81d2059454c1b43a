// SPDX-License-Identifier: MIT
//
// Who may die when, also while eight threads post.
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>
#include <SignalBox/QmlRegistry>

#include <QtCore/qthread.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::QmlRegistry;
using SignalBox::RegistryObject;

namespace {

class Point
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)

public:
    int x = 0;
};

// Counts the calls of scripts, and outlives engines, which properties of QML objects do not.
class Counter : public QObject
{
    Q_OBJECT

public:
    Counter() { QQmlEngine::setObjectOwnership(this, QQmlEngine::CppOwnership); }
    Q_INVOKABLE void add() { ++count; }
    Q_INVOKABLE void destroyRegistry()
    {
        ++count;
        registry.reset();
    }

    int count = 0;
    std::unique_ptr<RegistryObject> registry;
};

// Handlers of every kind in a component, with functions that end them.
const char *const page = R"(
    import QtQml
    import SignalBox
    QtObject {
        id: root
        required property Registry registry
        required property QtObject counter
        property RegistryHandler element: RegistryHandler {
            registry: root.registry
            filter: event => event.x >= 0
            handler: event => root.counter.add()
        }
        property RegistryHandler once: RegistryHandler {
            registry: root.registry
            once: true
            handler: event => root.counter.add()
        }
        Component.onCompleted: {
            SignalBox.on(root.registry, event => root.counter.add(), { priority: 1 });
            const own = SignalBox.on(root.registry, event => root.registry.unregister(own));
        }
    }
)";

class Engine
{
public:
    QQmlEngine *operator->() { return m_engine.get(); }

    std::unique_ptr<QObject> create(const char *text, const QVariantMap &properties)
    {
        return createObject(*m_engine, text, properties);
    }

    std::unique_ptr<QObject> createPage(RegistryObject *registry, Counter &counter)
    {
        return create(page, {{QStringLiteral("registry"), QVariant::fromValue(registry)},
                             {QStringLiteral("counter"), QVariant::fromValue<QObject *>(&counter)}});
    }

    void destroy() { m_engine.reset(); }

private:
    std::unique_ptr<QQmlEngine> m_engine = std::make_unique<QQmlEngine>();
};

// Eight threads that post to a registry for as long as this lives.
template <class Registry, class E>
class Producers
{
public:
    Producers(Registry &registry, const E &event)
    {
        for (int i = 0; i < 8; ++i) {
            m_threads.emplace_back([this, &registry, event] {
                while (!m_isEnding) {
                    registry.post(event);
                    ++m_posted;
                    std::this_thread::yield();
                }
            });
        }
    }

    ~Producers()
    {
        m_isEnding = true;
        for (std::thread &thread : m_threads)
            thread.join();
    }

    int posted() const { return m_posted; }

private:
    std::atomic<bool> m_isEnding = false;
    std::atomic<int> m_posted = 0;
    std::vector<std::thread> m_threads;
};

void deleteDeferred()
{
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

} // namespace

class Lifetimes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void componentsComeAndGoWhileEightThreadsPost()
    {
        Engine engine;
        AsyncRegistry<Point> registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        Counter counter;
        const Producers producers(registry, Point{1});
        for (int i = 0; i < 30; ++i) {
            const auto object = engine.createPage(&registry, counter);
            QVERIFY(object);
            const int before = counter.count;
            QTRY_VERIFY(counter.count > before);
        }
        QCOMPARE(registry.handlerCount(), 0);
        const int after = counter.count;
        const int posted = producers.posted();
        QTRY_VERIFY(producers.posted() > posted + 100);
        QCOMPARE(counter.count, after);
    }

    void engineDiesBeforeTheRegistryWhileEightThreadsPost()
    {
        AsyncRegistry<Point> registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        Counter counter;
        const Producers producers(registry, Point{1});
        for (int i = 0; i < 10; ++i) {
            Engine engine;
            auto object = engine.createPage(&registry, counter);
            QVERIFY(object);
            const int before = counter.count;
            QTRY_VERIFY(counter.count > before);
            if (i % 2)
                object.reset();
            engine.destroy();
            const int after = counter.count;
            const int posted = producers.posted();
            QTRY_VERIFY(producers.posted() > posted + 100);
            QCoreApplication::processEvents();
            QCOMPARE(counter.count, after);
        }
        QCOMPARE(registry.handlerCount(), 0);
    }

    void registryOfQmlDiesWhileEightThreadsPostToItsFellow()
    {
        // The producers' registry must live; handlers of the dying one hang on the same engine and thread.
        Engine engine;
        AsyncRegistry<Point> lasting;
        QQmlEngine::setObjectOwnership(&lasting, QQmlEngine::CppOwnership);
        Counter counter;
        const auto listener = engine.createPage(&lasting, counter);
        QVERIFY(listener);
        const Producers producers(lasting, Point{1});
        for (int i = 0; i < 20; ++i) {
            auto registry = std::make_unique<AsyncRegistry<Point>>();
            QQmlEngine::setObjectOwnership(registry.get(), QQmlEngine::CppOwnership);
            const auto object = engine.createPage(registry.get(), counter);
            QVERIFY(object);
            std::thread poster([&] {
                for (int event = 0; event < 50; ++event)
                    registry->post({event});
            });
            QCoreApplication::processEvents();
            poster.join();
            registry.reset();
            const int before = counter.count;
            QTRY_VERIFY(counter.count > before); // the other registry's go on
        }
    }

    void filterOfAModelOfCppEndsWithThePageThatHasSetIt_data()
    {
        QTest::addColumn<bool>("isEngineEnding");
        QTest::newRow("the page ends") << false;
        QTest::newRow("the engine ends") << true;
    }

    void filterOfAModelOfCppEndsWithThePageThatHasSetIt()
    {
        QFETCH(const bool, isEngineEnding);
        AsyncRegistry<Point> registry;
        SignalBox::EventModel model(&registry);
        model.setRegistry(&registry);
        QQmlEngine::setObjectOwnership(&model, QQmlEngine::CppOwnership);
        Engine engine;
        Counter counter;
        auto page = engine.create(R"(
            import QtQml
            import SignalBox
            QtObject {
                id: page
                required property EventModel model
                required property QtObject counter
                property int least: 2
                Component.onCompleted: SignalBox.setFilter(page.model, event => { page.counter.add(); return event.x >= page.least })
            }
        )", {{QStringLiteral("model"), QVariant::fromValue<QObject *>(&model)}, {QStringLiteral("counter"), QVariant::fromValue<QObject *>(&counter)}});
        QVERIFY(page);
        for (const int x : {1, 2, 3})
            registry.post({x});
        QTRY_COMPARE(model.received(), quint64(3));
        QCOMPARE(model.count(), 2);
        QCOMPARE(counter.count, 3);
        if (isEngineEnding)
            engine.destroy();
        else
            page.reset();
        registry.post({0});
        QTRY_COMPARE(model.count(), 4);
        QCOMPARE(counter.count, 3);
    }

    void functionsAreUnregisteredByEightThreads()
    {
        Engine engine;
        AsyncRegistry<Point> registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        Counter counter;
        for (int i = 0; i < 20; ++i) {
            const auto object = engine.createPage(&registry, counter);
            QVERIFY(object);
            std::vector<std::thread> threads;
            for (int n = 0; n < 8; ++n) {
                threads.emplace_back([&] {
                    registry.post({1});
                    for (const auto &handler : registry.handlers())
                        registry.unregister(handler.id);
                    registry.post({2});
                });
            }
            QCoreApplication::processEvents();
            for (std::thread &thread : threads)
                thread.join();
            QCOMPARE(registry.handlerCount(), 0);
            const int after = counter.count;
            QCoreApplication::processEvents();
            QCOMPARE(counter.count, after);
        }
    }

    void variantsPostedByEightThreadsMeetScriptsThatComeAndGo()
    {
        Engine engine;
        const auto object = engine.create(R"(
            import QtQml
            import SignalBox
            QmlRegistry {
                id: bus
                property int calls: 0
                property int signalled: 0
                property HandlerGuard guard
                onNotified: event => ++bus.signalled
                function churn() {
                    bus.guard?.unregister()
                    bus.guard = bus.registerGuard(event => ++bus.calls, { priority: bus.calls % 3 })
                    bus.registerHandler(event => ++bus.calls, { once: true })
                    bus.post({ size: 1, callback: () => 2 })
                }
            }
        )", {});
        auto *const registry = qobject_cast<QmlRegistry *>(object.get());
        QVERIFY(registry);
        std::atomic<int> seen = 0;
        QThread worker;
        worker.start();
        registry->registerHandler(SignalBox::onThread(&worker), [&](const QVariant &event) {
            if (event.toMap().value(QStringLiteral("size")).toInt() == 1)
                ++seen;
        });
        {
            const Producers producers(*registry, QVariant(QVariantMap{{QStringLiteral("size"), 1}}));
            for (int i = 0; i < 200; ++i) {
                QVERIFY(QMetaObject::invokeMethod(registry, "churn"));
                QCoreApplication::processEvents();
            }
            engine->collectGarbage();
        }
        // A guard that is replaced before its event arrives is not called.
        QTRY_VERIFY_WITH_TIMEOUT(registry->property("calls").toInt() >= 200, 30000);
        QTRY_VERIFY(registry->property("signalled").toInt() > 200);
        QTRY_VERIFY(seen > 200);
        worker.quit();
        worker.wait();
    }

    void registryMayBeDestroyedInItsOwnScriptHandler_data()
    {
        QTest::addColumn<QByteArray>("handler");
        QTest::newRow("element") << QByteArray("property RegistryHandler element: RegistryHandler { registry: root.registry; "
                                               "handler: event => root.counter.destroyRegistry() }");
        QTest::newRow("filter") << QByteArray("property RegistryHandler element: RegistryHandler { registry: root.registry; "
                                              "filter: event => { root.counter.destroyRegistry(); return true } "
                                              "handler: event => root.counter.add() }");
        QTest::newRow("function") << QByteArray("Component.onCompleted: SignalBox.on(root.registry, "
                                                "event => root.counter.destroyRegistry())");
        QTest::newRow("once") << QByteArray("Component.onCompleted: SignalBox.on(root.registry, "
                                            "event => root.counter.destroyRegistry(), { once: true })");
    }

    void registryMayBeDestroyedInItsOwnScriptHandler()
    {
        QFETCH(const QByteArray, handler);
        Engine engine;
        Counter counter;
        auto owned = std::make_unique<AsyncRegistry<Point>>();
        AsyncRegistry<Point> *const registry = owned.get();
        QQmlEngine::setObjectOwnership(registry, QQmlEngine::CppOwnership);
        counter.registry = std::move(owned);
        const QByteArray text = "import QtQml\nimport SignalBox\nQtObject { id: root; required property Registry registry; "
                                "required property QtObject counter\n" + handler + "\n}";
        const auto object = engine.create(text.constData(),
                                          {{QStringLiteral("registry"), QVariant::fromValue<RegistryObject *>(registry)},
                                           {QStringLiteral("counter"), QVariant::fromValue<QObject *>(&counter)}});
        QVERIFY(object);
        registry->registerHandler([&](const Point &) { ++counter.count; }, {.priority = -1});
        registry->post({1});
        QCOMPARE(counter.count, 1); // the registry's end is as clear(): nobody is called any more
        QVERIFY(!counter.registry);
        QCoreApplication::processEvents();
    }

    void componentMayBeDestroyedInItsOwnScriptHandler()
    {
        Engine engine;
        AsyncRegistry<Point> registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        Counter counter;
        auto object = engine.createPage(&registry, counter);
        QVERIFY(object);
        registry.registerHandler([&](const Point &) { object.reset(); }, {.priority = 5});
        registry.post({1});
        QCOMPARE(counter.count, 0);
        QCOMPARE(registry.handlerCount(), 1);
    }

    void queuedEventFindsNobodyOnceTheComponentIsGone()
    {
        Engine engine;
        AsyncRegistry<Point> registry;
        QQmlEngine::setObjectOwnership(&registry, QQmlEngine::CppOwnership);
        Counter counter;
        auto object = engine.createPage(&registry, counter);
        QVERIFY(object);
        std::thread([&] { registry.post({1}); }).join();
        object.reset();
        QCoreApplication::processEvents();
        QCOMPARE(counter.count, 0);
    }

    void guardsThatEndedAreCollectedAndOthersAreNot()
    {
        Engine engine;
        const auto object = engine.create(R"(
            import QtQml
            import SignalBox
            QmlRegistry {
                id: bus
                property int calls: 0
                function dropEnded() { bus.registerGuard(() => ++bus.calls).unregister() }
                function dropReleased() { bus.unregister(bus.registerGuard(() => ++bus.calls).release()) }
                function dropActive() { bus.registerGuard(() => ++bus.calls) }
            }
        )", {});
        auto *const registry = qobject_cast<QmlRegistry *>(object.get());
        QVERIFY(registry);
        for (int i = 0; i < 100; ++i) {
            QVERIFY(QMetaObject::invokeMethod(registry, "dropEnded"));
            QVERIFY(QMetaObject::invokeMethod(registry, "dropReleased"));
        }
        QVERIFY(QMetaObject::invokeMethod(registry, "dropActive"));
        QPointer<QObject> active = registry->findChild<SignalBox::QmlHandlerGuard *>();
        QVERIFY(active);
        QCOMPARE(registry->findChildren<SignalBox::QmlHandlerGuard *>().size(), 1);
        engine->collectGarbage();
        deleteDeferred();
        QVERIFY(active);
        QCOMPARE(registry->handlerCount(), 1);
        registry->post(QJSValue(1));
        QCOMPARE(registry->property("calls").toInt(), 1);

        // What ended while no script had it is collected as well.
        registry->clear();
        QTRY_VERIFY((engine->collectGarbage(), deleteDeferred(), !active));
    }
};

QTEST_GUILESS_MAIN(Lifetimes)
#include "tst_qmllifetimes.moc"
