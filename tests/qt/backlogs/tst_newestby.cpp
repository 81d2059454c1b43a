// SPDX-License-Identifier: MIT
#include "finishedfuture.h"
#include "movingcontext.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/ExceptionInfo>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qmutex.h>
#include <QtCore/qthreadpool.h>
#include <QtCore/qvariant.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::EventBatch;

namespace {

struct Tick
{
    int symbol = 0;
    int price = 0;
};

// All of one hash.
struct SameHash
{
    int value = 0;
    bool operator==(const SameHash &) const = default;
    friend std::size_t qHash(const SameHash &, std::size_t = 0) { return 1; }
};

struct UncopyableAtOne
{
    explicit UncopyableAtOne(int itsValue) : value(itsValue) {}
    UncopyableAtOne(const UncopyableAtOne &other) : value(other.value)
    {
        if (value == 1)
            throw std::runtime_error("no copy");
    }
    UncopyableAtOne &operator=(const UncopyableAtOne &) = delete;
    bool operator==(const UncopyableAtOne &other) const { return value == other.value; }
    friend std::size_t qHash(const UncopyableAtOne &key, std::size_t = 0) { return std::size_t(key.value); }
    int value;
};

// The first of them to be copied into the store is held up there.
struct HeldUpKey
{
    HeldUpKey() = default;
    HeldUpKey(const HeldUpKey &)
    {
        if (hasBegun.exchange(true))
            return;
        hasBegun.notify_one();
        mayGoOn.wait(false);
    }
    HeldUpKey &operator=(const HeldUpKey &) = delete;
    bool operator==(const HeldUpKey &) const { return true; }
    friend std::size_t qHash(const HeldUpKey &, std::size_t = 0) { return 1; }

    static inline std::atomic<bool> hasBegun = false;
    static inline std::atomic<bool> mayGoOn = false;
};

struct CountedKey
{
    static inline std::atomic<int> alive = 0;
    explicit CountedKey(int itsValue) : value(itsValue) { ++alive; }
    CountedKey(const CountedKey &other) : value(other.value) { ++alive; }
    CountedKey &operator=(const CountedKey &) = delete;
    ~CountedKey() { --alive; }
    bool operator==(const CountedKey &other) const { return value == other.value; }
    friend std::size_t qHash(const CountedKey &key, std::size_t = 0) { return std::size_t(key.value); }
    int value;
};

// Of the heap, in bytes; 0 where it is not known.
double memoryInUse()
{
#if defined(__GLIBC__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
    const struct mallinfo2 info = mallinfo2();
    return double(info.uordblks + info.hblkhd);
#else
    return 0;
#endif
}

} // namespace

// Events of different keys come in any order.
static std::vector<int> sorted(std::vector<int> events)
{
    std::sort(events.begin(), events.end());
    return events;
}

// Handlers that get the newest event of each key.
class NewestBy : public QObject
{
    Q_OBJECT

    using Prices = std::vector<std::pair<int, int>>;

    static Prices pricesOf(const EventBatch<Tick> &batch)
    {
        Prices result;
        for (const Tick &tick : batch)
            result.emplace_back(tick.symbol, tick.price);
        return result;
    }

private Q_SLOTS:
    void newestOfEachKeyComesInOneBatchInTheOrderOfChange_data()
    {
        QTest::addColumn<int>("every");
        QTest::newRow("immediately") << -1;
        QTest::newRow("every") << 1;
        QTest::newRow("no interval") << 0;
    }
    void newestOfEachKeyComesInOneBatchInTheOrderOfChange()
    {
        QFETCH(int, every);
        AsyncRegistry<Tick> registry;
        QObject context;
        std::vector<Prices> seen;
        std::vector<quint64> lost;
        const auto newestBy = Backlog::newestBy(&Tick::symbol);
        registry.registerHandler(&context, [&](const EventBatch<Tick> &batch) {
            seen.push_back(pricesOf(batch));
            lost.push_back(batch.lost());
        }, {.backlog = every < 0 ? newestBy : newestBy.every(every)});
        for (std::size_t round = 1; round <= 2; ++round) {
            registry.post({7, 1});
            registry.post({3, 2});
            registry.post({7, 3});
            registry.post({5, 4});
            registry.post({7, 5});
            QVERIFY(waitFor([&] { return seen.size() == round; }));
            QCOMPARE(seen.back(), (Prices{{7, 5}, {3, 2}, {5, 4}}));
            QCOMPARE(lost.back(), quint64(2));
        }
        const auto row = registry.handlers().front();
        QCOMPARE(row.merged, quint64(4));
        QCOMPARE(row.dropped, quint64(0));
    }

