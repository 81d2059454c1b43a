// SPDX-License-Identifier: MIT
#include "capture.h"
#include "check.h"
#include "gate.h"

#include <SignalBox/SyncRegistry>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

// A child of fork() has a copy of every registry and one thread. Whatever the parent's other threads were doing when it
// was born, it can use them all.

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

// Whether a child that runs `body` ends well: it fails by CHECK, and by the alarm if it hangs.
template <class Body>
void checkInChild(Body body)
{
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(30);
        body();
        std::_Exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// Everything that a registry is for, with enough changes for several passes of the reclaimer.
void checkWorks(Registry &registry)
{
    CaptureCounter captures;
    int calls = 0;
    const std::size_t before = registry.handlerCount();
    const auto add = [&](SignalBox::HandlerOptions options = {}) {
        return registry.registerHandler([&, capture = captures.capture()](const int &event) { calls += event == 77; }, options);
    };
    for (int i = 0; i < 100; ++i) {
        const HandlerId id = add({.priority = i % 3});
        CHECK(registry.setPriority(id, i % 5));
        CHECK(registry.setEnabled(id, false));
        CHECK(registry.setEnabled(id, true));
        CHECK(i % 2 == 0 ? registry.unregister(id) : registry.unregisterAndWait(id));
        CHECK(captures.alive() == 0);
    }
    add({.once = true});
    const HandlerId kept = add();
    HandlerGuard guard = registry.registerGuard([&](const int &event) { calls += event == 77; });
    registry.notify(77);
    CHECK(calls == 3);
    guard.reset();
    CHECK(registry.unregisterAndWait(kept));
    CHECK(captures.alive() == 0);
    CHECK(registry.handlerCount() == before);
}

void childMayUseTheRegistriesOfItsParent()
{
    Registry registry;
    registry.registerHandler([](const int &) {});
    registry.notify(0);
    checkInChild([&] {
        checkWorks(registry);
        Registry another;
        checkWorks(another);
        checkInChild([&] { checkWorks(registry); });
    });
    checkWorks(registry);
}

void childBornInsideAHandlerMayUseTheRegistry()
{
    Registry registry;
    CaptureCounter captures;
    HandlerId id;
    int children = 0;
    for (const int depth : {1, 3, 10}) {
        id = registry.registerHandler([&, capture = captures.capture()](const int &event) {
            if (event > 1 && event < 50) {
                registry.notify(event - 1);
            } else if (event == 1) {
                ++children;
                checkInChild([&] {
                    checkWorks(registry);
                    CHECK(registry.unregisterAndWait(id));
                    CHECK(captures.alive() == 1);
                });
            }
        });
        registry.notify(depth);
        CHECK(registry.contains(id));
        CHECK(registry.unregister(id));
        CHECK(captures.alive() == 0);
    }
    CHECK(children == 3);
}

void childMayReturnFromTheHandlerThatItWasBornIn()
{
    auto registry = std::make_unique<Registry>();
    CaptureCounter captures;
    pid_t child = -1;
    int others = 0;
    HandlerId id;
    id = registry->registerHandler([&, capture = captures.capture()](const int &) {
        child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            alarm(30);
            CHECK(registry->unregister(id));
            CHECK(captures.alive() == 1);
        }
    }, {.priority = 1});
    registry->registerHandler([&](const int &) { ++others; });
    CHECK(registry->notify(0).called == 2);
    CHECK(others == 1);
    if (child == 0) {
        CHECK(captures.alive() == 0);
        checkWorks(*registry);
        registry.reset();
        std::_Exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(captures.alive() == 1);
}

// The visitor does not exist in the child, so nobody is inside the handler there.
void childWaitsForNoThreadThatItDoesNotHave()
{
    for (const int depth : {1, 3, 10}) {
        auto registry = std::make_unique<Registry>();
        Gate gate;
        CaptureCounter captures;
        HandlerGuard guard = registry->registerGuard([&, capture = captures.capture()](const int &event) {
            if (event > 1 && event < 50)
                registry->notify(event - 1);
            else if (event == 1)
                gate.pass();
        });
        const HandlerId idle = registry->registerHandler([capture = captures.capture()](const int &) {}, {.priority = 1});
        const Visitor visitor(gate, [&] { registry->notify(depth); });
        checkInChild([&] {
            CHECK(registry->unregisterAndWait(idle));
            CHECK(captures.alive() == 1);
            guard.reset();
            CHECK(captures.alive() == 0);
            checkWorks(*registry);
            registry.reset();
        });
        checkInChild([&] {
            CHECK(registry->unregister(guard.id()));
            CHECK(captures.alive() == 1);
            checkWorks(*registry);
        });
        checkInChild([&] {
            registry.reset();
            CHECK(captures.alive() == 0);
            guard.reset();
        });
        checkInChild([&] {
            // Removed in the parent, and waiting for a thread that the child does not have.
            HandlerGuard moved = std::move(guard);
        });
        CHECK(guard.isActive());
        checkWorks(*registry);
    }
}

void childTakesOverWhatAHandlerInUseLeftBehind()
{
    Registry registry;
    Gate gate;
    CaptureCounter captures;
    HandlerGuard guard = registry.registerGuard([&, capture = captures.capture()](const int &) { gate.pass(); });
    const Visitor visitor(gate, [&] { registry.notify(0); });
    registry.unregister(guard.id());
    CHECK(captures.alive() == 1);
    checkInChild([&] {
        guard.reset();
        CHECK(captures.alive() == 0);
        checkWorks(registry);
    });
}

// The sanitizers of GCC 12 do not prepare their own allocators for fork(): the child would wait for a lock.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Forks while other threads are in the midst of every kind of change.
void childIsBornSoundInTheMidstOfChanges()
{
    Registry registry;
    std::atomic<bool> isDone = false;
    std::vector<std::thread> churners;
    registry.registerHandler([](const int &) {});
    for (int k = 0; k < 2; ++k) {
        churners.emplace_back([&] {
            while (!isDone) {
                const HandlerId id = registry.registerHandler([capture = std::make_shared<int>(0)](const int &) {});
                registry.notify(0);
                registry.setEnabled(id, false);
                registry.unregister(id);
                Registry own;
                own.registerHandler([](const int &) {});
                own.notify(0);
            }
        });
    }
    for (int i = 0; i < 100; ++i) {
        checkInChild([&] {
            const std::size_t before = registry.handlerCount();
            CHECK(before >= 1 && before <= 3);
            checkWorks(registry);
            registry.clear();
            checkWorks(registry);
        });
    }
    isDone = true;
    for (std::thread &churner : churners)
        churner.join();
    CHECK(registry.handlerCount() == 1);
}
#endif

#if !defined(__SANITIZE_THREAD__) // which starts no threads in a child of a process with threads
void childMayHaveThreadsOfItsOwn()
{
    Registry registry;
    Gate gate;
    registry.registerHandler([&](const int &event) {
        if (event == 0)
            gate.pass();
    });
    const Visitor visitor(gate, [&] { registry.notify(0); });
    checkInChild([&] {
        std::vector<std::thread> threads;
        std::atomic<int> finished = 0;
        for (int k = 0; k < 4; ++k) {
            threads.emplace_back([&] {
                for (int i = 0; i < 500; ++i) {
                    registry.unregisterAndWait(registry.registerHandler([capture = std::make_shared<int>(0)](const int &) {}));
                    registry.notify(1);
                    Registry own;
                    own.unregister(own.registerHandler([](const int &) {}));
                }
                ++finished;
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        CHECK(finished == 4);
        CHECK(registry.handlerCount() == 1);
    });
}
#endif

} // namespace

int main()
{
    RUN(childMayUseTheRegistriesOfItsParent);
    RUN(childBornInsideAHandlerMayUseTheRegistry);
    RUN(childMayReturnFromTheHandlerThatItWasBornIn);
    RUN(childWaitsForNoThreadThatItDoesNotHave);
    RUN(childTakesOverWhatAHandlerInUseLeftBehind);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    RUN(childIsBornSoundInTheMidstOfChanges);
#endif
#if !defined(__SANITIZE_THREAD__)
    RUN(childMayHaveThreadsOfItsOwn);
#endif
}
