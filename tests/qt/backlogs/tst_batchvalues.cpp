// SPDX-License-Identifier: MIT
#include "camera.h"
#include "finishedfuture.h"
#include "movingcontext.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/ExceptionInfo>
#include <SignalBox/RegistrySpy>
#include <SignalBox/TestClock>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qpointer.h>
#include <QtCore/qstring.h>
#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::EventBatch;
using SignalBox::TestClock;

namespace {

// Counts what lives, and what was copied.
class Counted
{
public:
    explicit Counted(int number) : m_text(std::to_string(number) + " is too long a text for the string itself")
    {
        ++alive;
    }
    Counted(const Counted &other) : m_text(other.m_text)
    {
        ++alive;
        ++copies;
    }
    Counted(Counted &&other) noexcept : m_text(std::move(other.m_text)) { ++alive; }
    Counted &operator=(const Counted &) = delete;
    ~Counted() { --alive; }

    int number() const { return std::stoi(m_text); }

    static inline std::atomic<int> alive = 0;
    static inline std::atomic<int> copies = 0;

private:
    std::string m_text;
};

struct OverAligned
{
    explicit OverAligned(int itsNumber) : value(itsNumber) {}
    int number() const { return reinterpret_cast<std::uintptr_t>(this) % alignof(OverAligned) == 0 ? value : -1; }
    alignas(64) int value;
};

struct Large
{
    explicit Large(int itsNumber) { values.fill(itsNumber); }
    int number() const { return values.front() == values.back() ? values.back() : -1; }
    std::array<int, 1000> values;
};

struct Odd
{
    explicit Odd(int itsNumber) : value(static_cast<short>(itsNumber)) {}
    int number() const { return value; }
    short value;
    std::array<char, 5> rest = {};
};

struct MoveOnly
{
    explicit MoveOnly(int itsNumber) : value(std::make_unique<int>(itsNumber)) {}
    int number() const { return *value; }
    std::unique_ptr<int> value;
};

struct ThrowingMove
{
    explicit ThrowingMove(int itsNumber) : value(itsNumber) {}
    ThrowingMove(ThrowingMove &&other) noexcept(false) : value(other.value)
    {
        if (throws)
            throw std::runtime_error("a move");
    }
    int number() const { return value; }
    static inline bool throws = false;
    int value;
};

// Number 1 is held up on its way into the store.
struct HeldUp
{
    explicit HeldUp(int itsNumber) : value(itsNumber) {}
    HeldUp(HeldUp &&other) noexcept : value(other.value)
    {
        if (value != held)
            return;
        hasBegun = true;
        hasBegun.notify_one();
        mayGoOn.wait(false);
    }
    int number() const { return value; }
    static constexpr int held = 1;
    static inline std::atomic<bool> hasBegun = false;
    static inline std::atomic<bool> mayGoOn = false;
    int value;
};

template <class E>
std::vector<int> numbersOf(const EventBatch<E> &batch)
{
    std::vector<int> result;
    for (const E &event : batch)
        result.push_back(event.number());
    return result;
}

// Of several segments, and in more than one batch.
template <class E>
void arrivesWholeAndInOrder()
{
    AsyncRegistry<E> registry;
    QObject context;
    std::vector<int> seen;
    registry.registerHandler(&context, [&](const EventBatch<E> &batch) {
        const std::vector<int> numbers = numbersOf(batch);
        seen.insert(seen.end(), numbers.begin(), numbers.end());
    });
    for (int i = 0; i < 2000; ++i) {
        registry.post(E(i));
        if (i == 1000)
            runQueuedCalls();
    }
    QCOMPARE(seen, upTo(1001));
    runQueuedCalls();
    QCOMPARE(seen, upTo(2000));
}

} // namespace

