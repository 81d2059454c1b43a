// SPDX-License-Identifier: MIT
#include "failingscene.h"

#include <SignalBox/AsyncWatch>
#include <SignalBox/EventBatch>
#include <SignalBox/WatchSender>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/futures/servicethread_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qloggingcategory.h>

#include <algorithm>
#include <cstdio>
#include <future>
#include <memory>
#include <optional>

// What happens when one allocation of a call fails: each call is repeated until each of its allocations has failed once.
// It then has thrown std::bad_alloc and changed nothing, or has done its work; an event that some handler did not get is
// counted as dropped by that handler. Nothing leaks, and the registry works.
//
// What fails is operator new where SignalBox calls it, Qt's inline functions included. Left out is what Qt's library
// allocates itself: with operator new, since it leaks then, and with malloc() for strings and lists, since it ends the
// program then. So is the memory of other threads than the caller's.

using SignalBox::AsyncRegistry;
using SignalBox::AsyncWatch;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::DispatchReport;
using SignalBox::EventBatch;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::WatchSender;

namespace {

const auto nothing = [](Scene &) {};

template <class Register>
void failedRegistrationLeavesNoHandler(Register registerIt)
{
    eachAllocationFails([&](Scene &scene) { static_cast<void>(registerIt(scene)); },
                        [](Scene &scene, Ending ending) {
                            CHECK(scene.registry.handlerCount() == handlerCount + (ending == Ending::Returned ? 1 : 0));
                        });
}

const auto ignore = [](const int &) {};

void failedRegistrationOfAnInlineHandlerLeavesNone()
{
    failedRegistrationLeavesNoHandler([](Scene &scene) { return scene.registry.registerHandler(ignore, {.priority = 3}); });
}

void failedRegistrationWithAContextLeavesNone()
{
    failedRegistrationLeavesNoHandler([](Scene &scene) { return scene.registry.registerHandler(&scene.context, ignore); });
}

void failedRegistrationWithAContextOfAnotherThreadLeavesNone()
{
    failedRegistrationLeavesNoHandler([](Scene &scene) { return scene.registry.registerHandler(worker->context(), ignore); });
}

void failedRegistrationWithAThreadLeavesNone()
{
    failedRegistrationLeavesNoHandler([](Scene &scene) { return scene.registry.registerHandler(SignalBox::onThread(worker->thread()), ignore); });
}

void failedRegistrationWithAThreadThatIsNewLeavesNone()
{
    eachAllocationFails(
        [](Scene &scene) {
            QThread thread;
            scene.registry.unregister(scene.registry.registerHandler(SignalBox::onThread(&thread), ignore));
        },
        [](Scene &scene, Ending) { CHECK(scene.registry.handlerCount() == handlerCount); });
}

void failedRegistrationWithAPoolLeavesNone()
{
    failedRegistrationLeavesNoHandler([](Scene &scene) { return scene.registry.registerHandler(SignalBox::inPool(scene.pool()), ignore); });
}

void failedRegistrationWithABacklogLeavesNone()
{
    for (const Backlog &backlog : {Backlog::newest(), Backlog::newest(10), Backlog::throttled(1), Backlog::debounced(1)}) {
        failedRegistrationLeavesNoHandler(
            [&](Scene &scene) { return scene.registry.registerHandler(&scene.context, ignore, {.backlog = backlog}); });
    }
}

void failedRegistrationOfTheNewestOfEachKeyLeavesNone()
{
    const auto keyOf = [](const int &event) { return event; };
    failedRegistrationLeavesNoHandler([&](Scene &scene) { return scene.registry.registerHandler(&scene.context, ignore, {.backlog = Backlog::newestBy(keyOf)}); });
    failedRegistrationLeavesNoHandler([&](Scene &scene) {
        return scene.registry.registerHandler(worker->context(), [](const EventBatch<int> &) {}, {.backlog = Backlog::newestBy(keyOf).every(1)});
    });
}

void failedGuardLeavesNoHandler()
{
    eachAllocationFails([](Scene &scene) { const HandlerGuard guard = scene.registry.registerGuard(&scene.context, ignore); },
                        [](Scene &scene, Ending) { CHECK(scene.registry.handlerCount() == handlerCount); });
}

// --- events --------------------------------------------------------------------------------------

// Whoever does not get the event counts it; nobody gets it twice. Where the memory failed that wakes the target, it waits for
// the next event, which wakes it.
void checkOneEvent(Scene &scene, Ending ending)
{
    scene.registry.post(2);
    scene.settle();
    for (int handler = 0; handler < handlerCount; ++handler) {
        const int accounted = scene.accounted(handler);
        if (accounted != 2 && !(ending == Ending::Threw && accounted == 1))
            std::fprintf(stderr, "     handler %d: %d events, %s\n", handler, accounted, ending == Ending::Threw ? "threw" : "returned");
        CHECK(accounted == 2 || (ending == Ending::Threw && accounted == 1));
    }
}

void failedPostIsCountedByWhomItDoesNotReach()
{
    eachAllocationFails([](Scene &scene) { scene.registry.post(1); }, [](Scene &scene, Ending ending) { checkOneEvent(scene, ending); });
}

// Of the newest of each key: the event, the slot of its key, a larger table.
void failedPostOfAKeyIsCounted()
{
    constexpr int keys = 300; // more than one in each table
    HandlerId handler;
    int called = 0;
    eachAllocationFails(
        [](Scene &scene) {
            for (int key = 0; key < keys; ++key)
                scene.registry.post(key);
        },
        [&](Scene &scene, Ending ending) {
            const auto rows = scene.registry.handlers();
            const auto row = std::find_if(rows.cbegin(), rows.cend(), [&](const auto &info) { return info.id == handler; });
            CHECK(row != rows.cend());
            CHECK(row->merged == 0);
            const int accounted = called + int(row->dropped);
            CHECK(accounted == keys || ending == Ending::Threw);
            CHECK(row->dropped <= 1);
        },
        [&](Scene &scene) {
            scene.registry.clear();
            called = 0;
            handler = scene.registry.registerHandler(&scene.context, [&](const EventBatch<int> &batch) {
                called += int(batch.size());
            }, {.backlog = Backlog::newestBy([](const int &event) { return event; })});
        });
}

template <class Notify>
void failedNotifyIsCountedAndItsFutureFinishes(Notify notify, Memory memory = Memory::IsFreed)
{
    std::optional<QFuture<DispatchReport>> future;
    eachAllocationFails(
        [&](Scene &scene) {
            future.reset();
            future = notify(scene);
        },
        [&](Scene &scene, Ending ending) {
            checkOneEvent(scene, ending);
            if (ending == Ending::Threw)
                return;
            CHECK(future->isFinished());
            const DispatchReport report = future->result();
            CHECK(report.called + report.dropped == handlerCount);
            future.reset();
        },
        nothing, memory);
}

void failedNotifyIsCountedAndItsFutureFinishes()
{
    failedNotifyIsCountedAndItsFutureFinishes([](Scene &scene) { return scene.registry.notify(1); });
}

void failedNotifyWithADeadlineIsCountedAndItsFutureFinishes()
{
    failedNotifyIsCountedAndItsFutureFinishes([](Scene &scene) { return scene.registry.notify(1, QDeadlineTimer(3600000)); },
                                              Memory::MayStay);
}

void failedSequentialNotifyIsCountedAndItsFutureFinishes()
{
    failedNotifyIsCountedAndItsFutureFinishes([](Scene &scene) { return scene.registry.notifySequential(1); });
}

// Until the library's own thread has done what it was asked for; also where there was no memory to wake it.
void settleServiceThread()
{
    class Barrier final : public SignalBox::detail::Task
    {
    public:
        explicit Barrier(std::promise<void> done) : m_done(std::move(done)) {}
        ~Barrier() override { m_done.set_value(); }
        void run() noexcept override {}

    private:
        std::promise<void> m_done;
    };
    for (int i = 0; i < 3; ++i) { // what is told, what that posts, and what that deletes
        std::promise<void> done;
        std::future<void> isDone = done.get_future();
        SignalBox::detail::ServiceThread::address().mailbox->post(std::make_unique<Barrier>(std::move(done)));
        isDone.wait();
    }
}

void failedNextLeavesNoHandler()
{
    std::optional<QFuture<std::optional<int>>> future;
    eachAllocationFails(
        [&](Scene &scene) {
            future.reset();
            future = scene.registry.next(&scene.context);
        },
        [&](Scene &scene, Ending ending) {
            CHECK(scene.registry.handlerCount() == handlerCount + (ending == Ending::Returned ? 1 : 0));
            scene.registry.post(7);
            scene.settle();
            if (ending == Ending::Returned) {
                CHECK(future->isFinished());
                CHECK(future->result() == 7);
            }
            future.reset();
            settleServiceThread();
        });
}

// --- everything else -----------------------------------------------------------------------------

void failedConstructionLeaksNothing()
{
    eachAllocationFails([](Scene &) { const AsyncRegistry<int> registry; }, [](Scene &, Ending) {});
}

void failedNameLeavesTheEarlierOne()
{
    const QString name = QStringLiteral("a name");
    eachAllocationFails([&](Scene &scene) { scene.registry.setName(name); }, [&](Scene &, Ending) {});
}

void failedIntrospectionThrows()
{
    eachAllocationFails([](Scene &scene) { CHECK(scene.registry.handlers().size() == handlerCount); },
                        [](Scene &, Ending ending) { CHECK(ending == Ending::Threw); });
}

void failedSetPriorityLeavesTheOrder()
{
    eachAllocationFails([](Scene &scene) { CHECK(scene.registry.setPriority(scene.id(1), 5)); },
                        [](Scene &scene, Ending ending) {
                            CHECK((scene.registry.handlers().front().id == scene.id(1)) == (ending == Ending::Returned));
                        });
}

void failedExceptionCallbackLeavesTheEarlierOne()
{
    int reporter = 0;
    eachAllocationFails(
        [&](Scene &scene) { scene.registry.onException([&](const SignalBox::ExceptionInfo &) { reporter = 2; }); },
        [&](Scene &scene, Ending ending) {
            scene.registry.post(0);
            CHECK(reporter == (ending == Ending::Returned ? 2 : 1));
        },
        [&](Scene &scene) {
            scene.registry.registerHandler([](const int &) { throw 1; });
            scene.registry.onException([&](const SignalBox::ExceptionInfo &) { reporter = 1; });
        });
}

void whatEndsSomethingSucceedsWhicheverAllocationFails()
{
    const auto succeeds = [](Scene &, Ending ending) { CHECK(ending == Ending::Returned); };
    eachAllocationFails([](Scene &scene) { CHECK(scene.registry.unregister(scene.id(1))); }, succeeds);
    eachAllocationFails([](Scene &scene) { CHECK(scene.registry.unregisterAndWait(scene.id(2))); }, succeeds, nothing,
                        Memory::MayStay);
    eachAllocationFails([](Scene &scene) { CHECK(scene.registry.unregister(scene.id(4))); }, succeeds, nothing,
                        Memory::MayStay);
    eachAllocationFails([](Scene &scene) { CHECK(scene.registry.setEnabled(scene.id(1), true)); }, succeeds);
    eachAllocationFails([](Scene &scene) { scene.registry.clear(); }, succeeds, nothing,
                        Memory::MayStay);
    eachAllocationFails([](Scene &scene) { scene.registry.clearExceptionCallback(); }, succeeds);
}

// With an event on its way.
void contextDiesWhicheverAllocationFails()
{
    std::optional<QObject> context;
    int calls = 0;
    eachAllocationFails([&](Scene &) { context.reset(); },
                        [&](Scene &scene, Ending ending) {
                            CHECK(ending == Ending::Returned);
                            CHECK(calls == 0);
                            CHECK(scene.registry.handlerCount() == handlerCount);
                        },
                        [&](Scene &scene) {
                            context.emplace();
                            scene.registry.registerHandler(&*context, [&](const int &) { ++calls; },
                                                           {.delivery = Delivery::Queued});
                            scene.registry.post(1);
                        });
}

// --- watches -------------------------------------------------------------------------------------

void failedWatchLeavesNoCallback()
{
    eachAllocationFails(
        [](Scene &scene) {
            WatchSender<int> sender(0);
            AsyncWatch<int> watch(sender.subscribe());
            watch.onChanged(&scene.context, [](const int &) {}).release();
            const QFuture<std::optional<int>> next = watch.changed(&scene.context);
            CHECK(!next.isFinished());
        },
        [](Scene &, Ending) { settleServiceThread(); }); // what is registered twice, with the core and with a context, is left nowhere
}

} // namespace

