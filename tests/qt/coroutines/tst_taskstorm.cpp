// SPDX-License-Identifier: MIT
#include "storm.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/AsyncWatch>
#include <SignalBox/DeliverAll>
#include <SignalBox/EventStream>
#include <SignalBox/HandlerTarget>
#include <SignalBox/NextEvent>
#include <SignalBox/RunOn>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/TaskScope>
#include <SignalBox/WatchSender>
#include <SignalBox/WhenAll>
#include <SignalBox/WhenAny>
#include <SignalBox/YieldToLoop>
#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::AsyncWatch;
using SignalBox::DispatchReport;
using SignalBox::HandlerId;
using SignalBox::inPool;
using SignalBox::onThread;
using SignalBox::runOn;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::TaskHandle;
using SignalBox::TaskScope;
using SignalBox::WatchSender;
using SignalBox::whenAll;
using SignalBox::whenAny;
using SignalBox::yieldToLoop;
using SignalBox::detail::SanitizerOrder;

namespace {

using Random = std::minstd_rand;

// What the coroutines share; it outlives all of them.
struct Weather
{
    AsyncRegistry<int> events;  // consecutive numbers, from the thread of the test
    AsyncRegistry<int> replies; // with handlers on other threads
    WatchSender<std::string> sender{"wind"};
    AsyncWatch<std::string> watch{sender.subscribe()};
    QThreadPool pool;
    std::array<QThread *, 2> threads{}; // that live as long as most of the coroutines

    std::atomic<int> waits = 0;         // that have ended
    std::atomic<bool> isEnding = false; // the threads end, with those who reply

    // Handlers of streams, for somebody to unregister.
    void addStream(const HandlerId &id)
    {
        const std::lock_guard lock(mutex);
        streams[nextStream++ % streams.size()] = id;
    }
    HandlerId stream(std::size_t place)
    {
        const std::lock_guard lock(mutex);
        return streams[place % streams.size()];
    }

private:
    std::mutex mutex; // guards what follows
    std::array<HandlerId, 16> streams;
    std::size_t nextStream = 0;
};

// What a coroutine may do: `context` is its own; null: it belongs to its thread.
struct Place
{
    Weather &weather;
    QObject *const context;

