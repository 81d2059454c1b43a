// SPDX-License-Identifier: MIT
#include "tracearray.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/TaskScope>
#include <SignalBox/TestClock>
#include <SignalBox/Trace>
#include <SignalBox/YieldToLoop>

#include <QtCore/qeventloop.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::onThread;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::SpawnOptions;
using SignalBox::Task;
using SignalBox::TaskHandle;
using SignalBox::TaskScope;
using SignalBox::TestClock;
using SignalBox::yieldToLoop;

namespace {

static_assert(!std::is_copy_constructible_v<Task<int>> && std::is_nothrow_move_constructible_v<Task<int>>);
static_assert(std::is_copy_constructible_v<TaskHandle<int>> && std::is_nothrow_default_constructible_v<TaskHandle<>>);

// Writes its name down at its end.
class Ending
{
public:
    Ending(std::vector<std::string> &log, std::string name) : m_log(log), m_name(std::move(name)) {}
    Q_DISABLE_COPY_MOVE(Ending)
    ~Ending() { m_log.push_back(m_name); }

private:
    std::vector<std::string> &m_log;
    const std::string m_name;
};

using Log = std::vector<std::string>;

Task<int> doubled(int number)
{
    co_return 2 * number;
}

Task<int> doubledLater(int number)
{
    co_await yieldToLoop();
    co_return 2 * number;
}

Task<> sleepingForEver(Log *log, std::string name)
{
    const Ending ending(*log, name);
    co_await sleepFor(1000h);
    log->push_back("not reached");
}

Task<> nested(Log *log, int depth, bool *isDeepest = nullptr)
{
    const Ending ending(*log, std::to_string(depth));
    if (depth == 0 && isDeepest)
        *isDeepest = true;
    if (depth == 0)
        co_await sleepFor(1000h);
    else
        co_await nested(log, depth - 1, isDeepest);
    log->push_back("not reached");
}

// A coroutine of another library.
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

Detached await(TaskHandle<int> handle, std::optional<int> *result, bool *isDone)
{
    *result = co_await handle;
    *isDone = true;
}

class Window : public QObject
{
public:
    Task<> show(int number, std::unique_ptr<int> other)
    {
        co_await yieldToLoop();
        shown = number + *other;
    }
    Task<int> title() const { co_return shown; }

    int shown = 0;
};

Task<> failing(int)
{
    throw std::runtime_error("lost");
    co_return;
}

struct FailingBase
{
    Task<> failOfBase() { return failing(0); }
};

class Failing : public QObject, public FailingBase
{
public:
    using QObject::QObject;
    Task<> fail() { return failing(0); }
    Task<> failWith(int number) const { return failing(number); }
};

// Its coroutines may use the value in their destructors.
class Scoped : public QObject
{
public:
    struct Use
    {
        Scoped &owner;
        ~Use() { *owner.seen = *owner.value; }
    };

    void begin()
    {
        m_tasks.spawn([this]() -> Task<> {
            const Use use{*this};
            co_await sleepFor(1000h);
        });
    }
    void deleteInside(bool *hasGoneOn)
    {
        m_tasks.spawn([](Scoped *self, bool *goneOn) -> Task<> {
            delete self;
            *goneOn = true;
            co_await yieldToLoop();
            *goneOn = false;
        }, this, hasGoneOn);
    }

    std::unique_ptr<int> value = std::make_unique<int>(7);
    int *seen = nullptr;

private:
    TaskScope m_tasks{this};
};

} // namespace

