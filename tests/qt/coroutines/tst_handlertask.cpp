// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Connect>
#include <SignalBox/DeliverAll>
#include <SignalBox/ExceptionInfo>
#include <SignalBox/NextEvent>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/YieldToLoop>

#include <QtCore/qtimer.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::Delivery;
using SignalBox::DispatchReport;
using SignalBox::ExceptionInfo;
using SignalBox::HandlerFailure;
using SignalBox::Propagation;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::yieldToLoop;

namespace {

class Page : public QObject
{
public:
    Task<> show(const std::string &text)
    {
        co_await yieldToLoop();
        shown += text;
    }
    Task<> clear()
    {
        co_await yieldToLoop();
        shown.clear();
    }

    std::string shown;
};

} // namespace

// Handlers that return a Task.
class HandlerTasks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- the call ----------------------------------------------------------------------------------

    void handlerRunsInThePostUpToItsFirstWait()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<std::string> log;
        registry.registerHandler(&context, [&](const int &) -> Task<> {
            log.push_back("call");
            co_await yieldToLoop();
            log.push_back("after");
        });
        registry.post(1);
        log.push_back("posted");
        QVERIFY(waitFor([&] { return log.size() == 3; }));
        QCOMPARE(log, (std::vector<std::string>{"call", "posted", "after"}));
    }

    void callsOfOneHandlerWaitBesideEachOther()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<void> gate;
        QObject context;
        std::vector<int> ended;
        registry.registerHandler(&context, [&](const int &number) -> Task<> {
            if (number == 1)
                co_await gate.next();
            ended.push_back(number);
        });
        registry.post(1);
        registry.post(2);
        QVERIFY(waitFor([&] { return ended.size() == 1; }));
        gate.post();
        QVERIFY(waitFor([&] { return ended.size() == 2; }));
        QCOMPARE(ended, (std::vector<int>{2, 1}));
    }

    void memberFunctionsAndHandlersWithoutAnArgumentReturnTasks()
    {
        AsyncRegistry<std::string> registry;
        Page page;
        registry.registerHandler(&page, &Page::show);
        const auto shown = registry.notify("text");
        QVERIFY(finishes(shown));
        QCOMPARE(page.shown, std::string("text"));
        AsyncRegistry<void> bell;
        bell.registrar().registerHandler(&page, &Page::clear, {.delivery = Delivery::Queued});
        const auto cleared = bell.notify();
        QVERIFY(finishes(cleared));
        QVERIFY(page.shown.empty());
    }

    void handlerOfAThreadRunsThere()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::vector<QThread *> ranOn;
        registry.registerHandler(SignalBox::onThread(worker.thread()), [&](const int &) -> Task<> {
            ranOn.push_back(QThread::currentThread());
            co_await sleepFor(1ms);
            ranOn.push_back(QThread::currentThread());
        });
        const auto future = registry.notify(1);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
        worker.run([] {});
        QCOMPARE(ranOn, (std::vector<QThread *>{worker.thread(), worker.thread()}));
    }

    void handlerOfASignalWaits()
    {
        QTimer sender;
        QObject context;
        bool hasEnded = false;
        SignalBox::connect(&sender, &QObject::objectNameChanged, &context, [&](QString name) -> Task<> {
            co_await yieldToLoop();
            hasEnded = name == QStringLiteral("name");
        });
        sender.setObjectName(QStringLiteral("name"));
        QVERIFY(waitFor([&] { return hasEnded; }));
    }

    // --- what it refers to -------------------------------------------------------------------------

    void capturesAndTheEventLiveUntilTheCoroutineEndsAlsoAfterUnregister()
    {
        for (const Delivery delivery : {Delivery::Auto, Delivery::Queued}) {
            AsyncRegistry<std::string> registry;
            AsyncRegistry<void> gate;
            QObject context;
            auto capture = std::make_shared<std::string>("capture");
            const std::weak_ptr<std::string> watched = capture;
            std::string seen;
            const auto id = registry.registerHandler(&context,
                                                     [&gate, &seen, capture](const std::string &event) -> Task<> {
                                                         co_await gate.next();
                                                         seen = *capture + event;
                                                     },
                                                     {.delivery = delivery});
            capture.reset();
            const auto future = registry.notify(std::string(100, 'e'));
            runQueuedCalls();
            QVERIFY(registry.unregister(id));
            QVERIFY(!watched.expired());
            gate.post();
            QVERIFY(finishes(future));
            COMPARE_REPORT(future.result(), 1, 0, 0);
            QCOMPARE(seen, "capture" + std::string(100, 'e'));
            QVERIFY(watched.expired());
        }
    }

    void eventThatPointsToADeadObjectIsNullForTheWholeCoroutine()
    {
        AsyncRegistry<QObject *> registry;
        QObject context;
        auto event = std::make_unique<QObject>();
        std::vector<QObject *> seen;
        registry.registerHandler(&context,
                                 [&](QObject *const &object) -> Task<> {
                                     seen.push_back(object);
                                     co_await yieldToLoop();
                                     seen.push_back(object);
                                 },
                                 {.delivery = Delivery::Queued});
        const auto future = registry.notify(event.get());
        event.reset();
        QVERIFY(finishes(future));
        QCOMPARE(seen, (std::vector<QObject *>{nullptr, nullptr}));
    }

    // --- exceptions --------------------------------------------------------------------------------

    void exceptionsBeforeAndAfterTheFirstWaitAreTheHandlers_data()
    {
        QTest::addColumn<int>("waits");
        QTest::addColumn<bool>("isQueued");
        QTest::addRow("before the coroutine") << -1 << false;
        QTest::addRow("before, inside of the post") << 0 << false;
        QTest::addRow("before, queued") << 0 << true;
        QTest::addRow("after, inside of the post") << 1 << false;
        QTest::addRow("after, queued") << 1 << true;
    }
    void exceptionsBeforeAndAfterTheFirstWaitAreTheHandlers()
    {
        QFETCH(int, waits);
        QFETCH(bool, isQueued);
        AsyncRegistry<int> registry;
        QSignalSpy failed(&registry, &AsyncRegistry<int>::handlerFailed);
        std::vector<std::string> messages;
        registry.onException([&](const ExceptionInfo &info) {
            messages.push_back(std::string(info.handlerName()) + ": " + info.message());
        });
        QObject context;
        const auto coroutine = [](int times) -> Task<> {
            for (; times > 0; --times)
                co_await yieldToLoop();
            throw std::runtime_error("thrown");
        };
        registry.registerHandler(
                &context,
                [&](const int &) {
                    if (waits < 0)
                        throw std::runtime_error("thrown");
                    return coroutine(waits);
                },
                {.name = QStringLiteral("thrower"), .delivery = isQueued ? Delivery::Queued : Delivery::Auto});
        const auto future = registry.notify(1);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 1, 0);
        QCOMPARE(messages, (std::vector<std::string>{"thrower: thrown"}));
        QVERIFY(waitFor([&] { return failed.count() == 1; }));
        QCOMPARE(failed.front().front().value<HandlerFailure>().handlerName(), QStringLiteral("thrower"));
    }

    // --- who waits for it --------------------------------------------------------------------------

    void reportWaitsForTheEndOfTheCoroutine()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<void> gate;
        QObject context;
        registry.registerHandler(&context, [&](const int &) -> Task<> { co_await gate.next(); });
        registry.registerHandler(&context, [](const int &) -> Task<Propagation> { co_return Propagation::Continue; });
        const auto future = registry.notify(1);
        runQueuedCalls();
        QVERIFY(!future.isFinished());
        gate.post();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 2, 0, 0);
    }

    void handlerThatNeedNotWaitEndsWithTheCall()
    {
        AsyncRegistry<int> registry;
        QObject context;
        registry.registerHandler(&context, [](const int &) -> Task<> { co_return; });
        const auto future = registry.notify(1);
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 1, 0, 0);
    }

    void stopOfAHandlerThatNeedNotWaitEndsTheNotify()
    {
        AsyncRegistry<int> registry;
        QObject context;
        const auto stopper = registry.registerHandler(
                &context, [](const int &) -> Task<Propagation> { co_return Propagation::Stop; });
        bool hasRun = false;
        registry.registerHandler([&](const int &) { hasRun = true; });
        const auto future = registry.notify(1);
        QVERIFY(future.isFinished());
        QCOMPARE(future.result().stoppedBy, stopper);
        QVERIFY(!hasRun);
    }

    void deliverAllOfAnotherTaskWaitsForIt()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> ended = 0;
        registry.registerHandler(worker.context(), [&](const int &) -> Task<> {
            co_await sleepFor(1ms);
            ++ended;
        });
        QObject context;
        DispatchReport report;
        int endedBefore = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            report = co_await registry.deliverAll(1);
            endedBefore = ended;
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        COMPARE_REPORT(report, 1, 0, 0);
        QCOMPARE(endedBefore, 1);
    }

    void notifyThatIsCancelledLetsTheCoroutineBe()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<void> gate;
        QObject context;
        bool hasEnded = false;
        registry.registerHandler(&context, [&](const int &) -> Task<> {
            co_await gate.next();
            hasEnded = true;
        });
        auto future = registry.notify(1);
        future.cancel();
        gate.post();
        QVERIFY(waitFor([&] { return hasEnded; }));
    }

    // --- one after the other -----------------------------------------------------------------------

    void nextHandlerOfASequenceIsCalledWhenTheCoroutineHasEnded_data()
    {
        QTest::addColumn<bool>("isQueued");
        QTest::addRow("inside of the notify") << false;
        QTest::addRow("queued") << true;
    }
    void nextHandlerOfASequenceIsCalledWhenTheCoroutineHasEnded()
    {
        QFETCH(bool, isQueued);
        AsyncRegistry<int> registry;
        AsyncRegistry<void> gate;
        QObject context;
        std::vector<std::string> log;
        registry.registerHandler(&context,
                                 [&](const int &) -> Task<Propagation> {
                                     log.push_back("begin");
                                     co_await gate.next();
                                     log.push_back("end");
                                     co_return Propagation::Continue;
                                 },
                                 {.delivery = isQueued ? Delivery::Queued : Delivery::Auto});
        registry.registerHandler([&](const int &) { log.push_back("next"); });
        const auto future = registry.notifySequential(1);
        QVERIFY(waitFor([&] { return !log.empty(); }));
        runQueuedCalls();
        QCOMPARE(log, (std::vector<std::string>{"begin"}));
        gate.post();
        QVERIFY(finishes(future));
        QCOMPARE(log, (std::vector<std::string>{"begin", "end", "next"}));
        COMPARE_REPORT(future.result(), 2, 0, 0);
    }

    void stopAfterAWaitEndsTheSequence()
    {
        for (const Delivery delivery : {Delivery::Auto, Delivery::Queued}) {
            AsyncRegistry<int> registry;
            QObject context;
            bool hasRun = false;
            const auto stopper = registry.registerHandler(&context,
                                                          [](const int &) -> Task<Propagation> {
                                                              co_await yieldToLoop();
                                                              co_return Propagation::Stop;
                                                          },
                                                          {.delivery = delivery});
            registry.registerHandler([&](const int &) { hasRun = true; });
            const auto future = registry.notifySequential(1);
            QVERIFY(finishes(future));
            QVERIFY(!hasRun);
            COMPARE_REPORT(future.result(), 1, 0, 0);
            QCOMPARE(future.result().stoppedBy, stopper);
        }
    }

    void sequenceGoesOnBehindACoroutineThatThrewOrWasDestroyed()
    {
        AsyncRegistry<int> registry;
        registry.onException([](const ExceptionInfo &) {});
        QObject context;
        auto mortal = std::make_unique<QObject>();
        bool hasRun = false;
        registry.registerHandler(&context, [](const int &) -> Task<Propagation> {
            co_await yieldToLoop();
            throw std::runtime_error("thrown");
        });
        bool isWaiting = false;
        registry.registerHandler(mortal.get(), [&](const int &) -> Task<Propagation> {
            isWaiting = true;
            co_await sleepFor(1000h);
            co_return Propagation::Stop;
        });
        registry.registerHandler([&](const int &) { hasRun = true; });
        const auto future = registry.notifySequential(1);
        QVERIFY(waitFor([&] { return isWaiting; }));
        mortal.reset();
        QVERIFY(finishes(future));
        QVERIFY(hasRun);
        COMPARE_REPORT(future.result(), 2, 1, 1);
    }
};

QTEST_GUILESS_MAIN(HandlerTasks)
#include "tst_handlertask.moc"
