// SPDX-License-Identifier: MIT
#include "capture.h"
#include "gate.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#if defined(__linux__)
#    include <linux/membarrier.h>
#    include <sys/syscall.h>
#    include <unistd.h>
#elif defined(_WIN32)
#    include <windows.h>
#endif

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

// Notifies when its thread ends.
struct LastWords
{
    const Registry *registry = nullptr;
    int event = 0;
    ~LastWords()
    {
        if (registry)
            registry->notify(event);
    }
};
thread_local LastWords early;
thread_local LastWords late;

int recordCount()
{
    int count = 0;
    SignalBox::detail::StandardPlatform::domain().forEachRecord([&](const auto &) { ++count; });
    return count;
}

int recordsInUse()
{
    int count = 0;
    SignalBox::detail::StandardPlatform::domain().forEachRecord(
        [&](const auto &record) { count += record.inUse.load() != 0; });
    return count;
}

bool kernelHasProcessBarrier()
{
#if defined(__linux__)
    const long supported = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    return supported >= 0 && (supported & MEMBARRIER_CMD_PRIVATE_EXPEDITED);
#elif defined(_WIN32)
    return !GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version"); // Wine's does nothing
#else
    return false;
#endif
}

bool isThreadSanitized()
{
#if defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
#    if __has_feature(thread_sanitizer)
    return true;
#    else
    return false;
#    endif
#else
    return false;
#endif
}

} // namespace

