// SPDX-License-Identifier: MIT
#include "../core/allocations.h"
#include "../core/check.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/AsyncWatch>
#include <SignalBox/DeliverAll>
#include <SignalBox/EventStream>
#include <SignalBox/HandlerTarget>
#include <SignalBox/NextEvent>
#include <SignalBox/RunOn>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/WatchSender>
#include <SignalBox/WhenAll>
#include <SignalBox/WhenAny>
#include <SignalBox/YieldToLoop>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qpromise.h>
#include <QtCore/qthreadpool.h>

#include <chrono>
#include <functional>
#include <new>
#include <optional>

// Each allocation of a spawn, and of each kind of await, fails in turn: the failure goes to who called or awaits, and whatever is left works.

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::TaskHandle;

namespace {

Task<int> child(int number)
{
    co_return number;
}

struct Scene
{
    AsyncRegistry<int> registry;
    AsyncRegistry<void> nudge;
    SignalBox::WatchSender<int> sender{1};
    SignalBox::AsyncWatch<int> watch{sender.subscribe()};
    QPromise<int> promise;
    QThreadPool pool;
    QObject context;
    bool hasThrown = false;
    bool hasCome = false;

    Scene()
    {
        promise.start();
        nudge.registerHandler(&context, [] {}, {.delivery = SignalBox::Delivery::Queued});
    }
    // A wake-up of a loop that had no memory comes with the next thing that is queued to it: here, and on the library's thread for futures.
    void runUntilEnd(const TaskHandle<> &handle)
    {
        while (!handle.isFinished()) {
            nudge.post();
            QPromise<void> other;
            other.start();
            const auto nudged = spawn(&context, [future = other.future()]() -> Task<> { co_await future; });
            other.finish();
            QCoreApplication::processEvents();
            nudged.cancel();
        }
    }
    void settle(const TaskHandle<> &handle)
    {
        registry.post(1);
        sender.send(2);
        promise.addResult(1);
        promise.finish();
        runUntilEnd(handle);
        pool.waitForDone();
    }
};

// `await` in a coroutine with one allocation after the other failing.
template <class Await>
void eachAllocationFails(const char *name, Await await)
{
    bool hasFailed = true;
    int failures = 0;
    for (long index = 0; hasFailed; ++index) {
        CHECK(index < 1000);
        Scene scene;
        TaskHandle<> handle;
        hasFailed = false;
        try {
            const AllocationFailure failure(index);
            try {
                handle = spawn(&scene.context, [&scene, &await]() -> Task<> {
                    try {
                        co_await await(scene);
                        scene.hasCome = true;
                    } catch (const std::bad_alloc &) {
                        scene.hasThrown = true;
                    }
                });
            } catch (...) {
                hasFailed = failure.hasHappened();
                throw;
            }
            hasFailed = failure.hasHappened();
        } catch (const std::bad_alloc &) {
            CHECK(!scene.hasCome && !scene.hasThrown);
        }
        failures += hasFailed;
        scene.settle(handle);
        // The frame itself: nobody asked the handle, so it is logged.
        CHECK(scene.hasCome || scene.hasThrown || hasFailed);
        // The context goes on.
        bool works = false;
        const auto after = spawn(&scene.context, [&works]() -> Task<> {
            co_await SignalBox::yieldToLoop();
            works = true;
        });
        scene.runUntilEnd(after);
        CHECK(works);
        CHECK(scene.registry.isEmpty());
    }
    std::fprintf(stderr, "     %s: %d allocations have failed\n", name, failures);
    CHECK(failures > 0);
}

Task<> awaitChild(Scene &)
{
    co_await child(1);
}
Task<> awaitYield(Scene &)
{
    co_await SignalBox::yieldToLoop();
}
Task<> awaitSleep(Scene &)
{
    co_await SignalBox::sleepFor(1ms);
}
Task<> awaitStream(Scene &scene)
{
    auto stream = scene.registry.stream(&scene.context);
    co_await stream;
}
Task<> awaitNext(Scene &scene)
{
    co_await scene.registry.next();
}
Task<> awaitDeliverAll(Scene &scene)
{
    co_await scene.registry.deliverAll(1);
}
Task<> awaitFuture(Scene &scene)
{
    co_await scene.promise.future();
}
Task<> awaitPool(Scene &scene)
{
    co_await SignalBox::runOn(SignalBox::inPool(&scene.pool), [] {});
}
Task<> awaitChanged(Scene &scene)
{
    co_await scene.watch.changed();
}
Task<> awaitAny(Scene &scene)
{
    co_await SignalBox::whenAny(scene.registry.next(), scene.watch.changed(), SignalBox::sleepFor(1h));
}
Task<> awaitAll(Scene &scene)
{
    co_await SignalBox::whenAll(child(1), awaitSleep(scene), awaitNext(scene));
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    {
        // What is allocated once, by the process or by its threads.
        Scene scene;
        const auto handle = spawn(&scene.context, [&scene]() -> Task<> {
            co_await awaitPool(scene);
            co_await awaitSleep(scene);
        });
        scene.settle(handle);
    }
    eachAllocationFails("child", awaitChild);
    eachAllocationFails("yieldToLoop", awaitYield);
    eachAllocationFails("sleepFor", awaitSleep);
    eachAllocationFails("stream", awaitStream);
    eachAllocationFails("next", awaitNext);
    eachAllocationFails("deliverAll", awaitDeliverAll);
    eachAllocationFails("future", awaitFuture);
    eachAllocationFails("runOn", awaitPool);
    eachAllocationFails("changed", awaitChanged);
    eachAllocationFails("whenAny", awaitAny);
    eachAllocationFails("whenAll", awaitAll);
}
