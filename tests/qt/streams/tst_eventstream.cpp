// SPDX-License-Identifier: MIT
#include "backlogs/backlogtable.h"
#include "cancelling.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/EventStream>
#include <SignalBox/ExceptionInfo>
#include <SignalBox/TestClock>

#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::EventStream;

namespace {

static_assert(!std::is_copy_constructible_v<EventStream<int>> && std::is_nothrow_move_constructible_v<EventStream<int>>);
static_assert(std::is_same_v<EventStream<int>::Next, std::optional<int>> && std::is_same_v<EventStream<void>::Next, bool>);

// The least that is a coroutine: it runs at once, and frees itself at its end.
struct Detached
{
    struct promise_type
    {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { throw; }
    };
};

// One that is destroyed by its owner.
struct Owned
{
    struct promise_type
    {
        Owned get_return_object() { return Owned{std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { throw; }
    };
    std::coroutine_handle<promise_type> handle;
};

struct Seen
{
    std::vector<int> numbers;
    bool isOver = false;
    QThread *thread = nullptr;
};

Detached collect(EventStream<int> &stream, Seen &seen)
{
    while (const std::optional<int> number = co_await stream) {
        seen.numbers.push_back(*number);
        seen.thread = QThread::currentThread();
    }
    seen.thread = QThread::currentThread();
    seen.isOver = true;
}

Detached collectOfOwnStream(AsyncRegistry<int> &registry, QObject *context, Seen &seen)
{
    EventStream<int> stream = registry.stream(context);
    while (const std::optional<int> number = co_await stream)
        seen.numbers.push_back(*number);
    seen.isOver = true;
}

template <class T>
std::vector<T> allOf(EventStream<T> &stream)
{
    std::vector<T> all;
    for (;;) {
        const auto next = stream.next(QDeadlineTimer(0));
        if (!finishes(next) || !next.result())
            return all;
        all.push_back(*next.result());
    }
}

struct Fragile
{
    explicit Fragile(int number) : value(number) {}
    Fragile(const Fragile &other) : value(other.value)
    {
        if (value < 0)
            throw std::runtime_error("cannot be copied");
    }
    Fragile(Fragile &&) = default;
    int value;
};

} // namespace

Q_DECLARE_METATYPE(Keep)
Q_DECLARE_METATYPE(When)
Q_DECLARE_METATYPE(Wanted)

class EventStreams : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- nothing is lost between two awaits ------------------------------------------------------

    void eventsBetweenTwoAwaitsWait()
    {
        AsyncRegistry<int> registry;
        Seen seen; // the stream's end resumes the coroutine
        EventStream<int> stream = registry.stream(this);
        for (int number = 1; number <= 100; ++number)
            registry.post(number);
        collect(stream, seen);
        QCOMPARE(seen.numbers.size(), std::size_t(100));
        QCOMPARE(seen.numbers.back(), 100);
        registry.post(101);
        QCOMPARE(seen.numbers.back(), 101);
        QVERIFY(!seen.isOver);
        QCOMPARE(stream.lost(), quint64(0));
    }

    void eventsOfOtherThreadsAllComeInTheirOrder()
    {
        const int count = scaled(50000);
        AsyncRegistry<int> registry;
        Seen seen; // the stream's end resumes the coroutine
        EventStream<int> stream = registry.stream(this);
        collect(stream, seen);
        std::thread first([&] {
            for (int number = 0; number < count; ++number)
                registry.post(2 * number);
        });
        std::thread second([&] {
            for (int number = 0; number < count; ++number)
                registry.post(2 * number + 1);
        });
        QVERIFY(waitFor([&] { return seen.numbers.size() == std::size_t(2 * count); }));
        first.join();
        second.join();
        int next[2] = {0, 1};
        for (const int number : seen.numbers) {
            QCOMPARE(number, next[number % 2]);
            next[number % 2] += 2;
        }
        QCOMPARE(seen.thread, QThread::currentThread());
    }

