// SPDX-License-Identifier: MIT
#include "checkedmodel.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/TestClock>

#include <QtCore/qsortfilterproxymodel.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::EventModel;
using SignalBox::TestClock;
using namespace std::chrono_literals;

// An event that points to an object, as gadgets may.
struct Owner
{
    Q_GADGET
    Q_PROPERTY(QObject *object MEMBER object)
    Q_PROPERTY(QVariant any MEMBER any)

public:
    QObject *object = nullptr;
    QVariant any;
};

struct Quote
{
    std::string name;
    double bid = 0;
};
Q_DECLARE_METATYPE(Quote)

// What each model does, and one that has a row for each event.
class EventModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- rows and columns ------------------------------------------------------------------------

    void eventsBecomeRowsInTheirOrder()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        const auto post = [&] {
            for (int i = 0; i < 100; ++i)
                registry.post(i);
        };
        QVERIFY(model.showsInOneBlock(post, 100));
        QCOMPARE(model.numbers(), range(0, 100));
        QCOMPARE(model.lost(), quint64(0));
        QCOMPARE(model.inserted.count(), 1);
        QCOMPARE(model.removed.count(), 0);
        QCOMPARE(model.data(model.index(7, 0)).toInt(), 7);
        QVERIFY(!model.data(model.index(100, 0)).isValid());
        QVERIFY(!model.data(model.index(0, 1)).isValid());
    }

    void propertiesOfAGadgetAreColumnsAndRoles()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        registry.post({QStringLiteral("QT"), 12});
        QVERIFY(model.comesTo(1, 1));
        QCOMPARE(model.columns(), (QStringList{QStringLiteral("symbol"), QStringLiteral("price")}));
        QCOMPARE(model.wasReset.count(), 1);
        QCOMPARE(model.headerData(1, Qt::Horizontal).toString(), QStringLiteral("price"));
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("QT"));
        QCOMPARE(model.index(0, 1).data().toInt(), 12);
        QCOMPARE(model.roleNames().value(model.role(QStringLiteral("price"))), QByteArray("price"));
        QCOMPARE(model.roleNames().value(Qt::DisplayRole), QByteArray("display"));
        QCOMPARE(model.index(0, 0).data(model.role(QStringLiteral("price"))).toInt(), 12);
        QCOMPARE(model.role(QStringLiteral("volume")), -1);
        QVERIFY(!model.value(0, QStringLiteral("volume")).isValid());
    }

    void columnsMayBeChosen()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        model.setColumns({QStringLiteral("price"), QStringLiteral("volume")});
        registry.post({QStringLiteral("QT"), 12});
        QVERIFY(model.comesTo(1, 1));
        QCOMPARE(model.columnCount(), 2);
        QCOMPARE(model.index(0, 0).data().toInt(), 12);
        QVERIFY(!model.index(0, 1).data().isValid());
        model.setColumns({});
        QCOMPARE(model.columns(), (QStringList{QStringLiteral("symbol"), QStringLiteral("price")}));
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("QT"));
    }

    void functionsAndMemberPointersAreColumns()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model;
        model.addColumn<Tick>("price", &Tick::price);
        model.addColumn<Tick>("text", [](const Tick &tick) { return tick.symbol.toStdString() + "!"; });
        model.setRegistry(&registry);
        registry.post({QStringLiteral("QT"), 12});
        QVERIFY(model.comesTo(1, 1));
        QCOMPARE(model.columns(), (QStringList{QStringLiteral("price"), QStringLiteral("text")}));
        QCOMPARE(model.index(0, 0).data().toInt(), 12);
        QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("QT!"));
    }

    void eventsOfSeveralTypesShareAColumn()
    {
        AsyncRegistry<QVariant> registry;
        CheckedModel model(&registry);
        model.addColumn<Tick>("name", &Tick::symbol);
        model.addColumn<Quote>("name", &Quote::name);
        registry.post(QVariant::fromValue(Tick{QStringLiteral("a"), 1}));
        registry.post(QVariant::fromValue(Quote{"b", 2}));
        registry.post(QVariantMap{{QStringLiteral("name"), QStringLiteral("c")}});
        registry.post(QVariant(4));
        registry.post(QVariant());
        QVERIFY(model.comesTo(5, 5));
        QCOMPARE(model.columnCount(), 1);
        QStringList names;
        for (int row = 0; row < 5; ++row)
            names.append(model.index(row, 0).data().toString());
        QCOMPARE(names, (QStringList{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c"), QString(), QString()}));
    }

    void membersOfMapsMayComeAndGo()
    {
        AsyncRegistry<QVariantMap> registry;
        CheckedModel model(&registry);
        registry.post({{QStringLiteral("a"), 1}, {QStringLiteral("b"), 2}});
        registry.post({{QStringLiteral("b"), 3}, {QStringLiteral("c"), 4}});
        registry.post({});
        QVERIFY(model.comesTo(3, 3));
        QCOMPARE(model.columns(), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
        QCOMPARE(model.wasReset.count(), 1);
        QCOMPARE(model.numbers("b"), (std::vector<int>{2, 3, 0}));
        QVERIFY(!model.index(1, 0).data().isValid());
        QVERIFY(!model.index(2, 1).data().isValid());
    }

    void moveOnlyEventsAreReadByFunctions()
    {
        AsyncRegistry<std::unique_ptr<int>> registry;
        CheckedModel model(&registry);
        model.addColumn<std::unique_ptr<int>>("number", [](const std::unique_ptr<int> &event) { return *event; });
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("cannot be seen by QML")));
        registry.post(std::make_unique<int>(5));
        QVERIFY(model.comesTo(1, 1));
        QCOMPARE(model.index(0, 0).data().toInt(), 5);
    }

    void rowsAreTheSharedEventsThemselves()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        std::vector<const int *> notified;
        std::vector<const int *> shown;
        registry.registerHandler([&](const int &event) { notified.push_back(&event); });
        model.addColumn<int>("number", [&](const int &event) {
            shown.push_back(&event);
            return event;
        });
        registry.post(1);
        registry.post(2);
        QVERIFY(model.comesTo(2, 2));
        shown.clear();
        QCOMPARE(model.numbers("number"), (std::vector{1, 2}));
        QCOMPARE(shown, notified);
    }

    void functionThatThrowsLeavesItsCellsEmptyAndIsLoggedOnce()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("\"half\" threw: odd")));
        model.addColumn<int>("half", [](const int &event) -> int {
            if (event % 2)
                throw std::runtime_error("odd");
            return event / 2;
        });
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".")));
        for (int i = 0; i < 4; ++i)
            registry.post(i);
        QVERIFY(model.comesTo(4, 4));
        QCOMPARE(model.numbers("half"), (std::vector<int>{0, 0, 1, 0}));
        QVERIFY(!model.index(3, 0).data().isValid());
    }

    // --- the ring --------------------------------------------------------------------------------

    void ringKeepsTheNewestWithOneInsertionAndOneRemovalForEachBlock()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        model.setCapacity(10);
        int next = 0;
        const auto post = [&](int count) {
            model.inserted.clear();
            model.removed.clear();
            const auto some = [&] {
                for (int i = 0; i < count; ++i)
                    registry.post(next++);
            };
            return model.showsInOneBlock(some, quint64(next) + quint64(count));
        };
        QVERIFY(post(7));
        QCOMPARE(model.numbers(), range(0, 7));
        for (const int count : {7, 10}) {
            QVERIFY(post(count));
            QCOMPARE(model.numbers(), range(next - 10, next));
            QCOMPARE(model.inserted.count(), 1);
            QCOMPARE(model.removed.count(), 1);
        }
        QCOMPARE(model.lost(), quint64(0));
    }

    void rowsChangeOncePerInterval()
    {
        constexpr int interval = 16;
        TestClock clock;
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        QCOMPARE(model.interval(), interval);
        model.setCapacity(100);
        registry.post(0);
        QVERIFY(clock.advance(0ms));
        QCOMPARE(model.inserted.count(), 1); // the first one waits for no interval
        constexpr int last = 10 * interval;
        for (int time = 1; time <= last; ++time) {
            registry.post(time);
            QVERIFY(clock.advance(1ms));
            QCOMPARE(model.inserted.count(), 1 + time / interval);
            QVERIFY(model.removed.count() <= model.inserted.count());
        }
        QCOMPARE(model.numbers(), range(last + 1 - 100, last + 1));
        QCOMPARE(model.lost(), quint64(0));
    }

    void eventsThatNeverBecomeARowAreCounted()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        model.setCapacity(10);
        const auto post = [&] {
            for (int i = 0; i < 1000; ++i)
                registry.post(i);
        };
        QVERIFY(model.showsInOneBlock(post, 1000));
        QCOMPARE(model.numbers(), range(990, 1000));
        QCOMPARE(model.lost(), quint64(990));
        QCOMPARE(model.inserted.count(), 1);
        QCOMPARE(model.removed.count(), 0);
    }

    void capacityMayChange()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        for (int i = 0; i < 20; ++i)
            registry.post(i);
        QVERIFY(model.comesTo(20, 20));
        model.setCapacity(5);
        QCOMPARE(model.numbers(), range(15, 20));
        QCOMPARE(model.removed.count(), 1);
        for (int i = 20; i < 23; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return model.numbers() == range(18, 23); }));
        model.setCapacity(20'000);
        for (int i = 23; i < 12'023; ++i)
            registry.post(i);
        QVERIFY(model.comesTo(12'005, 12'023));
        QCOMPARE(model.numbers(), range(18, 12'023));
        QCOMPARE(model.lost(), quint64(0));
    }

    void badSettingsAreRefusedWithAWarning()
    {
        CheckedModel model;
        QSignalSpy told(&model, &EventModel::capacityChanged);
        for (const int capacity : {0, -1}) {
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("EventModel::setCapacity\\(\\).*positive.*nothing was changed")));
            model.setCapacity(capacity);
            QCOMPARE(model.capacity(), 10'000);
        }
        QCOMPARE(told.count(), 0);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("EventModel::setInterval\\(\\).*negative")));
        model.setInterval(-1);
        QCOMPARE(model.interval(), 16);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("EventModel::setColumns\\(\\).*twice")));
        model.setColumns({QStringLiteral("a"), QStringLiteral("a")});
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("EventModel::setColumns\\(\\).*empty")));
        model.setColumns({QString()});
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("EventModel::addColumn\\(\\).*empty")));
        model.addColumn<Tick>("", &Tick::price);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("EventModel::addColumn\\(\\).*function is null")));
        int (*const none)(const Tick &) = nullptr;
        model.addColumn<Tick>("price", none);
        QVERIFY(model.columns().isEmpty());
    }

    void hugeSettingsAreTaken()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        model.setCapacity(std::numeric_limits<int>::max());
        model.setInterval(std::numeric_limits<int>::max());
        registry.post(1);
        QVERIFY(model.comesTo(1, 1)); // the first event is shown at once
        registry.post(2);
        runQueuedCalls();
        QCOMPARE(model.count(), 1);
        model.setInterval(0);
        registry.post(3);
        QVERIFY(model.comesTo(2, 2));
        QCOMPARE(model.numbers(), (std::vector<int>{1, 3}));
    }

    // --- pauses, counts --------------------------------------------------------------------------

    void pausedModelStandsStillAndGoesOn()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        model.setCapacity(100);
        registry.post(0);
        QVERIFY(model.comesTo(1, 1));
        model.setPaused(true);
        for (int i = 1; i < 51; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return model.received() == 51; }));
        QCOMPARE(model.count(), 1);
        model.setPaused(false);
        QCOMPARE(model.numbers(), range(0, 51));
        model.setPaused(true);
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < 100; ++i)
                registry.post(1000 + 100 * round + i);
            QVERIFY(waitFor([&] { return model.received() == 51 + 100 * (quint64(round) + 1); }));
        }
        QCOMPARE(model.count(), 51);
        QCOMPARE(model.lost(), quint64(200));
        model.setPaused(false);
        QCOMPARE(model.numbers(), range(1200, 1300));
    }

    void clearedModelCountsFromZero()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        QSignalSpy counted(&model, &EventModel::countChanged);
        QSignalSpy received(&model, &EventModel::receivedChanged);
        for (int i = 0; i < 10; ++i)
            registry.post(i);
        QVERIFY(model.comesTo(10, 10));
        QVERIFY(counted.count() >= 1);
        QVERIFY(received.count() >= 1);
        model.setPaused(true);
        registry.post(10);
        QVERIFY(waitFor([&] { return model.received() == 11; }));
        model.clear();
        QCOMPARE(model.count(), 0);
        QCOMPARE(model.received(), quint64(0));
        model.setPaused(false);
        QCOMPARE(model.count(), 0);
        QCOMPARE(model.columnCount(), 1);
        registry.post(11);
        QVERIFY(model.comesTo(1, 1));
        QCOMPARE(model.numbers(), (std::vector<int>{11}));
        registry.post(12);
        model.clear(); // also what has not come yet
        model.clear();
        QCOMPARE(model.removed.count(), 2);
        registry.post(13);
        QVERIFY(model.comesTo(1, 1));
        QCOMPARE(model.numbers(), (std::vector<int>{13}));
    }

    // --- registries ------------------------------------------------------------------------------

    void rowsStayWhenTheRegistryGoes()
    {
        auto registry = std::make_unique<AsyncRegistry<Tick>>();
        CheckedModel model(registry.get());
        QSignalSpy told(&model, &EventModel::registryChanged);
        registry->post({QStringLiteral("QT"), 12});
        QVERIFY(model.comesTo(1, 1));
        registry.reset();
        QCOMPARE(model.registry(), nullptr);
        QCOMPARE(told.count(), 1);
        QCOMPARE(model.index(0, 1).data().toInt(), 12);
    }

    void objectsThatHaveDiedAreNullInRows_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<bool>("diesBefore");
        QTest::newRow("after they came") << QString() << false;
        QTest::newRow("before") << QString() << true;
        QTest::newRow("after, with a key") << QStringLiteral("n") << false;
        QTest::newRow("before, with a key") << QStringLiteral("n") << true;
    }
    void objectsThatHaveDiedAreNullInRows()
    {
        QFETCH(QString, key);
        QFETCH(bool, diesBefore);
        const auto isNull = [](const QVariant &value) {
            return value.metaType().flags() & QMetaType::PointerToQObject && !*static_cast<QObject *const *>(value.constData());
        };
        const auto see = [](const QVariantMap &event) { return event.value(QStringLiteral("o")).value<QObject *>() != nullptr; };
        AsyncRegistry<QVariantMap> maps;
        AsyncRegistry<QVariant> variants;
        // No CheckedModel: a view is not to ask for an object's text.
        EventModel ofMaps;
        EventModel ofVariants;
        ofMaps.setRegistry(&maps);
        ofVariants.setRegistry(&variants);
        const auto come = [&] { return ofMaps.count() == 1 && ofVariants.count() == 1; };
        for (EventModel *model : {&ofMaps, &ofVariants}) {
            model->addColumn<QVariantMap>("seen", see);
            model->setColumns({QStringLiteral("o"), QStringLiteral("list"), QStringLiteral("alive"), QStringLiteral("seen")});
            model->setKey(key);
        }
        auto object = std::make_unique<QObject>();
        QObject alive;
        const QVariant pointer = QVariant::fromValue(object.get());
        const QVariantMap event{{QStringLiteral("n"), 1},
                                {QStringLiteral("o"), pointer},
                                {QStringLiteral("list"), QVariantList{1, pointer}},
                                {QStringLiteral("alive"), QVariant::fromValue(&alive)}};
        maps.post(event);
        variants.post(event);
        if (!diesBefore) {
            QVERIFY(waitFor(come));
            QCOMPARE(ofMaps.value(0, QStringLiteral("o")).value<QObject *>(), object.get());
            QCOMPARE(ofMaps.value(0, QStringLiteral("seen")), QVariant(true));
        }
        object.reset();
        QVERIFY(waitFor(come));
        for (const EventModel *model : {&ofMaps, &ofVariants}) {
            QVERIFY(isNull(model->value(0, QStringLiteral("o"))));
            QVERIFY(isNull(model->value(0, QStringLiteral("list")).toList().at(1)));
            QCOMPARE(model->value(0, QStringLiteral("list")).toList().at(0).toInt(), 1);
            QCOMPARE(model->value(0, QStringLiteral("alive")).value<QObject *>(), &alive);
            QCOMPARE(model->value(0, QStringLiteral("seen")), QVariant(false));
        }
    }

    void objectsThatHaveDiedAreNullInRowsOfGadgetsAndPointers_data()
    {
        QTest::addColumn<bool>("diesBefore");
        QTest::newRow("after they came") << false;
        QTest::newRow("before") << true;
    }
    void objectsThatHaveDiedAreNullInRowsOfGadgetsAndPointers()
    {
        QFETCH(bool, diesBefore);
        AsyncRegistry<Owner> owners;
        AsyncRegistry<QObject *> objects;
        AsyncRegistry<QVariantMap> maps;
        EventModel ofOwners;
        EventModel ofObjects;
        EventModel ofMaps;
        ofOwners.setRegistry(&owners);
        ofObjects.setRegistry(&objects);
        ofMaps.setRegistry(&maps);
        const auto come = [&] { return ofOwners.count() == 1 && ofObjects.count() == 1 && ofMaps.count() == 1; };
        ofOwners.addColumn<Owner>("member", &Owner::object);
        ofOwners.addColumn<Owner>("name", [](const Owner &owner) { return owner.object ? owner.object->objectName() : QString(); });
        ofOwners.setColumns({QStringLiteral("object"), QStringLiteral("any"), QStringLiteral("member"), QStringLiteral("name")});
        auto first = std::make_unique<QObject>();
        auto second = std::make_unique<QObject>();
        first->setObjectName(QStringLiteral("first"));
        const Owner owner{first.get(), QVariant::fromValue(second.get())};
        owners.post(owner);
        objects.post(first.get());
        maps.post({{QStringLiteral("owner"), QVariant::fromValue(owner)}});
        if (!diesBefore) {
            QVERIFY(waitFor(come));
            QCOMPARE(ofOwners.value(0, QStringLiteral("name")).toString(), QStringLiteral("first"));
        }
        first.reset();
        QVERIFY(waitFor(come));
        QCOMPARE(ofOwners.value(0, QStringLiteral("any")).value<QObject *>(), second.get());
        second.reset(); // one after the other
        for (const char *column : {"object", "any", "member"})
            QCOMPARE(ofOwners.value(0, QLatin1String(column)).value<QObject *>(), nullptr);
        QCOMPARE(ofOwners.value(0, QStringLiteral("name")), QVariant(QString()));
        QCOMPARE(ofObjects.value(0, QStringLiteral("value")).value<QObject *>(), nullptr);
        QCOMPARE(ofMaps.value(0, QStringLiteral("owner")).value<Owner>().object, nullptr);
        QCOMPARE(ofMaps.value(0, QStringLiteral("owner")).value<Owner>().any.value<QObject *>(), nullptr);
    }

    void anotherRegistryBeginsWithAnEmptyModel()
    {
        AsyncRegistry<Tick> ticks;
        AsyncRegistry<int> numbers;
        CheckedModel model(&ticks);
        ticks.post({QStringLiteral("QT"), 12});
        QVERIFY(model.comesTo(1, 1));
        model.setRegistry(nullptr);
        QCOMPARE(ticks.handlerCount(), 0);
        QCOMPARE(model.count(), 1);
        model.setRegistry(&numbers);
        QCOMPARE(model.count(), 0);
        ticks.post({});
        numbers.post(5);
        QVERIFY(model.comesTo(1, 1));
        QCOMPARE(model.columns(), QStringList{QStringLiteral("value")});
        QCOMPARE(model.numbers(), (std::vector<int>{5}));
    }

    void closedRegistryAndDestroyedModelLeaveNoHandler()
    {
        AsyncRegistry<int> registry;
        {
            CheckedModel model(&registry);
            QCOMPARE(registry.handlerCount(), 1);
            registry.post(1);
        }
        QCOMPARE(registry.handlerCount(), 0);
        CheckedModel model(&registry);
        registry.clear();
        registry.post(1);
        runQueuedCalls();
        QCOMPARE(model.count(), 0);
    }

    void registryMayLiveAndDieOnAnotherThread()
    {
        WorkerThread worker;
        std::unique_ptr<AsyncRegistry<int>> registry;
        worker.run([&] { registry = std::make_unique<AsyncRegistry<int>>(); });
        CheckedModel model(registry.get());
        model.setCapacity(100);
        worker.run([&] {
            for (int i = 0; i < 1000; ++i)
                registry->post(i);
        });
        QVERIFY(model.comesTo(100, 1000));
        QCOMPARE(model.numbers(), range(900, 1000));
        worker.run([&] { registry.reset(); });
        QVERIFY(waitFor([&] { return model.registry() == nullptr; }));
        QCOMPARE(model.count(), 100);
        AsyncRegistry<int> other;
        model.setRegistry(&other);
        other.post(1);
        QVERIFY(model.comesTo(1, 1));
    }

    // Told of the first one's end when it has another one already.
    void registryThatEndsElsewhereDoesNotEndItsSuccessor()
    {
        WorkerThread worker;
        std::unique_ptr<AsyncRegistry<int>> registry;
        worker.run([&] { registry = std::make_unique<AsyncRegistry<int>>(); });
        CheckedModel model(registry.get());
        worker.run([&] { registry.reset(); });
        AsyncRegistry<int> other;
        model.setRegistry(&other);
        runQueuedCalls();
        other.post(1);
        QVERIFY(model.comesTo(1, 1));
    }

    // --- storms ----------------------------------------------------------------------------------

    void modelMayBeDestroyedUnderAFlood_data()
    {
        QTest::addColumn<bool>("isKeyed");
        QTest::newRow("ring") << false;
        QTest::newRow("key") << true;
    }
    void modelMayBeDestroyedUnderAFlood()
    {
        QFETCH(bool, isKeyed);
        AsyncRegistry<int> registry;
        std::atomic<bool> isOver = false;
        // Not more than the thread can take.
        std::atomic<int> waiting = 0;
        QObject counter;
        registry.registerHandler(&counter, [&] { --waiting; });
        std::vector<std::thread> producers;
        for (int i = 0; i < 2; ++i) {
            producers.emplace_back([&] {
                for (int event = 0; !isOver;) {
                    if (waiting >= 5000) {
                        std::this_thread::yield();
                        continue;
                    }
                    ++waiting;
                    registry.post(event++);
                }
            });
        }
        for (int round = 0; round < 20; ++round) {
            CheckedModel model;
            model.setInterval(round % 3);
            model.setCapacity(50);
            model.addColumn<int>("digit", [](const int &event) { return event % 10; });
            if (isKeyed)
                model.setKey(QStringLiteral("digit"));
            model.setRegistry(&registry);
            QVERIFY(waitFor([&] { return model.received() > 100; }));
            QVERIFY(model.count() <= 50);
        }
        isOver = true;
        for (std::thread &producer : producers)
            producer.join();
        QCOMPARE(registry.handlerCount(), 1);
    }

    void slotsMayChangeOrDestroyTheModel()
    {
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        model.setCapacity(10);
        connect(&model, &QAbstractItemModel::rowsRemoved, &model, [&] { model.setCapacity(4); });
        for (int round = 0; round < 5; ++round) {
            for (int i = 0; i < 6; ++i)
                registry.post(6 * round + i);
            QVERIFY(waitFor([&] { return model.received() == 6 * (quint64(round) + 1); }));
        }
        QVERIFY(waitFor([&] { return model.numbers() == range(26, 30); }));

        model.clear();
        const auto clearing = connect(&model, &QAbstractItemModel::rowsInserted, &model, [&] { model.clear(); });
        registry.post(1);
        QVERIFY(waitFor([&] { return model.inserted.count() > 0 && model.received() == 0; }));
        QCOMPARE(model.count(), 0);
        disconnect(clearing);

        std::unique_ptr<CheckedModel> doomed;
        const auto destroy = [&] { doomed.reset(); };
        const auto isDestroyedBy = [&](auto signal) {
            doomed = std::make_unique<CheckedModel>(&registry);
            doomed->setKey(QStringLiteral("value"));
            doomed->setCapacity(3);
            registry.post(1);
            registry.post(2);
            if (!doomed->comesTo(2, 2))
                return false;
            connect(doomed.get(), signal, doomed.get(), destroy);
            for (int i = 1; i < 5; ++i)
                registry.post(i);
            return waitFor([&] { return !doomed; });
        };
        QVERIFY(isDestroyedBy(&QAbstractItemModel::rowsInserted));
        QVERIFY(isDestroyedBy(&QAbstractItemModel::dataChanged));
        QVERIFY(isDestroyedBy(&EventModel::countChanged));
        QVERIFY(isDestroyedBy(&EventModel::lostChanged));
        QVERIFY(isDestroyedBy(&EventModel::receivedChanged));
        QCOMPARE(registry.handlerCount(), 1);
    }

    // What comes in that loop becomes rows after it.
    void slotsMayOpenAnEventLoopInWhichEventsCome_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<int>("next");
        QTest::newRow("rowsInserted") << QString() << 2;
        QTest::newRow("rowsInserted, with a key") << QStringLiteral("value") << 2;
        QTest::newRow("dataChanged") << QStringLiteral("value") << 1;
    }
    void slotsMayOpenAnEventLoopInWhichEventsCome()
    {
        QFETCH(QString, key);
        QFETCH(int, next);
        AsyncRegistry<int> registry;
        CheckedModel model(&registry);
        model.setInterval(0);
        model.setKey(key);
        bool hasCome = false;
        const auto loop = [&] {
            if (std::exchange(hasCome, true))
                return;
            const quint64 before = model.received();
            registry.post(3);
            hasCome = waitFor([&] { return model.received() > before; });
        };
        if (next == 1) {
            registry.post(1);
            QVERIFY(model.comesTo(1, 1));
            connect(&model, &QAbstractItemModel::dataChanged, &model, loop);
        } else {
            connect(&model, &QAbstractItemModel::rowsInserted, &model, loop);
        }
        registry.post(1);
        QVERIFY(model.comesTo(2, next == 1 ? 3 : 2));
        QVERIFY(hasCome);
        QCOMPARE(model.numbers(), (std::vector<int>{1, 3}));
    }

    // As the slot before, and it pauses the model there, or ends it.
    void slotsMayPauseOrDestroyTheModelInTheirEventLoop()
    {
        AsyncRegistry<int> registry;
        auto model = std::make_unique<CheckedModel>(&registry);
        model->setInterval(0);
        const auto loop = [&] {
            if (model->received() > 1)
                return;
            registry.post(2);
            QVERIFY(waitFor([&] { return model->received() == 2; }));
            model->setPaused(true);
        };
        connect(model.get(), &QAbstractItemModel::rowsInserted, model.get(), loop);
        registry.post(1);
        QVERIFY(waitFor([&] { return model->isPaused(); }));
        runQueuedCalls();
        QCOMPARE(model->count(), 1);
        model->setPaused(false);
        QCOMPARE(model->count(), 2);

        const auto destroy = [&] {
            registry.post(4);
            QVERIFY(waitFor([&] { return model->received() == 4; }));
            model.reset();
        };
        connect(model.get(), &QAbstractItemModel::rowsInserted, this, destroy);
        registry.post(3);
        QVERIFY(waitFor([&] { return !model; }));
        runQueuedCalls();
        QVERIFY(registry.isEmpty());
    }

    // A batch handler of the same registry, called before the model gets the events, and after it.
    void batchHandlersMayDestroyTheModelOrTheRegistry_data()
    {
        QTest::addColumn<int>("priority");
        QTest::newRow("before") << 1;
        QTest::newRow("after") << -1;
    }
    void batchHandlersMayDestroyTheModelOrTheRegistry()
    {
        QFETCH(int, priority);
        QObject context;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        auto model = std::make_unique<CheckedModel>(registry.get());
        model->setInterval(0);
        registry->registerHandler(&context, [&](const SignalBox::EventBatch<int> &batch) {
            QCOMPARE(batch.size(), std::size_t(2));
            model.reset();
            QCOMPARE(batch.back(), 2); // still there
        }, {.priority = priority, .once = true});
        registry->post(1);
        registry->post(2);
        QVERIFY(waitFor([&] { return !model; }));
        QVERIFY(registry->isEmpty());

        CheckedModel other(registry.get());
        registry->registerHandler(&context, [&](const SignalBox::EventBatch<int> &) { registry.reset(); }, {.priority = priority});
        registry->post(3);
        QVERIFY(waitFor([&] { return !registry && other.registry() == nullptr; }));
        runQueuedCalls();
        QVERIFY(other.count() <= 1);
    }

    void randomSequenceIsThatOfAPlainList_data()
    {
        QTest::addColumn<bool>("isKeyed");
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 0; seed < 20; ++seed) {
            QTest::addRow("ring %u", seed) << false << seed;
            QTest::addRow("key %u", seed) << true << seed;
        }
    }
    void randomSequenceIsThatOfAPlainList()
    {
        QFETCH(bool, isKeyed);
        QFETCH(unsigned, seed);
        std::mt19937 random(seed);
        const auto upTo = [&](int end) { return std::uniform_int_distribution<int>(0, end - 1)(random); };
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        model.setInterval(0);
        model.setColumns({QStringLiteral("symbol"), QStringLiteral("price")});
        std::size_t capacity = 10'000;
        std::vector<Tick> expected;
        quint64 received = 0;
        quint64 lost = 0;
        // As the model, event by event.
        const auto add = [&](const std::vector<Tick> &block) {
            for (const Tick &tick : block) {
                const auto place = std::find_if(expected.begin(), expected.end(), [&](const Tick &row) { return row.symbol == tick.symbol; });
                if (!isKeyed || place == expected.end()) {
                    if (isKeyed && expected.size() == capacity)
                        ++lost;
                    else
                        expected.push_back(tick);
                } else {
                    *place = tick;
                }
            }
            if (!isKeyed && block.size() > capacity)
                lost += block.size() - capacity;
            if (expected.size() > capacity)
                expected.erase(expected.begin(), expected.end() - static_cast<std::ptrdiff_t>(capacity));
            received += block.size();
        };
        if (isKeyed)
            model.setKey(QStringLiteral("symbol"));
        int price = 0;
        for (int step = 0; step < 60; ++step) {
            switch (upTo(8)) {
            case 0:
                capacity = static_cast<std::size_t>(1 + upTo(30));
                model.setCapacity(static_cast<int>(capacity));
                if (expected.size() > capacity && isKeyed)
                    expected.resize(capacity);
                else if (expected.size() > capacity)
                    expected.erase(expected.begin(), expected.end() - static_cast<std::ptrdiff_t>(capacity));
                break;
            case 1:
                if (upTo(3) == 0) {
                    model.clear();
                    expected.clear();
                    received = lost = 0;
                }
                break;
            default: {
                const bool isOneBlock = upTo(2) == 0;
                model.setPaused(isOneBlock);
                std::vector<Tick> block;
                for (int count = upTo(20); count > 0; --count)
                    block.push_back({symbolOf(upTo(25)), ++price});
                for (const Tick &tick : block)
                    registry.post(tick);
                add(block);
                QVERIFY(waitFor([&] { return model.received() == received; }));
                model.setPaused(false);
                // Otherwise some of them may have been rows for a moment.
                if (!isOneBlock && !isKeyed) {
                    QVERIFY(model.lost() <= lost);
                    lost = model.lost();
                }
                break;
            }
            }
            QVERIFY(model.comesTo(static_cast<int>(expected.size()), received));
            for (std::size_t row = 0; row < expected.size(); ++row) {
                const int place = static_cast<int>(row);
                QCOMPARE(model.index(place, 0).data().toString(), expected[row].symbol);
                QCOMPARE(model.index(place, 1).data().toInt(), expected[row].price);
            }
            QCOMPARE(model.lost(), lost);
        }
        QCOMPARE(model.moved.count(), 0);
    }

    void proxyModelSortsAndFilters()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        model.setColumns({QStringLiteral("symbol"), QStringLiteral("price")});
        model.setKey(QStringLiteral("symbol"));
        QSortFilterProxyModel proxy;
        QAbstractItemModelTester tester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
        proxy.setSourceModel(&model);
        proxy.setSortRole(model.role(QStringLiteral("price")));
        proxy.sort(0, Qt::DescendingOrder);
        for (int i = 0; i < 20; ++i)
            registry.post({symbolOf(i % 5), i * 7 % 20});
        QVERIFY(model.comesTo(5, 20));
        std::vector<int> prices;
        for (int row = 0; row < proxy.rowCount(); ++row)
            prices.push_back(proxy.index(row, 1).data().toInt());
        QCOMPARE(prices, (std::vector<int>{19, 13, 12, 6, 5}));
    }
};

QTEST_GUILESS_MAIN(EventModelTest)
#include "tst_eventmodel.moc"