// A posted event for a batch handler alone lies in that handler's own store, as a value; all others are shared. Nobody sees the
// difference.
class BatchValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup()
    {
        QCOMPARE(Counted::alive.load(), 0);
        Counted::copies = 0;
    }

    void valuesOfTheOnlyHandlerLieSideBySide()
    {
        AsyncRegistry<qint64> registry;
        QObject context;
        std::ptrdiff_t distance = 0;
        registry.registerHandler(&context, [&](const EventBatch<qint64> &batch) { distance = &batch[1] - &batch[0]; });
        registry.post(1);
        registry.post(2);
        runQueuedCalls();
        QCOMPARE(distance, std::ptrdiff_t(1));
    }

    void emissionsForTheOnlyHandlerLieSideBySideToo()
    {
        AsyncRegistry<qint64> registry;
        QObject context;
        Camera camera;
        registry.addSource(&camera, &Camera::taken);
        std::ptrdiff_t distance = 0;
        registry.registerHandler(&context, [&](const EventBatch<qint64> &batch) { distance = &batch[1] - &batch[0]; });
        Q_EMIT camera.taken(1);
        Q_EMIT camera.taken(2);
        runQueuedCalls();
        QCOMPARE(distance, std::ptrdiff_t(1));
    }

    void eachTypeArrivesWholeAndInOrder()
    {
        arrivesWholeAndInOrder<Counted>();
        arrivesWholeAndInOrder<OverAligned>();
        arrivesWholeAndInOrder<Large>();
        arrivesWholeAndInOrder<Odd>();
        arrivesWholeAndInOrder<MoveOnly>();
        arrivesWholeAndInOrder<ThrowingMove>();
    }

    void nothingIsCopied()
    {
        arrivesWholeAndInOrder<Counted>();
        QCOMPARE(Counted::copies.load(), 0);
    }

    // What a producer has claimed, but not filled, stays for a later batch, and what comes after it, too. That batch has all.
    void producerThatIsHeldUpSplitsNoBatch()
    {
        TestClock clock;
        AsyncRegistry<HeldUp> registry;
        QObject context;
        std::vector<std::vector<int>> batches;
        registry.registerHandler(&context, [&](const EventBatch<HeldUp> &batch) { batches.push_back(numbersOf(batch)); },
                                 {.backlog = Backlog::all().every(1000)});
        std::thread producer([&] { registry.post(HeldUp(HeldUp::held)); });
        HeldUp::hasBegun.wait(false);
        registry.post(HeldUp(2));
        QCoreApplication::processEvents(); // takes both, and delivers none
        QVERIFY(batches.empty());
        registry.post(HeldUp(3));
        HeldUp::mayGoOn = true;
        HeldUp::mayGoOn.notify_one();
        producer.join();
        QVERIFY(clock.advance(std::chrono::milliseconds(0)));
        QCOMPARE(batches, (std::vector<std::vector<int>>{{1, 2, 3}}));
    }

    void moveThatThrowsChangesNothing()
    {
        AsyncRegistry<ThrowingMove> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const EventBatch<ThrowingMove> &batch) { seen = numbersOf(batch); });
        ThrowingMove event(7);
        ThrowingMove::throws = true;
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, registry.post(std::move(event)));
        ThrowingMove::throws = false;
        registry.post(ThrowingMove(8));
        runQueuedCalls();
        QCOMPARE(seen, std::vector{8});
    }

    // As in single events. A value would not be told of the object's end.
    void objectsThatDieWhileTheyWaitAreNull()
    {
        AsyncRegistry<QObject *> registry;
        QObject context;
        auto object = std::make_unique<QObject>();
        std::vector<QObject *> seen;
        std::vector<QObject *> single;
        registry.registerHandler(&context, [&](const EventBatch<QObject *> &batch) {
            seen.assign(batch.begin(), batch.end());
            QCOMPARE(batch.front(), nullptr);
            QCOMPARE(batch[1], &context);
            QCOMPARE(batch.back(), nullptr);
        });
        registry.registerHandler(&context, [&](QObject *event) { single.push_back(event); }, {.delivery = SignalBox::Delivery::Queued});
        for (QObject *event : {object.get(), &context, object.get()})
            registry.notify(event);
        object.reset();
        runQueuedCalls();
        QCOMPARE(seen, (std::vector<QObject *>{nullptr, &context, nullptr}));
        QCOMPARE(single, seen);
    }

    void objectsThatDieInAMapAreNull()
    {
        AsyncRegistry<QVariantMap> registry;
        QObject context;
        auto object = std::make_unique<QObject>();
        std::vector<QVariantMap> seen;
        registry.registerHandler(&context, [&](const EventBatch<QVariantMap> &batch) { seen.assign(batch.begin(), batch.end()); });
        for (QObject *event : {object.get(), &context})
            registry.notify({{QStringLiteral("object"), QVariant::fromValue(event)}, {QStringLiteral("number"), int(seen.size())}});
        object.reset();
        runQueuedCalls();
        QCOMPARE(seen.size(), std::size_t(2));
        QCOMPARE(seen[0].value(QStringLiteral("object")).value<QObject *>(), nullptr);
        QCOMPARE(seen[0].value(QStringLiteral("number")), QVariant(0));
        QCOMPARE(seen[1].value(QStringLiteral("object")).value<QObject *>(), &context);
    }

    void valuesAndSharedEventsKeepTheirOrder()
    {
        AsyncRegistry<Counted> registry;
        QObject context;
        std::vector<std::vector<int>> seen;
        registry.registerHandler(&context, [&](const EventBatch<Counted> &batch) { seen.push_back(numbersOf(batch)); });
        registry.post(Counted(0));
        const auto first = registry.notify(Counted(1));
        registry.post(Counted(2));
        const auto second = registry.notifySequential(Counted(3));
        registry.post(Counted(4));
        QVERIFY(finishes(first));
        QVERIFY(finishes(second));
        runQueuedCalls();
        QCOMPARE(seen, std::vector<std::vector<int>>{upTo(5)});
        COMPARE_REPORT(first.result(), 1, 0, 0);
        COMPARE_REPORT(second.result(), 1, 0, 0);
    }

    void handlerThatComesAndGoesSharesTheEvents()
    {
        AsyncRegistry<Counted> registry;
        QObject context;
        std::vector<int> batches;
        std::vector<int> events;
        registry.registerHandler(&context, [&](const EventBatch<Counted> &batch) { batches = numbersOf(batch); });
        registry.post(Counted(0));
        {
            const auto guard = registry.registerGuard([&](const Counted &event) { events.push_back(event.number()); });
            registry.post(Counted(1));
            registry.post(Counted(2));
        }
        registry.post(Counted(3));
        runQueuedCalls();
        QCOMPARE(batches, upTo(4));
        QCOMPARE(events, (std::vector{1, 2}));
    }

    void twoBatchHandlersGetAll()
    {
        AsyncRegistry<Counted> registry;
        QObject context;
        std::vector<int> first;
        std::vector<int> second;
        registry.registerHandler(&context, [&](const EventBatch<Counted> &batch) { first = numbersOf(batch); });
        registry.registerHandler(&context, [&](const EventBatch<Counted> &batch) { second = numbersOf(batch); });
        for (int i = 0; i < 1000; ++i)
            registry.post(Counted(i));
        runQueuedCalls();
        QCOMPARE(first, upTo(1000));
        QCOMPARE(second, upTo(1000));
    }

    void spySeesEventsOfABatchHandler()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int received = 0;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { received += int(batch.size()); });
        registry.post(1); // before: nobody else sees it
        SignalBox::RegistrySpy<int> spy(registry);
        registry.post(2);
        registry.post(3);
        runQueuedCalls();
        QCOMPARE(received, 3);
        QCOMPARE(spy.count(), 2);
    }

    void handlerThatThrowsDestroysItsValues()
    {
        AsyncRegistry<Counted> registry;
        QObject context;
        int failures = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &) { ++failures; });
        registry.registerHandler(&context, [](const EventBatch<Counted> &) { throw std::runtime_error("at once"); });
        for (int i = 0; i < 1000; ++i)
            registry.post(Counted(i));
        QCOMPARE(Counted::alive.load(), 1000);
        runQueuedCalls();
        QCOMPARE(Counted::alive.load(), 0);
        QCOMPARE(failures, 1);
    }

    void nestedEventLoopLeavesTheOuterValuesAlone()
    {
        AsyncRegistry<Counted> registry;
        QObject context;
        std::vector<int> after;
        int depth = 0;
        registry.registerHandler(&context, [&](const EventBatch<Counted> &batch) {
            if (++depth < 4) {
                for (int i = 0; i < 700; ++i)
                    registry.post(Counted(depth * 1000 + i));
                runQueuedCalls();
                after.push_back(batch.front().number());
                after.push_back(batch.back().number());
            }
        });
        registry.post(Counted(0));
        runQueuedCalls();
        QCOMPARE(after, (std::vector{2000, 2699, 1000, 1699, 0, 0}));
    }

    void pausedHandlerCountsItsValuesAsLost()
    {
        AsyncRegistry<Counted> registry;
        QObject context;
        quint64 lost = 0;
        const auto id = registry.registerHandler(&context, [&](const EventBatch<Counted> &batch) { lost = batch.lost(); });
        for (int i = 0; i < 1000; ++i)
            registry.post(Counted(i));
        registry.setEnabled(id, false);
        runQueuedCalls();
        QCOMPARE(Counted::alive.load(), 0);
        registry.setEnabled(id, true);
        registry.post(Counted(1));
        runQueuedCalls();
        QCOMPARE(lost, quint64(1000));
        QCOMPARE(registry.handlers().front().dropped, quint64(1000));
    }

    void valuesAreDestroyedWithWhatTheyWaitFor_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::addColumn<QString>("end");
        for (const char *end : {"handler", "context", "registry", "thread"}) {
            QTest::addRow("%s, unbounded", end) << Backlog::all() << QString::fromLatin1(end);
            QTest::addRow("%s, batched", end) << Backlog::all().every(3600000) << QString::fromLatin1(end);
        }
    }
    void valuesAreDestroyedWithWhatTheyWaitFor()
    {
        QFETCH(Backlog, backlog);
        QFETCH(QString, end);
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<Counted>>();
        std::atomic<int> calls = 0;
        worker.run([&] {
            registry->registerHandler(worker.context(), [&](const EventBatch<Counted> &) { ++calls; }, {.backlog = backlog});
        });
        QVERIFY(finishes(registry->notify(Counted(0)))); // an interval begins
        std::atomic<bool> isBlocked = true;
        worker.post([&] {
            while (isBlocked)
                std::this_thread::yield();
        });
        for (int i = 0; i < 1000; ++i)
            registry->post(Counted(i));
        QVERIFY(Counted::alive.load() >= 1000);
        if (end == QLatin1String("handler"))
            registry->clear();
        else if (end == QLatin1String("registry"))
            registry.reset();
        else if (end == QLatin1String("context"))
            worker.post([&] { delete worker.context(); });
        else
            worker.thread()->quit(); // before it looks into its queue, or after that
        isBlocked = false;
        if (end == QLatin1String("context")) {
            worker.drain();
            worker.forgetContext();
        } else if (end == QLatin1String("thread")) {
            worker.finish();
        }
        QVERIFY(waitFor([] { return Counted::alive.load() == 0; }));
        // A visit may come before the object or the thread ends.
        if (backlog.isEvery() || end == QLatin1String("handler") || end == QLatin1String("registry"))
            QCOMPARE(calls.load(), 1);
    }

    // Each event is posted when the one before has been, by the other thread.
    void postsThatFollowEachOtherAcrossThreadsKeepTheirOrder()
    {
        const int events = stressed(scaled(100000));
        AsyncRegistry<int> registry;
        WorkerThread worker;
        int next = 0; // the worker's
        int faults = 0;
        registry.registerHandler(worker.context(), [&](const EventBatch<int> &batch) {
            for (const int event : batch)
                faults += event != next++;
        });
        std::atomic<int> turn = 0;
        const auto post = [&](int parity) {
            for (int i = parity; i < events; i += 2) {
                while (turn.load(std::memory_order_acquire) != i)
                    std::this_thread::yield();
                registry.post(i);
                turn.store(i + 1, std::memory_order_release);
            }
        };
        std::thread second([&] { post(1); });
        post(0);
        second.join();
        int seen = 0;
        QVERIFY(waitFor([&] {
            worker.run([&] { seen = next; });
            return seen == events;
        }));
        QCOMPARE(faults, 0);
    }

    // A registration in the middle of it makes values and shared events come mixed.
    void floodWithHandlersThatComeAndGoLosesNothing()
    {
        constexpr int producers = 2;
        const int events = stressed(scaled(100000));
        AsyncRegistry<Counted> registry;
        WorkerThread worker;
        std::array<int, producers> next{};
        int received = 0;
        int faults = 0;
        registry.registerHandler(worker.context(), [&](const EventBatch<Counted> &batch) {
            for (const Counted &event : batch) {
                const int number = event.number();
                faults += number / producers != next[std::size_t(number % producers)]++;
                ++received;
            }
        });
        std::atomic<int> left = producers;
        std::vector<std::thread> threads;
        for (int producer = 0; producer < producers; ++producer) {
            threads.emplace_back([&, producer] {
                for (int i = 0; i < events; ++i)
                    registry.post(Counted(i * producers + producer));
                --left;
            });
        }
        std::atomic<int> shared = 0;
        while (left != 0) {
            const auto guard = registry.registerGuard([&](const Counted &) { ++shared; });
            std::this_thread::yield();
        }
        for (std::thread &thread : threads)
            thread.join();
        int seen = 0;
        QVERIFY(waitFor([&] {
            worker.run([&] { seen = received; });
            return seen == producers * events;
        }));
        QCOMPARE(faults, 0);
    }

    void valuesFollowTheirContextInAFlood()
    {
        const int events = stressed(scaled(100000));
        WorkerThread first;
        WorkerThread second;
        AsyncRegistry<Counted> registry;
        const Context context(first);
        std::atomic<int> received = 0;
        std::atomic<int> faults = 0;
        std::atomic<int> moves = 0;
        registry.registerHandler(context.object, [&](const EventBatch<Counted> &batch) {
            for (const Counted &event : batch)
                faults += event.number() != received++;
            context.object->moveToThread(context.object->thread() == first.thread() ? second.thread() : first.thread());
            ++moves;
        });
        for (int i = 0; i < events; ++i)
            registry.post(Counted(i));
        QVERIFY(waitFor([&] { return received.load() == events; }));
        QCOMPARE(faults.load(), 0);
        registry.clear();
        first.drain();
        second.drain();
        QVERIFY(moves.load() > 0); // the last is made behind the last event
    }

    void registryEndsInAFlood()
    {
        for (int round = 0; round < scaled(100); ++round) {
            WorkerThread worker;
            auto registry = std::make_unique<AsyncRegistry<Counted>>();
            registry->registerHandler(worker.context(), [](const EventBatch<Counted> &) {});
            for (int i = 0; i < 2000; ++i)
                registry->post(Counted(i));
            registry.reset();
            QVERIFY(waitFor([] { return Counted::alive.load() == 0; }));
        }
    }
};

QTEST_GUILESS_MAIN(BatchValues)

#include "tst_batchvalues.moc"