    void handlerOfEventsGetsThemOneAfterTheOther()
    {
        AsyncRegistry<Tick> registry;
        QObject context;
        Prices seen;
        registry.registerHandler(&context, [&](const Tick &tick) { seen.emplace_back(tick.symbol, tick.price); }, {.backlog = Backlog::newestBy(&Tick::symbol)});
        for (int i = 0; i < 10; ++i)
            registry.post({i % 3, i});
        QVERIFY(seen.empty()); // never inline
        runQueuedCalls();
        QCOMPARE(seen, (Prices{{0, 9}, {1, 7}, {2, 8}}));
    }

    // A key that changes while the handler runs has its turn in the next drain.
    void handlerOfEventsGetsEachKeyOnceInADrain()
    {
        WorkerThread worker;
        AsyncRegistry<Tick> registry;
        std::vector<std::vector<int>> turns(1);
        worker.run([&] {
            registry.registerHandler(worker.context(), [&](const Tick &tick) {
                turns.back().push_back(tick.symbol);
                if (tick.price == 0) {
                    registry.post({tick.symbol, 1});
                    // Runs after this drain.
                    QMetaObject::invokeMethod(worker.context(), [&] { turns.emplace_back(); }, Qt::QueuedConnection);
                }
            }, {.backlog = Backlog::newestBy(&Tick::symbol)});
            registry.post({1, 0});
            registry.post({2, 0});
        });
        QVERIFY(waitFor([&] {
            std::size_t count = 0;
            worker.run([&] {
                for (const auto &turn : turns)
                    count += turn.size();
            });
            return count == 4;
        }));
        worker.run([&] {
            for (const auto &turn : turns)
                QCOMPARE(std::set<int>(turn.begin(), turn.end()).size(), turn.size());
        });
    }

    void handlerOfEventsGetsEachKeyOnceInAnInterval()
    {
        AsyncRegistry<Tick> registry;
        QObject context;
        Prices seen;
        registry.registerHandler(&context, [&](const Tick &tick) {
            seen.emplace_back(tick.symbol, tick.price);
            registry.post({tick.symbol, tick.price + 1});
        }, {.backlog = Backlog::newestBy(&Tick::symbol).every(3600000)});
        registry.post({1, 0});
        registry.post({2, 0});
        runQueuedCalls();
        runQueuedCalls();
        QCOMPARE(seen, (Prices{{1, 0}, {2, 0}}));
    }

    void keysAreAnythingHashable()
    {
        struct Line
        {
            QString name;
            std::string path;
            double value = 0;
            Qt::Orientation way = Qt::Horizontal;
            QByteArray bytes;
            bool isOn = false;
        };
        AsyncRegistry<Line> registry;
        QObject context;
        int byName = 0;
        int byPath = 0;
        int byValue = 0;
        int byWay = 0;
        int byBytes = 0;
        int byFlag = 0;
        int byPair = 0;
        const auto counting = [](int &count) { return [&count](const Line &) { ++count; }; };
        registry.registerHandler(&context, counting(byName), {.backlog = Backlog::newestBy(&Line::name)});
        registry.registerHandler(&context, counting(byPath), {.backlog = Backlog::newestBy(&Line::path)});
        registry.registerHandler(&context, counting(byValue), {.backlog = Backlog::newestBy([](const Line &line) { return line.value; })});
        registry.registerHandler(&context, counting(byWay), {.backlog = Backlog::newestBy(&Line::way)});
        registry.registerHandler(&context, counting(byBytes), {.backlog = Backlog::newestBy([](const auto &line) -> const QByteArray & { return line.bytes; })});
        registry.registerHandler(&context, counting(byFlag), {.backlog = Backlog::newestBy(&Line::isOn)});
        registry.registerHandler(&context, counting(byPair), {.backlog = Backlog::newestBy([](const Line &line) { return std::pair(line.name, line.value); })});
        for (int i = 0; i < 12; ++i) {
            registry.post({QString::number(i % 2), std::to_string(i % 3), i % 4 - 0.5, i % 2 ? Qt::Horizontal : Qt::Vertical,
                           QByteArray::number(i % 5), i % 2 == 0});
        }
        runQueuedCalls();
        QCOMPARE(byName, 2);
        QCOMPARE(byPath, 3);
        QCOMPARE(byValue, 4);
        QCOMPARE(byWay, 2);
        QCOMPARE(byBytes, 5);
        QCOMPARE(byFlag, 2);
        QCOMPARE(byPair, 4);
    }

