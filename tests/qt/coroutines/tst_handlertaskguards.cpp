// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/GuardSet>
#include <SignalBox/HandlerGuard>
#include <SignalBox/NextEvent>
#include <SignalBox/SleepFor>
#include <SignalBox/Task>
#include <SignalBox/WaitReport>
#include <SignalBox/YieldToLoop>

#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::Delivery;
using SignalBox::DispatchReport;
using SignalBox::HandlerGuard;
using SignalBox::runningHandler;
using SignalBox::sleepFor;
using SignalBox::Task;
using SignalBox::yieldToLoop;

namespace {

// Counts its ends, and where they were.
struct End
{
    std::atomic<int> &count;
    std::atomic<QThread *> &where;
    ~End()
    {
        where = QThread::currentThread();
        ++count;
    }
};

// A handler whose coroutines wait for ever, and what became of them.
struct Sleeper
{
    std::atomic<int> begun = 0;
    std::atomic<int> ended = 0;
    std::atomic<QThread *> endedOn = nullptr;

    Task<> run()
    {
        const End end{ended, endedOn};
        ++begun;
        co_await sleepFor(1000h);
    }
    auto handler()
    {
        return [this](const int &) { return run(); };
    }
};

std::atomic<int> reports = 0;
std::promise<void> *reported = nullptr;
std::string reportedName;

void countReport(const SignalBox::WaitReport &report) noexcept
{
    reportedName = report.awaited.name;
    ++reports;
    reported->set_value();
}

} // namespace

