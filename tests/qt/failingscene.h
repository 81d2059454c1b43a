// SPDX-License-Identifier: MIT
#pragma once

#include "../core/allocations.h"
#include "../core/check.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthreadpool.h>

#include <atomic>
#include <cstdio>
#include <new>
#include <vector>

inline WorkerThread *worker = nullptr;

inline constexpr int handlerCount = 5;

// A registry with a handler of each kind.
class Scene
{
public:
    Scene()
    {
        m_pool.setMaxThreadCount(1);
        m_pool.setExpiryTimeout(-1);
        add([&](auto handler) { return registry.registerHandler(handler); });
        add([&](auto handler) { return registry.registerHandler(&context, handler, {.delivery = SignalBox::Delivery::Queued}); });
        add([&](auto handler) { return registry.registerHandler(worker->context(), handler); });
        add([&](auto handler) { return registry.registerHandler(SignalBox::inPool(&m_pool), handler); });
        add([&](auto handler) { return registry.registerHandler(worker->context(), handler, {.backlog = SignalBox::Backlog::newest(100)}); });
        settle();
    }
    Scene(const Scene &) = delete;
    Scene &operator=(const Scene &) = delete;
    ~Scene()
    {
        registry.clear();
        settle();
    }

    QThreadPool *pool() { return &m_pool; }
    SignalBox::HandlerId id(int handler) const { return m_ids[static_cast<std::size_t>(handler)]; }

    void settle()
    {
        for (int i = 0; i < 3; ++i) {
            m_pool.waitForDone();
            worker->drain();
            QCoreApplication::processEvents();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }
    }

    int calls(int handler) const { return m_calls[handler]; }
    int accounted(int handler) const
    {
        for (const SignalBox::AsyncHandlerInfo &row : registry.handlers()) {
            if (row.id == id(handler))
                return calls(handler) + static_cast<int>(row.dropped);
        }
        return calls(handler);
    }

    // Each handler gets each event.
    void checkItWorks()
    {
        settle();
        int before[handlerCount];
        for (int i = 0; i < handlerCount; ++i)
            before[i] = calls(i);
        registry.post(1);
        settle();
        for (int i = 0; i < handlerCount; ++i)
            CHECK(calls(i) == before[i] + (registry.contains(id(i)) ? 1 : 0));
        int added = 0;
        const SignalBox::HandlerId own = registry.registerHandler(&context, [&](const int &) { ++added; }, {.delivery = SignalBox::Delivery::Queued});
        const auto report = registry.notify(2);
        while (!report.isFinished()) // a handler that the call has added may be a debounced one
            settle();
        CHECK(report.result().dropped == 0);
        CHECK(added == 1);
        CHECK(registry.unregister(own));
    }

    SignalBox::AsyncRegistry<int> registry;
    QObject context;

private:
    template <class Register>
    void add(Register registerIt)
    {
        std::atomic<int> &count = m_calls[m_ids.size()];
        m_ids.push_back(registerIt([&count](const int &) { ++count; }));
    }

    QThreadPool m_pool;
    std::atomic<int> m_calls[handlerCount] = {};
    std::vector<SignalBox::HandlerId> m_ids;
};

enum class Ending { Returned, Threw };

// What ends a handler whose context lives on another thread leaves the watch over the context there until it dies, if there
// is no memory to send for it.
enum class Memory { IsFreed, MayStay };

// Runs `call` in scenes of its own, that `prepare` has completed, with each of its allocations failing in turn; `check`
// runs after each failure.
template <class Call, class Check, class Prepare>
void eachAllocationFails(Call call, Check check, Prepare prepare, Memory memory = Memory::IsFreed)
{
    {
        // What is allocated once, by the process or by its threads.
        Scene scene;
        prepare(scene);
        call(scene);
        scene.checkItWorks();
    }
    bool hasFailed = true;
    int leaks = 0; // in a row: what libraries and threads keep for themselves is no leak, and comes once
    for (long index = 0; hasFailed; index += leaks > 0 ? 0 : 1) {
        CHECK(index < 1000);
        const long before = liveAllocations();
        {
            Scene scene;
            prepare(scene);
            auto ending = Ending::Returned;
            {
                const AllocationFailure failure(index);
                try {
                    call(scene);
                } catch (const std::bad_alloc &) {
                    ending = Ending::Threw;
                }
                hasFailed = failure.hasHappened();
            }
            scene.settle();
            if (hasFailed)
                check(scene, ending);
            scene.checkItWorks();
        }
        if (memory == Memory::MayStay)
            continue;
        leaks = liveAllocations() > before ? leaks + 1 : 0;
        if (leaks == 3)
            std::fprintf(stderr, "     allocation %ld fails: %ld more are live\n", index, liveAllocations() - before);
        CHECK(leaks < 3);
    }
}

template <class Call, class Check>
void eachAllocationFails(Call call, Check check)
{
    eachAllocationFails(call, check, [](Scene &) {});
}