    template <class F>
    auto spawnHere(F &&function) const
    {
        return context ? spawn(context, std::forward<F>(function))
                       : spawn(onThread(QThread::currentThread()), std::forward<F>(function));
    }
};

// All events from its first one on, whatever comes first in between, and wherever the context goes.
Task<> takeStream(Place place, int count)
{
    const Alive local;
    const std::unique_ptr<QObject> own(place.context ? nullptr : new QObject);
    auto stream = place.weather.events.stream(place.context ? place.context : own.get());
    place.weather.addStream(stream.id());
    std::optional<int> last;
    while (count-- > 0) {
        std::optional<int> number;
        if (count % 3 == 0) {
            const auto first = co_await whenAny(stream, sleepFor(300us));
            if (first.index() == 1)
                continue;
            number = std::get<0>(first);
        } else {
            number = co_await stream;
        }
        if (!number)
            co_return; // it has been unregistered
        if (last && *number != *last + 1)
            qFatal("%d came after %d", *number, *last);
        last = number;
    }
}

Task<int> takeNext(Place place)
{
    const Alive local;
    const std::optional<int> first = co_await place.weather.events.next();
    const std::optional<int> second = co_await place.weather.events.next();
    if (!first || !second || *second <= *first)
        qFatal("an older event came later");
    co_return *second;
}

Task<int> pause(std::chrono::microseconds time)
{
    const Alive local;
    co_await sleepFor(time);
    co_return 3;
}

Task<> awaitAll(Place place)
{
    const auto [slept, taken, sleptLonger] = co_await whenAll(pause(20us), takeNext(place), pause(80us));
    if (slept != 3 || sleptLonger != 3 || taken < 0)
        qFatal("a result is wrong");
}

Task<> awaitAny(Place place)
{
    const auto first = co_await whenAny(place.weather.events.next(), whenAll(takeNext(place), pause(1h)),
                                        place.weather.watch.changed(), sleepFor(1ms));
    if (first.index() == 1)
        qFatal("an hour has passed");
}

Task<> awaitChange(Place place)
{
    const std::optional<std::string> value = co_await place.weather.watch.changed();
    if (!value || value->rfind("wind", 0) != 0)
        qFatal("the value is wrong");
}

Task<> awaitReplies(Place place)
{
    const DispatchReport inCoroutine = co_await place.weather.replies.deliverAll(1);
    const std::optional<DispatchReport> asFuture = co_await place.weather.replies.notify(2);
    const bool areCalled = inCoroutine.called == 2 && asFuture && asFuture->called == 2;
    if (!areCalled && !place.weather.isEnding)
        qFatal("a handler was not called");
}

Task<> awaitJobs(Place place, std::size_t thread)
{
    const Alive local;
    const auto job = [&local] { return local.isSound(); };
    const std::optional<bool> inPoolThread = co_await runOn(inPool(&place.weather.pool), job);
    if (!inPoolThread || !*inPoolThread)
        qFatal("the job lost the locals");
    const std::optional<bool> onOtherThread = co_await runOn(onThread(place.weather.threads[thread]), job);
    if (onOtherThread && !*onOtherThread)
        qFatal("the job lost the locals");
}

Task<> awaitSpawned(Place place, std::size_t thread)
{
    const auto here = place.spawnHere([alive = Alive()]() -> Task<int> {
        co_await yieldToLoop();
        co_return 5;
    });
    const std::optional<int> five = co_await here;
    if (!five || *five != 5)
        qFatal("the result is wrong");
    const auto there =
            spawn(onThread(place.weather.threads[thread]), [alive = Alive()]() -> Task<> { co_await sleepFor(100us); });
    co_await whenAny(there, sleepFor(200us));
    there.cancel();
    const bool hasReturned = co_await there;
    if (hasReturned && !there.isFinished())
        qFatal("it has not");
}

// A registry that dies under one who awaits it.
Task<> awaitRegistryThatDies(Place place)
{
    auto registry = std::make_unique<AsyncRegistry<int>>();
    const auto handle = place.spawnHere([&registry = *registry, alive = Alive()]() -> Task<int> {
        const std::optional<int> never = co_await registry.next();
        co_return never ? 1 : 0;
    });
    registry.reset();
    const std::optional<int> came = co_await handle;
    if (came && *came != 0)
        qFatal("an event came of no registry");
}

// An object that one of its coroutines deletes.
Task<> awaitContextThatDies(Place place)
{
    auto *const other = new QObject(place.context);
    const auto handle = spawn(other, [other, alive = Alive()]() -> Task<> {
        co_await sleepFor(10us);
        delete other;
        co_await sleepFor(1000h);
    });
    const auto waits = spawn(other, [&events = place.weather.events, alive = Alive()]() -> Task<> {
        for (;;)
            co_await events.next();
    });
    co_await waits;
    co_await handle;
}

// Waits for one thing after the other, until it is destroyed.
Task<> wander(Place place, unsigned seed)
{
    const Alive local;
    Random random(seed);
    const QThread *const home = QThread::currentThread();
    for (;;) {
        const std::size_t thread = random() % place.weather.threads.size();
        switch (random() % 13) {
        case 0:
            co_await yieldToLoop();
            break;
        case 1:
            co_await sleepFor(std::chrono::microseconds(random() % 100));
            break;
        case 2:
        case 3:
            co_await takeStream(place, static_cast<int>(random() % 50));
            break;
        case 4:
            co_await takeNext(place);
            break;
        case 5:
            co_await awaitAll(place);
            break;
        case 6:
            co_await awaitAny(place);
            break;
        case 7:
            co_await awaitChange(place);
            break;
        case 8:
            co_await awaitReplies(place);
            break;
        case 9:
            co_await awaitJobs(place, thread);
            break;
        case 10:
            co_await awaitSpawned(place, thread);
            break;
        case 11:
            co_await awaitRegistryThatDies(place);
            break;
        default:
            if (place.context)
                co_await awaitContextThatDies(place);
            break;
        }
        ++place.weather.waits;
        if (QThread::currentThread() != (place.context ? place.context->thread() : home))
            qFatal("it runs on another thread than its context");
        if (!local.isSound())
            qFatal("it lost its locals");
    }
}

// A context with a scope, whose coroutines use its members until their end.
class Ship : public QObject
{
public:
    ~Ship() override { SanitizerOrder::acquire(this); }

    // ThreadSanitizer does not see that Qt orders what happens before a move and after it.
    void moveTo(QThread *thread)
    {
        SanitizerOrder::release(this);
        moveToThread(thread);
    }
    void spawnInScope(Weather &weather, unsigned seed)
    {
        SanitizerOrder::acquire(this);
        m_tasks.spawn([this, &weather, seed, alive = Alive()]() -> Task<> {
            const User user{m_cargo};
            co_await wander({weather, this}, seed);
        });
    }
    void cancelScope()
    {
        SanitizerOrder::acquire(this);
        m_tasks.cancel();
    }

private:
    struct User
    {
        const std::string &cargo;

        ~User()
        {
            if (cargo != "cargo")
                qFatal("the member is gone");
        }
    };

    std::string m_cargo = "cargo";
    TaskScope m_tasks{this};
};

} // namespace