// Guards and unregisterAndWait() destroy the coroutines of their handler.
class HandlerTaskGuards : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void guardDestroysTheCoroutinesOfItsHandlerAlone()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Sleeper mine;
        Sleeper other;
        auto guard = registry.registerGuard(&context, mine.handler());
        registry.registerHandler(&context, other.handler());
        const auto first = registry.notify(1);
        registry.post(2);
        QCOMPARE(mine.begun, 2);
        guard.reset();
        QCOMPARE(mine.ended, 2);
        QCOMPARE(other.ended, 0);
        registry.post(3);
        QCOMPARE(mine.begun, 2);
        QVERIFY(!first.isFinished());
    }

    // What the coroutine held may be the owner of the guard: it does not wait for the coroutine that is being destroyed.
    void destructorInTheCoroutineEndsTheGuardOfItsHandler_data()
    {
        QTest::addColumn<bool>("endsByItself");
        QTest::addColumn<bool>("isParameter");
        QTest::newRow("local, context dies") << false << false;
        QTest::newRow("local, ends") << true << false;
        QTest::newRow("parameter, context dies") << false << true;
        QTest::newRow("parameter, ends") << true << true;
    }

    void destructorInTheCoroutineEndsTheGuardOfItsHandler()
    {
        QFETCH(const bool, endsByItself);
        QFETCH(const bool, isParameter);
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        HandlerGuard guard;
        int ends = 0;
        struct Owner
        {
            HandlerGuard &guard;
            int &ends;
            ~Owner()
            {
                guard.reset();
                ++ends;
            }
        };
        const auto run = [](std::shared_ptr<Owner> owner, bool isKept, bool isShort) -> Task<> {
            std::shared_ptr<Owner> local;
            if (!isKept)
                local.swap(owner);
            if (isShort)
                co_await yieldToLoop();
            else
                co_await sleepFor(1000h);
        };
        guard = registry.registerGuard(context.get(), [&](const int &) {
            return run(std::shared_ptr<Owner>(new Owner{guard, ends}), isParameter, endsByItself);
        });
        registry.post(1);
        QCOMPARE(ends, 0);
        if (!endsByItself)
            context.reset();
        QVERIFY(waitFor([&] { return ends == 1; }));
        QVERIFY(!guard.isActive());
    }

    void reportOfADestroyedCoroutineSaysDropped()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Sleeper sleeper;
        auto guard = registry.registerGuard(&context, sleeper.handler());
        const auto future = registry.notify(1);
        guard.reset();
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void unregisterAndWaitDestroysThem()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Sleeper sleeper;
        const auto id = registry.registerHandler(&context, sleeper.handler());
        registry.post(1);
        QVERIFY(registry.unregisterAndWait(id));
        QCOMPARE(sleeper.ended, 1);
    }

    void guardSetDestroysThoseOfAllItsHandlers()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Sleeper sleeper;
        SignalBox::GuardSet guards;
        guards.add(registry.registerGuard(&context, sleeper.handler()));
        guards.add(registry.registerGuard(&context, sleeper.handler()));
        registry.post(1);
        guards.reset();
        QCOMPARE(sleeper.ended, 2);
    }

    void unregisterLetsThemBeAndTheGuardEndsThemLater()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Sleeper sleeper;
        auto guard = registry.registerGuard(&context, sleeper.handler());
        registry.post(1);
        QVERIFY(registry.unregister(guard.id()));
        QCOMPARE(sleeper.ended, 0);
        guard.reset();
        QCOMPARE(sleeper.ended, 1);
    }

    void onceSelfUnregisteringAndPausedHandlersHaveCoroutinesThatTheGuardEnds()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Sleeper once;
        Sleeper leaving;
        Sleeper paused;
        auto first = registry.registerGuard(&context, once.handler(), {.once = true});
        auto second = registry.registerGuard(&context, [&](const int &) -> Task<> {
            registry.unregister(runningHandler());
            return leaving.run();
        });
        auto third = registry.registerGuard(&context, paused.handler());
        registry.post(1);
        QVERIFY(registry.setEnabled(third.id(), false));
        registry.post(2);
        QCOMPARE(once.begun + leaving.begun + paused.begun, 3);
        QCOMPARE(once.ended + leaving.ended + paused.ended, 0);
        first.reset();
        QCOMPARE(once.ended, 1);
        second.reset();
        QCOMPARE(leaving.ended, 1);
        third.reset();
        QCOMPARE(paused.ended, 1);
    }

    void coroutineOfAPausedHandlerGoesOn()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<void> gate;
        QObject context;
        const auto id = registry.registerHandler(&context, [&](const int &) -> Task<> { co_await gate.next(); });
        const auto future = registry.notify(1);
        registry.setEnabled(id, false);
        gate.post();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
    }

    void guardOfTheRegistryThatIsGoneDestroysThem()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        QObject context;
        Sleeper sleeper;
        auto guard = registry->registerGuard(&context, sleeper.handler());
        registry->post(1);
        registry.reset();
        QCOMPARE(sleeper.ended, 0);
        guard.reset();
        QCOMPARE(sleeper.ended, 1);
    }

    // --- from inside -------------------------------------------------------------------------------

    void guardThatEndsInsideOfTheCoroutineDestroysItAtTheNextAwaitAndTheOthersAtOnce()
    {
        for (const bool waitsBefore : {false, true}) {
            AsyncRegistry<int> registry;
            QObject context;
            Sleeper sleeper;
            std::vector<std::string> log;
            HandlerGuard guard;
            guard = registry.registerGuard(&context, [&](const int &number) -> Task<> {
                if (number == 1)
                    return sleeper.run();
                return [](Sleeper &other, HandlerGuard &own, std::vector<std::string> &lines, bool waits) -> Task<> {
                    const End end{other.ended, other.endedOn};
                    if (waits)
                        co_await yieldToLoop();
                    own.reset();
                    lines.push_back("others ended: " + std::to_string(other.ended));
                    co_await yieldToLoop();
                    lines.push_back("not reached");
                }(sleeper, guard, log, waitsBefore);
            });
            registry.post(1);
            const auto future = registry.notify(2);
            QVERIFY(finishes(future));
            runQueuedCalls();
            QCOMPARE(log, (std::vector<std::string>{"others ended: 1"}));
            QCOMPARE(sleeper.ended, 2);
            COMPARE_REPORT(future.result(), 0, 0, 1);
        }
    }

    void guardThatEndsBeforeTheFunctionReturnsItsTaskLetsThatNeverRun()
    {
        AsyncRegistry<int> registry;
        QObject context;
        Sleeper sleeper;
        HandlerGuard guard;
        guard = registry.registerGuard(&context, [&](const int &) -> Task<> {
            guard.reset();
            return sleeper.run();
        });
        const auto future = registry.notify(1);
        QVERIFY(future.isFinished());
        QCOMPARE(sleeper.begun, 0);
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    void guardThatEndsInWhatFollowsTheReportDoesNotWaitForItself()
    {
        AsyncRegistry<int> registry;
        QObject context;
        HandlerGuard guard = registry.registerGuard(&context, [](const int &) -> Task<> { co_await yieldToLoop(); });
        bool hasEnded = false;
        registry.notify(1).then([&](const DispatchReport &) { // runs on the thread of the end
            guard.reset();
            hasEnded = true;
        });
        QVERIFY(waitFor([&] { return hasEnded; }));
    }

    void guardThatEndsInANestedLoopOfTheCoroutineLetsItRunToItsNextAwait()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<std::string> log;
        HandlerGuard guard;
        guard = registry.registerGuard(&context, [&](const int &) -> Task<> {
            QEventLoop loop;
            QTimer::singleShot(0, &loop, [&] {
                guard.reset();
                log.push_back("reset");
                loop.quit();
            });
            loop.exec();
            log.push_back("behind");
            co_await yieldToLoop();
            log.push_back("not reached");
        });
        const auto future = registry.notify(1);
        QVERIFY(finishes(future));
        QCOMPARE(log, (std::vector<std::string>{"reset", "behind"}));
    }

    // --- from another thread -----------------------------------------------------------------------

    void guardOnAnotherThreadReturnsWhenTheyWereDestroyedOnTheirs()
    {
        WorkerThread worker;
        for (int i = 0; i < 100; ++i) {
            AsyncRegistry<int> registry;
            Sleeper sleeper;
            auto guard = i % 2 == 0 ? registry.registerGuard(worker.context(), sleeper.handler())
                                    : registry.registerGuard(SignalBox::onThread(worker.thread()), sleeper.handler());
            registry.post(1);
            registry.post(2);
            if (i % 3 == 0) // suspended; else the calls may be under way, or still wait
                worker.drain();
            guard.reset();
            QCOMPARE(sleeper.ended.load(), sleeper.begun.load());
            if (sleeper.ended != 0)
                QCOMPARE(sleeper.endedOn.load(), worker.thread());
        }
    }

    void capturesAreGoneWhenTheGuardOnAnotherThreadReturns()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        auto capture = std::make_shared<int>(1);
        const std::weak_ptr<int> watched = capture;
        auto guard = registry.registerGuard(worker.context(),
                                            [capture](const int &) -> Task<> { co_await sleepFor(1000h); });
        capture.reset();
        registry.post(1);
        worker.drain();
        guard.reset();
        QVERIFY(watched.expired());
    }

    void waitForAThreadThatDoesNotTurnIsReported()
    {
        AsyncRegistry<int> registry;
        WorkerThread worker;
        Sleeper sleeper;
        std::promise<void> hasReported;
        reported = &hasReported;
        reports = 0;
        const auto previous = SignalBox::setWaitReportCallback(&countReport);
        auto guard = registry.registerGuard(worker.context(), sleeper.handler(), {.name = QStringLiteral("sleeper")});
        registry.post(1);
        worker.drain();
        std::promise<void> stands;
        worker.post([&] {
            stands.set_value();
            hasReported.get_future().wait();
        });
        stands.get_future().wait();
        guard.reset();
        SignalBox::setWaitReportCallback(previous);
        QCOMPARE(reports, 1);
        QCOMPARE(reportedName, std::string("sleeper"));
        QCOMPARE(sleeper.ended, 1);
        QCOMPARE(sleeper.endedOn.load(), worker.thread());
    }

    void guardEndsThoseOfAThreadThatIsOver()
    {
        for (const bool endsBefore : {true, false}) {
            AsyncRegistry<int> registry;
            WorkerThread worker;
            Sleeper sleeper;
            auto guard = registry.registerGuard(worker.context(), sleeper.handler());
            auto second = registry.registerGuard(SignalBox::onThread(worker.thread()), sleeper.handler());
            registry.post(1);
            worker.drain();
            if (endsBefore)
                worker.finish();
            else
                worker.post([&] { worker.thread()->quit(); });
            guard.reset();
            second.reset();
            QCOMPARE(sleeper.ended, 2);
            worker.finish();
        }
    }

    void guardEndsThoseOfAContextThatHasJustComeToItsThread()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        Sleeper sleeper;
        auto *const context = worker.context();
        worker.forgetContext();
        auto guard = registry.registerGuard(context, sleeper.handler());
        registry.post(1);
        worker.drain();
        QThread *const here = QThread::currentThread();
        worker.run([&] { context->moveToThread(here); });
        guard.reset(); // before its loop runs
        QCOMPARE(sleeper.ended, 1);
        QCOMPARE(sleeper.endedOn.load(), here);
        delete context;
    }

    void guardEndsThoseOfAContextThatACoroutineOfTheHandlerHasJustMoved()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        Sleeper sleeper;
        auto *const context = new QObject;
        HandlerGuard guard;
        int endedBefore = 0;
        guard = registry.registerGuard(context, [&](const int &number) -> Task<> {
            if (number == 1)
                return sleeper.run();
            context->moveToThread(worker.thread());
            guard.reset();
            endedBefore = sleeper.ended;
            return sleeper.run();
        });
        registry.post(1);
        const auto future = registry.notify(2);
        QVERIFY(finishes(future));
        QCOMPARE(endedBefore, 1);
        QCOMPARE(sleeper.begun, 1);
        worker.run([&] { delete context; });
    }
};

QTEST_GUILESS_MAIN(HandlerTaskGuards)
#include "tst_handlertaskguards.moc"