class Threads : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fenceIsTheOneThatTheEnvironmentAsksFor()
    {
        Registry registry;
        registry.registerHandler([](const int &) {});
        const char *choice = std::getenv("SIGNALBOX_FENCE");
        const bool isFullForced = choice && std::string_view(choice) == "full";
        const bool shouldBeLight = !isFullForced && !isThreadSanitized() && kernelHasProcessBarrier();
        QCOMPARE(SignalBox::detail::readersUseLightFence(), shouldBeLight);
    }

    void whatWasDoneBeforeRegistrationIsVisibleToTheHandler()
    {
        for (int round = 0; round < 500; ++round) {
            Registry registry;
            int prepared = 0;
            int seen = 0;
            std::jthread notifier([&] {
                while (registry.notify(0).called == 0)
                    std::this_thread::yield();
            });
            prepared = 42;
            const HandlerId id = registry.registerHandler([&](const int &) { seen = prepared; });
            notifier.join();
            QCOMPARE(seen, 42);
            QVERIFY(registry.contains(id));
        }
    }

    void whatTheHandlerDidIsVisibleAfterUnregisterAndWait()
    {
        for (int round = 0; round < 500; ++round) {
            Registry registry;
            long calls = 0;
            std::atomic<long> called = 0;
            std::atomic<bool> isDone = false;
            const HandlerId id = registry.registerHandler([&](const int &) { ++calls; });
            std::jthread notifier([&] {
                while (!isDone)
                    called += registry.notify(0).called;
            });
            while (called == 0)
                std::this_thread::yield();
            QVERIFY(registry.unregisterAndWait(id));
            const long seen = calls;
            isDone = true;
            notifier.join();
            QCOMPARE(seen, called.load());
            QCOMPARE(calls, seen);
        }
    }

    void everyNotifyOfEveryThreadCallsEveryHandler()
    {
        constexpr int threadCount = 4;
        constexpr std::size_t handlerCount = 100;
        constexpr int rounds = 500;
        Registry registry;
        std::vector<std::vector<int>> calls(threadCount, std::vector<int>(handlerCount));
        for (std::size_t i = 0; i < handlerCount; ++i)
            registry.registerHandler([&calls, i](const int &thread) { ++calls[static_cast<std::size_t>(thread)][i]; });
        {
            std::vector<std::jthread> threads;
            for (int thread = 0; thread < threadCount; ++thread) {
                threads.emplace_back([&registry, thread] {
                    for (int round = 0; round < rounds; ++round)
                        registry.notify(thread);
                });
            }
        }
        for (const std::vector<int> &counts : calls)
            QCOMPARE(counts, std::vector<int>(handlerCount, rounds));
    }

    void handlersThatStayAreCalledInOrderWhileOthersComeAndGo()
    {
        Registry registry;
        std::vector<int> calls;
        std::vector<int> expected;
        std::atomic<bool> isDone = false;
        for (int i = 0; i < 100; ++i) {
            registry.registerHandler([&calls, i](const int &) { calls.push_back(i); }, {.priority = -i});
            expected.push_back(i);
        }
        std::vector<std::jthread> churners;
        for (int k = 0; k < 2; ++k) {
            churners.emplace_back([&, k] {
                for (int i = 0; !isDone; ++i) {
                    const HandlerId id = registry.registerHandler([](const int &) {}, {.priority = -(i * 7 + k) % 100});
                    registry.setEnabled(id, false);
                    registry.setPriority(id, -(i * 3) % 100);
                    registry.setEnabled(id, true);
                    registry.unregister(id);
                }
            });
        }
        bool isOrdered = true;
        for (int round = 0; round < 3000; ++round) {
            calls.clear();
            registry.notify(0);
            isOrdered = isOrdered && calls == expected;
        }
        isDone = true;
        churners.clear();
        QVERIFY(isOrdered);
        QCOMPARE(registry.handlerCount(), 100U);
    }

    // More slots in use than a scan has room to remember.
    void removalIsRightWhileSeventyThreadsAreInside()
    {
        constexpr int threadCount = 70;
        Registry registry;
        Gate gate;
        std::atomic<int> left = 0;
        std::atomic<bool> isDestroyed = false;
        CaptureCounter idle;
        const HandlerId idleId = registry.registerHandler([capture = idle.capture()](const int &) {}, {.priority = -1});
        const HandlerId busyId = registry.registerHandler([&, capture = atEnd([&] { isDestroyed = true; })](const int &) {
            gate.pass();
            ++left;
        });
        std::vector<std::jthread> threads;
        for (int i = 0; i < threadCount; ++i)
            threads.emplace_back([&] { registry.notify(0); });
        gate.awaitArrivals(threadCount);
        QVERIFY(registry.unregisterAndWait(idleId));
        QCOMPARE(idle.alive(), 0);
        // Enough changes for several passes of the reclaimer.
        for (int i = 0; i < 200; ++i)
            registry.unregister(registry.registerHandler([capture = idle.capture()](const int &) {}));
        QCOMPARE(idle.alive(), 0);
        const std::jthread opener([&] {
            while (registry.contains(busyId))
                std::this_thread::yield();
            gate.open();
        });
        const bool wasDestroyed = isDestroyed;
        QVERIFY(registry.unregisterAndWait(busyId));
        QVERIFY(!wasDestroyed);
        QCOMPARE(left.load(), threadCount);
        QVERIFY(isDestroyed);
    }

    void threadLocalDestructorsMayNotify()
    {
        Registry registry;
        std::vector<int> events;
        registry.registerHandler([&](const int &event) {
            events.push_back(event);
            if (event == 1)
                registry.notify(10);
        });
        std::thread([&] {
            // Destroyed last: after what the thread's first notify sets up.
            early.registry = &registry;
            early.event = 1;
            registry.notify(0);
            late.registry = &registry;
            late.event = 2;
        }).join();
        QCOMPARE(events, (std::vector<int>{0, 2, 1, 10}));
    }

    void threadLocalDestructorsMayChangeTheRegistry()
    {
        struct Ending
        {
            Registry *registry = nullptr;
            CaptureCounter *captures = nullptr;
            HandlerGuard guard;
            ~Ending()
            {
                const auto add = [this](SignalBox::HandlerOptions options = {}) {
                    return registry->registerHandler([capture = captures->capture()](const int &) {}, options);
                };
                guard.reset();
                registry->unregisterAndWait(add());
                registry->setPriority(add(), 3);
                registry->registerGuard([capture = captures->capture()](const int &) {}).reset();
                add({.once = true});
                registry->notify(0);
            }
        };
        Registry registry;
        CaptureCounter captures;
        std::thread([&] {
            thread_local Ending ending;
            ending.registry = &registry;
            ending.captures = &captures;
            ending.guard = registry.registerGuard([capture = captures.capture()](const int &) {});
            registry.notify(0);
        }).join();
        QCOMPARE(registry.handlerCount(), 1U);
        QCOMPARE(captures.alive(), 1);
    }

    void captureThatOwnsItsOwnGuardMayDieAtTheEndOfAThread()
    {
        std::weak_ptr<HandlerGuard> watch;
        std::thread([&] {
            thread_local std::unique_ptr<Registry> registry;
            registry = std::make_unique<Registry>();
            const auto guard = std::make_shared<HandlerGuard>();
            watch = guard;
            *guard = registry->registerGuard([guard](const int &) {});
        }).join();
        QVERIFY(watch.expired());
    }

    void thousandShortThreadsReuseTheirRecords()
    {
        Registry registry;
        std::atomic<int> calls = 0;
        registry.registerHandler([&](const int &) { ++calls; });
        registry.notify(0);
        const auto visit = [&] {
            early.registry = &registry;
            registry.notify(0);
        };
        std::thread(visit).join();
        const int records = recordCount();
        const int inUse = recordsInUse();
        for (int i = 0; i < 1000; ++i)
            std::thread(visit).join();
        QCOMPARE(recordCount(), records);
        QCOMPARE(recordsInUse(), inUse);
        QCOMPARE(calls.load(), 1 + 1001 * 2);
    }
};

QTEST_APPLESS_MAIN(Threads)
#include "tst_threads.moc"
