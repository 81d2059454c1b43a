// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/EventModel>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qsortfilterproxymodel.h>
#include <QtCore/qthread.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::EventModel;

struct Tick
{
    Q_GADGET
    Q_PROPERTY(QString symbol MEMBER symbol)
    Q_PROPERTY(int price MEMBER price)

public:
    QString id() const
    {
        if (symbol.isEmpty())
            throw std::runtime_error("no symbol");
        return symbol;
    }

    QString symbol;
    int price = 0;
};

struct Quote
{
    std::string name;
    double bid = 0;
};
Q_DECLARE_METATYPE(Quote)

// How many of them there are.
struct Living
{
    Living() { count(); }
    Living(const Living &) { count(); }
    Living(Living &&) noexcept { count(); }
    Living &operator=(const Living &) = default;
    Living &operator=(Living &&) = default;
    ~Living() { --living; }

    static inline std::atomic<int> living = 0;
    static inline std::atomic<int> most = 0;

private:
    static void count()
    {
        const int now = ++living;
        int before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) { }
    }
};

struct Reading
{
    Q_GADGET
    Q_PROPERTY(int sensor MEMBER sensor)
    Q_PROPERTY(int sensorOfAFunction READ sensorOfAFunction)

public:
    int sensorOfAFunction() const { return sensor; }

    int sensor = 0;
    int number = 0;
    Living living;
};

// A key that is no text: all of its values have one hash.
struct Place
{
    int x = 0;
    friend bool operator==(const Place &, const Place &) = default;
};
Q_DECLARE_METATYPE(Place)

namespace {

// A model that is checked at each change.
struct CheckedModel : EventModel
{
    explicit CheckedModel(SignalBox::RegistryObject *registry = nullptr)
    {
        connect(this, &EventModel::receivedChanged, this, [this] { told = received(); });
        setRegistry(registry);
    }

    // Runs the event loop until all events have come, and those that can be are rows.
    bool comesTo(int rows, quint64 all)
    {
        return waitFor([&] { return count() == rows && told == all; });
    }
    // Has what `post` posts become rows in one step: a drain may give way in the middle, and then there are two.
    template <class F>
    bool showsInOneBlock(F post, quint64 all)
    {
        setPaused(true);
        post();
        const bool haveCome = waitFor([&] { return received() == all; });
        setPaused(false);
        return haveCome;
    }
    std::vector<int> numbers(const char *column = "value") const
    {
        std::vector<int> result;
        for (int row = 0; row < count(); ++row)
            result.push_back(value(row, QString::fromLatin1(column)).toInt());
        return result;
    }

    quint64 told = 0;
    QAbstractItemModelTester tester{this, QAbstractItemModelTester::FailureReportingMode::QtTest};
    QSignalSpy inserted{this, &QAbstractItemModel::rowsInserted};
    QSignalSpy removed{this, &QAbstractItemModel::rowsRemoved};
    QSignalSpy moved{this, &QAbstractItemModel::rowsMoved};
    QSignalSpy changed{this, &QAbstractItemModel::dataChanged};
    QSignalSpy wasReset{this, &QAbstractItemModel::modelReset};
};

std::vector<int> range(int from, int to)
{
    std::vector<int> result;
    for (int i = from; i < to; ++i)
        result.push_back(i);
    return result;
}

QString symbolOf(int number)
{
    return QStringLiteral("S%1").arg(number);
}

// The rows of a dataChanged().
std::pair<int, int> rowsOf(const QList<QVariant> &arguments)
{
    return {arguments.at(0).toModelIndex().row(), arguments.at(1).toModelIndex().row()};
}

template <std::size_t size>
struct CountedCopies
{
    CountedCopies() = default;
    explicit CountedCopies(int itsKey) : key(itsKey) {}
    CountedCopies(const CountedCopies &other) : key(other.key) { ++copies; }
    CountedCopies(CountedCopies &&) noexcept = default;
    CountedCopies &operator=(const CountedCopies &) = delete;
    CountedCopies &operator=(CountedCopies &&) = delete;

