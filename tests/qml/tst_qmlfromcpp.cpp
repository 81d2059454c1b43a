// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/QmlRegistry>

#include <QtCore/qdatetime.h>
#include <QtCore/qthread.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <type_traits>

using SignalBox::AsyncRegistry;
using SignalBox::HandlerGuard;
using SignalBox::Propagation;
using SignalBox::QmlRegistry;

static_assert(std::is_base_of_v<AsyncRegistry<QVariant>, QmlRegistry>);

namespace {

// A registry with a handler of priority 0, a Connections, and functions that notify.
const char *const source = R"qml(
    import QtQml
    import SignalBox
    QmlRegistry {
        id: bus
        property var order: []
        property var last
        property var signalled: []
        property int reads: 0
        property Connections connections: Connections {
            target: bus
            function onNotified(event) { bus.signalled.push(event) }
        }
        function send(text) { bus.notify(eval("(" + text + ")")) }
        function sendAndChange() {
            const event = { size: 1 }
            bus.notify(event)
            event.size = 2
        }
        function stop() { bus.registerHandler(() => SignalBox.Stop, { priority: 1, owner: bus }) }
        RegistryHandler {
            handler: event => { bus.last = event; bus.order.push("qml") }
        }
    }
)qml";

} // namespace

class FromCpp : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QQmlEngine> m_engine;
    std::unique_ptr<QObject> m_object;
    QmlRegistry *m_registry = nullptr;

    void send(const char *text)
    {
        QVERIFY(QMetaObject::invokeMethod(m_registry, "send", Q_ARG(QVariant, QString::fromLatin1(text))));
    }

    QStringList order() const { return m_registry->property("order").value<QJSValue>().toVariant().toStringList(); }

    void append(const QString &text)
    {
        QJSValue list = m_registry->property("order").value<QJSValue>();
        list.property(QStringLiteral("push")).callWithInstance(list, {text});
    }

    // What SignalBox.find() gives in a file of the engine.
    static SignalBox::RegistryObject *find(QQmlEngine &engine, const char *name)
    {
        const auto object = createObject(
            engine, QByteArray("import QtQml\nimport SignalBox\nQtObject { property Registry found: SignalBox.find(\"") + name + "\") }");
        return object ? object->property("found").value<SignalBox::RegistryObject *>() : nullptr;
    }

