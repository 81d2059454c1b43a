// SPDX-License-Identifier: MIT
#include "checkedmodel.h"
#include "scaled.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::EventModel;

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

struct ThrowingCopies
{
    ThrowingCopies() = default;
    ThrowingCopies(int itsKey, int itsNumber) : key(itsKey), number(itsNumber) {}
    ThrowingCopies(const ThrowingCopies &other) : key(other.key), number(other.number)
    {
        if (throws)
            throw std::runtime_error("no copy");
    }
    ThrowingCopies(ThrowingCopies &&) noexcept = default;
    ThrowingCopies &operator=(const ThrowingCopies &) = delete;
    ThrowingCopies &operator=(ThrowingCopies &&) = delete;

    static inline bool throws = false;
    int key = 0;
    int number = 0;
};

} // namespace

// Models with a key: one row for each value of it.
class KeyedModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eventWhoseCopyThrowsIsShownNonetheless()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("QVariant leaks the memory for a copy that throws");
#endif
        AsyncRegistry<ThrowingCopies> registry;
        CheckedModel model(&registry);
        model.addColumn<ThrowingCopies>("key", &ThrowingCopies::key);
        model.addColumn<ThrowingCopies>("number", &ThrowingCopies::number);
        model.setKey(QStringLiteral("key"));
        ThrowingCopies::throws = true;
        quint64 posted = 0;
        for (int round = 0; round < 3; ++round) {
            if (round == 2)
                ThrowingCopies::throws = false;
            for (int key = 0; key < 4; ++key)
                registry.post({key, 10 * round + key});
            posted += 4;
            QVERIFY(model.comesTo(4, posted));
            QCOMPARE(model.numbers("number"), range(10 * round, 10 * round + 4));
        }
    }

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

    // Neither the update of the rows nor the order of their keys asks again.
    void eachEventIsKeyedOnce()
    {
        AsyncRegistry<int> registry;
        EventModel model;
        int keyed = 0;
        model.addColumn<int>("last digit", [&](const int &event) {
            ++keyed;
            return event % 10;
        });
        model.setKey(QStringLiteral("last digit"));
        model.setRegistry(&registry);
        for (int i = 0; i < 95; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return model.received() == 95 && model.count() == 10; }));
        QCOMPARE(keyed, 95);
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
};

QTEST_GUILESS_MAIN(KeyedModelTest)
#include "tst_keyedmodel.moc"
