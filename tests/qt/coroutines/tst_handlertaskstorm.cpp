// SPDX-License-Identifier: MIT
#include "storm.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Backlog>
#include <SignalBox/DeliverAll>
#include <SignalBox/ExceptionInfo>
#include <SignalBox/HandlerGuard>
#include <SignalBox/NextEvent>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/WhenAny>
#include <SignalBox/YieldToLoop>

#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::DispatchReport;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using SignalBox::Task;
using SignalBox::TaskHandle;

namespace {

std::atomic<int> begun = 0;

using Event = std::string;

// What the handlers share; it outlives all of them.
struct Weather
{
    AsyncRegistry<Event> events;
    AsyncRegistry<int> others;
};

// What a handler's coroutine does, by the event's number.
Task<Propagation> blow(Weather &weather, const Event &event, QObject *context)
{
    const Alive local;
    ++begun;
    const int number = std::stoi(event);
    if (number % 7 == 0)
        co_await SignalBox::yieldToLoop();
    if (context->thread() != QThread::currentThread())
        qFatal("it runs on another thread than its context");
    switch (number % 11) {
    case 0:
        co_await SignalBox::sleepFor(100us);
        break;
    case 1:
        co_await SignalBox::sleepFor(1000h);
        break;
    case 2:
        co_await weather.others.next();
        break;
    case 3:
        co_await weather.others.deliverAll(number);
        break;
    case 4: {
        const auto handle =
                SignalBox::spawn(context, [alive = Alive()]() -> Task<> { co_await SignalBox::yieldToLoop(); });
        co_await handle;
        break;
    }
    case 5: {
        const auto handle =
                SignalBox::spawn(context, [alive = Alive()]() -> Task<> { co_await SignalBox::sleepFor(1000h); });
        co_await SignalBox::whenAny(handle, SignalBox::sleepFor(200us));
        handle.cancel();
        break;
    }
    case 6:
        throw std::runtime_error("thunder");
    case 7: { // a context of its own, with a handler that it deletes
        auto *const other = new QObject(context);
        AsyncRegistry<int> registry;
        registry.moveToThread(nullptr); // the context may take this coroutine to another thread
        registry.registerHandler(other, [other, alive = Alive()](const int &deletes) -> Task<> {
            co_await SignalBox::yieldToLoop();
            if (deletes != 0)
                delete other;
            co_await SignalBox::sleepFor(1000h);
        });
        registry.post(0);
        co_await registry.deliverAll(1);
        break;
    }
    default:
        break;
    }
    if (number % 5 == 0)
        co_await SignalBox::yieldToLoop();
    if (!local.isSound() || std::stoi(event) != number)
        qFatal("the coroutine lost its locals or its event");
    co_return number % 13 == 0 ? Propagation::Stop : Propagation::Continue;
}

} // namespace

// Contexts that move and die, guards that end, cancellations and floods, while handlers' coroutines wait.
class HandlerTaskStorm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCoroutineEndsOnceAndEveryReportComes()
    {
        Weather weather;
        weather.events.onException([](const SignalBox::ExceptionInfo &) {});
        weather.others.onException([](const SignalBox::ExceptionInfo &) {});
        std::vector<QFuture<DispatchReport>> reports;
        {
            std::array<WorkerThread, 2> workers;
            Storm storm(weather, workers);
            const auto end = std::chrono::steady_clock::now() + stormDuration();
            while (std::chrono::steady_clock::now() < end)
                storm.step(reports);
            QVERIFY(storm.end());
        }
        for (const auto &report : reports)
            QVERIFY(finishes(report));
        QCOMPARE(weather.events.handlerCount(), 0);
        QCOMPARE(Alive::count(), 0);
        QVERIFY(begun > 0);
    }

