// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/RunningHandler>

#include <QtCore/qpointer.h>
#include <QtCore/qpromise.h>
#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>

using SignalBox::AsyncRegistry;
using SignalBox::HandlerId;
using SignalBox::Propagation;

namespace {

class Page : public QObject
{
public:
    void show(const int &page) { shown = page; }
    void reload() { ++reloads; }
    int count(int page) { return counted += page; }
    Propagation stop() { return Propagation::Stop; }
    QFuture<void> load() { return loaded.future(); }

    int shown = 0;
    int reloads = 0;
    int counted = 0;
    QPromise<void> loaded;
};

static_assert(AsyncRegistry<int>::isHandler<void (*)()>);
static_assert(AsyncRegistry<void>::isHandler<Propagation (*)()>);
static_assert(!AsyncRegistry<void>::isHandler<void (*)(int)>);

} // namespace

// What may be a handler, and events without data.
class HandlerShapes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eventsWithoutDataReachTheirHandlers()
    {
        WorkerThread worker;
        AsyncRegistry<void> registry;
        int calls = 0;
        std::atomic<int> there = 0;
        registry.registerHandler([&] { ++calls; });
        registry.registerHandler(this, [&] { ++calls; }, {.delivery = SignalBox::Delivery::Queued});
        registry.registerHandler(worker.context(), [&] { ++there; }, {.backlog = SignalBox::Backlog::newest(8)});
        registry.post();
        const auto all = registry.notify();
        QVERIFY(finishes(all));
        COMPARE_REPORT(all.result(), 3, 0, 0);
        const auto sequential = registry.notifySequential(QDeadlineTimer(QDeadlineTimer::Forever));
        QVERIFY(finishes(sequential));
        COMPARE_REPORT(sequential.result(), 3, 0, 0);
        QCOMPARE(calls, 6);
        worker.drain();
        QCOMPARE(there.load(), 3);
    }

    void nextOfAnEventWithoutDataSaysWhetherThereWasOne()
    {
        AsyncRegistry<void> registry;
        const QFuture<bool> first = registry.next(this);
        registry.post();
        QVERIFY(finishes(first));
        QVERIFY(first.result());
        const QFuture<bool> late = registry.next(this, QDeadlineTimer(1));
        QVERIFY(finishes(late));
        QVERIFY(!late.result());
    }

    void handlerMayDoWithoutTheEvent()
    {
        AsyncRegistry<std::unique_ptr<int>> registry;
        int calls = 0;
        registry.registerHandler([&] { ++calls; });
        registry.registerHandler(this, [&]() mutable { ++calls; });
        const auto guard = registry.registerGuard(this, [&] {
            ++calls;
            return Propagation::Continue;
        });
        registry.post(std::make_unique<int>(5));
        QCOMPARE(calls, 3);
    }

    void memberFunctionsOfTheContextAreHandlers()
    {
        AsyncRegistry<int> registry;
        auto page = std::make_unique<Page>();
        page->loaded.start();
        registry.registerHandler(page.get(), &Page::show);
        registry.registerHandler(page.get(), &Page::reload, {.delivery = SignalBox::Delivery::Queued});
        registry.registerHandler(page.get(), &Page::count); // what it returns is ignored
        registry.registerHandler(page.get(), &Page::load);
        const auto future = registry.notify(7);
        QCOMPARE(page->shown, 7);
        QCOMPARE(page->counted, 7);
        QCOMPARE(page->reloads, 0);
        QVERIFY(waitFor([&] { return page->reloads == 1; }));
        QVERIFY(!future.isFinished());
        page->loaded.finish();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 4, 0, 0);

        int after = 0;
        registry.registerHandler(page.get(), &Page::stop, {.priority = -1});
        registry.registerHandler([&] { ++after; }, {.priority = -2});
        registry.post(8);
        QCOMPARE(after, 0);
        page.reset();
        QCOMPARE(registry.handlerCount(), 1);
    }

    void memberFunctionsOfABaseAreHandlersToo()
    {
        AsyncRegistry<void> registry;
        auto *const page = new Page;
        QPointer<Page> alive(page);
        const auto guard = registry.registerGuard(static_cast<QObject *>(page), &QObject::deleteLater);
        registry.registerHandler(page, &QObject::deleteLater);
        registry.post();
        QVERIFY(waitFor([&] { return !alive; }));
    }

    void nullMemberFunctionIsRefused()
    {
        AsyncRegistry<int> registry;
        Page page;
        void (Page::*none)() = nullptr;
        QTest::ignoreMessage(QtWarningMsg,
                             "SignalBox::AsyncRegistry::registerHandler(): the function is null; nothing was registered");
        QVERIFY(!registry.registerHandler(&page, none).isValid());
        QTest::ignoreMessage(QtWarningMsg,
                             "SignalBox::AsyncRegistry::registerGuard(): the context object is null; nothing was registered");
        QVERIFY(!registry.registerGuard(static_cast<Page *>(nullptr), &Page::reload).isActive());
        QVERIFY(registry.isEmpty());
    }

    // Inline, in a queued delivery, in one from a backlog, in a step of a sequence, and after `once` has unregistered it.
    void runningHandlerIsKnownHoweverItIsCalled()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> right = 0;
        std::array<std::atomic<HandlerId>, 4> ids{};
        const auto check = [&](std::size_t index) {
            return [&, index] { right += SignalBox::runningHandler() == ids[index].load(); };
        };
        ids[0] = registry.registerHandler(check(0));
        ids[1] = registry.registerHandler(worker.context(), check(1));
        ids[2] = registry.registerHandler(worker.context(), check(2), {.backlog = SignalBox::Backlog::newest(10)});
        ids[3] = registry.registerHandler(worker.context(), check(3), {.once = true});
        const auto all = registry.notify(1);
        QVERIFY(finishes(all));
        QCOMPARE(right.load(), 4);
        const auto sequential = registry.notifySequential(2);
        QVERIFY(finishes(sequential));
        QCOMPARE(right.load(), 7);
        QVERIFY(!SignalBox::runningHandler().isValid());
    }

    void isEnabledFollowsSetEnabled()
    {
        AsyncRegistry<int> registry;
        const HandlerId id = registry.registerHandler([] {}, {.enabled = false});
        QVERIFY(!registry.isEnabled(id));
        registry.setEnabled(id, true);
        QVERIFY(registry.isEnabled(id));
        registry.unregister(id);
        QVERIFY(!registry.isEnabled(id));
        QVERIFY(!registry.isEnabled({}));
    }
};

QTEST_GUILESS_MAIN(HandlerShapes)
#include "tst_handlershapes.moc"
