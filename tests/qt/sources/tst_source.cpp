// SPDX-License-Identifier: MIT
#include "../core/gate.h"
#include "camera.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventStream>

#include <QtCore/qthreadpool.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::SourceConnection;

namespace {

struct Sample
{
    int channel = 0;
    double value = 0;
    QString note = QStringLiteral("-");
};

struct Pair
{
    int channel;
    double value;
};

// No aggregate.
class Reading
{
public:
    Reading(int channel, double value) : m_channel(channel), m_value(value) {}
    int channel() const { return m_channel; }
    double value() const { return m_value; }

private:
    int m_channel;
    double m_value;
};

struct Started
{
};

struct Doubled
{
    Doubled(int number) : value(2 * number) {} // implicit
    int value;
};

struct Percent
{
    int percent;
};

struct Fragile
{
    Fragile(int number) : value(number)
    {
        if (number < 0)
            throw std::runtime_error("no such picture");
    }
    int value;
};

static_assert(std::is_copy_constructible_v<SourceConnection> && std::is_default_constructible_v<SourceConnection>);
static_assert(!std::is_convertible_v<SourceConnection, bool>);

// All events of a registry, as they come.
template <class E>
struct Recorded
{
    explicit Recorded(AsyncRegistry<E> &registry)
    {
        registry.registerHandler([this](const E &event) { events.push_back(event); });
    }
    std::vector<E> events;
};

} // namespace

