// SPDX-License-Identifier: MIT
#include "allocations.h"
#include "check.h"

#include <SignalBox/EventRegistry>
#include <SignalBox/SparseStorage>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <dlfcn.h>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <semaphore.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <vector>

// recordEvent() in real signal handlers, at any moment of whatever else the library does: it takes no lock and no
// memory, and nothing that it records is lost. Links no Qt, whose own locks would count.

using SignalBox::EventId;
using SignalBox::EventRegistry;
using SignalBox::HandlerGuard;
using SignalBox::SparseStorage;
using SignalBox::VectorStorage;
using SignalBox::WatchReceiver;

namespace {

thread_local long lockCalls = 0;

template <class Function>
[[maybe_unused]] Function *next(const char *name)
{
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

} // namespace

// In place of the C library's, which they call; ThreadSanitizer needs its own in that place.
#if !defined(__SANITIZE_THREAD__)
extern "C" int pthread_mutex_lock(pthread_mutex_t *mutex) noexcept
{
    static auto *const original = next<int(pthread_mutex_t *)>("pthread_mutex_lock");
    ++lockCalls;
    return original(mutex);
}
extern "C" int pthread_mutex_trylock(pthread_mutex_t *mutex) noexcept
{
    static auto *const original = next<int(pthread_mutex_t *)>("pthread_mutex_trylock");
    ++lockCalls;
    return original(mutex);
}
extern "C" int pthread_rwlock_rdlock(pthread_rwlock_t *lock) noexcept
{
    static auto *const original = next<int(pthread_rwlock_t *)>("pthread_rwlock_rdlock");
    ++lockCalls;
    return original(lock);
}
extern "C" int pthread_rwlock_wrlock(pthread_rwlock_t *lock) noexcept
{
    static auto *const original = next<int(pthread_rwlock_t *)>("pthread_rwlock_wrlock");
    ++lockCalls;
    return original(lock);
}
#endif

namespace {

EventRegistry<> *registry = nullptr;
sem_t wakeUps;
std::atomic<long> recorded = 0;
std::atomic<int> latest[2] = {0, 0}; // what each signal's handler wrote before its record

void postWakeUp() noexcept
{
    sem_post(&wakeUps); // async-signal-safe
}

void handle(int number)
{
    const EventId id = number == SIGUSR1 ? 0 : 1;
    latest[id].fetch_add(1, std::memory_order_relaxed);
    registry->recordEvent(id);
    recorded.fetch_add(1, std::memory_order_relaxed);
}

void setHandler(int number, void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    CHECK(sigaction(number, &action, nullptr) == 0);
}

void theCounterCountsLocks()
{
    std::mutex mutex;
    const long before = lockCalls;
    const std::lock_guard lock(mutex);
#if !defined(__SANITIZE_THREAD__)
    CHECK(lockCalls == before + 1);
#else
    CHECK(lockCalls == before);
#endif
}

void recordTakesNoLockAndNoMemory()
{
    int wakes = 0;
    EventRegistry<> events{VectorStorage(65), [&wakes]() noexcept { ++wakes; }};
    EventRegistry<SparseStorage> sparse{SparseStorage({5, 70, 1000000}), [&wakes]() noexcept { ++wakes; }};
    const HandlerGuard guard = events.registerListener(64).onChanged([] {});
    const long locks = lockCalls;
    const AllocationCount allocations;
    for (EventId id = 0; id < 100; ++id) {
        events.recordEvent(id);
        sparse.recordEvent(id);
    }
    CHECK(wakes == 65 + 2);
    CHECK(lockCalls == locks);
    CHECK(allocations.value() == 0);
}

void broadcastTakesNoLockAndNoMemory()
{
    EventRegistry<> events{VectorStorage(2)};
    int calls = 0;
    const HandlerGuard guard = events.registerListener(1).onChanged([&] { ++calls; });
    WatchReceiver<> receiver = events.registerListener(1);
    events.recordEvent(1);
    events.broadcast(); // the thread's first notify may allocate
    const long locks = lockCalls;
    const AllocationCount allocations;
    for (int i = 0; i < 100; ++i) {
        events.recordEvent(1);
        CHECK(events.broadcast());
        CHECK(receiver.hasChanged());
        receiver.markSeen();
    }
    CHECK(calls == 101);
    CHECK(lockCalls == locks);
    CHECK(allocations.value() == 0);
}

// Signals at a high rate to all threads of the process, most of them in the middle of the library's own work, while
// listeners come and go and two threads broadcast.
void signalHandlersRecordWhileOthersRegisterAndBroadcast()
{
    EventRegistry<> events{VectorStorage(2), &postWakeUp};
    registry = &events;
    CHECK(sem_init(&wakeUps, 0, 0) == 0);
    std::atomic<int> seen[2] = {0, 0};
    const auto listen = [&](std::size_t id) {
        // Whichever broadcast is last sees what was written last: never back.
        return events.registerListener(id).onChanged([&seen, id] {
            const int now = latest[id].load(std::memory_order_relaxed);
            int before = seen[id].load(std::memory_order_relaxed);
            while (before < now && !seen[id].compare_exchange_weak(before, now, std::memory_order_relaxed)) {
            }
        });
    };
    const HandlerGuard guards[] = {listen(0), listen(1)};
    setHandler(SIGUSR1, handle);
    setHandler(SIGALRM, handle);

    std::atomic<bool> isDone = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            while (!isDone) {
                while (sem_wait(&wakeUps) != 0)
                    CHECK(errno == EINTR);
                events.broadcast();
            }
        });
    }
    threads.emplace_back([&] {
        while (!isDone) {
            WatchReceiver<> receiver = events.registerListener(0);
            const HandlerGuard extra = receiver.onChanged([kept = std::make_unique<int>(1)] { CHECK(*kept == 1); });
            const HandlerGuard other = events.registerListener(1).onChanged([] {});
        }
    });

    // To threads by name, and by a timer to whichever thread the kernel picks.
    itimerval interval{{0, 50}, {0, 50}};
    CHECK(setitimer(ITIMER_REAL, &interval, nullptr) == 0);
    // Equal signals that are pending are one: threads that are not run for long need more of them.
    for (int i = 0; i < 60000 || (recorded < 1000 && i < 6'000'000); ++i)
        CHECK(pthread_kill(threads[std::size_t(i) % threads.size()].native_handle(), SIGUSR1) == 0);
    interval = {};
    CHECK(setitimer(ITIMER_REAL, &interval, nullptr) == 0);

    // What was recorded is told without another record: lost once, it hangs here.
    const auto isQuiet = [&] { return seen[0] == latest[0] && seen[1] == latest[1]; };
    for (int calm = 0; calm < 100; calm = isQuiet() ? calm + 1 : 0)
        std::this_thread::yield();
    isDone = true;
    for (int i = 0; i < 2; ++i)
        sem_post(&wakeUps);
    for (std::thread &thread : threads)
        thread.join();
    events.broadcast(); // of signals that the threads met on their way out
    CHECK(isQuiet());
    CHECK(recorded >= 1000);
    setHandler(SIGUSR1, SIG_DFL);
    setHandler(SIGALRM, SIG_DFL);
    std::fprintf(stderr, "     %ld records from signal handlers\n", recorded.load());
}

