// SPDX-License-Identifier: MIT
#include "../core/gate.h"
#include "camera.h"
#include "finishedfuture.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/Connect>
#include <SignalBox/EventBatch>
#include <SignalBox/TestClock>

#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

using SignalBox::AsyncOptions;
using SignalBox::Backlog;
using SignalBox::SourceConnection;
using SignalBox::TestClock;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(AsyncOptions)

namespace {

class Page : public QObject
{
public:
    void show(int number) { shown = number; }
    bool add(int channel, double value)
    {
        sum += channel + value;
        return true;
    }
    void reload() { ++reloads; }

    void showReading(int channel, double value) { readings.emplace_back(channel, value); }

    std::vector<std::pair<int, double>> readings;
    int shown = 0;
    double sum = 0;
    int reloads = 0;
};

} // namespace

// A signal and a handler, in one line.
class Connections : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlerTakesTheArgumentsOrTheFirstOfThem()
    {
        Camera camera;
        double three = 0;
        double two = 0;
        int one = 0;
        int none = 0;
        SignalBox::connect(&camera, &Camera::described, this,
                           [&](int channel, double value, const QString &unit) { three = channel + value + unit.toDouble(); });
        SignalBox::connect(&camera, &Camera::described, this, [&](int channel, double value) { two = channel + value; });
        SignalBox::connect(&camera, &Camera::described, this, [&](const int &channel) { one = channel; });
        SignalBox::connect(&camera, &Camera::described, this, [&] { ++none; });
        Q_EMIT camera.described(1, 0.5, QStringLiteral("8"));
        QCOMPARE(three, 9.5);
        QCOMPARE(two, 1.5);
        QCOMPARE(one, 1);
        QCOMPARE(none, 1);
    }

    // `{}` is options, and no Qt::ConnectionType.
    void optionsMayBeEmptyBraces()
    {
        Camera camera;
        Page page;
        int seen = 0;
        QVERIFY(SignalBox::connect(&camera, &Camera::taken, &page, &Page::show, {}));
        QVERIFY(SignalBox::connect(&camera, &Camera::taken, this, [&](int number) { seen = number; }, {}));
        Q_EMIT camera.taken(3);
        QCOMPARE(page.shown, 3);
        QCOMPARE(seen, 3);
    }

    void argumentsConvertAsInQt()
    {
        Camera camera;
        double seen = 0;
        SignalBox::connect(&camera, &Camera::taken, this, [&](double number) { seen = number; });
        Q_EMIT camera.taken(3);
        QCOMPARE(seen, 3.0);
    }

    void memberFunctionsOfTheContextAreHandlers()
    {
        Camera camera;
        Page page;
        QVERIFY(SignalBox::connect(&camera, &Camera::taken, &page, &Page::show));
        QVERIFY(SignalBox::connect(&camera, &Camera::described, &page, &Page::add));
        QVERIFY(SignalBox::connect(&camera, &Camera::described, &page, &Page::reload));
        QVERIFY(SignalBox::connect(&camera, &Camera::started, &page, &QObject::deleteLater)); // of a base class
        Q_EMIT camera.taken(7);
        Q_EMIT camera.described(1, 0.5, QString());
        QCOMPARE(page.shown, 7);
        QCOMPARE(page.sum, 1.5);
        QCOMPARE(page.reloads, 1);
    }

    void privateOverloadedAndDefaultedSignalsAreConnected()
    {
        Camera camera;
        std::vector<int> seen;
        const auto see = [&](int number) { seen.push_back(number); };
        SignalBox::connect(&camera, &Camera::privately, this, see);
        SignalBox::connect(&camera, qOverload<int>(&Camera::overloaded), this, see);
        SignalBox::connect(&camera, &Camera::withDefault, this, see);
        SignalBox::connect(&camera, &Camera::nothingPrivately, this, [&] { seen.push_back(0); });
        SignalBox::connect(&camera, &Camera::privately, this, [&](auto... arguments) { seen.push_back(100 + int(sizeof...(arguments))); });
        camera.emitPrivately(1);
        Q_EMIT camera.overloaded(2);
        Q_EMIT camera.withDefault(3);
        camera.emitNothingPrivately();
        QCOMPARE(seen, (std::vector<int>{1, 101, 2, 3, 0}));
    }

    void whatAHandlerReturnsIsIgnored()
    {
        Camera camera;
        int calls = 0;
        SignalBox::connect(&camera, &Camera::taken, this, [&](int number) { return calls += number; });
        SignalBox::connect(&camera, &Camera::taken, this, [&](int) {
            ++calls;
            return finishedFuture(1);
        });
        Q_EMIT camera.taken(5);
        QCOMPARE(calls, 6);
    }

    void handlerRunsOnTheThreadOfItsContext()
    {
        WorkerThread worker;
        QThreadPool pool;
        Camera camera;
        std::atomic<QThread *> there = nullptr;
        std::atomic<int> calls = 0;
        SignalBox::connect(&camera, &Camera::taken, worker.context(), [&] { there = QThread::currentThread(); });
        SignalBox::connect(&camera, &Camera::taken, SignalBox::onThread(worker.thread()), [&] { ++calls; });
        SignalBox::connect(&camera, &Camera::taken, SignalBox::inPool(&pool), [&] { ++calls; });
        Q_EMIT camera.taken(1);
        QVERIFY(waitFor([&] { return there != nullptr && calls == 2; }));
        QCOMPARE(there.load(), worker.thread());
        worker.drain();
    }

    void optionsApplyAsToEachHandler()
    {
        Camera camera;
        std::vector<int> latest;
        std::vector<int> bounded;
        SignalBox::connect(&camera, &Camera::taken, this, [&](int number) { latest.push_back(number); },
                           {.backlog = Backlog::newest()});
        SignalBox::connect(&camera, &Camera::taken, this, [&](int number) { bounded.push_back(number); },
                           {.backlog = Backlog::newest(2)});
        for (int number = 1; number <= 5; ++number)
            Q_EMIT camera.taken(number);
        QVERIFY(latest.empty());
        QVERIFY(waitFor([&] { return !latest.empty() && bounded.size() == 2; }));
        runQueuedCalls();
        QCOMPARE(latest, std::vector<int>{5});
        QCOMPARE(bounded, (std::vector<int>{4, 5}));
    }

    void handlersOfBatchesGetWhatWaitsInOneCall()
    {
        Camera camera;
        std::vector<int> numbers;
        std::vector<std::tuple<int, double>> readings;
        int batches = 0;
        SignalBox::connect(&camera, &Camera::taken, this, [&](const SignalBox::EventBatch<int> &batch) {
            ++batches;
            numbers.insert(numbers.end(), batch.begin(), batch.end());
        });
        const SourceConnection connection = SignalBox::connect(
            &camera, &Camera::measured, this,
            [&](const SignalBox::EventBatch<std::tuple<int, double>> &batch) {
                ++batches;
                readings.insert(readings.end(), batch.begin(), batch.end());
            },
            {.once = true, .backlog = Backlog::all().every(10)});
        for (int number = 1; number <= 3; ++number) {
            Q_EMIT camera.taken(number);
            Q_EMIT camera.measured(number, 0.5);
        }
        QVERIFY(waitFor([&] { return batches == 2; }));
        QCOMPARE(numbers, (std::vector<int>{1, 2, 3}));
        QVERIFY(readings.front() == std::tuple(1, 0.5));
        QVERIFY(!connection);
    }

    // The key and the handler take the arguments that they need.
    void handlersOfTheNewestOfEachKeyGetIt()
    {
        Camera camera;
        Page page;
        std::vector<int> numbers;
        std::vector<std::tuple<int, double>> batch;
        std::vector<int> channels;
        std::vector<QString> units;
        int wakes = 0;
        const auto channel = [](int number) { return number; };
        QVERIFY(SignalBox::connect(&camera, &Camera::taken, this, [&](int number) {
            numbers.push_back(number);
        }, {.backlog = Backlog::newestBy([](int number) { return number % 2; })}));
        QVERIFY(SignalBox::connect(&camera, &Camera::measured, this, [&](const SignalBox::EventBatch<std::tuple<int, double>> &changed) {
            batch.assign(changed.begin(), changed.end());
        }, {.backlog = Backlog::newestBy(channel).every(1)}));
        QVERIFY(SignalBox::connect(&camera, &Camera::measured, &page, &Page::showReading, {.backlog = Backlog::newestBy(channel)}));
        QVERIFY(SignalBox::connect(&camera, &Camera::described, this, [&](int number, double, const QString &) { channels.push_back(number); }, {.backlog = Backlog::newestBy([](int, double, const QString &unit) { return unit; })}));
        QVERIFY(SignalBox::connect(&camera, &Camera::named, this, [&](const QString &unit) { units.push_back(unit); }, {.backlog = Backlog::newestBy(&QString::size)}));
        QVERIFY(SignalBox::connect(&camera, &Camera::taken, this, [&](int) { ++wakes; }, {.backlog = Backlog::newestBy(channel)}));
        for (int number = 1; number <= 4; ++number) {
            Q_EMIT camera.taken(number);
            Q_EMIT camera.measured(number % 2, number);
            Q_EMIT camera.described(number, 0, number < 3 ? QStringLiteral("m") : QStringLiteral("s"));
            Q_EMIT camera.named(QString(number / 2, QLatin1Char('x')));
        }
        QVERIFY(waitFor([&] { return numbers.size() == 2 && batch.size() == 2 && wakes == 4 && units.size() == 3; }));
        QCOMPARE(numbers, (std::vector<int>{3, 4}));
        QVERIFY((batch == std::vector<std::tuple<int, double>>{{1, 3}, {0, 4}}));
        QVERIFY((page.readings == std::vector<std::pair<int, double>>{{1, 3}, {0, 4}}));
        QCOMPARE(channels, (std::vector<int>{2, 4}));
        QCOMPARE(units, (std::vector<QString>{QString(), QStringLiteral("x"), QStringLiteral("xx")}));
    }

    void newestOfEachKeyOutlivesTheSender()
    {
        auto camera = std::make_unique<Camera>();
        std::vector<int> numbers;
        const SourceConnection connection = SignalBox::connect(
            camera.get(), &Camera::taken, this,
            [&](int number) { numbers.push_back(number); }, {.backlog = SignalBox::Backlog::newestBy([](int number) { return number % 2; }).every(1)});
        for (int number = 1; number <= 4; ++number)
            Q_EMIT camera->taken(number);
        camera.reset();
        QVERIFY(waitFor([&] { return numbers.size() == 2; }));
        QCOMPARE(numbers, (std::vector<int>{3, 4}));
        QVERIFY(!connection);
    }

    void onceEndsTheConnectionWithItsCall()
    {
        Camera camera;
        int calls = 0;
        const SourceConnection connection = SignalBox::connect(&camera, &Camera::taken, this, [&] { ++calls; }, {.once = true});
        QVERIFY(connection);
        Q_EMIT camera.taken(1);
        QVERIFY(!connection);
        Q_EMIT camera.taken(2);
        QCOMPARE(calls, 1);
    }

    void disconnectDropsWhatWaits()
    {
        Camera camera;
        int calls = 0;
        SourceConnection connection =
            SignalBox::connect(&camera, &Camera::taken, this, [&] { ++calls; }, {.delivery = SignalBox::Delivery::Queued});
        Q_EMIT camera.taken(1);
        QVERIFY(connection.disconnect());
        QVERIFY(!connection && !connection.disconnect());
        Q_EMIT camera.taken(2);
        runQueuedCalls();
        QCOMPARE(calls, 0);
    }

    void contextsAndSendersEndEndIt()
    {
        auto captured = std::make_shared<int>(0);
        Camera camera;
        auto context = std::make_unique<QObject>();
        const SourceConnection first = SignalBox::connect(&camera, &Camera::taken, context.get(), [captured] { ++*captured; });
        Q_EMIT camera.taken(1);
        context.reset();
        QVERIFY(!first);
        Q_EMIT camera.taken(2);
        QCOMPARE(*captured, 1);
        QCOMPARE(captured.use_count(), 1L);

        auto other = std::make_unique<Camera>();
        const SourceConnection second = SignalBox::connect(other.get(), &Camera::taken, this, [captured] { ++*captured; });
        Q_EMIT other->taken(1);
        other.reset();
        QVERIFY(!second);
        QCOMPARE(*captured, 2);
        QCOMPARE(captured.use_count(), 1L);
    }

    // Slots of destroyed() are the last that can do so.
    void contextsAndSendersInTheirDestructorsLeaveNothingConnected()
    {
        auto captured = std::make_shared<int>(0);
        Camera camera;
        SourceConnection ofContext;
        SourceConnection ofSender;
        const auto handler = [captured] { ++*captured; };
        auto context = std::make_unique<QObject>();
        connect(context.get(), &QObject::destroyed, this,
                [&](QObject *dying) { ofContext = SignalBox::connect(&camera, &Camera::taken, dying, handler); });
        auto sender = std::make_unique<QObject>();
        connect(sender.get(), &QObject::destroyed, this,
                [&](QObject *dying) { ofSender = SignalBox::connect(dying, &QObject::objectNameChanged, this, handler); });
        const long before = captured.use_count();
        context.reset();
        sender.reset();
        QVERIFY(!ofContext && !ofSender);
        Q_EMIT camera.taken(1);
        QCOMPARE(*captured, 0);
        QCOMPARE(captured.use_count(), before);
    }

    void whatWaitsAtTheSendersEndIsDelivered_data()
    {
        QTest::addColumn<AsyncOptions>("options");
        QTest::addColumn<std::vector<int>>("expected");
        const std::vector<int> all = {1, 2, 3};
        const std::vector<int> newest = {3};
        QTest::newRow("unbounded") << AsyncOptions{.delivery = SignalBox::Delivery::Queued} << all;
        QTest::newRow("bounded") << AsyncOptions{.backlog = Backlog::newest(2)} << std::vector<int>{2, 3};
        QTest::newRow("latest") << AsyncOptions{.backlog = Backlog::newest()} << newest;
        QTest::newRow("throttled") << AsyncOptions{.backlog = Backlog::throttled(20)} << newest;
        QTest::newRow("debounced") << AsyncOptions{.backlog = Backlog::debounced(20)} << newest;
        QTest::newRow("batched") << AsyncOptions{.backlog = Backlog::all().every(20)} << all;
    }
    void whatWaitsAtTheSendersEndIsDelivered()
    {
        QFETCH(AsyncOptions, options);
        QFETCH(std::vector<int>, expected);
        TestClock clock;
        std::vector<int> seen;
        std::vector<int> batched;
        auto captured = std::make_shared<int>(0);
        auto camera = std::make_unique<Camera>();
        const auto connectBoth = [&] {
            SignalBox::connect(camera.get(), &Camera::taken, this, [&, captured](int number) { seen.push_back(number); }, options);
            SignalBox::connect(camera.get(), &Camera::taken, this, [&, captured](const SignalBox::EventBatch<int> &batch) {
                batched.insert(batched.end(), batch.begin(), batch.end());
            }, options);
        };
        const auto emitAndEnd = [&] {
            for (int number = 1; number <= 3; ++number)
                Q_EMIT camera->taken(number);
            camera.reset();
        };
        connectBoth();
        emitAndEnd();
        QVERIFY(seen.empty() && batched.empty());
        // and then both handlers end
        QVERIFY(clock.advance(20ms));
        QVERIFY(waitFor([&] { return captured.use_count() == 1; }));
        QCOMPARE(seen, expected);
        QCOMPARE(batched, expected);

        // The same within an interval of the backlog.
        camera = std::make_unique<Camera>();
        connectBoth();
        Q_EMIT camera->taken(0);
        QVERIFY(waitFor([&] { return clock.advance(5ms) && seen.back() == 0 && batched.back() == 0; }));
        seen.clear();
        batched.clear();
        emitAndEnd();
        QVERIFY(clock.advance(20ms));
        QVERIFY(waitFor([&] { return captured.use_count() == 1; }));
        QCOMPARE(seen, expected);
        QCOMPARE(batched, expected);
    }

    // The usual way to end a worker, with rows still on their way.
    void workerThatIsDeletedAsItsThreadFinishesLosesNoRow()
    {
        constexpr int rows = 2000;
        int single = 0;
        int batched = 0;
        std::array<int, 3> newest{};
        std::array<QThread, 3> threads;
        for (std::size_t index = 0; index < threads.size(); ++index) {
            QThread &thread = threads[index];
            auto *worker = new Camera;
            worker->moveToThread(&thread);
            connect(&thread, &QThread::started, worker, [worker, &thread] {
                for (int row = 1; row <= rows; ++row)
                    Q_EMIT worker->taken(row);
                thread.quit();
            });
            connect(&thread, &QThread::finished, worker, &QObject::deleteLater);
            SignalBox::connect(worker, &Camera::taken, this, [&](int) { ++single; });
            SignalBox::connect(worker, &Camera::taken, this, [&](const SignalBox::EventBatch<int> &batch) { batched += int(batch.size()); },
                               {.backlog = Backlog::all().every(16)});
            SignalBox::connect(worker, &Camera::taken, this, [&newest, index](int row) { newest[index] = row; },
                               {.backlog = Backlog::throttled(16)});
        }
        for (QThread &thread : threads)
            thread.start();
        for (QThread &thread : threads)
            thread.wait(); // what comes now comes from workers that are gone
        const std::array<int, 3> last = {rows, rows, rows};
        QVERIFY(waitFor([&] { return single == 3 * rows && batched == 3 * rows && newest == last; }));
        runQueuedCalls();
        QCOMPARE(single, 3 * rows);
        QCOMPARE(batched, 3 * rows);
    }

    void whatWaitsAtTheSendersEndFollowsTheContext()
    {
        WorkerThread worker;
        std::atomic<int> sum = 0;
        auto captured = std::make_shared<int>(0);
        auto camera = std::make_unique<Camera>();
        auto *context = new QObject;
        SignalBox::connect(camera.get(), &Camera::taken, context, [&, captured](int number) { sum += number; },
                           {.delivery = SignalBox::Delivery::Queued});
        SignalBox::connect(camera.get(), &Camera::taken, context, [&, captured](int number) { sum += 10 * number; },
                           {.backlog = Backlog::all().every(20)});
        Q_EMIT camera->taken(1);
        Q_EMIT camera->taken(2);
        camera.reset();
        context->moveToThread(worker.thread());
        QVERIFY(waitFor([&] { return captured.use_count() == 1; }));
        QCOMPARE(sum.load(), 33);
        worker.run([&] { delete context; });
    }

    void whatWaitsAtTheSendersEndIsDeliveredInThePool_data()
    {
        QTest::addColumn<AsyncOptions>("options");
        QTest::addColumn<std::vector<int>>("expected");
        QTest::newRow("unbounded") << AsyncOptions{} << std::vector<int>{1, 2, 3};
        QTest::newRow("bounded") << AsyncOptions{.backlog = Backlog::newest(2)} << std::vector<int>{2, 3};
        QTest::newRow("latest") << AsyncOptions{.backlog = Backlog::newest()} << std::vector<int>{3};
    }
    void whatWaitsAtTheSendersEndIsDeliveredInThePool()
    {
        QFETCH(AsyncOptions, options);
        QFETCH(std::vector<int>, expected);
        Gate gate;
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        auto camera = std::make_unique<Camera>();
        std::vector<int> seen; // by the pool's only thread
        std::vector<int> batched;
        std::vector<int> newest;
        auto captured = std::make_shared<int>(0);
        const SourceConnection connection = SignalBox::connect(
            camera.get(), &Camera::taken, SignalBox::inPool(&pool), [&, captured](int number) { seen.push_back(number); }, options);
        SignalBox::connect(camera.get(), &Camera::taken, SignalBox::inPool(&pool),
                           [&, captured](const SignalBox::EventBatch<int> &batch) { batched.insert(batched.end(), batch.begin(), batch.end()); },
                           options);
        SignalBox::connect(camera.get(), &Camera::taken, SignalBox::inPool(&pool),
                           [&, captured](int number) { newest.push_back(number); }, {.backlog = SignalBox::Backlog::newestBy([](int number) { return number % 2; })});
        pool.start([&] { gate.pass(); });
        gate.awaitArrivals(1);
        for (int number = 1; number <= 3; ++number)
            Q_EMIT camera->taken(number);
        camera.reset();
        const bool isConnected = static_cast<bool>(connection);
        const long captures = captured.use_count();
        gate.open();
        pool.waitForDone();
        QVERIFY(!isConnected);
        QCOMPARE(captures, 4L); // they wait for their events
        QCOMPARE(seen, expected);
        QCOMPARE(batched, expected);
        QCOMPARE(newest, (std::vector<int>{3, 2}));
        QCOMPARE(captured.use_count(), 1L); // and then both handlers end
    }

    void poolsEndDropsWhatTheSenderHasLeft()
    {
        Gate gate;
        auto pool = std::make_unique<QThreadPool>();
        pool->setMaxThreadCount(1);
        auto camera = std::make_unique<Camera>();
        auto captured = std::make_shared<std::atomic<int>>(0);
        SignalBox::connect(camera.get(), &Camera::taken, SignalBox::inPool(pool.get()), [captured] { ++*captured; });
        pool->start([&] { gate.pass(); });
        gate.awaitArrivals(1);
        Q_EMIT camera->taken(1);
        camera.reset();
        pool->clear();
        QCOMPARE(captured.use_count(), 1L);
        gate.open();
        pool.reset();
        QCOMPARE(captured->load(), 0);
    }

    void disconnectContextsAndThreadsEndDropWhatTheSenderHasLeft()
    {
        auto captured = std::make_shared<int>(0);
        const auto leave = [&](auto target, const AsyncOptions &options) {
            Camera camera;
            const SourceConnection connection =
                SignalBox::connect(&camera, &Camera::taken, target, [captured] { ++*captured; }, options);
            Q_EMIT camera.taken(1);
            return connection;
        };
        auto context = std::make_unique<QObject>();
        for (const AsyncOptions &options : {AsyncOptions{.delivery = SignalBox::Delivery::Queued}, {.backlog = Backlog::debounced(1)}}) {
            const long before = captured.use_count();
            SourceConnection connection = leave(static_cast<QObject *>(this), options);
            QCOMPARE(captured.use_count(), before + 1);
            QVERIFY(!connection && !connection.disconnect()); // the sender's end has
            QCOMPARE(captured.use_count(), before);
            leave(context.get(), options);
        }
        QCOMPARE(captured.use_count(), 3L);
        context.reset();
        QCOMPARE(captured.use_count(), 1L);
        {
            QThread neverStarted;
            leave(SignalBox::onThread(&neverStarted), {});
            QCOMPARE(captured.use_count(), 2L);
        }
        QCOMPARE(captured.use_count(), 1L);
        runQueuedCalls();
        QCOMPARE(*captured, 0);
    }

    void handlerMayEndItsConnectionItsContextAndItsSender()
    {
        Camera camera;
        int calls = 0;
        SourceConnection connection;
        connection = SignalBox::connect(&camera, &Camera::taken, this, [&] {
            ++calls;
            connection.disconnect();
        });
        Q_EMIT camera.taken(1);
        auto *context = new QObject;
        SignalBox::connect(&camera, &Camera::taken, context, [&] {
            ++calls;
            delete context;
        });
        Q_EMIT camera.taken(2);
        auto *sender = new Camera;
        SignalBox::connect(sender, &Camera::taken, this, [&] {
            ++calls;
            delete sender;
        });
        Q_EMIT sender->taken(3);
        Q_EMIT camera.taken(4);
        QCOMPARE(calls, 3);
    }

    void failuresAreLoggedWithTheNameOfTheSignal()
    {
        Camera camera;
        SignalBox::connect(&camera, &Camera::taken, this, [] { throw std::runtime_error("no paper"); },
                           {.name = QStringLiteral("print")});
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression(QStringLiteral("\"Camera::taken\": handler \"print\" .* threw: no paper")));
        Q_EMIT camera.taken(1);
        WorkerThread worker;
        SignalBox::connect(&camera, &Camera::named, worker.context(), [] { throw std::runtime_error("no ink"); });
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("\"Camera::named\": .* threw: no ink")));
        Q_EMIT camera.named(QString());
        worker.drain();
    }

    void whatMakesNoSenseIsRefusedAndNothingIsConnected()
    {
        Camera camera;
        const auto refuses = [](const char *problem) {
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("SignalBox::connect\\(\\): %1").arg(QLatin1String(problem))));
        };
        const auto handler = [] {};
        refuses("the sender is null");
        QVERIFY(!SignalBox::connect(static_cast<Camera *>(nullptr), &Camera::taken, this, handler));
        refuses("the signal is null");
        QVERIFY(!SignalBox::connect(&camera, static_cast<void (Camera::*)(int)>(nullptr), this, handler));
        refuses("the context object is null");
        QVERIFY(!SignalBox::connect(&camera, &Camera::taken, nullptr, handler));
        refuses("the thread is null");
        QVERIFY(!SignalBox::connect(&camera, &Camera::taken, SignalBox::onThread(nullptr), handler));
        refuses("the thread pool is null");
        QVERIFY(!SignalBox::connect(&camera, &Camera::taken, SignalBox::inPool(nullptr), handler));
        refuses("the function is null");
        QVERIFY(!SignalBox::connect(&camera, &Camera::taken, this, std::function<void(int)>()));
        refuses("the function is null");
        QVERIFY(!SignalBox::connect(&camera, &Camera::taken, this, static_cast<void (Connections::*)()>(nullptr)));
        refuses("a function of the backlog is null");
        QVERIFY(!SignalBox::connect(&camera, &Camera::taken, this, [](int) {}, {.backlog = SignalBox::Backlog::newestBy(std::function<int(int)>())}));
        refuses("Backlog: expected one of every\\(\\), quietFor\\(\\) and onDemand\\(\\)");
        QVERIFY(!SignalBox::connect(&camera, &Camera::taken, this, [](int) {},
                                    {.backlog = Backlog::newestBy([](int number) { return number; }).every(1).quietFor(1)}));
        refuses("Backlog::newest\\(\\) and oldest\\(\\): expected a positive number of events");
        QVERIFY(!SignalBox::connect(&camera, &Camera::taken, this, handler, {.backlog = Backlog::newest(0)}));
        refuses("the member function is no signal");
        QVERIFY(!SignalBox::connect(&camera, &Camera::emitNothingPrivately, this, handler));
        Q_EMIT camera.taken(1);
    }

    void connectionMayBeMadeAndEndedOnAnyThread()
    {
        WorkerThread worker;
        Camera camera;
        std::atomic<int> calls = 0;
        SourceConnection connection;
        worker.run([&] { connection = SignalBox::connect(&camera, &Camera::taken, this, [&] { ++calls; }); });
        Q_EMIT camera.taken(1);
        QVERIFY(waitFor([&] { return calls == 1; }));
        worker.run([&] { connection.disconnect(); });
        Q_EMIT camera.taken(1);
        runQueuedCalls();
        QCOMPARE(calls.load(), 1);
    }
};

QTEST_GUILESS_MAIN(Connections)
#include "tst_connect.moc"