private Q_SLOTS:
    void init()
    {
        m_engine = std::make_unique<QQmlEngine>();
        m_object = createObject(*m_engine, source);
        m_registry = qobject_cast<QmlRegistry *>(m_object.get());
        QVERIFY(m_registry);
    }

    void cleanup()
    {
        m_object.reset();
        m_engine.reset();
    }

    void cppHandlerSeesVariants_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QVariant>("expected");
        QTest::newRow("number") << QByteArray("5") << QVariant(5);
        QTest::newRow("text") << QByteArray("'text'") << QVariant(QStringLiteral("text"));
        QTest::newRow("undefined") << QByteArray("undefined") << QVariant();
        QTest::newRow("symbol") << QByteArray("Symbol('s')") << QVariant();
        QTest::newRow("function") << QByteArray("() => 1") << QVariant();
        QTest::newRow("object") << QByteArray("{ size: 1, inner: { list: [1, 'a'] } }")
                                << QVariant(QVariantMap{
                                       {QStringLiteral("size"), 1},
                                       {QStringLiteral("inner"),
                                        QVariantMap{{QStringLiteral("list"), QVariantList{1, QStringLiteral("a")}}}}});
        QTest::newRow("what only an engine can hold")
            << QByteArray("{ f: () => 1, s: Symbol('s'), list: [() => 1] }")
            << QVariant(QVariantMap{{QStringLiteral("f"), QVariant()},
                                    {QStringLiteral("s"), QVariant()},
                                    {QStringLiteral("list"), QVariantList{QVariant()}}});
        QTest::newRow("cycle") << QByteArray("(() => { const o = { a: 1 }; o.self = o; return o })()")
                               << QVariant(QVariantMap{{QStringLiteral("a"), 1}, {QStringLiteral("self"), QVariant()}});
        QTest::newRow("the same object twice")
            << QByteArray("(() => { const o = { a: 1 }; return [o, o] })()")
            << QVariant(QVariantList{QVariantMap{{QStringLiteral("a"), 1}}, QVariantMap{{QStringLiteral("a"), 1}}});
        QTest::newRow("getter that throws") << QByteArray("{ get x() { throw 1 }, y: 2 }")
                                            << QVariant(QVariantMap{{QStringLiteral("x"), QVariant()}, {QStringLiteral("y"), 2}});
        QTest::newRow("date") << QByteArray("new Date(0)")
                              << QVariant(QDateTime::fromMSecsSinceEpoch(0));
    }

    void cppHandlerSeesVariants()
    {
        QFETCH(const QByteArray, script);
        QFETCH(const QVariant, expected);
        int calls = 0;
        QVariant seen = QStringLiteral("nothing yet");
        m_registry->registerHandler([&](const QVariant &event) {
            ++calls;
            seen = event;
        });
        send(script.constData());
        QCOMPARE(calls, 1);
        QCOMPARE(seen, expected);
        QVERIFY(!m_engine->hasError());
    }

    void prioritiesHoldAcrossCppAndQml()
    {
        m_registry->registerHandler([this](const QVariant &) { append(QStringLiteral("low")); }, {.priority = -1});
        m_registry->registerHandler(this, [this](const QVariant &) { append(QStringLiteral("high")); }, {.priority = 1});
        send("1");
        QCOMPARE(order(), (QStringList{QStringLiteral("high"), QStringLiteral("qml"), QStringLiteral("low")}));
    }

    void cppHandlerMayStopThoseInQml()
    {
        m_registry->registerHandler([](const QVariant &) { return Propagation::Stop; }, {.priority = 1});
        send("1");
        QCOMPARE(order(), QStringList());
    }

    void qmlHandlerMayStopThoseInCpp()
    {
        int calls = 0;
        m_registry->registerHandler([&](const QVariant &) { ++calls; });
        send("1");
        QVERIFY(QMetaObject::invokeMethod(m_registry, "stop"));
        send("2");
        QCOMPARE(calls, 1);
    }

    void cppHandlerOnAnotherThreadSeesTheEventAfterTheScriptLetGoOfIt()
    {
        QThread worker;
        worker.start();
        std::atomic<int> sum = 0;
        m_registry->registerHandler(SignalBox::onThread(&worker), [&](const QVariant &event) {
            sum += event.toMap().value(QStringLiteral("size")).toInt();
        });
        for (int i = 0; i < 1000; ++i)
            send("{ size: 1, callback: () => 1 }");
        m_engine->collectGarbage();
        QTRY_COMPARE(sum.load(), 1000);
        worker.quit();
        worker.wait();
    }

    void guardsOfCppWork()
    {
        int calls = 0;
        {
            const HandlerGuard guard = m_registry->registerGuard([&](const QVariant &) { ++calls; });
            send("1");
        }
        send("2");
        QCOMPARE(calls, 1);
    }

    void postedEventReachesBothLanguagesAndConnections()
    {
        QVariant seen;
        m_registry->registerHandler([&](const QVariant &event) { seen = event; });
        m_registry->post(QVariantMap{{QStringLiteral("size"), 7}});
        QCOMPARE(seen.toMap().value(QStringLiteral("size")).toInt(), 7);
        QVariant last = m_registry->property("last");
        if (last.metaType() == QMetaType::fromType<QJSValue>()) // as Qt 6.4 keeps a map in a var property; newer ones keep the map
            last = last.value<QJSValue>().toVariant();
        QCOMPARE(last.toMap().value(QStringLiteral("size")).toInt(), 7);
        QCOMPARE(m_registry->property("signalled").value<QJSValue>().property(QStringLiteral("length")).toInt(), 1);
    }

    void notifiedIsEmittedHoweverCppNotifies()
    {
        AsyncRegistry<QVariant> &registry = *m_registry;
        const auto signalled = [this] { return m_registry->property("signalled").value<QJSValue>().toVariant().toList(); };
        registry.post(1);
        QCOMPARE(signalled(), QVariantList({1}));
        QVERIFY(registry.notify(2).isFinished());
        QCOMPARE(signalled(), QVariantList({1, 2}));
        QVERIFY(registry.notifySequential(3).isFinished());
        QCOMPARE(signalled(), QVariantList({1, 2, 3}));
    }

    void notifiedIsEmittedForConnectionsAlone()
    {
        m_registry->clear();
        AsyncRegistry<QVariant> &registry = *m_registry;
        registry.post(1);
        send("2");
        QCOMPARE(m_registry->property("signalled").value<QJSValue>().toVariant().toList(), QVariantList({1, 2}));
    }

    void notifiedIsEmittedAfterAHandlerHasStoppedTheEvent()
    {
        m_registry->registerHandler([](const QVariant &) { return Propagation::Stop; }, {.priority = 1});
        send("1");
        QCOMPARE(m_registry->property("signalled").value<QJSValue>().toVariant().toList(), QVariantList({1}));
    }

    void handlerMayDestroyTheRegistryThatFollowsItsEvents()
    {
        m_registry->registerHandler([this](const QVariant &) { m_object.reset(); });
        AsyncRegistry<QVariant> &registry = *m_registry;
        registry.post(1);
        QVERIFY(!m_object);
    }

    // A getter tells how often the event is read.
    void eventIsConvertedOnceAndForCppHandlersOnly()
    {
        const auto reads = [this] { return m_registry->property("reads").toInt(); };
        const char *const event = "{ get size() { return ++bus.reads } }";
        send(event);
        QCOMPARE(reads(), 0);
        QList<int> seen;
        const auto see = [&](const QVariant &variant) { seen.append(variant.toMap().value(QStringLiteral("size")).toInt()); };
        m_registry->registerHandler(see);
        m_registry->registerHandler(see, {.priority = 1});
        send(event);
        QCOMPARE(reads(), 1);
        QCOMPARE(seen, (QList<int>{1, 1}));
    }

    void eventIsNotConvertedForAHandlerThatItDoesNotReach()
    {
        int calls = 0;
        m_registry->registerHandler([&](const QVariant &) { ++calls; }, {.enabled = false});
        m_registry->registerHandler([&](const QVariant &) { ++calls; }, {.priority = -1});
        QVERIFY(QMetaObject::invokeMethod(m_registry, "stop"));
        send("{ get size() { return ++bus.reads } }");
        QCOMPARE(calls, 0);
        QCOMPARE(m_registry->property("reads").toInt(), 0);
    }

    void cppHandlerSeesTheEventAsItWasNotified_data()
    {
        QTest::addColumn<bool>("isOnAnotherThread");
        QTest::newRow("queued here") << false;
        QTest::newRow("on another thread") << true;
    }

    void cppHandlerSeesTheEventAsItWasNotified()
    {
        QFETCH(const bool, isOnAnotherThread);
        QThread worker;
        worker.start();
        std::atomic<int> seen = 0;
        const auto see = [&](const QVariant &event) { seen = event.toMap().value(QStringLiteral("size")).toInt(); };
        if (isOnAnotherThread)
            m_registry->registerHandler(SignalBox::onThread(&worker), see);
        else
            m_registry->registerHandler(this, see, {.delivery = SignalBox::Delivery::Queued});
        QVERIFY(QMetaObject::invokeMethod(m_registry, "sendAndChange"));
        QTRY_COMPARE(seen.load(), 1);
        worker.quit();
        worker.wait();
    }

    void handlerThatDoesNotKnowTheTypeSeesTheEventAsItWasNotified()
    {
        int seen = 0;
        const auto guard = m_registry->registerEventGuard(
            this,
            [&](const SignalBox::detail::Event &event) {
                seen = static_cast<const QVariant *>(event.content().value)->toMap().value(QStringLiteral("size")).toInt();
                return Propagation::Continue;
            },
            {.delivery = SignalBox::Delivery::Queued});
        QVERIFY(QMetaObject::invokeMethod(m_registry, "sendAndChange"));
        QTRY_COMPARE(seen, 1);
    }

    void eventPostedByAnotherThreadReachesQmlAndConnectionsThroughTheLoop()
    {
        std::thread([this] { m_registry->post(8); }).join();
        QCOMPARE(order(), QStringList());
        QTRY_COMPARE(m_registry->property("signalled").value<QJSValue>().property(0).toInt(), 8);
        QCOMPARE(order(), QStringList{QStringLiteral("qml")});
    }

    void registryMayDieBetweenAPostAndItsSignal()
    {
        std::thread([this] { m_registry->post(8); }).join();
        m_object.reset();
        QCoreApplication::processEvents();
    }

    void notifyFromAWrongThreadIsRefusedWithAWarning()
    {
        QTest::ignoreMessage(QtWarningMsg, "QmlRegistry.notify(): to be called on the thread of the QML engine that has "
                                           "the registry");
        std::thread([this] { m_registry->notify(QJSValue(1)); }).join();
        QCoreApplication::processEvents();
        QCOMPARE(order(), QStringList());
    }

    void registryFromCppIsFoundByItsNameFromEveryEngine()
    {
        QQmlEngine other;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->setName(QStringLiteral("readings"));
        QCOMPARE(find(*m_engine, "readings"), registry.get());
        QCOMPARE(find(other, "readings"), registry.get());
        registry->setName(QStringLiteral("values"));
        QCOMPARE(find(other, "readings"), nullptr);
        QCOMPARE(find(other, "values"), registry.get());
        registry->setName(QString());
        QCOMPARE(find(other, ""), nullptr);
        registry->setName(QStringLiteral("values"));
        registry.reset();
        QCOMPARE(find(*m_engine, "values"), nullptr);
    }

    void registryThatWasFoundIsNotCollected()
    {
        const auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->setName(QStringLiteral("readings"));
        bool isAlive = true;
        connect(registry.get(), &QObject::destroyed, this, [&] { isAlive = false; });
        find(*m_engine, "readings");
        m_engine->collectGarbage();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(isAlive);
    }

    void registryOfAnotherThreadIsNotFound()
    {
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("readings"));
        QThread worker;
        worker.start();
        QThread *const home = QThread::currentThread();
        registry.moveToThread(&worker);
        QCOMPARE(find(*m_engine, "readings"), nullptr);
        QMetaObject::invokeMethod(&registry, [&] { registry.moveToThread(home); }, Qt::BlockingQueuedConnection);
        QCOMPARE(find(*m_engine, "readings"), &registry);
        worker.quit();
        worker.wait();
    }

    // The types of properties that only tools and newer Qt know: see valuetypes_p.h.
    void idsAndFailuresAreValueTypesFromQt68On()
    {
#if QT_VERSION < QT_VERSION_CHECK(6, 8, 0)
        QSKIP("not with this Qt");
#else
        QQmlEngine engine;
        const auto object = createObject(engine, R"qml(
            import QtQml
            import SignalBox
            QmlRegistry {
                id: bus
                property handlerId kept: bus.registerHandler(() => { throw "no ink" }, { name: "printer" })
                property handlerFailure failure
                onHandlerFailed: failure => bus.failure = failure
                function fail() { bus.notify(1); return bus.failure.handlerName + ": " + bus.failure.message }
                function knowsItsFailure() { return bus.failure.handlerId === bus.kept }
                function isRefused(value) {
                    try { bus.contains(value) } catch (error) { return error instanceof TypeError }
                    return false
                }
                function refusesAllButIds() {
                    return [5, "5", null, undefined, {}, [], Qt.point(1, 2), bus, () => 1].every(bus.isRefused) && bus.contains(bus.kept)
                }
                // Which Qt says, but does not refuse.
                function emitsNonsense() {
                    for (const value of [5, null, {}, [], bus])
                        bus.handlerFailed(value)
                    return bus.failure.message
                }
            }
        )qml");
        QVERIFY(object);
        const auto call = [&object](const char *function) {
            QVariant result;
            return QMetaObject::invokeMethod(object.get(), function, Q_RETURN_ARG(QVariant, result)) ? result : QVariant();
        };
        QCOMPARE(call("fail"), QVariant(QStringLiteral("printer: no ink")));
        QCOMPARE(call("knowsItsFailure"), QVariant(true));
        QCOMPARE(call("refusesAllButIds"), QVariant(true));
        QCOMPARE(call("emitsNonsense"), QVariant(QString()));
#endif
    }
};

QTEST_GUILESS_MAIN(FromCpp)
#include "tst_qmlfromcpp.moc"
