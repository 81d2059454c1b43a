// SPDX-License-Identifier: MIT
#include "looplessthread.h"
#include "movingcontext.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::DispatchReport;

namespace {

// A worker whose event loop ends behind `lastWork`, before it looks at what waits.
template <class F>
void endWith(WorkerThread &worker, F lastWork)
{
    worker.run([&] {
        lastWork();
        delete worker.context();
        worker.forgetContext();
        QThread::currentThread()->quit();
    });
    worker.finish();
}

void addBacklogs()
{
    QTest::addColumn<Backlog>("backlog");
    QTest::newRow("unbounded") << Backlog::all();
    QTest::newRow("bounded") << Backlog::newest(4);
    QTest::newRow("latest") << Backlog::newest();
}

// A handler whose copy takes its time.
struct SlowCopy
{
    explicit SlowCopy(std::function<void()> function) : copied(std::move(function)) {}
    SlowCopy(const SlowCopy &other) : copied(other.copied), record(other.record) { copied(); }
    SlowCopy(SlowCopy &&) noexcept = default;
    void operator()(const int &event) const { record->add(event); }

    std::function<void()> copied;
    Record *record = nullptr;
};

// A context that notices when another thread than its own touches it.
struct Touched : QObject
{
    void disconnectNotify(const QMetaMethod &) override
    {
        if (thread() != QThread::currentThread())
            isTouchedElsewhere = true;
    }
    std::atomic<bool> isTouchedElsewhere = false;
};

} // namespace

