// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Connect>
#include <SignalBox/ExceptionInfo>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qpromise.h>
#include <QtCore/qstringlist.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::DispatchReport;

namespace {

// An application object for a part of a test. Threads may look at its arguments while it ends or begins.
class Application
{
public:
    Application() : m_application(std::in_place, m_count, m_arguments) {}
    void end() { m_application.reset(); }

private:
    static inline int m_count = 1;
    static inline char m_name[] = "tst_application";
    static inline char *m_arguments[] = {m_name, nullptr};
    std::optional<QCoreApplication> m_application;
};

// Its signal carries nothing that Qt counts the references of: ThreadSanitizer does not see those.
class Sender : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void valueChanged(int value);
};

} // namespace

// Has no application object of its own: each test makes those that it needs.
class ApplicationEnd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // The first ones: there has been none yet.
    void deadlineIsKeptWithoutAnApplication()
    {
        AsyncRegistry<int> registry;
        QThread unstarted;
        registry.registerHandler(SignalBox::onThread(&unstarted), [](const int &) {});
        const auto later = registry.notify(1, QDeadlineTimer(3600000));
        const auto soon = registry.notify(2, QDeadlineTimer(20));
        QVERIFY(finishes(soon));
        COMPARE_REPORT(soon.result(), 0, 0, 1);
        QVERIFY(!later.isFinished());
        registry.clear();
    }

    void futureOfAHandlerIsWaitedForWithoutAnApplication()
    {
        AsyncRegistry<int> registry;
        QPromise<void> promise;
        promise.start();
        registry.registerHandler([&](const int &) { return promise.future(); });
        QPromise<void> failing;
        failing.start();
        registry.registerHandler([&](const int &) { return failing.future(); });
        std::atomic<int> failures = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &info) { failures += info.message() == "disk full"; });
        const auto future = registry.notify(1);
        const auto sequential = registry.notifySequential(2);
        QVERIFY(!future.isFinished());
        promise.finish();
        const auto exception = std::make_exception_ptr(std::runtime_error("disk full"));
        SignalBox::detail::SanitizerOrder::release(failing);
        failing.setException(exception);
        QVERIFY(!future.isFinished());
        failing.finish();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 2, 1, 0);
        QVERIFY(finishes(sequential));
        COMPARE_REPORT(sequential.result(), 2, 1, 0);
        QCOMPARE(failures.load(), 2);
    }

    void nextMayBeCancelledWithoutAnApplication()
    {
        AsyncRegistry<int> registry;
        auto cancelled = registry.next(this);
        const auto late = registry.next(this, QDeadlineTimer(20));
        cancelled.cancel();
        QVERIFY(finishes(cancelled));
        QVERIFY(finishes(late));
        QCOMPARE(late.result(), std::optional<int>());
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
    }

    void deliveriesWaitForTheFirstApplication()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        registry.registerHandler(&context, [&](const int &event) { seen.push_back(event); }, {.delivery = Delivery::Queued});
        registry.post(1);
        const auto future = registry.notify(2);
        QVERIFY(seen.empty());
        Application application;
        QVERIFY(finishes(future));
        QCOMPARE(seen, (std::vector<int>{1, 2}));
    }

    void futureFinishesWhenTheApplicationEnds_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::newRow("unbounded") << Backlog::all();
        QTest::newRow("latest") << Backlog::newest();
        QTest::newRow("debounced") << Backlog::debounced(3600000);
    }
    void futureFinishesWhenTheApplicationEnds()
    {
        QFETCH(Backlog, backlog);
        Application application;
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        QObject context;
        registry.registerHandler(&context, [](const int &) {}, {.delivery = Delivery::Queued, .backlog = backlog});
        other.registerHandler(&context, [](const int &) {}, {.delivery = Delivery::Queued, .backlog = backlog});
        const auto concurrent = registry.notify(1);
        const auto sequential = other.notifySequential(1);
        QVERIFY(!concurrent.isFinished());
        QVERIFY(!sequential.isFinished());
        application.end();
        QVERIFY(concurrent.isFinished());
        QVERIFY(sequential.isFinished());
        COMPARE_REPORT(concurrent.result(), 0, 0, 1);
        COMPARE_REPORT(sequential.result(), 0, 0, 1);
        // And between two applications nothing is delivered.
        const auto later = registry.notify(1);
        QVERIFY(later.isFinished());
        COMPARE_REPORT(later.result(), 0, 0, 1);
    }

    void secondApplicationDeliversAgain()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::optional<WorkerThread> worker(std::in_place);
        int onMain = 0;
        std::atomic<int> onWorker = 0;
        registry.registerHandler(&context, [&](const int &) { ++onMain; }, {.delivery = Delivery::Queued});
        registry.registerHandler(&context, [&](const int &) { ++onMain; }, {.backlog = Backlog::debounced(1)});
        registry.registerHandler(worker->context(), [&](const int &) { ++onWorker; });
        for (int run = 1; run <= 3; ++run) {
            Application application;
            const auto future = registry.notify(1);
            QVERIFY(finishes(future));
            COMPARE_REPORT(future.result(), 3, 0, 0);
            QCOMPARE(onMain, 2 * run);
            QCOMPARE(onWorker.load(), run);
            registry.post(2); // lost on the main thread, when the application ends
            worker->drain();
            application.end();
            onMain = 2 * run;
            onWorker = run;
        }
        Application application; // Qt runs no posted events without one
        worker.reset();
    }

    // Without an application Qt throws away what event loops of other threads get to.
    void workersDeliverInTheSecondApplicationWhatCameBeforeIt()
    {
        AsyncRegistry<int> registry;
        std::optional<WorkerThread> worker(std::in_place);
        std::atomic<int> calls = 0;
        registry.registerHandler(worker->context(), [&](const int &) { ++calls; });
        {
            Application application;
            worker->drain();
        }
        const auto between = registry.notify(1);
        QThread::msleep(1); // lets the worker's event loop get to it; nothing depends on whether it does
        Application application;
        const auto after = registry.notify(2);
        QVERIFY(finishes(between));
        QVERIFY(finishes(after));
        QCOMPARE(calls.load(), 2);
        worker.reset();
    }

    void handlersChangedIsEmittedInTheSecondApplication()
    {
        AsyncRegistry<int> registry;
        int changes = 0;
        QObject::connect(&registry, &AsyncRegistry<int>::handlersChanged, &registry, [&] { ++changes; });
        {
            Application application;
            registry.registerHandler([](const int &) {});
            // Its message is under way when the application ends.
        }
        registry.registerHandler([](const int &) {}); // and this one's finds nobody
        const int before = changes;
        Application application;
        registry.registerHandler([](const int &) {});
        QVERIFY(waitFor([&] { return changes != before; }));
    }

    void cancellationAndDeadlinesOfNextGoOnWhenTheApplicationEnds()
    {
        Application application;
        AsyncRegistry<int> registry;
        auto cancelled = registry.next(this);
        auto late = registry.next(this, QDeadlineTimer(20));
        application.end();
        cancelled.cancel();
        QVERIFY(finishes(cancelled));
        QVERIFY(finishes(late));
        QCOMPARE(late.result(), std::optional<int>());
    }

    void deadlineGoesOnWhenTheApplicationEnds()
    {
        Application application;
        AsyncRegistry<int> registry;
        QThread unstarted;
        registry.registerHandler(SignalBox::onThread(&unstarted), [](const int &) {});
        const auto future = registry.notify(1, QDeadlineTimer(3600000));
        QVERIFY(!future.isFinished());
        auto soon = registry.notify(2, QDeadlineTimer(20));
        application.end();
        QVERIFY(finishes(soon));
        COMPARE_REPORT(soon.result(), 0, 0, 1);
        QVERIFY(!future.isFinished());
        registry.clear();
    }

    void futureOfAHandlerIsNotWaitedForWhenTheApplicationEnds()
    {
        QPromise<void> never;
        never.start();
        Application application;
        AsyncRegistry<int> registry;
        registry.registerHandler([&](const int &) { return never.future(); });
        const auto future = registry.notify(1);
        QVERIFY(!future.isFinished());
        application.end();
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 1, 0, 0);
        // Without an application, at once.
        const auto later = registry.notify(1);
        QVERIFY(later.isFinished());
        COMPARE_REPORT(later.result(), 1, 0, 0);
        never.finish();
    }

    // A step after an awaited one runs on the library's own thread, which ends with the application.
    void applicationEndsWhileAStepRunsOnTheFuturesThread()
    {
        static std::atomic<bool> isEnding;
        for (int round = 0; round < 20; ++round) {
            isEnding = false;
            QPromise<void> first;
            QPromise<void> never;
            first.start();
            never.start();
            std::atomic<bool> isInside = false;
            Application application;
            AsyncRegistry<int> registry;
            registry.registerHandler([&](const int &) { return first.future(); }, {.priority = 1});
            registry.registerHandler([&](const int &) {
                isInside = true;
                while (!isEnding)
                    std::this_thread::yield();
                return never.future();
            });
            const auto future = registry.notifySequential(1);
            first.finish();
            QVERIFY(waitFor([&] { return isInside.load(); }));
            qAddPostRoutine([] { isEnding = true; }); // the last one is the first to run
            application.end();
            QVERIFY(future.isFinished());
            COMPARE_REPORT(future.result(), 2, 0, 0);
            never.finish();
        }
    }

    void registryMayOutliveTheApplicationItWasMadeIn()
    {
        auto application = std::make_unique<Application>();
        auto registry = std::make_unique<AsyncRegistry<int>>();
        QObject context;
        registry->registerHandler(&context, [](const int &) {}, {.delivery = Delivery::Queued});
        registry->post(1);
        application.reset();
        registry->post(2);
        registry.reset();
    }

    // What is emitted between two applications is dropped and counted, as what is posted then.
    void sourcesEmitInEachApplicationAndBetweenThem()
    {
        QObject sender;
        QObject context;
        QStringList seen;
        AsyncRegistry<QString> names;
        names.addSource(&sender, &QObject::objectNameChanged);
        names.registerHandler(&context, [&](const QString &name) { seen.append(name); }, {.delivery = Delivery::Queued});
        int calls = 0;
        const auto connection = SignalBox::connect(&sender, &QObject::objectNameChanged, &context, [&] { ++calls; },
                                                   {.delivery = Delivery::Queued});
        {
            Application application;
            sender.setObjectName(QStringLiteral("in the first"));
            QVERIFY(waitFor([&] { return calls == 1; }));
            QCOMPARE(seen, QStringList{QStringLiteral("in the first")});
            sender.setObjectName(QStringLiteral("at its end"));
        }
        std::thread([&] { sender.setObjectName(QStringLiteral("after it")); }).join();
        QVERIFY(connection);
        Application next;
        sender.setObjectName(QStringLiteral("in the next"));
        QVERIFY(waitFor([&] { return calls == 2; }));
        QCOMPARE(seen, (QStringList{QStringLiteral("in the first"), QStringLiteral("in the next")}));
        QCOMPARE(names.handlers().front().dropped, quint64(2));
    }

    // QCoreApplication is destroyed while workers still emit signals that are sources.
    void applicationEndsWhileWorkersEmit()
    {
        for (int round = 0; round < 20; ++round) {
            AsyncRegistry<int> values;
            QObject context;
            std::atomic<bool> stop = false;
            std::atomic<int> emitted = 0;
            values.registerHandler(&context, [](const int &) {});
            Application application;
            std::vector<std::thread> workers;
            for (int i = 0; i < 2; ++i) {
                workers.emplace_back([&] {
                    Sender sender;
                    values.addSource(&sender, &Sender::valueChanged);
                    const auto connection = SignalBox::connect(&sender, &Sender::valueChanged, &context, [] {},
                                                               {.backlog = Backlog::newest()});
                    do {
                        Q_EMIT sender.valueChanged(++emitted);
                    } while (!stop);
                });
            }
            QVERIFY(waitFor([&] { return emitted > 100; }));
            application.end();
            const int before = emitted;
            while (emitted < before + 10)
                std::this_thread::yield();
            stop = true;
            for (std::thread &worker : workers)
                worker.join();
        }
    }

    // QCoreApplication is destroyed while workers still notify its thread.
    void applicationEndsWhileWorkersNotifyItsThread()
    {
        for (int round = 0; round < 20; ++round) {
            AsyncRegistry<int> registry;
            QObject context;
            std::atomic<bool> stop = false;
            std::atomic<int> notified = 0;
            registry.registerHandler(&context, [](const int &) {});
            registry.registerHandler(&context, [](const int &) {}, {.backlog = Backlog::newest()});
            Application application;
            std::vector<std::thread> workers;
            for (int i = 0; i < 2; ++i) {
                workers.emplace_back([&] {
                    QFuture<DispatchReport> future;
                    do {
                        future = registry.notify(1);
                        ++notified;
                    } while (!stop);
                    // waitForFinished() of Qt 6.4 needs an application.
                    while (!future.isFinished())
                        std::this_thread::yield();
                });
            }
            QVERIFY(waitFor([&] { return notified > 100; }));
            application.end();
            const int before = notified;
            while (notified == before)
                std::this_thread::yield();
            stop = true;
            for (std::thread &worker : workers)
                worker.join();
        }
    }
};

QTEST_APPLESS_MAIN(ApplicationEnd)
#include "tst_applicationend.moc"