// Contexts that move and die, tasks and scopes that are cancelled, handlers that are unregistered, and floods, while coroutines wait for each
// thing that they can wait for.
class TaskStorm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCoroutineEndsOnceAndEveryStreamGetsAllItsEvents()
    {
        Weather weather;
        weather.pool.setMaxThreadCount(2);
        weather.pool.setExpiryTimeout(-1);
        {
            std::array<WorkerThread, 2> workers;
            Storm storm(weather, workers);
            const auto end = std::chrono::steady_clock::now() + stormDuration();
            while (std::chrono::steady_clock::now() < end)
                storm.step();
            QVERIFY(storm.end());
            // Before the first one is destroyed: coroutines of one spawn on the other.
            for (WorkerThread &worker : workers)
                worker.finish();
        }
        QCOMPARE(weather.events.handlerCount(), 0);
        QCOMPARE(Alive::count(), 0);
        QVERIFY(weather.waits > 0);
        qInfo("%d awaits have ended", weather.waits.load());
    }

private:
    struct Berth
    {
        Ship *ship = nullptr; // its thread destroys it
        TaskHandle<> task;
    };

    class Storm
    {
    public:
        Storm(Weather &weather, std::array<WorkerThread, 2> &workers) : m_weather(weather)
        {
            for (std::size_t i = 0; i < workers.size(); ++i) {
                weather.threads[i] = workers[i].thread();
                weather.replies.registerHandler(workers[i].context(), [](const int &) {});
            }
        }

        void step()
        {
            Berth &berth = m_berths[random(m_berths.size())];
            switch (random(14)) {
            case 0:
            case 1:
                refill(berth);
                break;
            case 2:
            case 3:
                if (berth.ship)
                    SignalBox::detail::postCall(berth.ship,
                                                [ship = berth.ship, thread = anyThread()] { ship->moveTo(thread); });
                break;
            case 4:
                berth.task.cancel();
                if (berth.ship)
                    berth.task = spawnWanderer(berth.ship);
                break;
            case 5:
                if (berth.ship)
                    SignalBox::detail::postCall(berth.ship, [ship = berth.ship, &weather = m_weather, seed = seed()] {
                        ship->spawnInScope(weather, seed);
                    });
                break;
            case 6:
                if (berth.ship)
                    SignalBox::detail::postCall(berth.ship, [ship = berth.ship] { ship->cancelScope(); });
                break;
            case 7:
                refillThread(m_onThreads[random(m_onThreads.size())]);
                break;
            case 8:
                m_weather.events.unregister(m_weather.stream(random(100)));
                break;
            case 9:
                m_weather.sender.send("wind" + std::string(random(40), '!'));
                break;
            default:
                flood();
                break;
            }
            QCoreApplication::processEvents();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }

        // Those on threads end with their threads.
        bool end()
        {
            m_weather.isEnding = true;
            for (Berth &berth : m_berths)
                leave(berth);
            return waitFor([this] { return m_ships == 0; });
        }

    private:
        std::size_t random(std::size_t count)
        {
            return std::uniform_int_distribution<std::size_t>(0, count - 1)(m_engine);
        }
        unsigned seed() { return static_cast<unsigned>(m_engine() | 1U); }
        QThread *anyThread()
        {
            const std::size_t index = random(m_weather.threads.size() + 1);
            return index == m_weather.threads.size() ? QThread::currentThread() : m_weather.threads[index];
        }

        // The next one comes when all have got this one.
        void flood()
        {
            if (!m_flood.isFinished())
                return;
            for (std::size_t i = random(30); i > 0; --i)
                m_weather.events.post(m_number++);
            m_flood = m_weather.events.notify(m_number++);
        }

        TaskHandle<> spawnWanderer(QObject *context)
        {
            return spawn(context, [&weather = m_weather, context, seed = seed(), alive = Alive()] {
                return wander({weather, context}, seed);
            });
        }

        void leave(Berth &berth)
        {
            // Its end comes behind its moves, on its own thread.
            if (berth.ship)
                berth.ship->deleteLater();
            berth = {};
        }

        void refill(Berth &berth)
        {
            leave(berth);
            auto ship = std::make_unique<Ship>();
            berth.ship = ship.release();
            ++m_ships;
            QObject::connect(berth.ship, &QObject::destroyed, [this] { --m_ships; });
            if (random(2) == 0)
                berth.task = spawnWanderer(berth.ship); // begins here
            berth.ship->moveTo(anyThread());
            for (std::size_t i = random(3); i > 0; --i)
                spawnWanderer(berth.ship);
        }

        void refillThread(TaskHandle<> &task)
        {
            task.cancel();
            task = spawn(onThread(m_weather.threads[random(m_weather.threads.size())]),
                         [&weather = m_weather, seed = seed(), alive = Alive()] {
                             return wander({weather, nullptr}, seed);
                         });
        }

        Weather &m_weather;
        std::array<Berth, 8> m_berths;
        std::array<TaskHandle<>, 4> m_onThreads;
        std::atomic<int> m_ships = 0;
        QFuture<DispatchReport> m_flood; // a default one is finished
        int m_number = 0;
        std::mt19937 m_engine{1};
    };
};

QTEST_GUILESS_MAIN(TaskStorm)
#include "tst_taskstorm.moc"
