// SPDX-License-Identifier: MIT
#include "../core/allocations.h"
#include "../core/check.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/ExceptionInfo>
#include <SignalBox/HandlerGuard>
#include <SignalBox/HandlerTarget>
#include <SignalBox/Task>
#include <SignalBox/YieldToLoop>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuture.h>
#include <QtCore/qthread.h>

#include <cstdio>
#include <memory>
#include <new>
#include <optional>
#include <utility>

// Each allocation fails in turn of a registration of a handler that returns a Task, and of a call of it, up to the end of its coroutine: its record, its
// frame, what it shares with its registration, and what its await needs. The registration leaves no handler then. The call has failed, or the
// delivery was dropped; its report says so, no coroutine and no capture stays, and the next event is handled.

using SignalBox::AsyncRegistry;
using SignalBox::Delivery;
using SignalBox::DispatchReport;
using SignalBox::ExceptionInfo;
using SignalBox::HandlerGuard;
using SignalBox::Task;

namespace {

struct Scene
{
    explicit Scene(std::shared_ptr<int> itsLife) : life(std::move(itsLife))
    {
        registry.onException([this](const ExceptionInfo &) { ++failures; });
        nudge.registerHandler(&context, [] {}, {.delivery = Delivery::Queued});
    }

    // Each coroutine, and the handler, has a share in the life.
    auto handler()
    {
        return [this, captured = life](const int &) -> Task<> {
            const std::shared_ptr<int> local = captured;
            co_await SignalBox::yieldToLoop();
            ++ends;
        };
    }
    // A wake-up of a loop that had no memory comes with the next thing that is queued to it.
    void settle()
    {
        for (int i = 0; i < 20; ++i) {
            nudge.post();
            QCoreApplication::processEvents();
        }
    }
    int dropped() const
    {
        int sum = 0;
        for (const SignalBox::AsyncHandlerInfo &row : registry.handlers())
            sum += static_cast<int>(row.dropped);
        return sum;
    }
    void checkThatTheNextEventIsHandled()
    {
        const int before = ends;
        registry.post(2);
        settle();
        CHECK(ends == before + registry.handlerCount());
    }

