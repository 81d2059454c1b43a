// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Connect>
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

// Handlers that throw in threads that are just exiting: pool threads that expire, QThreads that finish, and the
// destructors of thread_local objects of both.

using SignalBox::AsyncRegistry;
using SignalBox::DispatchReport;
using SignalBox::ExceptionInfo;

namespace {

// Posts when the thread ends, after QThread has told that it has finished.
struct PostAtThreadEnd
{
    ~PostAtThreadEnd()
    {
        if (registry)
            registry->post(1);
    }
    AsyncRegistry<int> *registry = nullptr;
};
thread_local PostAtThreadEnd postAtThreadEnd;

class Failures
{
public:
    Failures()
    {
        registry.onException([this](const ExceptionInfo &) { ++reported; });
    }

    static void fail(const int &event) { throw std::runtime_error(std::to_string(event)); }

    AsyncRegistry<int> registry;
    std::atomic<int> reported = 0;
};

} // namespace

class AsyncThreadEnd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // A thread that has finished may start again; one that is destroyed may not.
    void handlerOfAThreadEndsWithTheThreadObject()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        const auto capture = std::make_shared<int>();
        auto thread = std::make_unique<QThread>();
        const auto id = registry.registerHandler(SignalBox::onThread(thread.get()), [&, capture](const int &) { ++calls; });
        const auto guard = registry.registerGuard(SignalBox::onThread(thread.get()), [capture](const SignalBox::EventBatch<int> &) {});
        for (int run = 1; run <= 2; ++run) {
            thread->start();
            const auto delivered = registry.notify(run);
            QVERIFY(finishes(delivered));
            thread->quit();
            QVERIFY(thread->wait());
            QVERIFY(registry.contains(id));
            QCOMPARE(registry.handlerCount(), 2);
        }
        QCOMPARE(calls, 2);
        thread.reset();
        QVERIFY(!registry.contains(id));
        QVERIFY(!guard.isActive());
        QCOMPARE(registry.handlerCount(), 0);
        QCOMPARE(capture.use_count(), 1);
        const auto nobody = registry.notify(3);
        QVERIFY(finishes(nobody));
        COMPARE_REPORT(nobody.result(), 0, 0, 0);
    }

    void handlerOfAThreadThatNeverRanEndsWithIt()
    {
        AsyncRegistry<int> registry;
        auto thread = std::make_unique<QThread>();
        registry.registerHandler(SignalBox::onThread(thread.get()), [](const int &) {});
        const auto waiting = registry.notify(1);
        thread.reset();
        QVERIFY(finishes(waiting));
        COMPARE_REPORT(waiting.result(), 0, 0, 1);
        QCOMPARE(registry.handlerCount(), 0);
    }

    void threadsMayComeAndGoWithoutLeavingHandlers()
    {
        AsyncRegistry<int> registry;
        for (int i = 0; i < scaled(200); ++i) {
            QThread thread;
            registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
            thread.start();
            const auto delivered = registry.notify(i);
            QVERIFY(finishes(delivered));
            thread.quit();
            QVERIFY(thread.wait());
        }
        QCOMPARE(registry.handlerCount(), 0);
    }

    void connectionToAThreadEndsWithIt()
    {
        AsyncRegistry<int> source;
        auto thread = std::make_unique<QThread>();
        const auto connection = SignalBox::connect(&source, &AsyncRegistry<int>::nameChanged, SignalBox::onThread(thread.get()), [] {});
        QVERIFY(connection);
        thread.reset();
        QVERIFY(!connection);
    }

    // A thread that expires at once is a new one for almost every event.
    void poolHandlerThrowsInThreadsThatExpire()
    {
        const int count = scaled(500);
        Failures failures;
        QThreadPool pool;
        pool.setExpiryTimeout(0);
        failures.registry.registerHandler(SignalBox::inPool(&pool), &Failures::fail);
        std::vector<QFuture<DispatchReport>> futures;
        for (int i = 0; i < count; ++i) {
            futures.push_back(failures.registry.notify(i));
            if (i % 3 == 0)
                pool.waitForDone(); // and its threads end
        }
        for (const auto &future : futures) {
            QVERIFY(finishes(future));
            COMPARE_REPORT(future.result(), 1, 1, 0);
        }
        QCOMPARE(failures.reported.load(), count);
    }

    void inlineHandlerThrowsWhenAPoolThreadEnds()
    {
        const int count = scaled(200);
        Failures failures;
        failures.registry.registerHandler(&Failures::fail);
        for (int i = 0; i < count; ++i) {
            QThreadPool pool;
            pool.setExpiryTimeout(0);
            pool.start([&] { postAtThreadEnd.registry = &failures.registry; });
        }
        QVERIFY(waitFor([&] { return failures.reported == count; })); // QThread::wait() does not wait for these destructors
    }

    // The thread is asked to quit while its handler throws event after event.
    void queuedHandlerThrowsWhileItsThreadFinishes()
    {
        const int rounds = scaled(100);
        for (int round = 0; round < rounds; ++round) {
            Failures failures;
            QThread thread;
            failures.registry.registerHandler(SignalBox::onThread(&thread), &Failures::fail, {.delivery = SignalBox::Delivery::Queued});
            thread.start();
            std::vector<QFuture<DispatchReport>> futures;
            for (int i = 0; i < 50; ++i) {
                futures.push_back(failures.registry.notify(i));
                if (i == round % 50)
                    thread.quit();
            }
            thread.wait();
            int failed = 0;
            for (const auto &future : futures) {
                QVERIFY(finishes(future));
                const DispatchReport report = future.result();
                QCOMPARE(report.called + report.dropped, 1U);
                QCOMPARE(report.failed, report.called);
                failed += int(report.failed);
            }
            QCOMPARE(failures.reported.load(), failed);
        }
    }

    // QThread::finished is emitted by the thread itself: what is posted there runs inline handlers, and finds those of its
    // own loop gone.
    void handlersThrowInWhatIsPostedWhenAThreadHasFinished()
    {
        const int rounds = scaled(100);
        for (int round = 0; round < rounds; ++round) {
            Failures failures;
            QThread thread;
            failures.registry.registerHandler(&Failures::fail);
            failures.registry.registerHandler(SignalBox::onThread(&thread), &Failures::fail);
            QFuture<DispatchReport> atTheEnd;
            connect(&thread, &QThread::finished, &thread, [&] { atTheEnd = failures.registry.notify(1); }, Qt::DirectConnection);
            thread.start();
            thread.quit();
            thread.wait();
            QVERIFY(finishes(atTheEnd));
            const DispatchReport report = atTheEnd.result();
            QCOMPARE(report.called + report.dropped, 2U);
            QCOMPARE(report.failed, report.called);
            QCOMPARE(failures.reported.load(), int(report.failed));
        }
    }

    void handlersThrowInThreadLocalDestructorsOfAQThread()
    {
        const int rounds = scaled(200);
        Failures failures;
        WorkerThread worker;
        std::atomic<int> armed = 0;
        failures.registry.registerHandler(&Failures::fail, {.priority = 1});
        failures.registry.registerHandler(worker.context(), &Failures::fail);
        for (int round = 0; round < rounds; ++round) {
            QThread thread;
            thread.start();
            SignalBox::detail::Mailbox::of(&thread); // makes one that closes before the destructors run
            QObject context;
            context.moveToThread(&thread);
            SignalBox::detail::postCall(&context, [&] {
                postAtThreadEnd.registry = &failures.registry;
                ++armed;
            });
            thread.quit();
            thread.wait();
        }
        // The call may be one of those that the end of the thread throws away.
        QVERIFY(waitFor([&] {
            worker.drain();
            return failures.reported == 2 * armed;
        }));
    }

    void handlersThrowInThreadLocalDestructorsOfAThreadThatQtDoesNotKnow()
    {
        const int rounds = scaled(200);
        Failures failures;
        WorkerThread worker;
        failures.registry.registerHandler(&Failures::fail, {.priority = 1});
        failures.registry.registerHandler(worker.context(), &Failures::fail);
        for (int round = 0; round < rounds; ++round)
            std::thread([&] { postAtThreadEnd.registry = &failures.registry; }).join();
        worker.drain();
        QCOMPARE(failures.reported.load(), 2 * rounds);
    }
};

QTEST_GUILESS_MAIN(AsyncThreadEnd)
#include "tst_asyncthreadend.moc"
