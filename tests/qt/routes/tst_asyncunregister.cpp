// SPDX-License-Identifier: MIT
#include "../core/runonthreads.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Task>
#include <SignalBox/YieldToLoop>

#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;

class Unregister : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void queuedDeliveryIsDroppedAfterUnregister()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        int others = 0;
        const HandlerId id =
            registry.registerHandler(&context, [&](const int &) { ++calls; }, {.delivery = Delivery::Queued});
        registry.registerHandler(&context, [&](const int &) { ++others; }, {.delivery = Delivery::Queued});
        registry.post(1);
        QVERIFY(registry.unregister(id));
        QVERIFY(!registry.unregister(id));
        QTRY_COMPARE(others, 1);
        QCOMPARE(calls, 0);
    }

    void queuedDeliveryIsDroppedWhileItsHandlerIsPaused()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        const HandlerId id = registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); },
                                                      {.delivery = Delivery::Queued});
        registry.post(1);
        QVERIFY(registry.setEnabled(id, false));
        runQueuedCalls();
        registry.post(2);
        QVERIFY(registry.setEnabled(id, true));
        registry.post(3);
        QTRY_VERIFY(!seen.empty());
        QCOMPARE(seen, std::vector<int>{3});
    }

    void queuedDeliveryArrivesIfItsHandlerIsResumedBeforeTheDrain()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        const HandlerId id = registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); },
                                                      {.delivery = Delivery::Queued});
        registry.post(1);
        QVERIFY(registry.setEnabled(id, false));
        registry.post(2); // a paused handler does not get it
        QVERIFY(registry.setEnabled(id, true));
        registry.post(3);
        COMPARE_FINALLY(seen, (std::vector<int>{1, 3}));
        QCOMPARE(registry.handlers()[0].dropped, quint64(0));
    }

    void runningHandlerIsTheHandlersInEveryKindOfDelivery()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::vector<HandlerId> expected;
        std::mutex mutex;
        std::vector<HandlerId> seen;
        const auto note = [&](const int &) {
            const std::lock_guard lock(mutex);
            seen.push_back(SignalBox::runningHandler());
        };
        const std::vector<SignalBox::AsyncOptions> all{
            {},
            {.once = true},
            {.delivery = Delivery::Queued},
            {.once = true, .delivery = Delivery::Queued},
            {.backlog = SignalBox::Backlog::newest()},
            {.once = true, .backlog = SignalBox::Backlog::newest()},
        };
        QObject context;
        for (const SignalBox::AsyncOptions &options : all) {
            expected.push_back(registry.registerHandler(&context, note, options));
            expected.push_back(registry.registerHandler(worker.context(), note, options));
        }
        expected.push_back(registry.registerHandler(note));
        expected.push_back(registry.registerHandler(note, {.once = true}));
        registry.post(1);
        const auto isDone = [&] {
            const std::lock_guard lock(mutex);
            return seen.size() == expected.size();
        };
        QTRY_VERIFY(isDone());
        std::sort(seen.begin(), seen.end());
        std::sort(expected.begin(), expected.end());
        QCOMPARE(seen, expected);
        QVERIFY(!SignalBox::runningHandler().isValid());
    }

    void runningHandlerIsInvalidInTheExceptionCallback()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &) {
            ++calls;
            QVERIFY(!SignalBox::runningHandler().isValid());
        });
        registry.registerHandler([](const int &) { throw 1; });
        registry.registerHandler(&context, [](const int &) { throw 2; }, {.delivery = Delivery::Queued});
        registry.post(1);
        COMPARE_FINALLY(calls, 2);
    }

    // What a function of a backlog and a coroutine throw is found inside of handlers, the library's own among them.
    void runningHandlerIsInvalidForWhateverThrows()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int line = 0;
        std::vector<std::string> failed;
        int handlersInside = 0;
        AsyncRegistry<int> other;
        other.registerHandler([&](const int &) { handlersInside += SignalBox::runningHandler().isValid(); });
        registry.onException([&](const SignalBox::ExceptionInfo &info) {
            QVERIFY(!SignalBox::runningHandler().isValid());
            QCOMPARE(info.registeredAt().line(), static_cast<unsigned>(line));
            QVERIFY(std::string(info.registeredAt().file_name()).ends_with("tst_asyncunregister.cpp"));
            other.post(1); // the handlers inside of it have their ids
            failed.push_back(info.message());
        });
        const auto throwing = [](const char *what) { return [what](const int &) -> int { throw std::runtime_error(what); }; };
        const auto ignore = [](const int &) {};
        const auto expectOne = [&](HandlerId id, const char *what) {
            AsyncRegistry<int> outer;
            outer.registerHandler([&](const int &) { registry.post(1); });
            outer.post(1);
            QTRY_VERIFY(!failed.empty());
            QCOMPARE(failed, std::vector<std::string>{what});
            failed.clear();
            QVERIFY(registry.unregister(id));
        };
        line = __LINE__ + 1;
        expectOne(registry.registerHandler(&context, ignore, {.backlog = Backlog::newestBy(throwing("key"))}), "key");
        const auto predicate = [](const int &) -> bool { throw std::runtime_error("where"); };
        line = __LINE__ + 1;
        expectOne(registry.registerHandler(&context, ignore, {.backlog = Backlog::all().where(predicate)}), "where");
        const auto waiting = [](const int &) -> SignalBox::Task<> {
            co_await SignalBox::yieldToLoop();
            throw std::runtime_error("coroutine");
        };
        line = __LINE__ + 1;
        expectOne(registry.registerHandler(&context, waiting), "coroutine");
        QCOMPARE(handlersInside, 3);
    }

    void clearDropsWhatIsQueued()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.delivery = Delivery::Queued});
        registry.post(1);
        registry.clear();
        QCOMPARE(registry.handlerCount(), 0);
        QCoreApplication::processEvents();
        QCOMPARE(calls, 0);
    }

    void unregisterAndWaitReturnsAfterTheCallOnTheTargetThread()
    {
        std::promise<void> entered;
        std::promise<void> leave;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<bool> hasLeft = false;
        const HandlerId id = registry.registerHandler(worker.context(), [&](const int &) {
            entered.set_value();
            leave.get_future().wait();
            hasLeft = true;
        });
        registry.post(1);
        entered.get_future().wait();
        std::thread release([&] { leave.set_value(); });
        QVERIFY(registry.unregisterAndWait(id));
        QVERIFY(hasLeft);
        release.join();
    }

    void guardWaitsForTheCallOnTheTargetThread()
    {
        std::promise<void> entered;
        std::promise<void> leave;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<bool> hasLeft = false;
        std::optional<HandlerGuard> guard(registry.registerGuard(worker.context(), [&](const int &) {
            entered.set_value();
            leave.get_future().wait();
            hasLeft = true;
        }));
        QVERIFY(guard->isActive());
        QVERIFY(registry.contains(guard->id()));
        registry.post(1);
        entered.get_future().wait();
        std::thread release([&] { leave.set_value(); });
        guard.reset();
        QVERIFY(hasLeft);
        QVERIFY(registry.isEmpty());
        release.join();
    }

    void waitOfMoreThanASecondIsLoggedWithTheNameOfTheHandler_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("shown");
        QTest::newRow("named") << QStringLiteral("slow") << QStringLiteral("\"slow\" (");
        QTest::newRow("unnamed") << QString() << QStringLiteral("\"tst_asyncunregister.cpp:");
    }
    void waitOfMoreThanASecondIsLoggedWithTheNameOfTheHandler()
    {
        QFETCH(QString, name);
        QFETCH(QString, shown);
        static std::promise<void> *leave = nullptr;
        static QString message;
        std::promise<void> entered;
        std::promise<void> mayLeave;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        leave = &mayLeave;
        const HandlerId id = registry.registerHandler(worker.context(),
                                                      [&](const int &) {
                                                          entered.set_value();
                                                          mayLeave.get_future().wait();
                                                      },
                                                      {.name = name});
        registry.post(1);
        entered.get_future().wait();
        // The handler ends when the wait for it has been logged, and not before.
        const QtMessageHandler before =
            qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) {
                message = text;
                leave->set_value();
            });
        registry.unregisterAndWait(id);
        qInstallMessageHandler(before);
        QVERIFY2(message.startsWith(QStringLiteral("Waiting for more than one second for handler ") + shown),
                 qPrintable(message));
    }

    void guardOfAnInlineHandlerUnregistersIt()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        {
            const HandlerGuard guard = registry.registerGuard([&](const int &) { ++calls; });
            registry.post(1);
        }
        registry.post(2);
        QCOMPARE(calls, 1);
    }

    void guardMayOutliveItsRegistry()
    {
        QObject context;
        HandlerGuard guard;
        {
            AsyncRegistry<int> registry;
            guard = registry.registerGuard(&context, [](const int &) {});
        }
        QVERIFY(!guard.isActive());
    }

    void handlerMayUnregisterItselfWhileMoreOfItsEventsWait()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        int others = 0;
        HandlerId id;
        id = registry.registerHandler(&context,
                                      [&](const int &) {
                                          ++calls;
                                          registry.unregister(id);
                                      },
                                      {.delivery = Delivery::Queued});
        registry.registerHandler(&context, [&](const int &) { ++others; }, {.delivery = Delivery::Queued});
        for (int i = 0; i < 3; ++i)
            registry.post(i);
        QTRY_COMPARE(others, 3);
        QCOMPARE(calls, 1);
    }

    void queuedOnceRunsOnceThoughSeveralOfItsEventsWait()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        const HandlerId id = registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); },
                                                      {.once = true, .delivery = Delivery::Queued});
        for (int i = 1; i <= 3; ++i)
            registry.post(i);
        QVERIFY(registry.contains(id)); // until the call starts
        QTRY_VERIFY(registry.isEmpty());
        QCoreApplication::processEvents();
        QCOMPARE(seen, std::vector<int>{1});
    }

    void pausedOnceStillWaitsForItsEvent()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        const HandlerId id = registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); },
                                                      {.once = true, .enabled = false});
        registry.post(1);
        QVERIFY(registry.contains(id));
        registry.setEnabled(id, true);
        registry.post(2);
        QCOMPARE(seen, std::vector<int>{2});
        QVERIFY(registry.isEmpty());
    }

    void onceRunsOnceThoughManyThreadsPost()
    {
        for (int round = 0; round < 200; ++round) {
            AsyncRegistry<int> registry;
            std::atomic<int> calls = 0;
            registry.registerHandler([&](const int &) { ++calls; }, {.once = true});
            std::latch start(3);
            runOnThreads(3, [&](int) {
                start.arrive_and_wait();
                registry.post(1);
            });
            QCOMPARE(calls.load(), 1);
            QVERIFY(registry.isEmpty());
        }
    }

    void idsOfOtherRegistriesAreRefused()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        const HandlerId id = other.registerHandler([](const int &) {});
        QVERIFY(!registry.unregister(id));
        QVERIFY(!registry.unregisterAndWait(id));
        QVERIFY(!registry.setEnabled(id, false));
        QVERIFY(!registry.unregister(HandlerId()));
        QVERIFY(other.contains(id));
    }
};

QTEST_GUILESS_MAIN(Unregister)
#include "tst_asyncunregister.moc"