    void equalHashesAreDifferentKeys()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](int event) { seen.push_back(event); }, {.backlog = Backlog::newestBy([](int event) { return SameHash{event % 10}; })});
        for (int i = 0; i < 100; ++i)
            registry.post(i);
        runQueuedCalls();
        QCOMPARE(seen, (std::vector{90, 91, 92, 93, 94, 95, 96, 97, 98, 99}));
    }

    void memberFunctionsAreHandlers()
    {
        class View : public QObject
        {
        public:
            void show(const EventBatch<Tick> &batch) { shown = pricesOf(batch); }
            void showOne(const Tick &tick) { newest = tick.price; }
            Prices shown;
            int newest = 0;
        };
        AsyncRegistry<Tick> registry;
        View view;
        registry.registerHandler(&view, &View::showOne, {.backlog = Backlog::newestBy(&Tick::symbol)});
        const SignalBox::HandlerGuard guard = registry.registrar().registerGuard(&view, &View::show, {.backlog = Backlog::newestBy(&Tick::symbol)});
        registry.post({1, 2});
        registry.post({1, 3});
        runQueuedCalls();
        QCOMPARE(view.shown, (Prices{{1, 3}}));
        QCOMPARE(view.newest, 3);
    }

    void moveOnlyEventsKeepTheirAddress()
    {
        AsyncRegistry<std::unique_ptr<int>> registry;
        QObject context;
        const int *inlineAddress = nullptr;
        const int *address = nullptr;
        registry.registerHandler([&](const std::unique_ptr<int> &event) { inlineAddress = event.get(); });
        registry.registerHandler(&context, [&](const std::unique_ptr<int> &event) { address = event.get(); }, {.backlog = Backlog::newestBy([](const std::unique_ptr<int> &event) { return *event; })});
        registry.post(std::make_unique<int>(1));
        registry.post(std::make_unique<int>(1));
        runQueuedCalls();
        QVERIFY(address);
        QCOMPARE(address, inlineAddress);
    }

    void objectsThatDieWhileTheyWaitAreNull()
    {
        AsyncRegistry<QVariantMap> registry;
        QObject context;
        auto object = std::make_unique<QObject>();
        const auto keyOf = [](const QVariantMap &event) { return event.value(QStringLiteral("key")).toInt(); };
        const auto objectOf = [](const QVariantMap &event) { return event.value(QStringLiteral("object")).value<QObject *>(); };
        std::vector<QObject *> batches;
        std::vector<QObject *> events;
        registry.registerHandler(&context, [&](const EventBatch<QVariantMap> &batch) {
            std::transform(batch.begin(), batch.end(), std::back_inserter(batches), objectOf);
        }, {.backlog = Backlog::newestBy(keyOf)});
        registry.registerHandler(&context, [&](const QVariantMap &event) { events.push_back(objectOf(event)); }, {.backlog = Backlog::newestBy(keyOf)});
        for (int key = 0; key < 2; ++key)
            registry.notify({{QStringLiteral("key"), key}, {QStringLiteral("object"), QVariant::fromValue(key == 0 ? object.get() : &context)}});
        object.reset();
        runQueuedCalls();
        QCOMPARE(batches, (std::vector<QObject *>{nullptr, &context}));
        QCOMPARE(events, batches);
    }

    void replacedEventsCountAsDroppedInTheirFutures()
    {
        AsyncRegistry<Tick> registry;
        QObject context;
        registry.registerHandler(&context, [](const EventBatch<Tick> &) {}, {.backlog = Backlog::newestBy(&Tick::symbol)});
        const auto replaced = registry.notify({1, 1});
        const auto other = registry.notify({2, 1});
        const auto newest = registry.notify({1, 2});
        QVERIFY(finishes(newest));
        COMPARE_REPORT(replaced.result(), 0, 0, 1);
        COMPARE_REPORT(other.result(), 1, 0, 0);
        COMPARE_REPORT(newest.result(), 1, 0, 0);
        const auto inSequence = registry.notifySequential({3, 1});
        QVERIFY(finishes(inSequence));
        COMPARE_REPORT(inSequence.result(), 1, 0, 0);
    }

    // --- bad input -------------------------------------------------------------------------------

    void keyFunctionThatThrowsIsAFailureOfTheHandler()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<std::string> failures;
        std::vector<int> seen;
        std::vector<int> others;
        registry.setStatisticsEnabled(true);
        registry.onException([&](const SignalBox::ExceptionInfo &info) { failures.push_back(info.message()); });
        registry.registerHandler(&context, [&](int event) { seen.push_back(event); }, {.priority = 1, .backlog = Backlog::newestBy([](int event) {
            if (event < 0)
                throw std::runtime_error("no key");
            return event;
        })});
        registry.registerHandler([&](int event) { others.push_back(event); });
        registry.post(1);
        registry.post(-1);
        registry.post(2);
        const auto failed = registry.notify(-2);
        QVERIFY(failed.isFinished()); // nothing waits for it
        COMPARE_REPORT(failed.result(), 2, 1, 0);
        const auto inSequence = registry.notifySequential(-3);
        QVERIFY(finishes(inSequence));
        COMPARE_REPORT(inSequence.result(), 2, 1, 0);
        runQueuedCalls();
        QCOMPARE(failures, std::vector<std::string>(3, "no key"));
        QCOMPARE(seen, (std::vector{1, 2}));
        QCOMPARE(others, (std::vector{1, -1, 2, -2, -3})); // stops nobody
        const auto row = registry.handlers().front();
        QCOMPARE(row.failures, quint64(3));
        QCOMPARE(row.dropped + row.merged, quint64(0));
    }

    void keyThatIsNotEqualToItselfIsAFailure()
    {
        AsyncRegistry<double> registry;
        QObject context;
        std::vector<std::string> failures;
        std::vector<double> seen;
        registry.onException([&](const SignalBox::ExceptionInfo &info) { failures.push_back(info.message()); });
        registry.registerHandler(&context, [&](double event) { seen.push_back(event); }, {.backlog = Backlog::newestBy([](double event) { return event; })});
        for (int i = 0; i < 3; ++i) {
            registry.post(std::numeric_limits<double>::quiet_NaN());
            registry.post(0.0);
            registry.post(-0.0);
        }
        runQueuedCalls();
        QCOMPARE(failures, std::vector<std::string>(3, "Backlog::newestBy() and mergedBy(): expected a key that is equal to itself"));
        QCOMPARE(seen.size(), std::size_t(1));
    }

    void failureOfAKeyLeavesAOnceHandlerItsCall()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.onException([](const SignalBox::ExceptionInfo &) {});
        registry.registerHandler(&context, [&](int event) { seen.push_back(event); }, {.once = true, .backlog = Backlog::newestBy([](int event) { return event < 0 ? throw std::runtime_error("no key") : event; })});
        registry.post(-1);
        QVERIFY(finishes(registry.notifySequential(-1)));
        registry.post(1);
        registry.post(2);
        runQueuedCalls();
        QCOMPARE(seen, std::vector{1});
        QVERIFY(registry.isEmpty());
    }

    // Its copy is made once for each key, and may have no memory, or something to say.
    void keyThatCannotBeCopiedDropsTheEvent()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](int event) { seen.push_back(event); }, {.backlog = Backlog::newestBy([](int event) { return UncopyableAtOne(event); })});
        registry.post(0);
        const auto dropped = registry.notify(1);
        registry.post(2);
        QVERIFY(dropped.isFinished());
        COMPARE_REPORT(dropped.result(), 0, 0, 1);
        runQueuedCalls();
        QCOMPARE(seen, (std::vector{0, 2}));
        QCOMPARE(registry.handlers().front().dropped, quint64(1));
    }

    void nullFunctionsAreRefused()
    {
        AsyncRegistry<Tick> registry;
        QObject context;
        for (int i = 0; i < 2; ++i)
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("registerHandler.*(the function|a function of the backlog) is null")));
        registry.registerHandler(&context, [](const Tick &) {}, {.backlog = Backlog::newestBy(std::function<int(const Tick &)>())});
        registry.registerHandler(&context, std::function<void(const Tick &)>(), {.backlog = Backlog::newestBy(&Tick::symbol)});
        QVERIFY(registry.isEmpty());
    }

    // --- memory ----------------------------------------------------------------------------------

    // Counted by the copies of keys that are alive, which are in the slots alone.
    void keysThatComeOnceAreForgotten()
    {
        const std::atomic<int> &alive = CountedKey::alive;
        constexpr int perRound = 1000;
        const int rounds = scaled(1000); // a million keys
        AsyncRegistry<int> registry;
        QObject context;
        int seen = 0;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { seen += int(batch.size()); }, {.backlog = Backlog::newestBy([](int event) { return CountedKey(event); })});
        int most = 0;
        for (int round = 0; round < rounds; ++round) {
            for (int i = 0; i < perRound; ++i)
                registry.post(round * perRound + i);
            runQueuedCalls();
            most = std::max(most, alive.load());
        }
        QCOMPARE(seen, rounds * perRound);
        QVERIFY2(most <= 12 * perRound, qPrintable(QString::number(most)));
        for (int round = 0; round <= 11; ++round) {
            registry.post(-1);
            runQueuedCalls();
        }
        QCOMPARE(alive.load(), 1);
        registry.clear();
        QCOMPARE(alive.load(), 0);
    }

    // Their slots are looked at once in ten rounds, and not with each event.
    void keysThatCameForAWhileAreForgotten()
    {
        constexpr int keys = 1000;
        AsyncRegistry<int> registry;
        QObject context;
        registry.registerHandler(&context, [](const EventBatch<int> &) {}, {.backlog = Backlog::newestBy([](int event) { return CountedKey(event); })});
        const auto postAll = [&](int rounds, int count) {
            for (int round = 0; round < rounds; ++round) {
                for (int i = 0; i < count; ++i)
                    registry.post(i);
                runQueuedCalls();
            }
        };
        for (int rounds = 1; rounds <= 25; ++rounds) {
            postAll(rounds, keys);
            postAll(9, 1);
            QCOMPARE(CountedKey::alive.load(), keys); // nine rounds are not ten
            postAll(12, 1);
            QCOMPARE(CountedKey::alive.load(), 1);
        }
        registry.clear();
        QCOMPARE(CountedKey::alive.load(), 0);
    }

    // As many keys as memory holds may wait at once. They are erased in steps, so that no round takes long. With
    // SIGNALBOX_STRESS_SCALE=10 ten million.
    void manyKeysAtOnceAreForgottenInSteps()
    {
        constexpr int erasedInARound = 16 * 1024;
        const int keys = stressed(scaled(1'000'000));
        AsyncRegistry<int> registry;
        QObject context;
        int seen = 0;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { seen += int(batch.size()); }, {.backlog = Backlog::newestBy([](int event) { return CountedKey(event); })});
        registry.post(-1);
        runQueuedCalls();
        const double before = memoryInUse();
        for (int i = 0; i < keys; ++i)
            registry.post(i);
        QCOMPARE(CountedKey::alive.load(), keys + 1);
        const double waiting = memoryInUse() - before;
        runQueuedCalls();
        QCOMPARE(seen, keys + 1);
        int rounds = 0;
        for (; CountedKey::alive > 1; ++rounds) {
            const int alive = CountedKey::alive;
            registry.post(-1);
            runQueuedCalls();
            QVERIFY(alive - CountedKey::alive <= erasedInARound);
            QVERIFY(rounds <= 12 + keys / erasedInARound);
        }
        const double kept = memoryInUse() - before;
        qInfo("%d keys: %.0f bytes each; after %d rounds %.0f bytes are kept", keys, waiting / keys, rounds, kept);
        QVERIFY(waiting / keys <= 256);
        QVERIFY2(kept < 256 * 1024, qPrintable(QString::number(kept)));
        registry.clear();
        QCOMPARE(CountedKey::alive.load(), 0);
    }

    void keyThatComesNowAndThenKeepsItsPlaceAndItsOrder()
    {
        AsyncRegistry<Tick> registry;
        QObject context;
        std::vector<Prices> seen;
        registry.registerHandler(&context, [&](const EventBatch<Tick> &batch) { seen.push_back(pricesOf(batch)); }, {.backlog = Backlog::newestBy(&Tick::symbol)});
        for (int round = 0; round < 100; ++round) {
            if (round % 15 == 0) // forgotten meanwhile
                registry.post({1, round});
            if (round % 5 == 0) // known still
                registry.post({2, round});
            registry.post({3, round});
            runQueuedCalls();
            Prices expected;
            if (round % 15 == 0)
                expected.emplace_back(1, round);
            if (round % 5 == 0)
                expected.emplace_back(2, round);
            expected.emplace_back(3, round);
            QCOMPARE(seen.back(), expected);
        }
    }

    // --- producers -------------------------------------------------------------------------------

    void finalValuesAreExactAndLossesCounted_data()
    {
        QTest::addColumn<int>("every");
        QTest::addColumn<int>("keys");
        QTest::newRow("one key") << -1 << 1;
        QTest::newRow("few keys") << -1 << 7;
        QTest::newRow("many keys") << -1 << 5000;
        QTest::newRow("every, few keys") << 1 << 7;
        QTest::newRow("every, many keys") << 1 << 5000;
    }
    void finalValuesAreExactAndLossesCounted()
    {
        QFETCH(int, every);
        QFETCH(int, keys);
        constexpr int producers = 3;
        const int events = scaled(100000);
        struct Update
        {
            int key = 0;
            int producer = 0;
            int number = 0;
        };
        WorkerThread worker;
        AsyncRegistry<Update> registry;
        std::vector<std::array<int, producers>> last(std::size_t(keys), {-1, -1, -1});
        std::vector<int> inBatch(std::size_t(keys), -1);
        quint64 received = 0;
        int batches = 0;
        int faults = 0;
        const auto newestBy = Backlog::newestBy(&Update::key);
        registry.registerHandler(worker.context(), [&](const EventBatch<Update> &batch) {
            received += batch.size();
            ++batches;
            for (const Update &update : batch) {
                int &before = last[std::size_t(update.key)][std::size_t(update.producer)];
                faults += update.number <= before; // a producer's events of a key are in order
                before = update.number;
                faults += std::exchange(inBatch[std::size_t(update.key)], batches) == batches; // each key once
            }
        }, {.backlog = every < 0 ? newestBy : newestBy.every(every)});
        std::vector<std::thread> threads;
        for (int producer = 0; producer < producers; ++producer) {
            threads.emplace_back([&, producer] {
                for (int i = 0; i < events; ++i)
                    registry.post({(i * 7 + producer) % keys, producer, i});
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        // The newest of each key, whoever posts it.
        for (int key = 0; key < keys; ++key)
            registry.post({key, 0, events + key});
        const auto isComplete = [&] {
            worker.drain();
            quint64 arrived = 0;
            worker.run([&] { arrived = received; });
            return arrived + registry.handlers().front().merged == quint64(producers) * quint64(events) + quint64(keys);
        };
        QVERIFY(waitFor(isComplete));
        QCOMPARE(registry.handlers().front().dropped, quint64(0));
        worker.run([&] {
            QCOMPARE(faults, 0);
            for (int key = 0; key < keys; ++key)
                QCOMPARE(last[std::size_t(key)][0], events + key);
        });
    }

    void keyIsReadOnTheNotifyingThreadsAtOnce()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::atomic<int> inside = 0;
        std::atomic<bool> areTogether = true;
        std::array<std::thread::id, 2> readOn; // by event
        std::array<std::thread::id, 2> postedOn;
        int calls = 0;
        registry.registerHandler(&context, [&](int) { ++calls; }, {.backlog = Backlog::newestBy([&](int event) {
            readOn[std::size_t(event)] = std::this_thread::get_id();
            ++inside;
            const QDeadlineTimer deadline(patience);
            while (inside != 2 && !deadline.hasExpired())
                std::this_thread::yield();
            if (inside != 2)
                areTogether = false;
            return event;
        })});
        std::array<std::thread, 2> producers;
        for (int i = 0; i < 2; ++i) {
            producers[std::size_t(i)] = std::thread([&, i] {
                postedOn[std::size_t(i)] = std::this_thread::get_id();
                registry.post(i);
            });
        }
        for (std::thread &producer : producers)
            producer.join();
        QVERIFY(areTogether);
        QVERIFY(readOn == postedOn);
        runQueuedCalls();
        QCOMPARE(calls, 2);
    }

    // It copies the key for a place in the table. Its event has been posted when that is done, after the other one.
    void nobodyWaitsForAProducerThatIsHeldUp()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](int event) { seen.push_back(event); }, {.backlog = Backlog::newestBy([](int) { return HeldUpKey(); })});
        std::thread first([&] { registry.post(1); });
        HeldUpKey::hasBegun.wait(false);
        std::atomic<bool> hasPosted = false;
        std::thread second([&] {
            registry.post(2);
            hasPosted = true;
        });
        const bool isDone = waitFor([&] { return hasPosted.load(); }); // the target does not wait, either
        HeldUpKey::mayGoOn = true;
        HeldUpKey::mayGoOn.notify_one();
        first.join();
        second.join();
        QVERIFY(isDone);
        QVERIFY(waitFor([&] { return !seen.empty() && seen.back() == 1; }));
        QCOMPARE(seen.size() + registry.handlers().front().merged, std::size_t(2));
    }

    void nobodyWaitsForAHandlerThatRuns()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<bool> hasBegun = false;
        std::atomic<bool> mayGoOn = false;
        std::atomic<int> sum = 0;
        registry.registerHandler(worker.context(), [&](const EventBatch<int> &batch) {
            hasBegun = true;
            hasBegun.notify_one();
            mayGoOn.wait(false);
            for (const int event : batch)
                sum += event;
        }, {.backlog = Backlog::newestBy([](int event) { return event % 2; })});
        registry.post(0);
        hasBegun.wait(false);
        std::atomic<bool> hasPosted = false;
        std::thread producer([&] {
            for (int i = 1; i <= 1000; ++i)
                registry.post(i);
            hasPosted = true;
        });
        const bool isDone = waitFor([&] { return hasPosted.load(); });
        mayGoOn = true;
        mayGoOn.notify_one();
        producer.join();
        QVERIFY(isDone);
        QVERIFY(waitFor([&] { return sum == 999 + 1000; }));
    }

    // Keys come and are forgotten while others come, in the same tables.
    void forgettingRacesWithProducers()
    {
        constexpr int producers = 3;
        const int events = scaled(100000);
        WorkerThread worker;
        AsyncRegistry<Tick> registry;
        quint64 received = 0;
        registry.registerHandler(worker.context(),
                                 [&](const EventBatch<Tick> &batch) { received += batch.size(); }, {.backlog = Backlog::newestBy(&Tick::symbol)});
        std::vector<std::thread> threads;
        for (int producer = 0; producer < producers; ++producer) {
            threads.emplace_back([&, producer] {
                // A window of keys that wanders on, partly shared.
                for (int i = 0; i < events; ++i)
                    registry.post({i / 50 + (i * 31 + producer) % 100, i});
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QVERIFY(waitFor([&] {
            worker.drain();
            quint64 arrived = 0;
            worker.run([&] { arrived = received; });
            return arrived + registry.handlers().front().merged == quint64(producers) * quint64(events);
        }));
    }

    void eventsOfAnIntervalAreNoMoreThanKeysInAFlood()
    {
        constexpr int keys = 50;
        constexpr int interval = 20;
        AsyncRegistry<Tick> registry;
        QObject context;
        std::atomic<bool> isOver = false;
        quint64 received = 0;
        registry.registerHandler(&context, [&](const Tick &) { ++received; }, {.backlog = Backlog::newestBy(&Tick::symbol).every(interval)});
        QElapsedTimer clock;
        clock.start();
        std::thread producer([&] {
            for (int i = 0; !isOver.load(std::memory_order_relaxed); ++i)
                registry.post({i % keys, i});
        });
        const bool hasCome = waitFor([&] { return received >= 5 * keys; });
        isOver = true;
        producer.join();
        QVERIFY(hasCome);
        const quint64 limit = quint64(2 + clock.elapsed() / interval) * keys;
        QVERIFY2(received <= limit, qPrintable(QStringLiteral("%1 events, at most %2").arg(received).arg(limit)));
    }

    // --- contexts, threads, ends -----------------------------------------------------------------

    void pausedOrRemovedHandlerDropsWhatWaits()
    {
        AsyncRegistry<Tick> registry;
        auto context = std::make_unique<QObject>();
        int calls = 0;
        const auto id = registry.registerHandler(context.get(), [&](const Tick &) { ++calls; }, {.backlog = Backlog::newestBy(&Tick::symbol)});
        const auto paused = registry.notify({1, 1});
        registry.setEnabled(id, false);
        QVERIFY(finishes(paused));
        COMPARE_REPORT(paused.result(), 0, 0, 1);
        registry.setEnabled(id, true);
        const auto first = registry.notify({1, 1});
        const auto second = registry.notify({2, 1});
        context.reset();
        QVERIFY(finishes(first));
        QVERIFY(finishes(second));
        COMPARE_REPORT(first.result(), 0, 0, 1);
        COMPARE_REPORT(second.result(), 0, 0, 1);
        QCOMPARE(calls, 0);
    }

    void restOfARoundIsDroppedWithItsContext()
    {
        AsyncRegistry<Tick> registry;
        auto context = std::make_unique<QObject>();
        int calls = 0;
        registry.registerHandler(context.get(), [&](const Tick &) {
            ++calls;
            context.reset();
        }, {.backlog = Backlog::newestBy(&Tick::symbol)});
        std::vector<QFuture<SignalBox::DispatchReport>> futures;
        for (int i = 0; i < 5; ++i)
            futures.push_back(registry.notify({i, i}));
        for (const auto &future : futures)
            QVERIFY(finishes(future));
        QCOMPARE(calls, 1);
        COMPARE_REPORT(futures.back().result(), 0, 0, 1);
        QVERIFY(registry.isEmpty());
    }

    void endOfTheThreadOrRegistryDropsWhatWaits()
    {
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<Tick>>();
        worker.run([&] {
            registry->registerHandler(worker.context(), [](const Tick &) {}, {.backlog = Backlog::newestBy(&Tick::symbol).every(3600000)});
        });
        QVERIFY(finishes(registry->notify({1, 1})));
        const auto atThreadEnd = registry->notify({1, 2});
        worker.finish();
        QVERIFY(finishes(atThreadEnd));
        COMPARE_REPORT(atThreadEnd.result(), 0, 0, 1);

        QObject context;
        registry = std::make_unique<AsyncRegistry<Tick>>();
        registry->registerHandler(&context, [](const Tick &) {}, {.backlog = Backlog::newestBy(&Tick::symbol)});
        const auto atRegistryEnd = registry->notify({1, 1});
        registry.reset();
        QVERIFY(finishes(atRegistryEnd));
        COMPARE_REPORT(atRegistryEnd.result(), 0, 0, 1);
    }

    void handlersRunOnThreadsAndInPools()
    {
        WorkerThread worker;
        QThreadPool pool;
        AsyncRegistry<int> registry;
        Record onThread;
        Record inPool;
        const auto key = [](int event) { return event; };
        registry.registerHandler(SignalBox::onThread(worker.thread()), [&](const EventBatch<int> &batch) {
            for (const int event : batch)
                onThread.add(event);
        }, {.backlog = Backlog::newestBy(key)});
        registry.registerHandler(SignalBox::inPool(&pool), [&](int event) { inPool.add(event); }, {.backlog = Backlog::newestBy(key)});
        for (int i = 0; i < 1000; ++i)
            registry.post(i);
        QVERIFY(finishes(registry.notify(1000)));
        QCOMPARE(sorted(onThread.events()), upTo(1001));
        QVERIFY(onThread.isAllOn(worker.thread()));
        QCOMPARE(sorted(inPool.events()), upTo(1001));
        registry.clear();
        pool.waitForDone();
    }

    void keysFollowTheirContext()
    {
        constexpr int moves = 20;
        WorkerThread first;
        WorkerThread second;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        context->moveToThread(first.thread());
        Record record;
        // Each event a key of its own: none may be lost or doubled.
        registry.registerHandler(context, [&](const EventBatch<int> &batch) {
            for (const int event : batch)
                record.add(event);
            context->moveToThread(context->thread() == first.thread() ? second.thread() : first.thread());
        }, {.backlog = Backlog::newestBy([](int event) { return event; })});
        for (int i = 0; i < 50 * moves; ++i) {
            registry.post(i);
            if (i % 50 == 0) // at least so many batches
                QVERIFY(waitFor([&] { return std::ssize(record.events()) >= i; }));
        }
        QVERIFY(waitFor([&] { return std::ssize(record.events()) == 50 * moves; }));
        QCOMPARE(sorted(record.events()), upTo(50 * moves));
        QVERIFY(!record.isAllOn(first.thread()));
        QVERIFY(!record.isAllOn(second.thread()));
        SignalBox::detail::postCall(context, [context] { delete context; });
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
        first.drain();
        second.drain();
    }

    void contextDiesInAFlood()
    {
        const int rounds = scaled(50);
        AsyncRegistry<Tick> registry;
        std::atomic<bool> isOver = false;
        std::thread producer([&] {
            for (int i = 0; !isOver.load(std::memory_order_relaxed); ++i)
                registry.post({i % 100, i});
        });
        bool haveAllCome = true;
        for (int round = 0; round < rounds; ++round) {
            auto context = std::make_unique<QObject>();
            int calls = 0;
            registry.registerHandler(context.get(), [&](const EventBatch<Tick> &) { ++calls; }, {.backlog = Backlog::newestBy(&Tick::symbol)});
            haveAllCome &= waitFor([&] { return calls > 0; });
            context.reset();
            const int callsBefore = calls;
            runQueuedCalls();
            haveAllCome &= calls == callsBefore;
        }
        isOver = true;
        producer.join();
        QVERIFY(haveAllCome);
        QVERIFY(registry.isEmpty());
    }

    // --- from within -----------------------------------------------------------------------------

    void nestedEventLoopGoesOnWithTheNextKeys()
    {
        AsyncRegistry<Tick> registry;
        QObject context;
        Prices seen;
        registry.registerHandler(&context, [&](const Tick &tick) {
            seen.emplace_back(tick.symbol, tick.price);
            if (tick.symbol == 0)
                runQueuedCalls(); // goes on with 1
        }, {.backlog = Backlog::newestBy(&Tick::symbol)});
        for (int i = 0; i < 4; ++i)
            registry.post({i, i});
        runQueuedCalls();
        QCOMPARE(seen, (Prices{{0, 0}, {1, 1}, {2, 2}, {3, 3}}));
    }

    void keyFunctionMayPost()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](int event) { seen.push_back(event); }, {.backlog = Backlog::newestBy([&](int event) {
            if (event > 0)
                registry.post(event - 1);
            return event % 2;
        })});
        registry.post(4);
        runQueuedCalls();
        QCOMPARE(seen, (std::vector{4, 3})); // 0, 2 and 4 are one key, and were put in this order
    }
};

QTEST_GUILESS_MAIN(NewestBy)

#include "tst_newestby.moc"