private:
    struct Place
    {
        QObject *context = nullptr;
        HandlerGuard guard;
        HandlerId id;
        TaskHandle<> task;
    };

    class Storm
    {
    public:
        Storm(Weather &weather, std::array<WorkerThread, 2> &workers) : m_weather(weather), m_workers(workers)
        {
            weather.others.registerHandler(workers[0].context(),
                                           [](const int &) -> Task<> { co_await SignalBox::sleepFor(100us); });
        }

        void step(std::vector<QFuture<DispatchReport>> &reports)
        {
            Place &place = m_places[random(m_places.size())];
            switch (random(12)) {
            case 0:
            case 1:
                refill(place);
                break;
            case 2:
                if (place.context)
                    move(place.context);
                break;
            case 3:
                place.guard.reset();
                break;
            case 4:
                m_weather.events.unregister(place.id);
                break;
            case 5:
                m_weather.events.unregisterAndWait(place.id);
                break;
            case 6:
                place.task.cancel();
                if (place.context)
                    place.task = SignalBox::spawn(
                            place.context, [alive = Alive()]() -> Task<> { co_await SignalBox::sleepFor(1000h); });
                break;
            case 7:
                for (std::size_t i = random(30); i > 0; --i)
                    m_weather.events.post(event());
                break;
            case 8:
                m_weather.others.post(1);
                break;
            case 9:
                keep(reports, m_weather.events.notifySequential(event(), QDeadlineTimer(5)));
                break;
            default:
                keep(reports, m_weather.events.notify(event()));
                break;
            }
            QCoreApplication::processEvents();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }

        // The threads may end when the contexts have: these move until then.
        bool end()
        {
            for (Place &place : m_places)
                leave(place);
            m_weather.others.clear();
            return waitFor([this] { return m_contexts == 0; });
        }

    private:
        std::size_t random(std::size_t count)
        {
            return std::uniform_int_distribution<std::size_t>(0, count - 1)(m_engine);
        }
        Event event() { return std::to_string(random(100000)) + std::string(random(40), ' '); }
        QThread *anyThread()
        {
            const std::size_t index = random(m_workers.size() + 1);
            return index == m_workers.size() ? QThread::currentThread() : m_workers[index].thread();
        }

        static void keep(std::vector<QFuture<DispatchReport>> &reports, QFuture<DispatchReport> report)
        {
            reports.push_back(std::move(report));
            if (reports.size() < 1000)
                return;
            reports.erase(
                    std::remove_if(reports.begin(), reports.end(), [](const auto &each) { return each.isFinished(); }),
                    reports.end());
        }

        // On its own thread, wherever that is by then.
        void move(QObject *context)
        {
            SignalBox::detail::postCall(context, [context, thread = anyThread()] { context->moveToThread(thread); });
        }

        static void leave(Place &place)
        {
            // Its end comes behind its moves, on its own thread; that of the guard here, meanwhile.
            if (place.context)
                place.context->deleteLater();
            place.context = nullptr;
            place.guard.reset();
            place.task = {};
        }

        void refill(Place &place)
        {
            leave(place);
            auto context = std::make_unique<QObject>();
            QObject *const object = context.release();
            ++m_contexts;
            QObject::connect(object, &QObject::destroyed, [this] { --m_contexts; });
            object->moveToThread(anyThread());
            place.context = object;
            const auto handler = [&weather = m_weather, object,
                                  alive = Alive()](const Event &event) -> Task<Propagation> {
                const auto result = co_await blow(weather, event, object);
                if (!alive.isSound())
                    qFatal("the coroutine lost its captures");
                co_return result;
            };
            const AsyncRegistry<Event>::Options options{.once = random(8) == 0,
                                                        .delivery = random(2) == 0 ? Delivery::Auto : Delivery::Queued,
                                                        .backlog = random(3) == 0 ? Backlog::newest() : Backlog::all()};
            if (random(2) == 0)
                place.guard = m_weather.events.registerGuard(object, handler, options);
            else
                place.id = m_weather.events.registerHandler(object, handler, options);
        }

        Weather &m_weather;
        std::array<WorkerThread, 2> &m_workers;
        std::array<Place, 12> m_places;
        std::atomic<int> m_contexts = 0;
        std::mt19937 m_engine{1};
    };
};

QTEST_GUILESS_MAIN(HandlerTaskStorm)
#include "tst_handlertaskstorm.moc"