int main(int argc, char **argv)
{
    QLoggingCategory::setFilterRules(QStringLiteral("signalbox=false"));
    QCoreApplication application(argc, argv);
    WorkerThread thread;
    worker = &thread;
    RUN(failedConstructionLeaksNothing);
    RUN(failedRegistrationOfAnInlineHandlerLeavesNone);
    RUN(failedRegistrationWithAContextLeavesNone);
    RUN(failedRegistrationWithAContextOfAnotherThreadLeavesNone);
    RUN(failedRegistrationWithAThreadLeavesNone);
    RUN(failedRegistrationWithAThreadThatIsNewLeavesNone);
    RUN(failedRegistrationWithAPoolLeavesNone);
    RUN(failedRegistrationWithABacklogLeavesNone);
    RUN(failedRegistrationOfTheNewestOfEachKeyLeavesNone);
    RUN(failedGuardLeavesNoHandler);
    RUN(failedPostIsCountedByWhomItDoesNotReach);
    RUN(failedPostOfAKeyIsCounted);
    RUN(failedNotifyIsCountedAndItsFutureFinishes);
    RUN(failedNotifyWithADeadlineIsCountedAndItsFutureFinishes);
    RUN(failedSequentialNotifyIsCountedAndItsFutureFinishes);
    RUN(failedNextLeavesNoHandler);
    RUN(failedNameLeavesTheEarlierOne);
    RUN(failedIntrospectionThrows);
    RUN(failedSetPriorityLeavesTheOrder);
    RUN(failedExceptionCallbackLeavesTheEarlierOne);
    RUN(whatEndsSomethingSucceedsWhicheverAllocationFails);
    RUN(contextDiesWhicheverAllocationFails);
    RUN(failedWatchLeavesNoCallback);
    worker = nullptr;
}