    AsyncRegistry<int> registry;
    AsyncRegistry<void> nudge;
    QObject context;
    const std::shared_ptr<int> life;
    int ends = 0;
    int failures = 0;
};

// Runs `test` in scenes of their own, with one allocation after the other failing, until none does. `test` is called with the scene and what is to
// be destroyed before the memory is there again.
template <class Test>
void eachAllocationFails(const char *name, Test test)
{
    const auto life = std::make_shared<int>(0);
    {
        // What is allocated once, by the process or by its threads.
        Scene scene(life);
        test(scene, -1);
    }
    int failures = 0;
    for (long index = 0;; ++index) {
        CHECK(index < 1000);
        bool hasFailed = false;
        {
            Scene scene(life);
            hasFailed = test(scene, index);
        }
        CHECK(life.use_count() == 1);
        if (!hasFailed)
            break;
        ++failures;
    }
    std::fprintf(stderr, "     %s: %d allocations have failed\n", name, failures);
    CHECK(failures > 0);
}

template <class Register>
void failedRegistrationLeavesNoHandler(const char *name, Register registerIt)
{
    eachAllocationFails(name, [&](Scene &scene, long index) {
        bool hasFailed = false;
        bool hasThrown = false;
        {
            const AllocationFailure failure(index);
            try {
                registerIt(scene);
            } catch (const std::bad_alloc &) {
                hasThrown = true;
            }
            hasFailed = failure.hasHappened();
        }
        CHECK(scene.registry.handlerCount() == (hasThrown ? 0 : 1));
        scene.settle();
        scene.checkThatTheNextEventIsHandled();
        scene.registry.clear();
        scene.settle();
        scene.registry.registerHandler(&scene.context, scene.handler());
        scene.checkThatTheNextEventIsHandled();
        return hasFailed;
    });
}

void failedRegistrationWithAContextLeavesNone()
{
    failedRegistrationLeavesNoHandler(
            "context", [](Scene &scene) { scene.registry.registerHandler(&scene.context, scene.handler()); });
}

void failedRegistrationWithAThreadLeavesNone()
{
    failedRegistrationLeavesNoHandler("thread", [](Scene &scene) {
        scene.registry.registerHandler(SignalBox::onThread(QThread::currentThread()), scene.handler());
    });
}

void failedGuardLeavesNoHandler()
{
    failedRegistrationLeavesNoHandler(
            "guard", [](Scene &scene) { scene.registry.registerGuard(&scene.context, scene.handler()).release(); });
}

template <class Register>
void failedCallEndsOnce(const char *name, Register registerIt)
{
    eachAllocationFails(name, [&](Scene &scene, long index) {
        registerIt(scene);
        bool hasFailed = false;
        bool hasThrown = false;
        {
            const AllocationFailure failure(index);
            try {
                scene.registry.post(1);
            } catch (const std::bad_alloc &) {
                hasThrown = true;
            }
            QCoreApplication::processEvents();
            hasFailed = failure.hasHappened();
        }
        scene.settle();
        CHECK(scene.ends + scene.failures + scene.dropped() == (hasThrown ? 0 : 1));
        CHECK(scene.failures == 0 || hasFailed);
        scene.checkThatTheNextEventIsHandled();
        return hasFailed;
    });
}

void failedCallInsideOfThePostEndsOnce()
{
    failedCallEndsOnce("post", [](Scene &scene) { scene.registry.registerHandler(&scene.context, scene.handler()); });
}

void failedCallFromTheLoopEndsOnce()
{
    failedCallEndsOnce("queued post", [](Scene &scene) {
        scene.registry.registerHandler(&scene.context, scene.handler(), {.delivery = Delivery::Queued});
    });
}

void failedCallOnAThreadEndsOnce()
{
    failedCallEndsOnce("post to a thread", [](Scene &scene) {
        scene.registry.registerHandler(SignalBox::onThread(QThread::currentThread()), scene.handler());
    });
}

template <class Notify>
void failedCallIsReported(const char *name, Delivery delivery, Notify notify)
{
    eachAllocationFails(name, [&](Scene &scene, long index) {
        scene.registry.registerHandler(&scene.context, scene.handler(), {.delivery = delivery});
        bool hasFailed = false;
        std::optional<QFuture<DispatchReport>> future;
        {
            const AllocationFailure failure(index);
            try {
                future = notify(scene);
            } catch (const std::bad_alloc &) {
                // No handler has been called.
            }
            QCoreApplication::processEvents();
            hasFailed = failure.hasHappened();
        }
        scene.settle();
        if (future) {
            CHECK(future->isFinished());
            if (future->resultCount() == 0) { // there was no memory for the report
                CHECK(hasFailed && future->isCanceled() && scene.ends == 1);
                scene.checkThatTheNextEventIsHandled();
                return hasFailed;
            }
            const DispatchReport report = future->result();
            CHECK(report.called + report.dropped == 1);
            CHECK(static_cast<int>(report.called - report.failed) == scene.ends);
            CHECK(static_cast<int>(report.failed) == scene.failures);
        } else {
            CHECK(scene.ends == 0 && scene.failures == 0);
        }
        scene.checkThatTheNextEventIsHandled();
        return hasFailed;
    });
}

void failedCallOfANotifyIsReported()
{
    const auto notify = [](Scene &scene) { return scene.registry.notify(1); };
    failedCallIsReported("notify", Delivery::Auto, notify);
    failedCallIsReported("queued notify", Delivery::Queued, notify);
}

void failedCallOfASequentialNotifyIsReported()
{
    const auto notify = [](Scene &scene) { return scene.registry.notifySequential(1); };
    failedCallIsReported("notifySequential", Delivery::Auto, notify);
    failedCallIsReported("queued notifySequential", Delivery::Queued, notify);
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    RUN(failedRegistrationWithAContextLeavesNone);
    RUN(failedRegistrationWithAThreadLeavesNone);
    RUN(failedGuardLeavesNoHandler);
    RUN(failedCallInsideOfThePostEndsOnce);
    RUN(failedCallFromTheLoopEndsOnce);
    RUN(failedCallOnAThreadEndsOnce);
    RUN(failedCallOfANotifyIsReported);
    RUN(failedCallOfASequentialNotifyIsReported);
}