// Signals as sources of registries.
class Sources : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- what the event is made of ---------------------------------------------------------------

    void oneArgumentIsTheEvent()
    {
        Camera camera;
        AsyncRegistry<int> taken;
        AsyncRegistry<QString> named;
        const Recorded<int> numbers(taken);
        const Recorded<QString> names(named);
        QVERIFY(taken.addSource(&camera, &Camera::taken));
        QVERIFY(named.addSource(&camera, &Camera::named));
        QVERIFY(named.addSource(&camera, &Camera::byValue));
        Q_EMIT camera.taken(7);
        Q_EMIT camera.named(QStringLiteral("a"));
        Q_EMIT camera.byValue(QStringLiteral("b"));
        QCOMPARE(numbers.events, std::vector<int>{7});
        QCOMPARE(names.events, (std::vector<QString>{QStringLiteral("a"), QStringLiteral("b")}));
    }

    void oneArgumentIsConvertedImplicitly()
    {
        Camera camera;
        AsyncRegistry<Doubled> doubled;
        AsyncRegistry<double> real;
        int seen = 0;
        doubled.registerHandler([&](const Doubled &event) { seen = event.value; });
        const Recorded<double> reals(real);
        doubled.addSource(&camera, &Camera::taken);
        real.addSource(&camera, &Camera::taken);
        Q_EMIT camera.taken(4);
        QCOMPARE(seen, 8);
        QCOMPARE(reals.events, std::vector<double>{4.0});
    }

    void oneArgumentMakesAnAggregate()
    {
        Camera camera;
        AsyncRegistry<Percent> registry;
        int seen = 0;
        registry.registerHandler([&](const Percent &event) { seen = event.percent; });
        registry.addSource(&camera, &Camera::taken);
        Q_EMIT camera.taken(40);
        QCOMPARE(seen, 40);
    }

    void severalArgumentsMakeAnAggregate()
    {
        Camera camera;
        AsyncRegistry<Sample> registry;
        std::vector<Sample> seen;
        registry.registerHandler([&](const Sample &event) { seen.push_back(event); });
        registry.addSource(&camera, &Camera::measured);
        registry.addSource(&camera, &Camera::described);
        Q_EMIT camera.measured(1, 2.5);
        Q_EMIT camera.described(3, 4.5, QStringLiteral("lux"));
        QCOMPARE(seen.size(), std::size_t(2));
        QCOMPARE(seen[0].channel, 1);
        QCOMPARE(seen[0].value, 2.5);
        QCOMPARE(seen[0].note, QStringLiteral("-"));
        QCOMPARE(seen[1].note, QStringLiteral("lux"));
    }

    void severalArgumentsAreThoseOfAConstructor()
    {
        Camera camera;
        AsyncRegistry<Reading> registry;
        double sum = 0;
        registry.registerHandler([&](const Reading &event) { sum += event.channel() + event.value(); });
        registry.addSource(&camera, &Camera::measured);
        registry.addSource(&camera, &Camera::described);
        Q_EMIT camera.measured(1, 0.5);
        Q_EMIT camera.described(1, 0.25, QString());
        QCOMPARE(sum, 2.75);
    }

    void trailingArgumentsMayBeLeftOut()
    {
        Camera camera;
        AsyncRegistry<Pair> pairs;
        AsyncRegistry<int> channels;
        double sum = 0;
        pairs.registerHandler([&](const Pair &event) { sum += event.channel + event.value; });
        const Recorded<int> numbers(channels);
        pairs.addSource(&camera, &Camera::described);
        channels.addSource(&camera, &Camera::described);
        Q_EMIT camera.described(2, 0.5, QStringLiteral("lux"));
        QCOMPARE(sum, 2.5);
        QCOMPARE(numbers.events, std::vector<int>{2});
    }

    void firstArgumentIsTheEventEvenIfTheEventHasAConstructorForMore()
    {
        // std::string(text, position) exists, and is not meant.
        static_assert(SignalBox::detail::takenByEvent<std::string, SignalBox::detail::TypeList<std::string, int>>() == 1);
        static_assert(SignalBox::detail::takenByEvent<Reading, SignalBox::detail::TypeList<int, double, QString>>() == 2);
    }

    void argumentForAMemberThatDoesNotFitIsNotLeftOut()
    {
        struct Narrow
        {
            int channel;
            float value;
        };
        using SignalBox::detail::takenByEvent;
        using SignalBox::detail::TypeList;
        static_assert(takenByEvent<Narrow, TypeList<int, double>>() == -1); // {int, double} would narrow
        static_assert(takenByEvent<Narrow, TypeList<int, float, QString>>() == 2);
        static_assert(takenByEvent<std::unique_ptr<int>, TypeList<std::unique_ptr<int>, int>>() == -1); // cannot be copied
    }

    void registryWithoutEventDataIgnoresAllArguments()
    {
        Camera camera;
        QTimer timer;
        AsyncRegistry<void> registry;
        int calls = 0;
        registry.registerHandler([&] { ++calls; });
        registry.addSource(&camera, &Camera::started);
        registry.addSource(&camera, &Camera::described);
        registry.addSource(&camera, &Camera::nothingPrivately);
        registry.addSource(&timer, &QTimer::timeout);
        Q_EMIT camera.started();
        Q_EMIT camera.described(1, 2, QString());
        camera.emitNothingPrivately();
        QCOMPARE(calls, 3);
        timer.setSingleShot(true);
        timer.start(0);
        COMPARE_FINALLY(calls, 4);
    }

    void emptyStructIsMadeOfNothing()
    {
        Camera camera;
        AsyncRegistry<Started> registry;
        int calls = 0;
        registry.registerHandler([&](const Started &) { ++calls; });
        registry.addSource(&camera, &Camera::started);
        registry.addSource(&camera, &Camera::nothingPrivately);
        registry.addSource(&camera, &Camera::described); // all its arguments are left out
        Q_EMIT camera.started();
        camera.emitNothingPrivately();
        Q_EMIT camera.described(1, 2, QString());
        QCOMPARE(calls, 3);
    }

    void eventWithDataIsNotMadeOfNothing()
    {
        using SignalBox::detail::takenByEvent;
        using SignalBox::detail::TypeList;
        static_assert(takenByEvent<int, TypeList<>>() == -1);
        static_assert(takenByEvent<QString, TypeList<>>() == -1);
        static_assert(takenByEvent<Sample, TypeList<>>() == -1); // though Sample{} is one
        static_assert(takenByEvent<Reading, TypeList<>>() == -1);
        static_assert(takenByEvent<Started, TypeList<>>() == 0);
        static_assert(takenByEvent<Started, TypeList<int, double>>() == 0);
        static_assert(takenByEvent<Sample, TypeList<QString>>() == -1); // not Sample{} with the argument left out
    }

    void privateOverloadedAndDefaultedSignalsAreSources()
    {
        Camera camera;
        AsyncRegistry<int> numbers;
        AsyncRegistry<QString> names;
        const Recorded<int> seen(numbers);
        const Recorded<QString> seenNames(names);
        numbers.addSource(&camera, &Camera::privately);
        numbers.addSource(&camera, qOverload<int>(&Camera::overloaded));
        names.addSource(&camera, qOverload<const QString &>(&Camera::overloaded));
        numbers.addSource(&camera, &Camera::withDefault);
        numbers.addSource(&camera, &Camera::asked);
        camera.emitPrivately(1);
        Q_EMIT camera.overloaded(2);
        Q_EMIT camera.overloaded(QStringLiteral("two"));
        Q_EMIT camera.withDefault(3);
        Q_EMIT camera.asked(4);
        QCOMPARE(seen.events, (std::vector<int>{1, 2, 3, 4}));
        QCOMPARE(seenNames.events, std::vector<QString>{QStringLiteral("two")});
    }

    void signalOfABaseClassIsASource()
    {
        class Derived : public Camera
        {
        } camera;
        AsyncRegistry<int> registry;
        AsyncRegistry<QString> renamed;
        const Recorded<int> numbers(registry);
        const Recorded<QString> names(renamed);
        registry.addSource(&camera, &Camera::taken);
        renamed.addSource(&camera, &QObject::objectNameChanged);
        Q_EMIT camera.taken(1);
        camera.setObjectName(QStringLiteral("left"));
        QCOMPARE(numbers.events, std::vector<int>{1});
        QCOMPARE(names.events, std::vector<QString>{QStringLiteral("left")});
    }

    // --- where it goes ---------------------------------------------------------------------------

    void emissionOnAWorkerReachesItsHandlersAsAPostDoes()
    {
        WorkerThread worker;
        Camera camera;
        AsyncRegistry<int> registry;
        std::vector<int> here;
        std::atomic<QThread *> inlineThread = nullptr;
        registry.addSource(&camera, &Camera::taken);
        registry.registerHandler(this, [&](const int &number) { here.push_back(number); });
        registry.registerHandler([&] { inlineThread = QThread::currentThread(); });
        worker.run([&] {
            for (int number = 0; number < 3; ++number)
                Q_EMIT camera.taken(number);
        });
        QCOMPARE(inlineThread.load(), worker.thread());
        QVERIFY(here.empty());
        QVERIFY(waitFor([&] { return here.size() == 3; }));
        QCOMPARE(here, (std::vector<int>{0, 1, 2}));
    }

    void senderMayMoveToAnotherThread()
    {
        WorkerThread worker;
        auto *camera = new Camera;
        AsyncRegistry<int> registry;
        std::atomic<int> seen = 0;
        registry.registerHandler([&](const int &number) { seen = number; });
        const SourceConnection connection = registry.addSource(camera, &Camera::taken);
        camera->moveToThread(worker.thread());
        worker.run([&] { Q_EMIT camera->taken(5); });
        QCOMPARE(seen.load(), 5);
        QVERIFY(connection);
        worker.run([&] { delete camera; });
        QVERIFY(!connection);
    }

    void emissionInsideAHandlerComesInItsPlace()
    {
        Camera camera;
        AsyncRegistry<int> registry;
        std::vector<int> inlineOrder;
        std::vector<int> queuedOrder;
        registry.addSource(&camera, &Camera::taken);
        registry.registerHandler([&](const int &number) {
            inlineOrder.push_back(number);
            if (number < 3)
                Q_EMIT camera.taken(number + 1);
        });
        registry.registerHandler(this, [&](const int &number) { queuedOrder.push_back(number); },
                                 {.priority = 1, .delivery = SignalBox::Delivery::Queued});
        Q_EMIT camera.taken(1);
        QCOMPARE(inlineOrder, (std::vector<int>{1, 2, 3}));
        QVERIFY(waitFor([&] { return queuedOrder.size() == 3; }));
        QCOMPARE(queuedOrder, (std::vector<int>{1, 2, 3}));
    }

    void severalSignalsAndRegistriesMayBeConnected()
    {
        Camera first;
        Camera second;
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        const Recorded<int> numbers(registry);
        const Recorded<int> others(other);
        registry.addSource(&first, &Camera::taken);
        registry.addSource(&second, &Camera::taken);
        other.addSource(&second, &Camera::taken);
        Q_EMIT first.taken(1);
        Q_EMIT second.taken(2);
        QCOMPARE(numbers.events, (std::vector<int>{1, 2}));
        QCOMPARE(others.events, std::vector<int>{2});
    }

    // --- how it ends -----------------------------------------------------------------------------

    void disconnectEndsIt()
    {
        Camera camera;
        AsyncRegistry<int> registry;
        const Recorded<int> numbers(registry);
        SourceConnection connection = registry.addSource(&camera, &Camera::taken);
        SourceConnection copy = connection;
        QVERIFY(connection && copy);
        Q_EMIT camera.taken(1);
        QVERIFY(copy.disconnect());
        QVERIFY(!connection && !copy);
        QVERIFY(!connection.disconnect());
        Q_EMIT camera.taken(2);
        QCOMPARE(numbers.events, std::vector<int>{1});
    }

    // As the documentation says: to Qt, the registry is not the receiver.
    void disconnectOfQtEndsItWithoutAReceiverOnly()
    {
        Camera camera;
        AsyncRegistry<int> registry;
        const Recorded<int> numbers(registry);
        const SourceConnection connection = registry.addSource(&camera, &Camera::taken);
        camera.disconnect(&registry);
        QObject::disconnect(&camera, nullptr, &registry, nullptr);
        QVERIFY(!QObject::disconnect(&camera, &Camera::taken, &registry, nullptr));
        QVERIFY(connection);
        Q_EMIT camera.taken(1);
        QVERIFY(camera.disconnect());
        QVERIFY(!connection);
        Q_EMIT camera.taken(2);
        QCOMPARE(numbers.events, std::vector<int>{1});
    }

    void connectionStaysWhenItsCopiesAreGone()
    {
        Camera camera;
        AsyncRegistry<int> registry;
        const Recorded<int> numbers(registry);
        {
            const SourceConnection connection = registry.addSource(&camera, &Camera::taken);
        }
        Q_EMIT camera.taken(1);
        QCOMPARE(numbers.events, std::vector<int>{1});
    }

    void sendersEndEndsIt()
    {
        AsyncRegistry<int> registry;
        auto camera = std::make_unique<Camera>();
        SourceConnection connection = registry.addSource(camera.get(), &Camera::taken);
        camera.reset();
        QVERIFY(!connection);
        QVERIFY(!connection.disconnect());
    }

    // The registry and its handlers stay, whatever they are.
    void whatWaitsAtTheSendersEndReachesStreamsFuturesAndPools()
    {
        Gate gate;
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        AsyncRegistry<int> registry;
        auto camera = std::make_unique<Camera>();
        registry.addSource(camera.get(), &Camera::taken);
        SignalBox::EventStream<int> stream = registry.stream(this);
        const auto first = registry.next(this);
        std::vector<int> seen;
        registry.registerHandler(SignalBox::inPool(&pool), [&](const int &number) { seen.push_back(number); });
        pool.start([&] { gate.pass(); });
        gate.awaitArrivals(1);
        Q_EMIT camera->taken(1);
        Q_EMIT camera->taken(2);
        const auto later = registry.next(this);
        camera.reset();
        gate.open();
        pool.waitForDone();
        QCOMPARE(seen, (std::vector<int>{1, 2}));
        QVERIFY(finishes(first));
        QCOMPARE(first.result(), std::optional<int>(1));
        QCOMPARE(stream.next().result(), std::optional<int>(1));
        QCOMPARE(stream.next().result(), std::optional<int>(2));
        runQueuedCalls();
        QVERIFY(!stream.isOver() && !later.isFinished()); // others may post
        registry.post(3);
        QCOMPARE(stream.next().result(), std::optional<int>(3));
        QVERIFY(finishes(later));
        QCOMPARE(later.result(), std::optional<int>(3));
        pool.waitForDone();
        QCOMPARE(seen, (std::vector<int>{1, 2, 3}));
    }

    void registrysEndEndsIt()
    {
        Camera camera;
        SourceConnection connection;
        {
            AsyncRegistry<int> registry;
            connection = registry.addSource(&camera, &Camera::taken);
            registry.addSource(&camera, &Camera::privately);
            QVERIFY(connection);
        }
        QVERIFY(!connection);
        Q_EMIT camera.taken(1);
    }

    void handlerMayEndTheSourceTheSenderAndTheRegistry()
    {
        Camera camera;
        AsyncRegistry<int> registry;
        SourceConnection connection = registry.addSource(&camera, &Camera::taken);
        int calls = 0;
        registry.registerHandler([&] {
            ++calls;
            connection.disconnect();
        });
        Q_EMIT camera.taken(1);
        Q_EMIT camera.taken(2);
        QCOMPARE(calls, 1);

        auto *doomed = new AsyncRegistry<int>;
        const SourceConnection last = doomed->addSource(&camera, &Camera::taken);
        doomed->registerHandler([&] {
            ++calls;
            delete doomed;
        });
        Q_EMIT camera.taken(3);
        QVERIFY(!last);
        QCOMPARE(calls, 2);

        auto *ending = new Camera;
        AsyncRegistry<int> stays;
        stays.addSource(ending, &Camera::taken);
        stays.registerHandler([&] {
            ++calls;
            delete ending;
        });
        Q_EMIT ending->taken(4);
        QCOMPARE(calls, 3);
    }

    // --- what goes wrong -------------------------------------------------------------------------

    void nullSenderAndSignalAreRefused()
    {
        AsyncRegistry<int> registry;
        Camera camera;
        const QRegularExpression sender(QStringLiteral("addSource\\(\\): the sender is null; nothing was connected"));
        QTest::ignoreMessage(QtWarningMsg, sender);
        QVERIFY(!registry.addSource(static_cast<Camera *>(nullptr), &Camera::taken));
        const QRegularExpression signal(QStringLiteral("addSource\\(\\): the signal is null; nothing was connected"));
        QTest::ignoreMessage(QtWarningMsg, signal);
        QVERIFY(!registry.addSource(&camera, static_cast<void (Camera::*)(int)>(nullptr)));
        QVERIFY(!SourceConnection());
        QVERIFY(!SourceConnection().disconnect());
    }

    void memberFunctionThatIsNoSignalIsRefused()
    {
        AsyncRegistry<void> registry;
        Camera camera;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("addSource\\(\\): the member function is no signal")));
        QVERIFY(!registry.addSource(&camera, &Camera::emitNothingPrivately));
    }

    void exceptionOfTheEventsConstructorIsLoggedAndThatEmissionLost()
    {
        Camera camera;
        AsyncRegistry<Fragile> registry;
        registry.setName(QStringLiteral("pictures"));
        int seen = 0;
        int slots = 0;
        registry.registerHandler([&](const Fragile &event) { seen = event.value; });
        registry.addSource(&camera, &Camera::taken);
        connect(&camera, &Camera::taken, this, [&] { ++slots; });
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("\"pictures\".*lost: no such picture")));
        Q_EMIT camera.taken(-1);
        Q_EMIT camera.taken(1);
        QCOMPARE(seen, 1);
        QCOMPARE(slots, 2);
    }

    void emissionWithoutHandlersMakesNoEvent()
    {
        Camera camera;
        AsyncRegistry<Fragile> registry;
        registry.addSource(&camera, &Camera::taken);
        Q_EMIT camera.taken(-1); // would warn
    }
};

QTEST_GUILESS_MAIN(Sources)
#include "tst_source.moc"
