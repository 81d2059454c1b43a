// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/DeliverAll>
#include <SignalBox/EventStream>
#include <SignalBox/NextEvent>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/TaskScope>
#include <SignalBox/TestClock>
#include <SignalBox/WhenAll>
#include <SignalBox/WhenAny>
#include <SignalBox/YieldToLoop>

#include <QtCore/qeventloop.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::EventStream;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::TaskHandle;
using SignalBox::TestClock;
using SignalBox::whenAll;
using SignalBox::whenAny;
using SignalBox::yieldToLoop;

namespace {

using Log = std::vector<std::string>;

// Writes its name down at its end.
class Ending
{
public:
    Ending(Log &log, std::string name) : m_log(log), m_name(std::move(name)) {}
    Q_DISABLE_COPY_MOVE(Ending)
    ~Ending() { m_log.push_back(m_name); }

private:
    Log &m_log;
    const std::string m_name;
};

Task<int> ready(int number)
{
    co_return number;
}

Task<int> later(int number)
{
    co_await yieldToLoop();
    co_return number;
}

Task<std::string> after(std::chrono::milliseconds time, std::string text)
{
    co_await sleepFor(time);
    co_return text;
}

Task<> nothing()
{
    co_return;
}

Task<> forEver(Log *log, std::string name)
{
    const Ending ending(*log, std::move(name));
    co_await sleepFor(1000h);
    log->push_back("not reached");
}

Task<int> failing(std::string message)
{
    co_await yieldToLoop();
    throw std::runtime_error(message);
}

Task<int> failingAtOnce(std::string message)
{
    throw std::runtime_error(message);
    co_return 0;
}

} // namespace