    void futuresGetWhatWaitsTheOldestFirstAndThenWhatComes()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this);
        registry.post(1);
        registry.post(2);
        auto first = stream.next();
        auto second = stream.next();
        QVERIFY(first.isFinished() && second.isFinished());
        auto third = stream.next();
        auto fourth = stream.next();
        QVERIFY(!third.isFinished());
        registry.post(3);
        registry.post(4);
        registry.post(5);
        QVERIFY(third.isFinished() && fourth.isFinished());
        QCOMPARE((std::vector<int>{*first.result(), *second.result(), *third.result(), *fourth.result()}),
                 (std::vector<int>{1, 2, 3, 4}));
        QCOMPARE(*stream.next().result(), 5);
    }

    void eachEventIsGivenToOneOfThoseWhoWait()
    {
        AsyncRegistry<int> registry;
        Seen seen; // the stream's end resumes the coroutine
        EventStream<int> stream = registry.stream(this);
        auto first = stream.next();
        collect(stream, seen);
        auto second = stream.next();
        registry.post(1);
        registry.post(2);
        registry.post(3);
        QCOMPARE(*first.result(), 1);
        QCOMPARE(seen.numbers, std::vector<int>{2});
        QCOMPARE(*second.result(), 3);
    }

    void eventsWithoutDataAreCounted()
    {
        AsyncRegistry<void> registry;
        EventStream<void> stream = registry.stream(this);
        registry.post();
        int seen = 0;
        bool isOver = false;
        [](EventStream<void> &from, int &count, bool &over) -> Detached {
            while (const auto event = co_await from)
                count += event;
            over = true;
        }(stream, seen, isOver);
        registry.post();
        QCOMPARE(seen, 2);
        stream = EventStream<void>();
        QVERIFY(isOver);
    }

    // --- backlogs --------------------------------------------------------------------------------

    void backlogSaysWhatIsLostOfWhatWaits()
    {
        AsyncRegistry<int> registry;
        EventStream<int> all = registry.stream(this);
        EventStream<int> oldest = registry.stream(this, {.backlog = Backlog::oldest(3)});
        EventStream<int> newest = registry.stream(this, {.backlog = Backlog::newest(3)});
        EventStream<int> latest = registry.stream(this, {.backlog = Backlog::newest()});
        const auto countOf = [&] { return all.lost() + oldest.lost() + newest.lost() + latest.lost(); };
        for (int number = 1; number <= 10; ++number) {
            registry.post(number);
            runQueuedCalls();
        }
        QCOMPARE(countOf(), quint64(7 + 7 + 9));
        QCOMPARE(allOf(all).size(), std::size_t(10));
        QCOMPARE(allOf(oldest), (std::vector<int>{1, 2, 3}));
        QCOMPARE(allOf(newest), (std::vector<int>{8, 9, 10}));
        QCOMPARE(allOf(latest), std::vector<int>{10});
    }

    void boundedStreamsAreBoundedInAFloodToo()
    {
        AsyncRegistry<int> registry;
        EventStream<int> newest = registry.stream(this, {.backlog = Backlog::newest(3)});
        EventStream<int> latest = registry.stream(this, {.backlog = Backlog::newest()});
        for (int number = 1; number <= 1000; ++number)
            registry.post(number); // and no turn of the loop
        runQueuedCalls();
        QCOMPARE(allOf(newest), (std::vector<int>{998, 999, 1000}));
        QCOMPARE(allOf(latest), std::vector<int>{1000});
        QCOMPARE(newest.lost(), quint64(997));
        QCOMPARE(latest.lost(), quint64(999));
    }

    // Whatever waits on the way to the thread, and in the stream.
    void streamKeepsWhatItsBacklogSays_data()
    {
        static constexpr std::pair<Keep, const char *> keeps[] = {{Keep::All, "all"}, {Keep::Newest, "newest"}, {Keep::NewestThree, "newest 3"},
                                                                  {Keep::OldestThree, "oldest 3"}, {Keep::NewestBy, "newest by key"},
                                                                  {Keep::MergedBy, "merged by key"}, {Keep::Merged, "merged"}};
        static constexpr std::pair<When, const char *> whens[] = {
            {When::Soon, "soon"}, {When::EveryTurn, "every turn"}, {When::Every, "every"}, {When::QuietFor, "quiet for"}, {When::OnDemand, "on demand"}};
        QTest::addColumn<Keep>("keep");
        QTest::addColumn<When>("when");
        QTest::addColumn<Wanted>("wanted");
        for (const auto &[keep, keepName] : keeps) {
            for (const auto &[when, whenName] : whens) {
                QTest::addRow("%s, %s", keepName, whenName) << keep << when << Wanted::Everything;
                QTest::addRow("%s, %s, where", keepName, whenName) << keep << when << Wanted::Even;
            }
        }
    }
    void streamKeepsWhatItsBacklogSays()
    {
        QFETCH(Keep, keep);
        QFETCH(When, when);
        QFETCH(Wanted, wanted);
        SignalBox::TestClock clock;
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this, {.backlog = backlogOf(keep, when, wanted)});
        PlainBacklog model(keep, When::OnDemand, wanted, What::Batch);
        model.reacts = false;
        RowRandom random(QTest::currentDataTag());
        for (int round = 0; round < 10; ++round) {
            for (int burst = random.below(4); burst >= 0; --burst) {
                for (int count = random.below(5); count >= 0; --count) {
                    const int event = random.below(100);
                    registry.post(event);
                    model.post(event);
                }
                runQueuedCalls();
                if (random.below(2) == 0)
                    QVERIFY(clock.advance(std::chrono::milliseconds(interval)));
            }
            if (when == When::OnDemand)
                QVERIFY(registry.deliver(stream.id()));
            else
                QVERIFY(clock.advance(std::chrono::milliseconds(interval)));
            const std::uint64_t waiting = model.waiting();
            model.deliver();
            const std::vector<int> seen = allOf(stream);
            QCOMPARE(seen.size(), std::size_t(waiting));
            if (waiting > 0)
                QCOMPARE(seen, model.calls.back().events);
            QCOMPARE(stream.lost(), quint64(model.merged + model.dropped));
        }
    }

    // The function runs between two events of the stream, and may take the one before.
    void keyMayTakeFromTheStream()
    {
        AsyncRegistry<int> registry;
        std::function<void()> hook;
        EventStream<int> stream = registry.stream(this, {.backlog = Backlog::newestBy([&hook](int number) {
                                                             if (hook)
                                                                 std::exchange(hook, {})();
                                                             return number;
                                                         })});
        registry.post(1);
        runQueuedCalls();
        registry.post(2);
        int taken = 0;
        hook = [&] { taken = stream.next().result().value_or(0); }; // when the event arrives, its key is read again
        runQueuedCalls();
        QCOMPARE(taken, 1);
        const auto next = stream.next();
        QVERIFY(next.isFinished());
        QCOMPARE(next.result(), std::optional<int>(2));
    }

    // No future waits for those who take the events.
    void futureFinishesWhenTheEventHasArrived()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this, {.backlog = Backlog::newest()});
        const auto first = registry.notify(1);
        runQueuedCalls();
        QVERIFY(first.isFinished());
        const auto second = registry.notify(2); // which replaces it in the stream
        runQueuedCalls();
        QVERIFY(second.isFinished());
        COMPARE_REPORT(first.result(), 1, 0, 0);
        COMPARE_REPORT(second.result(), 1, 0, 0);
        QCOMPARE(allOf(stream), std::vector<int>{2});
    }

    void functionsThatThrowAreFailuresOfTheStream()
    {
        AsyncRegistry<int> registry;
        int failures = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &) { ++failures; });
        EventStream<int> stream = registry.stream(this, {.backlog = Backlog::merged([](int &kept, int &&newer) {
                                                             if (newer == 13)
                                                                 throw std::runtime_error("no");
                                                             kept += newer;
                                                         })});
        for (const int event : {1, 13, 2}) {
            registry.post(event);
            runQueuedCalls(); // so that they meet in the stream
        }
        QCOMPARE(allOf(stream), std::vector<int>{3});
        QCOMPARE(failures, 1);
        QCOMPARE(stream.lost(), quint64(1));
    }

    // --- ends ------------------------------------------------------------------------------------

    void contextsDeathWhileSuspendedResumesInsideThatDestructor()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        EventStream<int> stream = registry.stream(context.get());
        Seen seen;
        collect(stream, seen);
        const auto future = stream.next();
        registry.post(1);
        context.reset();
        QVERIFY(seen.isOver);
        QCOMPARE(seen.numbers, std::vector<int>{1});
        QVERIFY(finishes(future));
        QVERIFY(!future.result());
        QVERIFY(stream.isOver());
        QVERIFY(registry.isEmpty());
        QVERIFY(stream.next().isFinished());
    }

    void coroutineWithItsOwnStreamIsFreedByItsContextsDeath()
    {
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        Seen seen;
        collectOfOwnStream(registry, context.get(), seen);
        registry.post(1);
        context.reset();
        QVERIFY(seen.isOver);
        QVERIFY(registry.isEmpty());
    }

    void registrysDeathResumesOnTheContextsThread()
    {
        WorkerThread worker;
        Seen seen;
        EventStream<int> stream;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        std::atomic<bool> isOver = false;
        worker.run([&] {
            stream = registry->stream(worker.context());
            [](EventStream<int> &from, Seen &all, std::atomic<bool> &over) -> Detached {
                while (const auto event = co_await from)
                    all.numbers.push_back(*event);
                all.thread = QThread::currentThread();
                over = true;
            }(stream, seen, isOver);
        });
        registry.reset();
        QVERIFY(waitFor([&] { return isOver.load(); }));
        worker.run([&] {
            QCOMPARE(seen.thread, worker.thread());
            stream = EventStream<int>();
        });
    }

    void whatHasArrivedIsTakenAfterTheRegistrysDeath()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        EventStream<int> stream = registry->stream(this);
        registry->post(1);
        registry->post(2);
        registry.reset();
        QVERIFY(!stream.isOver());
        QCOMPARE(allOf(stream), (std::vector<int>{1, 2}));
        QVERIFY(stream.isOver());
    }

    void unregisteredStreamGivesNothingMore()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this, {.name = QStringLiteral("stream")});
        QCOMPARE(registry.handlers().front().name, std::string("stream"));
        Seen seen;
        collect(stream, seen);
        QVERIFY(registry.unregister(stream.id()));
        QVERIFY(seen.isOver);
        EventStream<int> again = registry.stream(this);
        const auto waiting = again.next();
        registry.clear();
        QVERIFY(finishes(waiting));
        QVERIFY(!waiting.result());
    }

    void streamsEndUnregistersAndGivesNothing()
    {
        AsyncRegistry<int> registry;
        Seen seen;
        {
            EventStream<int> stream = registry.stream(this);
            collect(stream, seen);
            QCOMPARE(registry.handlerCount(), 1);
        }
        QVERIFY(seen.isOver);
        QVERIFY(registry.isEmpty());
    }

    void coroutineMayDestroyItsStreamItsContextAndItsRegistry()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        auto context = std::make_unique<QObject>();
        auto stream = std::make_unique<EventStream<int>>(registry->stream(context.get()));
        bool isOver = false;
        [](auto &from, auto &owner, auto &source, bool &over) -> Detached {
            co_await *from;
            from.reset();
            owner.reset();
            source.reset();
            over = true;
        }(stream, context, registry, isOver);
        registry->post(1);
        QVERIFY(isOver);
    }

    void destroyedCoroutineWaitsNoLonger()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this);
        const Owned coroutine = [](EventStream<int> &from) -> Owned { co_await from; }(stream);
        coroutine.handle.destroy();
        registry.post(1);
        QCOMPARE(allOf(stream), std::vector<int>{1});
    }

    void movedStreamKeepsThoseWhoWait()
    {
        AsyncRegistry<int> registry;
        EventStream<int> first = registry.stream(this);
        Seen seen;
        collect(first, seen);
        EventStream<int> second = std::move(first);
        QVERIFY(first.isOver()); // NOLINT(bugprone-use-after-move): says so
        registry.post(1);
        QCOMPARE(seen.numbers, std::vector<int>{1});
        second = registry.stream(this);
        QVERIFY(seen.isOver); // the stream that it waited for has ended
        registry.post(2);
        QCOMPARE(allOf(second), std::vector<int>{2});
    }

    void onceEndsTheStreamAfterOneEvent()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this, {.once = true});
        registry.post(1);
        registry.post(2);
        QCOMPARE(allOf(stream), std::vector<int>{1});
        QVERIFY(stream.isOver());
    }

    void streamFollowsItsContext()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        EventStream<int> stream = registry.stream(context);
        std::atomic<QThread *> seen = nullptr;
        [](EventStream<int> &from, std::atomic<QThread *> &thread) -> Detached {
            while (const auto event = co_await from)
                thread = *event > 0 ? QThread::currentThread() : nullptr;
            thread = nullptr;
        }(stream, seen);
        context->moveToThread(worker.thread());
        registry.post(1);
        QVERIFY(waitFor([&] { return seen == worker.thread(); }));
        worker.run([&] { delete context; });
        QVERIFY(seen == nullptr);
        worker.run([&] { stream = EventStream<int>(); });
    }

    // --- deadlines and cancellation --------------------------------------------------------------

    void deadlineGivesNothingAndLosesNothing()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this);
        for (int round = 0; round < 5; ++round) {
            const auto late = stream.next(QDeadlineTimer(1));
            QVERIFY(finishes(late));
            QVERIFY(!late.result());
        }
        registry.post(1);
        registry.post(2);
        QCOMPARE(allOf(stream), (std::vector<int>{1, 2}));
    }

    void cancelledFutureGivesItsTurnToTheNext()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this);
        auto cancelled = stream.next();
        auto next = stream.next();
        cancelled.cancel();
        registry.post(1);
        QVERIFY(finishes(cancelled) && finishes(next));
        QCOMPARE(*next.result(), 1);
    }

    // No event has to come for that, and none is lost by it.
    void futureCancelledByAnyThreadFinishesByItself()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this);
        std::vector<QFuture<std::optional<int>>> futures;
        for (int i = 0; i < scaled(1000); ++i)
            futures.push_back(stream.next());
        std::thread([&] {
            for (auto &future : futures)
                future.cancel();
        }).join();
        for (const auto &future : futures) {
            QVERIFY(finishes(future));
            QVERIFY(future.isCanceled());
        }
        QCOMPARE(registry.handlerCount(), 1); // the stream's
        registry.post(1);
        QCOMPARE(allOf(stream), std::vector<int>{1});
    }

    void deadlinesRacingEventsLoseNone()
    {
        const int count = scaled(3000);
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this);
        std::thread producer([&] {
            for (int number = 0; number < count; ++number) {
                registry.post(number);
                if (number % 16 == 0)
                    std::this_thread::yield();
            }
        });
        for (int expected = 0; expected < count;) {
            const auto next = stream.next(QDeadlineTimer(expected % 3));
            QVERIFY(finishes(next));
            if (next.result())
                QCOMPARE(*next.result(), expected++);
            else
                QCoreApplication::processEvents();
        }
        producer.join();
        QCOMPARE(stream.lost(), quint64(0));
    }

    // An event is in a future, or still in the stream.
    void futureCancelledWhileItGetsAnEventLeavesItToTheNext()
    {
        AsyncRegistry<Cancelling> registry;
        EventStream<Cancelling> stream = registry.stream(this);
        auto cancelled = stream.next();
        Cancelling::onCopy = [&] { std::thread([&] { cancelled.cancel(); }).join(); };
        registry.post(Cancelling(1));
        Cancelling::onCopy = {};
        QVERIFY(finishes(cancelled));
        QCOMPARE(cancelled.resultCount(), 0);
        const auto next = stream.next();
        QVERIFY(next.isFinished());
        QCOMPARE(next.result()->number, 1);
        QCOMPARE(stream.lost(), quint64(0));

        // One that waits behind it is given the event at once.
        auto again = stream.next();
        const auto behind = stream.next();
        Cancelling::onCopy = [&] {
            again.cancel();
            Cancelling::onCopy = {};
        };
        registry.post(Cancelling(2));
        QVERIFY(behind.isFinished());
        QCOMPARE(behind.result()->number, 2);
        QCOMPARE(again.resultCount(), 0);
    }

    void cancellationsRacingEventsLoseNone()
    {
        const int count = scaled(20000);
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this);
        std::thread producer([&] {
            for (int number = 0; number < count; ++number) {
                registry.post(number);
                if (number % 16 == 0)
                    std::this_thread::yield();
            }
        });
        std::atomic<QFuture<std::optional<int>> *> cancelled = nullptr;
        std::atomic<bool> isOver = false;
        std::thread canceller([&] {
            while (!isOver) {
                if (QFuture<std::optional<int>> *future = cancelled.exchange(nullptr)) {
                    future->cancel();
                    delete future;
                }
            }
        });
        for (int expected = 0; expected < count;) {
            const auto next = stream.next();
            delete cancelled.exchange(new QFuture(next));
            QVERIFY(finishes(next));
            if (next.resultCount() != 0)
                QCOMPARE(next.resultAt(0), std::optional(expected++));
        }
        isOver = true;
        canceller.join();
        delete cancelled.exchange(nullptr);
        producer.join();
        QCOMPARE(stream.lost(), quint64(0));
    }

    // --- what goes wrong -------------------------------------------------------------------------

    void exceptionOfACoroutineIsAFailureOfTheHandler()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.stream(this);
        // One that ends by an exception does not free itself.
        const Owned coroutine = [](EventStream<int> &from) -> Owned {
            co_await from;
            throw std::runtime_error("gave up");
        }(stream);
        std::string message;
        registry.onException([&](const SignalBox::ExceptionInfo &info) { message = info.message(); });
        registry.post(1);
        QCOMPARE(message, std::string("gave up"));
        registry.post(2);
        QCOMPARE(allOf(stream), std::vector<int>{2});
        coroutine.handle.destroy();
    }

    void eventThatCannotBeCopiedIsAFailureAndTheNextIsGiven()
    {
        AsyncRegistry<Fragile> registry;
        EventStream<Fragile> stream = registry.stream(this);
        int failures = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &) { ++failures; });
        auto next = stream.next();
        registry.post(Fragile(-1));
        QVERIFY(!next.isFinished());
        QCOMPARE(failures, 1);
        registry.post(Fragile(1));
        QVERIFY(finishes(next));
        QCOMPARE(next.result()->value, 1);
    }

    void whatMakesNoSenseIsRefusedWithAStreamThatHasEnded()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        const auto refuses = [](const char *problem) {
            QTest::ignoreMessage(QtWarningMsg,
                                 QRegularExpression(QStringLiteral("AsyncRegistry::stream\\(\\): %1").arg(QLatin1String(problem))));
        };
        refuses("the context object is null");
        QVERIFY(EventStream<int>(registry.stream(nullptr)).isOver());
        refuses("the context object lives on another thread");
        QVERIFY(EventStream<int>(registry.stream(worker.context())).isOver());
        refuses("Backlog::newest\\(\\) and oldest\\(\\): expected a positive number of events");
        EventStream<int> refused = registry.stream(this, {.backlog = Backlog::newest(0)});
        QVERIFY(refused.isOver() && refused.next().isFinished());
        QVERIFY(registry.isEmpty());
        Seen seen;
        collect(refused, seen);
        QVERIFY(seen.isOver);
    }

    void registrarGivesStreamsToo()
    {
        AsyncRegistry<int> registry;
        EventStream<int> stream = registry.registrar().stream(this);
        registry.post(1);
        QCOMPARE(allOf(stream), std::vector<int>{1});
    }
};

QTEST_GUILESS_MAIN(EventStreams)
#include "tst_eventstream.moc"