// The handler interrupts the very thread that registers, broadcasts and destroys: a lock would end it in a deadlock.
void handlerMayInterruptAnythingOnItsOwnThread()
{
    EventRegistry<> events{VectorStorage(2), &postWakeUp};
    registry = &events;
    const long before = recorded;
    latest[1] = 0;
    std::atomic<int> seen = 0;
    const HandlerGuard guard = events.registerListener(1).onChanged([&] { seen = latest[1].load(); });
    setHandler(SIGALRM, handle);
    itimerval interval{{0, 20}, {0, 20}};
    CHECK(setitimer(ITIMER_REAL, &interval, nullptr) == 0);
    while (recorded < before + 3000) {
        WatchReceiver<> receiver = events.registerListener(0);
        const HandlerGuard extra = receiver.onChanged([kept = std::make_unique<int>(1)] { CHECK(*kept == 1); });
        events.recordEvent(0);
        CHECK(events.broadcast());
        CHECK(receiver.hasChanged());
    }
    interval = {};
    CHECK(setitimer(ITIMER_REAL, &interval, nullptr) == 0);
    setHandler(SIGALRM, SIG_IGN); // drops one that is pending
    events.broadcast();
    CHECK(seen == latest[1]);
    setHandler(SIGALRM, SIG_DFL);
}

} // namespace

int main()
{
    RUN(theCounterCountsLocks);
    RUN(recordTakesNoLockAndNoMemory);
    RUN(broadcastTakesNoLockAndNoMemory);
    RUN(signalHandlersRecordWhileOthersRegisterAndBroadcast);
    RUN(handlerMayInterruptAnythingOnItsOwnThread);
}
