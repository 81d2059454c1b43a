// SPDX-License-Identifier: MIT
#include "check.h"
#include "runonthreads.h"

#include <SignalBox/SyncRegistry>
#include <SignalBox/WatchSender>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#if defined(__unix__)
#    include <pthread.h>
#endif

// Handlers that throw in threads that are just exiting: in the destructors of thread_local objects, made before and after
// the thread's first notify, and in those of POSIX keys, which run later still. An exception that left one of those
// destructors would end the program.

using SignalBox::ExceptionInfo;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::WatchSender;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

constexpr int threadCount = 50;

// Calls a function when the thread ends.
struct AtThreadEnd
{
    ~AtThreadEnd()
    {
        if (call)
            call(argument);
    }
    void (*call)(void *) = nullptr;
    void *argument = nullptr;
};
thread_local AtThreadEnd early; // constructed first, so destroyed last
thread_local AtThreadEnd late;

struct Failures
{
    Failures()
    {
        registry.registerHandler([](const int &event) { throw std::runtime_error(std::to_string(event)); }, {.priority = 1});
        registry.registerHandler([this](const int &) { ++called; });
        registry.registerHandler([](const int &event) { throw event; }, {.priority = -1});
        registry.onException([this](const ExceptionInfo &info) {
            ++reported;
            withMessage += info.message().empty() ? 0 : 1;
            throw std::runtime_error("from the callback");
        });
    }

    static void notify(void *failures)
    {
        Failures &self = *static_cast<Failures *>(failures);
        const auto report = self.registry.notify(1);
        CHECK(report.called == 3);
        CHECK(report.failed == 2);
    }

    Registry registry;
    std::atomic<int> called = 0;
    std::atomic<int> reported = 0;
    std::atomic<int> withMessage = 0;
};

// The number of notifies that each thread makes; `arm` has the rest made by its end.
template <class Arm>
void eachThreadReportsAllItsFailures(int notifies, Arm arm)
{
    Failures failures;
    runOnThreads(threadCount, [&](int) { arm(failures); });
    CHECK(failures.called == threadCount * notifies);
    CHECK(failures.reported == threadCount * notifies * 2);
    CHECK(failures.withMessage == threadCount * notifies);
    CHECK(failures.registry.notify(0).failed == 2); // and goes on
}

void handlersThrowInThreadLocalDestructors()
{
    eachThreadReportsAllItsFailures(3, [](Failures &failures) {
        early.argument = &failures;
        early.call = &Failures::notify;
        Failures::notify(&failures);
        late.argument = &failures;
        late.call = &Failures::notify;
    });
}

void firstNotifyOfAThreadThrowsInItsThreadLocalDestructors()
{
    eachThreadReportsAllItsFailures(1, [](Failures &failures) {
        late.argument = &failures;
        late.call = &Failures::notify;
    });
}

// What is being unwound in the destructors is the thread's stack: an exception of its own is on its way meanwhile.
void handlersThrowWhileAnExceptionUnwindsTheThread()
{
    eachThreadReportsAllItsFailures(1, [](Failures &failures) {
        struct Unwound
        {
            Failures &failures;
            ~Unwound() { Failures::notify(&failures); }
        };
        try {
            const Unwound unwound{failures};
            throw std::logic_error("the thread's own");
        } catch (const std::logic_error &) {
        }
    });
}

void handlersThatUnregisterThemselvesThrowAtTheEndOfAThread()
{
    Registry registry;
    HandlerId id;
    int failed = 0;
    const auto notify = [](void *argument) { *static_cast<int *>(argument) += 1; };
    for (int i = 0; i < threadCount; ++i) {
        id = registry.registerHandler([&](const int &) {
            CHECK(registry.unregister(id));
            throw 1;
        });
        struct Ending
        {
            Registry *registry = nullptr;
            int *failed = nullptr;
            ~Ending() { *failed += static_cast<int>(registry->notify(0).failed); }
        };
        std::thread([&] {
            thread_local Ending ending;
            ending.registry = &registry;
            ending.failed = &failed;
            late.argument = &failed;
            late.call = notify;
        }).join();
        CHECK(registry.isEmpty());
    }
    CHECK(failed == 2 * threadCount);
}

void watchCallbacksThrowAtTheEndOfAThread()
{
    WatchSender<> sender;
    const auto receiver = sender.subscribe();
    const HandlerGuard guard = receiver.onChanged([] { throw 1; });
    std::atomic<int> reported = 0;
    sender.onException([&](const ExceptionInfo &) { ++reported; });
    for (int i = 0; i < threadCount; ++i) {
        std::thread([&] {
            late.argument = &sender;
            late.call = [](void *argument) { static_cast<WatchSender<> *>(argument)->send(); };
        }).join();
    }
    CHECK(reported == threadCount);
    CHECK(receiver.version() == threadCount);
}

#if defined(__unix__) && !defined(__SANITIZE_THREAD__) // which has given up its own state of the thread by then
void handlersThrowInTheLastDestructorsOfAThread()
{
    static pthread_key_t key;
    CHECK(pthread_key_create(&key, &Failures::notify) == 0);
    eachThreadReportsAllItsFailures(2, [](Failures &failures) {
        Failures::notify(&failures);
        CHECK(pthread_setspecific(key, &failures) == 0);
    });
    eachThreadReportsAllItsFailures(1, [](Failures &failures) { CHECK(pthread_setspecific(key, &failures) == 0); });
    CHECK(pthread_key_delete(key) == 0);
}
#endif

} // namespace

int main()
{
    RUN(handlersThrowInThreadLocalDestructors);
    RUN(firstNotifyOfAThreadThrowsInItsThreadLocalDestructors);
    RUN(handlersThrowWhileAnExceptionUnwindsTheThread);
    RUN(handlersThatUnregisterThemselvesThrowAtTheEndOfAThread);
    RUN(watchCallbacksThrowAtTheEndOfAThread);
#if defined(__unix__) && !defined(__SANITIZE_THREAD__)
    RUN(handlersThrowInTheLastDestructorsOfAThread);
#endif
}