    static inline int copies = 0;
    int key = 0;
    std::array<char, size> rest{};
};

} // namespace

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

    // --- with a key ------------------------------------------------------------------------------

    void rowOfAKeyIsUpdatedInPlace()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        model.setKey(QStringLiteral("symbol"));
        for (int i = 0; i < 10; ++i)
            registry.post({symbolOf(i), i});
        QVERIFY(model.comesTo(10, 10));
        model.inserted.clear();
        // Two runs of rows, in any order, some twice.
        const auto post = [&] {
            for (const int row : {8, 2, 1, 9, 2, 3})
                registry.post({symbolOf(row), 100 + row});
            registry.post({symbolOf(10), 10});
        };
        QVERIFY(model.showsInOneBlock(post, 17));
        QCOMPARE(model.numbers("price"), (std::vector<int>{0, 101, 102, 103, 4, 5, 6, 7, 108, 109, 10}));
        QCOMPARE(model.inserted.count(), 1);
        QCOMPARE(model.changed.count(), 2);
        QCOMPARE(rowsOf(model.changed.at(0)), std::pair(1, 3));
        QCOMPARE(rowsOf(model.changed.at(1)), std::pair(8, 9));
        QCOMPARE(model.moved.count(), 0);
        QCOMPARE(model.removed.count(), 0);
        QCOMPARE(model.lost(), quint64(0));
    }

    void keysForWhichThereIsNoRoomAreLost()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        model.setKey(QStringLiteral("symbol"));
        model.setCapacity(3);
        for (int i = 0; i < 5; ++i)
            registry.post({symbolOf(i), i});
        QVERIFY(model.comesTo(3, 5));
        QCOMPARE(model.lost(), quint64(2));
        registry.post({symbolOf(4), 4});
        registry.post({symbolOf(1), 41});
        QVERIFY(model.comesTo(3, 7));
        QCOMPARE(model.numbers("price"), (std::vector<int>{0, 41, 2}));
        QCOMPARE(model.lost(), quint64(3));
    }

    void lastEventOfEachKeyArrivesHoweverManyCome()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        model.setKey(QStringLiteral("symbol"));
        model.setCapacity(100);
        for (int i = 0; i < 5000; ++i)
            registry.post({symbolOf(i < 50 ? i : 50 + i % 50), i});
        QVERIFY(model.comesTo(100, 5000));
        std::vector<int> expected = range(0, 50);
        for (int i = 4950; i < 5000; ++i)
            expected.push_back(i);
        std::vector<int> prices = model.numbers("price");
        std::sort(prices.begin(), prices.end());
        QCOMPARE(prices, expected);
        QCOMPARE(model.lost(), quint64(0));
    }

    // The model's thread is the test's, which does not come to its event loop meanwhile.
    void eventsThatWaitAreAsManyAsKeys_data()
    {
        QTest::addColumn<std::function<void(EventModel &)>>("setKey");
        const auto add = [](const char *name, const std::function<void(EventModel &)> &function) { QTest::newRow(name) << function; };
        add("property", [](EventModel &model) { model.setKey(QStringLiteral("sensor")); });
        add("property with a function", [](EventModel &model) { model.setKey(QStringLiteral("sensorOfAFunction")); });
        add("member pointer", [](EventModel &model) {
            model.addColumn<Reading>("id", &Reading::sensor);
            model.setKey(QStringLiteral("id"));
        });
        add("member function, after the key", [](EventModel &model) {
            model.setKey(QStringLiteral("id"));
            model.addColumn<Reading>("id", &Reading::sensorOfAFunction);
        });
    }
    void eventsThatWaitAreAsManyAsKeys()
    {
        QFETCH(std::function<void(EventModel &)>, setKey);
        constexpr int keys = 100;
        constexpr int count = scaled(2'000'000);
        AsyncRegistry<Reading> registry;
        CheckedModel model(&registry);
        setKey(model);
        model.addColumn<Reading>("number", &Reading::number);
        const int before = Living::living;
        Living::most = before;
        // One: what several leave to one that is interrupted while it posts waits, too.
        std::thread producer([&] {
            for (int i = 0; i < count; ++i)
                registry.post({.sensor = i % keys, .number = i, .living = {}});
        });
        producer.join();
        QVERIFY2(Living::most - before < 2 * keys, qPrintable(QString::number(Living::most - before)));
        QVERIFY(model.comesTo(keys, count));
        std::vector<int> numbers = model.numbers("number");
        std::sort(numbers.begin(), numbers.end());
        QCOMPARE(numbers, range(count - keys, count));
        QCOMPARE(model.lost(), quint64(0));
        QCOMPARE(registry.handlers().front().merged, quint64(count - keys));
    }

    void keysOfAFunctionAreReadOnTheModelsThreadAndAMillionEventsWait()
    {
        constexpr int keys = 100;
        constexpr int count = 1'000'000 + 10 * keys;
        AsyncRegistry<int> registry;
        CheckedModel model;
        std::atomic<int> elsewhere = 0;
        model.addColumn<int>("key", [&, thread = QThread::currentThread()](const int &event) {
            elsewhere += QThread::currentThread() != thread;
            return event % keys;
        });
        model.addColumn<int>("number", [](const int &event) { return event; });
        model.setKey(QStringLiteral("key"));
        model.setRegistry(&registry);
        std::thread producer([&] {
            for (int i = 0; i < count; ++i)
                registry.post(i);
        });
        producer.join();
        QVERIFY(model.comesTo(keys, count));
        QCOMPARE(elsewhere, 0);
        QCOMPARE(model.lost(), quint64(10 * keys));
        QCOMPARE(model.numbers("number"), range(count - keys, count));
    }

    // Of several producers, with replaced ones, keys without room, and events without a key.
    void eachEventOfAKeyIsCountedOnce()
    {
        constexpr int producerCount = 3;
        constexpr int count = scaled(200'000);
        AsyncRegistry<Tick> registry;
        CheckedModel model;
        // An event without a symbol has no key.
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("\"id\" threw: no symbol")));
        model.addColumn<Tick>("id", &Tick::id);
        model.addColumn<Tick>("price", &Tick::price);
        model.setKey(QStringLiteral("id"));
        model.setCapacity(10);
        model.setInterval(0);
        model.setRegistry(&registry);
        for (int i = 0; i < 10; ++i)
            registry.post({symbolOf(i), 0});
        QVERIFY(model.comesTo(10, 10));
        std::atomic<int> running = producerCount;
        std::vector<std::thread> producers;
        for (int producer = 0; producer < producerCount; ++producer) {
            producers.emplace_back([&] {
                for (int i = 0; i < count; ++i)
                    registry.post({i % 20 == 19 ? QString() : symbolOf(i % 20), i});
                --running;
            });
        }
        bool isEverMore = false;
        const bool hasRun = waitFor([&] {
            isEverMore |= model.received() > 10 + quint64(producerCount) * count || model.lost() > model.received();
            return running == 0;
        });
        for (std::thread &producer : producers)
            producer.join();
        QVERIFY(hasRun);
        QVERIFY(model.comesTo(10, 10 + quint64(producerCount) * count));
        QVERIFY(!isEverMore);
        QCOMPARE(model.lost(), quint64(producerCount) * count / 2);
        QCOMPARE(model.numbers("price"), range(count - 20, count - 10));
    }

    void eventsThatAnotherOneReplacedThatWasDroppedAreLost()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        model.setKey(QStringLiteral("symbol"));
        registry.post({symbolOf(1), 1});
        registry.post({symbolOf(1), 2});
        const auto future = registry.notify({symbolOf(1), 3}, QDeadlineTimer(1));
        QFuture<void>(future).waitForFinished();
        registry.post({symbolOf(2), 4});
        QVERIFY(model.comesTo(1, 4));
        QCOMPARE(model.lost(), quint64(3));
    }

    void keysWithoutAHashOfTheirOwnAreToldApart()
    {
        AsyncRegistry<QVariantMap> registry;
        CheckedModel model(&registry);
        model.setKey(QStringLiteral("place"));
        for (int i = 0; i < 6; ++i)
            registry.post({{QStringLiteral("place"), QVariant::fromValue(Place{i % 3})}, {QStringLiteral("n"), i}});
        QVERIFY(model.comesTo(3, 6));
        QCOMPARE(model.numbers("n"), range(3, 6));
        QCOMPARE(model.lost(), quint64(0));
    }

    void numbersThatAreEqualAreOneKey()
    {
        AsyncRegistry<QVariantMap> registry;
        CheckedModel model(&registry);
        model.setKey(QStringLiteral("id"));
        for (const QVariant &id : {QVariant(1), QVariant(1.0), QVariant(1LL), QVariant(QStringLiteral("1"))})
            registry.post({{QStringLiteral("id"), id}});
        QVERIFY(model.comesTo(2, 4));
        QCOMPARE(model.lost(), quint64(0));
    }

    void eventsWithoutAKeyAreLost()
    {
        AsyncRegistry<QVariantMap> registry;
        CheckedModel model(&registry);
        model.setKey(QStringLiteral("id"));
        registry.post({});
        registry.post({{QStringLiteral("id"), std::nan("")}}); // not equal to itself
        registry.post({{QStringLiteral("id"), QVariant()}});
        registry.post({{QStringLiteral("id"), 7}});
        QVERIFY(model.comesTo(1, 4));
        QCOMPARE(model.lost(), quint64(3));
    }

    void eventsThatOnlyComeWithoutAKeyAreCounted()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        model.setKey(QStringLiteral("symbl"));
        for (int i = 0; i < 100; ++i)
            registry.post({symbolOf(i), i});
        QVERIFY(model.comesTo(0, 100));
        QCOMPARE(model.lost(), quint64(100));
    }

    void memberFunctionThatThrowsGivesNoKeyAndNoFailure()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("\"id\" threw: no symbol")));
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".")));
        model.addColumn<Tick>("id", &Tick::id);
        model.setKey(QStringLiteral("id"));
        model.setRegistry(&registry);
        registry.post({symbolOf(1), 1});
        for (int i = 0; i < 5; ++i)
            registry.post({QString(), i});
        QVERIFY(model.comesTo(1, 6));
        QCOMPARE(model.lost(), quint64(5));
        QCOMPARE(registry.handlers().front().failures, quint64(0));
    }

    void keyMayBeReadByAFunction()
    {
        AsyncRegistry<int> registry;
        CheckedModel model;
        model.addColumn<int>("last digit", [](const int &event) { return event % 10; });
        model.addColumn<int>("number", [](const int &event) { return event; });
        model.setKey(QStringLiteral("last digit"));
        model.setRegistry(&registry);
        for (int i = 0; i < 95; ++i)
            registry.post(i);
        QVERIFY(model.comesTo(10, 95));
        QCOMPARE(model.numbers("number"), (std::vector<int>{90, 91, 92, 93, 94, 85, 86, 87, 88, 89}));
    }

    void keyMayChange()
    {
        AsyncRegistry<Tick> registry;
        CheckedModel model(&registry);
        for (int i = 0; i < 10; ++i)
            registry.post({symbolOf(i % 3), i});
        QVERIFY(model.comesTo(10, 10));
        model.setKey(QStringLiteral("symbol"));
        QCOMPARE(model.numbers("price"), (std::vector<int>{9, 7, 8}));
        registry.post({symbolOf(1), 20});
        QVERIFY(waitFor([&] { return model.numbers("price") == std::vector<int>{9, 20, 8}; }));
        model.setKey({});
        registry.post({symbolOf(1), 21});
        QVERIFY(model.comesTo(4, 12));
        QCOMPARE(model.numbers("price"), (std::vector<int>{9, 20, 8, 21}));
        model.setKey(QStringLiteral("symbol"));
        QCOMPARE(model.numbers("price"), (std::vector<int>{9, 21, 8}));
        model.setCapacity(2);
        QCOMPARE(model.numbers("price"), (std::vector<int>{9, 21}));
        registry.post({symbolOf(2), 22});
        QVERIFY(waitFor([&] { return model.lost() == 1; }));
        QCOMPARE(model.count(), 2);
        model.setKey(QStringLiteral("price")); // by which they are to be told apart from now on
        QCOMPARE(model.numbers("price"), (std::vector<int>{9, 21}));
        model.setCapacity(4);
        for (const int price : {31, 32, 32})
            registry.post({symbolOf(0), price});
        QVERIFY(waitFor([&] { return model.numbers("price") == std::vector<int>{9, 21, 31, 32}; }));
    }

    // A small event lies with others in one block of memory, which a row would keep.
    void rowsOfKeysCopySmallEventsOncePerBlockAndShareLargeOnes()
    {
        using Small = CountedCopies<16>;
        using Large = CountedCopies<4096>;
        const auto copiesOf = [](auto kind) {
            using E = decltype(kind);
            AsyncRegistry<E> registry;
            CheckedModel model;
            model.addColumn<E>("key", &E::key);
            model.setKey(QStringLiteral("key"));
            model.setRegistry(&registry);
            E::copies = 0;
            const auto post = [&] {
                for (int i = 0; i < 100; ++i)
                    registry.post(E(i % 10));
            };
            return model.showsInOneBlock(post, 100) ? E::copies : -1;
        };
        QCOMPARE(copiesOf(Small()), 10);
        QCOMPARE(copiesOf(Large()), 0);
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