class TestWhenAll : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- results -----------------------------------------------------------------------------------

    void resultsComeInTheOrderOfTheTasks()
    {
        TestClock clock;
        QObject context;
        std::optional<std::tuple<std::string, int, std::string>> results;
        const auto handle = spawn(&context, [&]() -> Task<> {
            results = co_await whenAll(after(20ms, "slow"), ready(7), after(10ms, "fast"));
        });
        QVERIFY(clock.advance(19ms));
        QVERIFY(!results);
        QVERIFY(clock.advance(1ms));
        QVERIFY(handle.isFinished());
        QVERIFY(results == std::make_tuple(std::string("slow"), 7, std::string("fast")));
    }

    void tasksRunSideBySide()
    {
        TestClock clock;
        QObject context;
        const auto handle = spawn(&context, []() -> Task<> {
            co_await whenAll(after(100ms, "a"), after(100ms, "b"), after(100ms, "c"));
        });
        QVERIFY(clock.advance(100ms));
        QVERIFY(handle.isFinished());
    }

    void tasksThatNeedNotWaitDoNotSuspend()
    {
        QObject context;
        int sum = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            for (int i = 0; i < 10'000; ++i) {
                const auto [one, two] = co_await whenAll(ready(1), ready(2));
                sum += one + two;
            }
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); })); // it may give way
        QCOMPARE(sum, 30'000);
        QVERIFY(spawn(&context, []() -> Task<> { co_await whenAll(ready(1), nothing()); }).isFinished());
    }

    void resultOfATaskWithoutOneIsAMonostate()
    {
        QObject context;
        const auto handle = spawn(&context, []() -> Task<int> {
            const auto results = co_await whenAll(nothing(), later(3));
            static_assert(std::is_same_v<decltype(results), const std::tuple<std::monostate, int>>);
            co_return std::get<1>(results);
        });
        const QFuture<int> future = handle.future();
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), 3);
    }

    void resultsThatCannotBeCopiedAreMoved()
    {
        QObject context;
        int seen = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto made = [](int number) -> Task<std::unique_ptr<int>> {
                co_await yieldToLoop();
                co_return std::make_unique<int>(number);
            };
            auto [one, two] = co_await whenAll(made(1), made(2));
            seen = *one + *two;
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(seen, 3);
    }

    void oneTaskIsEnough()
    {
        QObject context;
        const auto handle = spawn(&context, []() -> Task<int> {
            const auto [only] = co_await whenAll(later(4));
            co_return only;
        });
        const QFuture<int> future = handle.future();
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), 4);
    }

    void groupsAreNested()
    {
        QObject context;
        const auto handle = spawn(&context, []() -> Task<int> {
            const auto pair = [](int number) -> Task<int> {
                const auto [one, two] = co_await whenAll(later(number), ready(number));
                co_return one + two;
            };
            const auto [left, right, direct] = co_await whenAll(pair(1), pair(10), later(100));
            co_return left + right + direct;
        });
        const QFuture<int> future = handle.future();
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), 122);
    }

    void deepNestOfGroupsNeedsNoEventLoopToUnwind()
    {
        struct Nest
        {
            static Task<int> of(int depth)
            {
                if (depth == 0)
                    co_return 1;
                const auto [left, right] = co_await whenAll(of(depth - 1), of(depth - 1));
                co_return left + right;
            }
        };
        QObject context;
        const auto handle = spawn(&context, [] { return Nest::of(8); });
        QVERIFY(handle.isFinished());
        QCOMPARE(handle.future().result(), 256);
    }

    void tasksTalkToEachOther()
    {
        AsyncRegistry<int> pings;
        AsyncRegistry<int> pongs;
        QObject context;
        const auto handle = spawn(&context, [&]() -> Task<int> {
            const auto serve = [&]() -> Task<> {
                auto stream = pings.stream(&context);
                for (int i = 0; i < 100; ++i) {
                    const auto ping = co_await stream;
                    pongs.post(*ping + 1);
                }
            };
            const auto ask = [&]() -> Task<int> {
                auto stream = pongs.stream(&context);
                int last = 0;
                for (int i = 0; i < 100; ++i) {
                    pings.post(last);
                    const auto pong = co_await stream;
                    last = *pong;
                }
                co_return last;
            };
            const auto results = co_await whenAll(serve(), ask());
            co_return std::get<1>(results);
        });
        const QFuture<int> future = handle.future();
        QVERIFY(finishes(future));
        QCOMPARE(future.result(), 100);
    }

    void tasksThatNeverWaitForLongGiveWay()
    {
        QObject context;
        bool hasTimerFired = false;
        QTimer::singleShot(0, &context, [&] { hasTimerFired = true; });
        const auto spin = [&]() -> Task<> {
            while (!hasTimerFired)
                co_await sleepFor(0ms);
        };
        const auto handle = spawn(&context, [&]() -> Task<> { co_await whenAll(spin(), spin()); });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
    }

    // --- exceptions --------------------------------------------------------------------------------

    void exceptionEndsTheOthersTheLastFirst()
    {
        QObject context;
        Log log;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const Ending local(log, "local");
            try {
                co_await whenAll(forEver(&log, "first"), failing("failed"), forEver(&log, "third"),
                                 forEver(&log, "fourth"));
            } catch (const std::runtime_error &error) {
                log.push_back(error.what());
            }
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"fourth", "third", "first", "failed", "local"}));
    }

    void exceptionAtTheBeginLetsTheRestNotBegin()
    {
        QObject context;
        Log log;
        bool hasBegun = false;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto begin = [&]() -> Task<> {
                hasBegun = true;
                co_return;
            };
            try {
                co_await whenAll(forEver(&log, "first"), failingAtOnce("failed"), begin());
            } catch (const std::runtime_error &error) {
                log.push_back(error.what());
            }
        });
        QVERIFY(handle.isFinished());
        QCOMPARE(log, (Log{"first", "failed"}));
        QVERIFY(!hasBegun);
    }

    void theFirstExceptionIsThrown()
    {
        TestClock clock;
        QObject context;
        std::string message;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto fail = [](std::chrono::milliseconds time, const char *text) -> Task<> {
                co_await sleepFor(time);
                throw std::runtime_error(text);
            };
            try {
                co_await whenAll(fail(20ms, "slow"), fail(10ms, "fast"));
            } catch (const std::runtime_error &error) {
                message = error.what();
            }
        });
        QVERIFY(clock.advance(30ms));
        QVERIFY(handle.isFinished());
        QCOMPARE(message, std::string("fast"));
    }

    void exceptionWaitsForATaskThatIsOnTheStack()
    {
        // The first task posts; that resumes the second one, which throws.
        AsyncRegistry<int> events;
        QObject context;
        Log log;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto post = [&]() -> Task<> {
                const Ending ending(log, "poster");
                co_await yieldToLoop();
                events.post(1);
                log.push_back("posted");
                co_await sleepFor(0ms);
                log.push_back("not reached");
            };
            const auto fail = [&]() -> Task<> {
                co_await events.next();
                throw std::runtime_error("failed");
            };
            try {
                co_await whenAll(post(), fail());
            } catch (const std::runtime_error &error) {
                log.push_back(error.what());
            }
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"posted", "poster", "failed"}));
    }

    void exceptionOfANestedGroupGoesUp()
    {
        QObject context;
        Log log;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto inner = [&]() -> Task<> { co_await whenAll(forEver(&log, "inner"), failing("deep")); };
            try {
                co_await whenAll(forEver(&log, "outer"), inner());
            } catch (const std::runtime_error &error) {
                log.push_back(error.what());
            }
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"inner", "outer", "deep"}));
    }

    void exceptionThatNobodyAwaitsAnyMoreIsNotLogged()
    {
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
        QObject context;
        TaskHandle<> handle;
        handle = spawn(&context, [&]() -> Task<> {
            const auto fail = [&]() -> Task<> {
                co_await yieldToLoop();
                handle.cancel();
                throw std::runtime_error("too late");
            };
            co_await whenAll(fail());
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QVERIFY(handle.future().isCanceled());
    }

    void taskThatWasMovedFromFails()
    {
        QObject context;
        Task<int> task = ready(1);
        const Task<int> taken = std::move(task);
        const auto handle = spawn(&context, [&]() -> Task<> { co_await whenAll(ready(2), std::move(task)); });
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, handle.future().waitForFinished());
    }

    // --- ends --------------------------------------------------------------------------------------

    void contextsDeathUnwindsInOrder()
    {
        auto context = std::make_unique<QObject>();
        Log log;
        const auto handle = spawn(context.get(), [&]() -> Task<> {
            const Ending local(log, "local");
            const auto pair = [&](std::string name) -> Task<> {
                const Ending ending(log, name);
                co_await whenAll(forEver(&log, name + " left"), forEver(&log, name + " right"));
            };
            co_await whenAll(pair("one"), forEver(&log, "two"), pair("three"));
        });
        QVERIFY(log.empty());
        context.reset();
        QVERIFY(handle.isFinished());
        QCOMPARE(log, (Log{"three right", "three left", "three", "two", "one right", "one left", "one", "local"}));
    }

    void tasksMayReferToLocalsOfWhoAwaitsThem()
    {
        auto context = std::make_unique<QObject>();
        int seen = 0;
        spawn(context.get(), [&]() -> Task<> {
            const auto local = std::make_unique<int>(5);
            const auto use = [&]() -> Task<> {
                const auto end = qScopeGuard([&] { seen += *local; });
                co_await sleepFor(1000h);
            };
            co_await whenAll(use(), use());
        });
        context.reset();
        QCOMPARE(seen, 10);
    }

    void taskThatDeletesTheContextRunsToItsNextAwait()
    {
        auto *const context = new QObject;
        Log log;
        const auto handle = spawn(context, [&]() -> Task<> {
            const Ending local(log, "local");
            const auto remove = [&]() -> Task<> {
                const Ending ending(log, "remover");
                co_await yieldToLoop();
                delete context;
                log.push_back("behind");
                co_await sleepFor(0ms);
                log.push_back("not reached");
            };
            co_await whenAll(forEver(&log, "first"), remove(), forEver(&log, "third"));
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"behind", "third", "remover", "first", "local"}));
    }

    void taskThatDeletesTheContextAtItsBeginEndsAll()
    {
        auto *const context = new QObject;
        Log log;
        const auto handle = spawn(context, [&]() -> Task<> {
            const Ending local(log, "local");
            const auto remove = [&]() -> Task<> {
                const Ending ending(log, "remover");
                delete context;
                co_await sleepFor(0ms);
                log.push_back("not reached");
            };
            const auto begin = [&]() -> Task<> {
                log.push_back("not reached");
                co_return;
            };
            co_await whenAll(forEver(&log, "first"), remove(), begin());
        });
        QVERIFY(handle.isFinished());
        QCOMPARE(log, (Log{"remover", "first", "local"}));
    }

    void taskThatDeletesTheContextAndReturnsEndsAll()
    {
        auto *const context = new QObject;
        Log log;
        const auto handle = spawn(context, [&]() -> Task<> {
            const Ending local(log, "local");
            const auto remove = [&]() -> Task<> {
                co_await yieldToLoop();
                delete context;
            };
            co_await whenAll(remove());
            log.push_back("not reached");
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"local"}));
    }

    void contextThatDiesInANestedLoopOfATaskEndsAllBehindIt()
    {
        auto *const context = new QObject;
        Log log;
        const auto handle = spawn(context, [&]() -> Task<> {
            const Ending local(log, "local");
            const auto open = [&]() -> Task<> {
                const Ending ending(log, "loop");
                co_await yieldToLoop();
                QEventLoop loop;
                QTimer::singleShot(0, &loop, [&] {
                    delete context;
                    loop.quit();
                });
                loop.exec();
                log.push_back("behind");
                co_await ready(1);
                log.push_back("not reached");
            };
            co_await whenAll(open(), forEver(&log, "other"));
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"behind", "other", "loop", "local"}));
    }

    void otherTasksGoOnInANestedLoopOfOne()
    {
        QObject context;
        Log log;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto open = [&]() -> Task<> {
                co_await yieldToLoop();
                QEventLoop loop;
                while (log.empty())
                    loop.processEvents();
                log.push_back("behind");
            };
            const auto other = [&]() -> Task<> {
                co_await sleepFor(1ms);
                log.push_back("other");
            };
            co_await whenAll(open(), other());
            log.push_back("all");
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"other", "behind", "all"}));
    }

    void scopeThatEndsInATaskWarns()
    {
        QObject context;
        auto scope = std::make_unique<SignalBox::TaskScope>(&context);
        Log log;
        const auto handle = scope->spawn([&]() -> Task<> {
            const Ending local(log, "local");
            const auto remove = [&]() -> Task<> {
                co_await yieldToLoop();
                scope.reset();
                log.push_back("behind");
            };
            co_await whenAll(remove());
            log.push_back("not reached");
        });
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression(QStringLiteral("A TaskScope is destroyed by its own coroutine")));
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"behind", "local"}));
    }

    void destructorThatCancelsWhatAwaitsItsTask()
    {
        QObject context;
        Log log;
        TaskHandle<> handle;
        handle = spawn(&context, [&]() -> Task<> {
            const Ending local(log, "local");
            const auto cancel = [&]() -> Task<> {
                const auto end = qScopeGuard([&] { handle.cancel(); });
                co_await sleepFor(1000h);
            };
            try {
                co_await whenAll(cancel(), failing("failed"));
            } catch (const std::runtime_error &) {
                log.push_back("not reached");
            }
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"local"}));
    }

    void cancelFromAnotherThreadEndsAll()
    {
        WorkerThread worker;
        std::atomic<int> ended = 0;
        const auto handle = spawn(worker.context(), [&]() -> Task<> {
            const auto wait = [&]() -> Task<> {
                const auto end = qScopeGuard([&] { ++ended; });
                co_await sleepFor(1000h);
            };
            co_await whenAll(wait(), wait());
        });
        worker.drain();
        handle.cancel();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(ended.load(), 2);
    }

    // --- moves -------------------------------------------------------------------------------------

    void tasksFollowTheContext()
    {
        WorkerThread worker;
        auto *const context = new QObject;
        std::atomic<int> there = 0;
        const auto handle = spawn(context, [&]() -> Task<> {
            const auto wait = [&]() -> Task<> {
                co_await sleepFor(20ms);
                there += QThread::currentThread() == worker.thread();
            };
            co_await whenAll(wait(), wait());
            there += QThread::currentThread() == worker.thread();
        });
        context->moveToThread(worker.thread());
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(there.load(), 3);
        worker.run([&] { delete context; });
    }

    void taskThatMovesTheContextAtItsBeginTakesTheRestAlong()
    {
        WorkerThread worker;
        auto *const context = new QObject;
        std::atomic<int> there = 0;
        const auto handle = spawn(context, [&]() -> Task<> {
            const auto move = [&]() -> Task<> {
                context->moveToThread(worker.thread());
                co_return;
            };
            const auto look = [&]() -> Task<> {
                there += QThread::currentThread() == worker.thread();
                co_return;
            };
            co_await whenAll(move(), look(), look());
            there += QThread::currentThread() == worker.thread();
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(there.load(), 3);
        worker.run([&] { delete context; });
    }

    void taskThatMovesTheContextLastResumesThere()
    {
        WorkerThread worker;
        auto *const context = new QObject;
        QThread *resumedOn = nullptr;
        const auto handle = spawn(context, [&]() -> Task<> {
            const auto move = [&]() -> Task<> {
                co_await yieldToLoop();
                context->moveToThread(worker.thread());
            };
            co_await whenAll(move());
            resumedOn = QThread::currentThread();
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(resumedOn, worker.thread());
        worker.run([&] { delete context; });
    }

    // --- with time limits --------------------------------------------------------------------------

    void timeLimitDestroysTheTasks()
    {
        TestClock clock;
        QObject context;
        Log log;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto first = co_await whenAny(
                    whenAll(forEver(&log, "left"), after(10ms, "done"), forEver(&log, "right")), sleepFor(50ms));
            log.push_back(first.index() == 1 ? "late" : "in time");
        });
        QVERIFY(clock.advance(49ms));
        QVERIFY(log.empty());
        QVERIFY(clock.advance(1ms));
        QVERIFY(handle.isFinished());
        QCOMPARE(log, (Log{"right", "left", "late"}));
    }

    void groupThatEndsInTimeWins()
    {
        TestClock clock;
        QObject context;
        std::string result;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto first = co_await whenAny(sleepFor(50ms), whenAll(after(10ms, "a"), after(20ms, "b")));
            if (first.index() == 1)
                result = std::get<0>(std::get<1>(first)) + std::get<1>(std::get<1>(first));
        });
        QVERIFY(clock.advance(20ms));
        QVERIFY(handle.isFinished());
        QCOMPARE(result, std::string("ab"));
    }

    void branchThatComesWhileATaskIsOnTheStackWaitsForThat()
    {
        AsyncRegistry<int> events;
        QObject context;
        Log log;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto open = [&]() -> Task<> {
                const Ending ending(log, "loop");
                co_await yieldToLoop();
                QEventLoop loop;
                QTimer::singleShot(0, &loop, [&] {
                    events.post(1);
                    log.push_back("posted");
                    loop.quit();
                });
                loop.exec();
                log.push_back("behind");
                co_await sleepFor(1000h);
            };
            auto stream = events.stream(&context);
            const auto first = co_await whenAny(whenAll(open()), stream);
            log.push_back(first.index() == 1 ? "stream" : "group");
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(log, (Log{"posted", "behind", "loop", "stream"}));
    }
};

QTEST_GUILESS_MAIN(TestWhenAll)
#include "tst_whenall.moc"