class TestTask : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- it begins and ends --------------------------------------------------------------------

    void spawnOnTheContextsThreadRunsAtOnceUpToTheFirstWait()
    {
        QObject context;
        int step = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            step = 1;
            co_await yieldToLoop();
            step = 2;
        });
        QCOMPARE(step, 1);
        QVERIFY(!handle.isFinished());
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(step, 2);
    }

    void taskThatIsNotSpawnedNeverRuns()
    {
        bool hasRun = false;
        const auto run = [&]() -> Task<> {
            hasRun = true;
            co_return;
        };
        {
            const Task<> task = run();
        }
        QVERIFY(!hasRun);
    }

    void resultsPassFromCallToCall()
    {
        QObject context;
        int sum = 0;
        const auto handle = spawn(&context, [&]() -> Task<int> {
            sum = co_await doubled(1);
            sum += co_await doubledLater(10);
            co_return sum;
        });
        const QFuture<int> future = handle.future();
        QVERIFY(finishes(future));
        QCOMPARE(sum, 22);
        QCOMPARE(future.result(), 22);
    }

    void memberFunctionsOfTheContextAreSpawnedWithArguments()
    {
        Window window;
        const auto handle = spawn(&window, &Window::show, 3, std::make_unique<int>(4));
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(window.shown, 7);
        QCOMPARE(spawn(&window, &Window::title).future().result(), 7);
    }

    void capturesLiveAsLongAsTheCoroutine()
    {
        QObject context;
        Log log;
        const auto captured = std::make_shared<int>(5);
        int seen = 0;
        const auto handle = spawn(&context, [captured, &seen, &log]() -> Task<> {
            const Ending ending(log, std::to_string(*captured));
            co_await yieldToLoop();
            seen = *captured;
        });
        QVERIFY(captured.use_count() > 1);
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(seen, 5);
        QCOMPARE(log, Log{"5"});
        QCOMPARE(captured.use_count(), 1L);
    }

    void threeHundredThousandSynchronousChildrenNeedNoStack()
    {
        QObject context;
        int sum = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            for (int i = 0; i < 300'000; ++i)
                sum += co_await doubled(1);
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(sum, 600'000);
    }

    void deepChainIsDestroyedWithoutStack()
    {
        auto context = std::make_unique<QObject>();
        Log log;
        bool isDeepest = false;
        spawn(context.get(), [&] { return nested(&log, 100'000, &isDeepest); });
        QVERIFY(waitFor([&] { return isDeepest; }));
        context.reset();
        QCOMPARE(log.size(), std::size_t(100'001));
        QCOMPARE(log.front(), std::string("0"));
        QCOMPARE(log.back(), std::string("100000"));
    }

    void loopThatNeverWaitsGivesWayToItsEventLoop()
    {
        QObject context;
        bool hasTimerFired = false;
        QTimer::singleShot(0, &context, [&] { hasTimerFired = true; });
        const auto handle = spawn(&context, [&]() -> Task<> {
            while (!hasTimerFired)
                co_await sleepFor(0ms);
        });
        const auto children = spawn(&context, [&]() -> Task<> {
            while (!hasTimerFired)
                co_await doubled(1);
        });
        QVERIFY(waitFor([&] { return handle.isFinished() && children.isFinished(); }));
    }

    void yieldLetsTimersComeFirst()
    {
        QObject context;
        int timeouts = 0;
        QTimer timer;
        connect(&timer, &QTimer::timeout, &context, [&] { ++timeouts; });
        timer.start(0);
        const auto handle = spawn(&context, [&]() -> Task<> {
            while (timeouts < 5)
                co_await yieldToLoop();
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
    }

    // --- cancellation is destruction -------------------------------------------------------------

    void contextsDeathDestroysTheInnermostCoroutineFirst()
    {
        auto context = std::make_unique<QObject>();
        Log log;
        const auto handle = spawn(context.get(), [&log] { return nested(&log, 3); });
        context.reset();
        QCOMPARE(log, (Log{"0", "1", "2", "3"}));
        QVERIFY(handle.isFinished());
    }

    void contextsDeathDestroysTheNewestTaskFirst()
    {
        auto context = std::make_unique<QObject>();
        Log log;
        for (const char *name : {"first", "second", "third"})
            spawn(context.get(), sleepingForEver, &log, std::string(name));
        bool wereGoneInDestroyed = false;
        connect(context.get(), &QObject::destroyed, [&] { wereGoneInDestroyed = log.size() == 3; });
        context.reset();
        QCOMPARE(log, (Log{"third", "second", "first"}));
        QVERIFY(wereGoneInDestroyed);
    }

    void capturesAreDestroyedAfterTheFrame()
    {
        auto context = std::make_unique<QObject>();
        Log log;
        spawn(context.get(), [&log, ending = std::make_shared<Ending>(log, "capture")]() -> Task<> {
            const Ending local(log, "local");
            co_await sleepFor(1000h);
        });
        QVERIFY(log.empty());
        context.reset();
        QCOMPARE(log, (Log{"local", "capture"}));
    }

    void cancelDestroysAtOnce()
    {
        QObject context;
        Log log;
        const auto handle = spawn(&context, sleepingForEver, &log, std::string("end"));
        handle.cancel();
        QCOMPARE(log, Log{"end"});
        QVERIFY(handle.isFinished());
        handle.cancel();
        QCOMPARE(log.size(), std::size_t(1));
    }

    void endOfAHandleEndsNothing()
    {
        QObject context;
        bool isDone = false;
        spawn(&context, [&]() -> Task<> {
            co_await yieldToLoop();
            isDone = true;
        });
        QVERIFY(waitFor([&] { return isDone; }));
    }

    void coroutineThatDeletesItsContextRunsToItsNextAwait()
    {
        auto *const context = new QObject;
        Log log;
        const auto handle = spawn(context, [&]() -> Task<> {
            const Ending ending(log, "local");
            delete context;
            log.push_back("behind");
            co_await sleepFor(0ms); // ready, and yet it does not return
            log.push_back("not reached");
        });
        QCOMPARE(log, (Log{"behind", "local"}));
        QVERIFY(handle.isFinished());
    }

    void codeBehindANestedLoopInWhichTheContextDiesRunsToItsNextAwait()
    {
        auto *const context = new QObject;
        Log log;
        const auto handle = spawn(context, [&]() -> Task<> {
            const Ending ending(log, "local");
            QEventLoop loop;
            QTimer::singleShot(0, &loop, [&] {
                delete context;
                loop.quit();
            });
            loop.exec();
            log.push_back("behind");
            co_await doubled(1);
            log.push_back("not reached");
        });
        QCOMPARE(log, (Log{"behind", "local"}));
        QVERIFY(handle.isFinished());
    }

    void coroutineThatCancelsItselfEndsAtItsNextAwait()
    {
        QObject context;
        Log log;
        TaskHandle<> handle;
        handle = spawn(&context, [&]() -> Task<> {
            const Ending ending(log, "local");
            co_await yieldToLoop();
            handle.cancel();
            log.push_back("behind");
            co_await yieldToLoop();
            log.push_back("not reached");
        });
        COMPARE_FINALLY(log, (Log{"behind", "local"}));
        QVERIFY(handle.isFinished());
    }

    void coroutineThatReturnsAfterItsCancellationIsOver()
    {
        QObject context;
        TaskHandle<int> handle;
        handle = spawn(&context, [&]() -> Task<int> {
            co_await yieldToLoop();
            handle.cancel();
            co_return 3;
        });
        const QFuture<int> future = handle.future();
        QVERIFY(finishes(future));
        QVERIFY(handle.isFinished());
        QCOMPARE(future.resultCount(), 1);
    }

    void coroutinesThatCancelEachOtherInDestructorsBothEnd()
    {
        struct Cancel
        {
            TaskHandle<> &other;
            Log &log;
            ~Cancel()
            {
                other.cancel();
                log.push_back("end");
            }
        };
        QObject context;
        Log log;
        TaskHandle<> first;
        TaskHandle<> second;
        first = spawn(&context, [&]() -> Task<> {
            const Cancel cancel{second, log};
            co_await sleepFor(1000h);
        });
        second = spawn(&context, [&]() -> Task<> {
            const Cancel cancel{first, log};
            co_await sleepFor(1000h);
        });
        first.cancel();
        QCOMPARE(log, (Log{"end", "end"}));
        QVERIFY(first.isFinished() && second.isFinished());
    }

    void spawnOnADyingContextIsRefused()
    {
        auto *const context = new QObject;
        bool hasRun = false;
        struct Spawn
        {
            QObject *context;
            bool *hasRun;
            ~Spawn()
            {
                const auto handle = spawn(context, [hasRun = hasRun]() -> Task<> {
                    *hasRun = true;
                    co_return;
                });
                if (!handle.isFinished())
                    *hasRun = true;
            }
        };
        spawn(context, [&]() -> Task<> {
            const Spawn spawns{context, &hasRun};
            co_await sleepFor(1000h);
        });
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("spawn\\(\\): the context object is being destroyed")));
        delete context;
        QVERIFY(!hasRun);
    }

    void nullContextIsRefused()
    {
        bool hasRun = false;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("spawn\\(\\): the context object is null")));
        const auto handle = spawn(static_cast<QObject *>(nullptr), [&]() -> Task<int> {
            hasRun = true;
            co_return 1;
        });
        QVERIFY(handle.isFinished());
        QVERIFY(!hasRun);
        QVERIFY(handle.future().isCanceled());
    }

    void taskSpawnedInASlotOfDestroyedEndsWithTheContext()
    {
        auto *const context = new QObject;
        Log log;
        connect(context, &QObject::destroyed, [&] { spawn(context, sleepingForEver, &log, std::string("end")); });
        delete context;
        QCOMPARE(log, Log{"end"});
    }

    // --- a scope -----------------------------------------------------------------------------------

    void coroutinesOfAScopeEndWhileTheOtherMembersLive()
    {
        int seen = 0;
        auto scoped = std::make_unique<Scoped>();
        scoped->seen = &seen;
        scoped->begin();
        scoped.reset();
        QCOMPARE(seen, 7);
    }

    void scopeCancelsTheNewestFirst()
    {
        QObject context;
        Log log;
        {
            TaskScope scope(&context);
            scope.spawn(sleepingForEver, &log, std::string("first"));
            scope.spawn(sleepingForEver, &log, std::string("second"));
        }
        QCOMPARE(log, (Log{"second", "first"}));
    }

    void scopeThatEndsWithAWakePendingDropsIt()
    {
        QObject context;
        Log log;
        {
            TaskScope scope(&context);
            scope.spawn([&]() -> Task<> {
                const Ending ending(log, "end");
                co_await yieldToLoop();
                log.push_back("not reached");
            });
        }
        runQueuedCalls();
        QCOMPARE(log, Log{"end"});
    }

    void deleteThisInACoroutineOfAScopeWarns()
    {
        bool hasGoneOn = false;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("A TaskScope is destroyed by its own coroutine")));
        (new Scoped)->deleteInside(&hasGoneOn);
        runQueuedCalls();
        QVERIFY(hasGoneOn);
    }

    void scopeRefusesOtherThreads()
    {
        QObject context;
        TaskScope scope(&context);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("spawn\\(\\): the context object of the TaskScope lives on another thread")));
        bool hasRun = false;
        std::thread([&] {
            scope.spawn([&]() -> Task<> {
                hasRun = true;
                co_return;
            });
        }).join();
        runQueuedCalls();
        QVERIFY(!hasRun);
    }

    // --- exceptions --------------------------------------------------------------------------------

    void exceptionOfAChildGoesToItsCaller()
    {
        QObject context;
        std::string message;
        spawn(&context, [&]() -> Task<> {
            const auto fail = []() -> Task<int> {
                co_await yieldToLoop();
                throw std::runtime_error("child");
            };
            try {
                co_await fail();
            } catch (const std::runtime_error &error) {
                message = error.what();
            }
        });
        QVERIFY(waitFor([&] { return !message.empty(); }));
        QCOMPARE(message, std::string("child"));
    }

    void exceptionGoesToWhoAwaitsTheHandle()
    {
        QObject context;
        const auto failing = spawn(&context, []() -> Task<int> {
            co_await yieldToLoop();
            throw std::runtime_error("spawned");
        });
        std::string message;
        spawn(&context, [&]() -> Task<> {
            try {
                co_await failing;
            } catch (const std::runtime_error &error) {
                message = error.what();
            }
        });
        QVERIFY(waitFor([&] { return !message.empty(); }));
        QCOMPARE(message, std::string("spawned"));
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, failing.future().result());
    }

    void unobservedExceptionIsLoggedWithNameAndLine()
    {
        QObject context;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("A coroutine of spawn\\(\\) \"load\", .*tst_task\\.cpp:\\d+, threw and nobody waited "
                                                              "for it: lost")));
        spawn(&context, []() -> Task<> {
            throw std::runtime_error("lost");
            co_return;
        }, {.name = QStringLiteral("load")});
    }

    // Each way to write it: the line is that of the call, but in a scope, with arguments, that of the scope.
    void unobservedExceptionIsLoggedWithItsLine_data()
    {
        QTest::addColumn<std::function<int(QObject *)>>("begin"); // returns the line
        QTest::addColumn<QString>("name");
        const auto add = [](const char *row, const QString &name, std::function<int(QObject *)> begin) {
            QTest::newRow(row) << std::move(begin) << name;
        };
        const QString named = QStringLiteral("load");
        const auto options = SpawnOptions{.name = named};
        add("lambda", {}, [](QObject *context) { spawn(context, [] { return failing(1); }); return __LINE__; });
        add("arguments", {}, [](QObject *context) { spawn(context, failing, 1); return __LINE__; });
        add("arguments, options", named, [=](QObject *context) { spawn(context, failing, 1, options); return __LINE__; });
        add("guarded pointer", {}, [](QObject *context) { spawn(QPointer<QObject>(context), failing, 1); return __LINE__; });
        add("member", {}, [](QObject *context) { spawn(new Failing(context), &Failing::fail); return __LINE__; });
        add("member, options", named, [=](QObject *context) { spawn(new Failing(context), &Failing::fail, options); return __LINE__; });
        add("member, braces", named, [=](QObject *context) { spawn(new Failing(context), &Failing::fail, {.name = named}); return __LINE__; });
        add("member, arguments", {}, [](QObject *context) { spawn(new Failing(context), &Failing::failWith, 1); return __LINE__; });
        add("member, arguments, options", named,
            [=](QObject *context) { spawn(new Failing(context), &Failing::failWith, 1, SpawnOptions{.name = named}); return __LINE__; });
        add("member of a base that is no object", {},
            [](QObject *context) { spawn(new Failing(context), &FailingBase::failOfBase); return __LINE__; });
        add("thread", {}, [](QObject *) { spawn(onThread(QThread::currentThread()), failing, 1); return __LINE__; });
        add("thread, options", named, [=](QObject *) { spawn(onThread(QThread::currentThread()), failing, 1, options); return __LINE__; });
        add("scope", {}, [](QObject *context) { TaskScope scope(context); scope.spawn(failing, 1); return __LINE__; });
        add("scope, options", named, [=](QObject *context) { TaskScope scope(context); scope.spawn(failing, 1, options); return __LINE__; });
    }

    void unobservedExceptionIsLoggedWithItsLine()
    {
        QFETCH(const std::function<int(QObject *)>, begin);
        QFETCH(const QString, name);
        QObject context;
        static QStringList messages;
        messages.clear();
        const auto before = qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) { messages += text; });
        const int line = begin(&context);
        qInstallMessageHandler(before);
        QCOMPARE(messages.size(), 1);
        QVERIFY2(messages.first().contains(QStringLiteral("tst_task.cpp:%1,").arg(line)), qPrintable(messages.first()));
        QVERIFY2(messages.first().contains(QLatin1Char('"') + name + QLatin1Char('"')) || name.isEmpty(), qPrintable(messages.first()));
    }

    void exceptionOfTheCallableIsTheCoroutines()
    {
        QObject context;
        const auto handle = spawn(&context, []() -> Task<int> { throw std::runtime_error("no coroutine"); });
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, handle.future().result());
    }

    // --- what is seen of it ------------------------------------------------------------------------

    void eachRunOfACoroutineIsASliceOfTheTrace()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("trace.json"));
        QVERIFY(SignalBox::setTraceFile(path));
        QObject context;
        const auto run = []() -> Task<> { co_await yieldToLoop(); };
        const auto named = spawn(&context, run, {.name = QStringLiteral("load the page")});
        const auto unnamed = spawn(&context, run);
        QVERIFY(waitFor([&] { return named.isFinished() && unnamed.isFinished(); }));
        SignalBox::setTraceFile({});
        const TraceArray trace = readTraceArray(path);
        QVERIFY2(trace.fault.isEmpty(), qPrintable(trace.fault));
        int slicesOfNamed = 0;
        int slicesOfUnnamed = 0;
        for (const auto &element : trace.elements) {
            const QJsonObject object = element.toObject();
            if (object.value(QStringLiteral("ph")).toString() != QStringLiteral("B")
                && object.value(QStringLiteral("ph")).toString() != QStringLiteral("X"))
                continue;
            const QString name = object.value(QStringLiteral("name")).toString();
            slicesOfNamed += name == QStringLiteral("load the page");
            slicesOfUnnamed += name.startsWith(QStringLiteral("tst_task.cpp:"));
        }
        QCOMPARE(slicesOfNamed, 2);
        QCOMPARE(slicesOfUnnamed, 2);
    }

    // --- handles -----------------------------------------------------------------------------------

    void handleGivesItsResultToAnotherTask()
    {
        QObject context;
        QObject other;
        const auto handle = spawn(&context, doubledLater, 4);
        std::optional<int> result;
        const auto waiting = spawn(&other, [&]() -> Task<> { result = co_await handle; });
        QVERIFY(!waiting.isFinished());
        QVERIFY(waitFor([&] { return waiting.isFinished(); }));
        QCOMPARE(result, std::optional(8));
    }

    void handleOfADestroyedTaskGivesNothingFromTheLoop()
    {
        auto context = std::make_unique<QObject>();
        QObject other;
        const auto handle = spawn(context.get(), []() -> Task<int> {
            co_await sleepFor(1000h);
            co_return 1;
        });
        bool isDone = false;
        std::optional<int> result = 1;
        spawn(&other, [&]() -> Task<> {
            result = co_await handle;
            isDone = true;
        });
        context.reset();
        QVERIFY(!isDone); // not inside of the destructor
        QVERIFY(waitFor([&] { return isDone; }));
        QVERIFY(!result);
    }

    void handleCanBeAwaitedByAnotherCoroutineType()
    {
        QObject context;
        std::optional<int> result;
        bool isDone = false;
        await(spawn(&context, doubledLater, 5), &result, &isDone);
        QVERIFY(!isDone);
        QVERIFY(waitFor([&] { return isDone; }));
        QCOMPARE(result, std::optional(10));
    }

    void futureOfADestroyedTaskIsCancelled()
    {
        QObject context;
        Log log;
        const auto handle = spawn(&context, sleepingForEver, &log, std::string("end"));
        const QFuture<void> future = handle.future();
        QVERIFY(!future.isFinished());
        handle.cancel();
        QVERIFY(future.isFinished() && future.isCanceled());
    }

    void waitingTaskThatEndsFirstIsForgotten()
    {
        QObject context;
        auto other = std::make_unique<QObject>();
        const auto handle = spawn(&context, doubledLater, 1);
        spawn(other.get(), [&]() -> Task<> { co_await handle; });
        other.reset();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
    }

    // --- sleeping ----------------------------------------------------------------------------------

    void sleepEndsByTheClockOfTests()
    {
        TestClock clock;
        QObject context;
        std::vector<int> woken;
        const auto sleeper = [&](std::chrono::milliseconds time, int number) -> Task<> {
            co_await sleepFor(time);
            woken.push_back(number);
        };
        spawn(&context, [&] { return sleeper(30ms, 3); });
        spawn(&context, [&] { return sleeper(10ms, 1); });
        spawn(&context, [&] { return sleeper(20ms, 2); });
        QVERIFY(clock.advance(9ms));
        QVERIFY(woken.empty());
        QVERIFY(clock.advance(1ms));
        QCOMPARE(woken, std::vector{1});
        QVERIFY(clock.advance(20ms));
        QCOMPARE(woken, (std::vector{1, 2, 3}));
    }

    void sleepEndsByTheSteadyClock()
    {
        QObject context;
        const auto handle = spawn(&context, []() -> Task<> { co_await sleepFor(5ms); });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
    }

    void sleepOfNoTimeDoesNotSuspend()
    {
        QObject context;
        QVERIFY(spawn(&context, []() -> Task<> {
            co_await sleepFor(0ms);
            co_await sleepFor(-5ms);
        }).isFinished());
    }

    void cancelledSleepersLeaveTheOthers()
    {
        TestClock clock;
        QObject context;
        Log log;
        const auto first = spawn(&context, sleepingForEver, &log, std::string("first"));
        int woken = 0;
        const auto sleeper = [&]() -> Task<> {
            co_await sleepFor(10ms);
            ++woken;
        };
        const auto second = spawn(&context, sleeper);
        const auto third = spawn(&context, sleeper);
        second.cancel();
        first.cancel();
        QVERIFY(clock.advance(10ms));
        QCOMPARE(woken, 1);
        QVERIFY(third.isFinished());
    }

    // --- threads -------------------------------------------------------------------------------------

    void spawnFromAnotherThreadBeginsOnTheContexts()
    {
        WorkerThread worker;
        std::atomic<QThread *> ranOn = nullptr;
        const auto handle = spawn(worker.context(), [&]() -> Task<int> {
            co_await yieldToLoop();
            ranOn = QThread::currentThread();
            co_return 1;
        });
        QFuture<int> future = handle.future();
        QVERIFY(finishes(future));
        QCOMPARE(ranOn.load(), worker.thread());
        QVERIFY(handle.isFinished());
    }

    void cancelFromAnotherThreadDestroysOnTheContexts()
    {
        WorkerThread worker;
        std::atomic<QThread *> endedOn = nullptr;
        const auto handle = spawn(worker.context(), [&]() -> Task<> {
            struct End
            {
                std::atomic<QThread *> &endedOn;
                ~End() { endedOn = QThread::currentThread(); }
            };
            const End end{endedOn};
            co_await sleepFor(1000h);
        });
        worker.drain();
        handle.cancel();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(endedOn.load(), worker.thread());
    }

    void taskOfAnotherThreadIsAwaitedOnOnesOwn()
    {
        WorkerThread worker;
        QObject context;
        QThread *ranOn = nullptr;
        std::optional<int> result;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const auto other = spawn(worker.context(), doubledLater, 21);
            result = co_await other;
            ranOn = QThread::currentThread();
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(result, std::optional(42));
        QCOMPARE(ranOn, QThread::currentThread());
    }

    void taskThatNeverBeganEndsWithItsContext()
    {
        auto *const context = new QObject;
        TaskHandle<> handle;
        const auto captured = std::make_shared<int>();
        std::thread([&] {
            handle = spawn(context, [captured]() -> Task<> { co_return; });
        }).join();
        QVERIFY(!handle.isFinished());
        delete context;
        QVERIFY(handle.isFinished());
        QCOMPARE(captured.use_count(), 1L);
    }

    void taskThatNeverBeganCanBeCancelled()
    {
        QObject context;
        TaskHandle<> handle;
        bool hasRun = false;
        std::thread([&] {
            handle = spawn(&context, [&]() -> Task<> {
                hasRun = true;
                co_return;
            });
        }).join();
        handle.cancel();
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        runQueuedCalls();
        QVERIFY(!hasRun);
    }

    void taskFollowsItsContextWhileItSleeps()
    {
        WorkerThread worker;
        auto *const context = new QObject;
        std::atomic<QThread *> wokeOn = nullptr;
        const auto handle = spawn(context, [&]() -> Task<> {
            co_await sleepFor(20ms);
            wokeOn = QThread::currentThread();
        });
        context->moveToThread(worker.thread());
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(wokeOn.load(), worker.thread());
        worker.run([&] { delete context; });
    }

    void coroutineThatMovesItsContextGoesOnThere()
    {
        WorkerThread worker;
        auto *const context = new QObject;
        std::vector<QThread *> ranOn;
        const auto handle = spawn(context, [&]() -> Task<> {
            context->moveToThread(worker.thread());
            ranOn.push_back(QThread::currentThread());
            co_await sleepFor(0ms); // ready: but it is to go on there
            ranOn.push_back(QThread::currentThread());
            ranOn.push_back(co_await []() -> Task<QThread *> { co_return QThread::currentThread(); }());
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(ranOn, (std::vector<QThread *>{QThread::currentThread(), worker.thread(), worker.thread()}));
        worker.run([&] { delete context; });
    }

    void contextThatMovesTwiceTakesItsTasksAlong()
    {
        WorkerThread first;
        WorkerThread second;
        auto *const context = new QObject;
        std::atomic<QThread *> wokeOn = nullptr;
        const auto handle = spawn(context, [&]() -> Task<> {
            co_await yieldToLoop();
            wokeOn = QThread::currentThread();
        });
        context->moveToThread(first.thread());
        first.run([&] { context->moveToThread(second.thread()); });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QVERIFY(wokeOn == first.thread() || wokeOn == second.thread());
        second.run([&] { delete context; });
    }

    void contextThatDiesElsewhereWaitsForACoroutineThatHasNotLeft()
    {
        WorkerThread worker;
        auto *const context = new QObject;
        std::atomic<bool> isDeleted = false;
        Log log;
        const auto handle = spawn(context, [&]() -> Task<> {
            const Ending ending(log, "local");
            context->moveToThread(worker.thread());
            worker.post([&] {
                delete context;
                isDeleted = true;
            });
            log.push_back("behind");
            co_await yieldToLoop();
            log.push_back("not reached");
        });
        QVERIFY(waitFor([&] { return isDeleted.load(); }));
        QVERIFY(handle.isFinished());
        QCOMPARE(log, (Log{"behind", "local"}));
    }

    void taskStaysSuspendedWhenItsThreadEnds()
    {
        auto *const context = new QObject;
        std::atomic<int> ended = 0;
        TaskHandle<> handle;
        {
            QThread thread;
            context->moveToThread(&thread);
            handle = spawn(context, [&]() -> Task<> {
                struct End
                {
                    std::atomic<int> &ended;
                    ~End() { ++ended; }
                };
                const End end{ended};
                co_await sleepFor(1000h);
            });
            thread.start();
            thread.quit();
            thread.wait();
            QVERIFY(!handle.isFinished());
        }
        delete context;
        QVERIFY(handle.isFinished());
    }
};

QTEST_GUILESS_MAIN(TestTask)
#include "tst_task.moc"