// Moves that are not seen where they happen, or not heard of where they lead.
class UnseenMove : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- registered by another thread than the context's -----------------------------------------

    // What was posted before the thread ended is the context's, which lives on elsewhere.
    void nothingIsLostWithAThreadThatTheContextHasLeftUnseen_data() { addBacklogs(); }
    void nothingIsLostWithAThreadThatTheContextHasLeftUnseen()
    {
        QFETCH(Backlog, backlog);
        WorkerThread b;
        WorkerThread a;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        std::promise<void> isBlocked;
        std::promise<void> mayGoOn;
        b.post([&] {
            isBlocked.set_value();
            mayGoOn.get_future().wait();
        });
        isBlocked.get_future().wait();
        endWith(a, [&] {
            std::thread([&] {
                registry.registerHandler(context.object, [&](const int &event) { record.add(event); },
                                         {.backlog = backlog});
                if (backlog != Backlog::newest())
                    registry.post(0);
            }).join();
            context.object->moveToThread(b.thread());
            if (backlog != Backlog::newest())
                std::thread([&] { registry.post(1); }).join();
        });
        registry.post(2);
        mayGoOn.set_value();
        const std::vector<int> expected = backlog == Backlog::newest() ? std::vector<int>{2} : upTo(3);
        QVERIFY(waitFor([&] { return !record.events().empty() && record.events().back() == 2; }));
        QCOMPARE(record.events(), expected);
        QVERIFY(record.isAllOn(b.thread()));
        QCOMPARE(registry.handlers().front().dropped, quint64(0));
    }

    // The context's new thread never runs an event loop, and ends.
    void futureFinishesWhenTheThreadOfAContextThatMovedUnseenEnds_data() { addBacklogs(); }
    void futureFinishesWhenTheThreadOfAContextThatMovedUnseenEnds()
    {
        QFETCH(Backlog, backlog);
        WorkerThread a;
        LooplessThread b;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        QFuture<DispatchReport> before;
        a.run([&] {
            std::thread([&] { registry.registerHandler(context, [](const int &) {}, {.backlog = backlog}); }).join();
            context->moveToThread(b.thread());
            before = registry.notify(1);
        });
        a.drain();
        b.end();
        QVERIFY(finishes(before));
        COMPARE_REPORT(before.result(), 0, 0, 1);
        const auto after = registry.notify(2);
        QVERIFY(finishes(after));
        COMPARE_REPORT(after.result(), 0, 0, 1);
        QObject::connect(b.thread(), &QObject::destroyed, [context] { delete context; });
    }

    // The old thread is over, too, and has heard of nothing.
    void futureFinishesWhenBothThreadsEnd()
    {
        WorkerThread a;
        LooplessThread b;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        QFuture<DispatchReport> future;
        endWith(a, [&] {
            std::thread([&] { registry.registerHandler(context, [](const int &) {}); }).join();
            context->moveToThread(b.thread());
            future = registry.notify(1);
        });
        b.end();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
        QObject::connect(b.thread(), &QObject::destroyed, [context] { delete context; });
    }

    // Nothing was posted before the move, so nothing has to wait for the old thread.
    void deliveriesDoNotWaitForABlockedThreadThatTheContextHasLeftUnseen()
    {
        std::promise<void> moved;
        std::promise<void> end; // the blocked thread may see it late: it outlives that
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        Record record;
        Context context(a);
        a.post([&] {
            std::thread([&] {
                registry.registerHandler(context.object, [&](const int &event) { record.add(event); });
            }).join();
            context.object->moveToThread(b.thread());
            moved.set_value();
            end.get_future().wait();
        });
        moved.get_future().wait();
        b.drain();
        registry.post(0);
        const bool hasArrived = waitFor([&] { return !record.events().empty(); });
        end.set_value();
        QVERIFY(hasArrived);
        QVERIFY(record.isAllOn(b.thread()));
    }

    // The context comes to the thread that registers, while it does.
    void contextThatComesToTheRegisteringThreadIsFollowed()
    {
        WorkerThread a;
        Record record;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        QThread *const here = QThread::currentThread();
        SlowCopy handler([&] {
            if (context->thread() != here)
                a.run([&] { context->moveToThread(here); });
        });
        handler.record = &record;
        registry.registerHandler(context, handler, {.delivery = Delivery::Queued});
        QCOMPARE(context->thread(), here);
        registry.post(0);
        QVERIFY(waitFor([&] { return !record.events().empty(); }));
        QVERIFY(record.isAllOn(here));
        context->moveToThread(a.thread());
        registry.post(1);
        QVERIFY(waitFor([&] { return record.events().size() == 2; }));
        QCOMPARE(record.threads().back(), a.thread());
        SignalBox::detail::postCall(context, [context] { delete context; });
    }

    // --- threads that end ------------------------------------------------------------------------

    // The old thread ends before it has told where the context went.
    void futureFinishesWhenTheThreadThatWasLeftEndsAndThenTheNewOne_data() { addBacklogs(); }
    void futureFinishesWhenTheThreadThatWasLeftEndsAndThenTheNewOne()
    {
        QFETCH(Backlog, backlog);
        WorkerThread a;
        LooplessThread b;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        QFuture<DispatchReport> before;
        a.run([&] {
            registry.registerHandler(context, [](const int &) {}, {.delivery = Delivery::Queued, .backlog = backlog});
        });
        endWith(a, [&] {
            before = registry.notify(1);
            context->moveToThread(b.thread());
        });
        b.end();
        QVERIFY(finishes(before));
        COMPARE_REPORT(before.result(), 0, 0, 1);
        const auto after = registry.notify(2);
        QVERIFY(finishes(after));
        COMPARE_REPORT(after.result(), 0, 0, 1);
        QObject::connect(b.thread(), &QObject::destroyed, [context] { delete context; });
    }

    // The mailbox of the old thread is closed by then.
    void futureFinishesWhenAContextLeavesAFinishedThreadForOneThatEnds()
    {
        WorkerThread a;
        LooplessThread b;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        QFuture<DispatchReport> future;
        a.run([&] {
            registry.registerHandler(context, [](const int &) {}, {.delivery = Delivery::Queued});
            QObject::connect(a.thread(), &QThread::finished, [&] {
                context->moveToThread(b.thread());
                future = registry.notify(1);
            });
        });
        endWith(a, [] {});
        b.end();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, 1);
        QObject::connect(b.thread(), &QObject::destroyed, [context] { delete context; });
    }

    // It is back, unseen, when the old thread looks where it went; and that thread ends before it arrives.
    void futureFinishesWhenTheContextIsBackOnAThreadThatEnds_data()
    {
        QTest::addColumn<bool>("looksBefore");
        QTest::newRow("looks before the end") << true;
        QTest::newRow("looks at the end") << false;
    }
    void futureFinishesWhenTheContextIsBackOnAThreadThatEnds()
    {
        QFETCH(bool, looksBefore);
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        AsyncRegistry<int> mover;
        auto *context = new QObject;
        context->moveToThread(a.thread());
        QFuture<DispatchReport> future;
        QFuture<void> posted;
        std::promise<void> isBlocked;
        std::promise<void> mayMove;
        std::promise<void> isBack;
        b.post([&] {
            isBlocked.set_value();
            mayMove.get_future().wait();
            context->moveToThread(a.thread());
            isBack.set_value();
        });
        isBlocked.get_future().wait();
        a.run([&] { registry.registerHandler(context, [](const int &) {}, {.delivery = Delivery::Queued}); });
        std::promise<void> left;
        const auto leaveAndEnd = [&] {
            future = registry.notify(1);
            posted = future.then(QtFuture::Launch::Sync, [&](const DispatchReport &) { registry.post(2); });
            context->moveToThread(b.thread());
            mayMove.set_value();
            isBack.get_future().wait();
            delete a.context();
            a.forgetContext();
            QThread::currentThread()->quit();
            left.set_value();
        };
        // A drain goes on behind its handler; the event loop does not.
        mover.registerHandler(SignalBox::onThread(a.thread()), [&](const int &) { leaveAndEnd(); });
        if (looksBefore)
            mover.post(0);
        else
            a.post(leaveAndEnd);
        left.get_future().wait();
        a.finish();
        QVERIFY(finishes(posted)); // a future finishes before its continuation is run
        // Called if the drain got to it in its time.
        QCOMPARE(future.result().called + future.result().dropped, std::uint32_t(1));
        QObject::connect(a.thread(), &QObject::destroyed, [context] { delete context; });
    }

    // What is true of a thread that is gone is not true of another one that was made in its place.
    void threadAtTheAddressOfADestroyedOneIsAnother()
    {
        AsyncRegistry<int> registry;
        std::unique_ptr<QObject> context(new QObject);
        std::atomic<int> calls = 0;
        std::optional<QThread> thread(std::in_place);
        context->moveToThread(&*thread);
        thread->start();
        std::promise<void> registered;
        SignalBox::detail::postCall(context.get(), [&] {
            registry.registerHandler(context.get(), [&](const int &) { ++calls; });
            registered.set_value();
        });
        registered.get_future().wait();
        thread->quit();
        thread->wait();
        thread.emplace();
        QVERIFY(!context->thread());
        QObject other;
        other.moveToThread(&*thread);
        thread->start();
        std::promise<void> posted;
        SignalBox::detail::postCall(&other, [&] {
            registry.post(1);
            posted.set_value();
        });
        posted.get_future().wait();
        thread->quit();
        thread->wait();
        QCOMPARE(calls.load(), 0);
        QCOMPARE(registry.handlers().front().dropped, quint64(1));
    }

    // --- ends of handlers ------------------------------------------------------------------------

    // It may be gone by then, for all that the thread knows which it has left.
    void contextIsNotTouchedByAThreadThatItHasLeft_data()
    {
        QTest::addColumn<bool>("isSeen");
        QTest::newRow("seen") << true;
        QTest::newRow("unseen") << false;
    }
    void contextIsNotTouchedByAThreadThatItHasLeft()
    {
        QFETCH(bool, isSeen);
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        auto *context = new Touched;
        context->moveToThread(a.thread());
        SignalBox::HandlerId id;
        const auto add = [&] { id = registry.registerHandler(context, [](const int &) {}); };
        a.run([&] {
            if (isSeen)
                add();
            else
                std::thread(add).join();
            std::thread([&] { registry.unregister(id); }).join();
            context->moveToThread(b.thread());
        });
        a.drain();
        b.drain();
        QVERIFY(!context->isTouchedElsewhere);
        b.run([&] { delete context; });
    }
};

QTEST_GUILESS_MAIN(UnseenMove)
#include "tst_unseenmove.moc"
