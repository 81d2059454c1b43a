// SPDX-License-Identifier: MIT
#include "countedmemory.h"

#include <SignalBox/SyncRegistry>

#include <memory>

#if defined(__unix__) || defined(__APPLE__)
#    include <pthread.h>
#endif

// Threads that come and go: what the library keeps for one serves the next, and it serves a thread to its very end.

namespace {

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::SyncRegistry;
using Stress::Barrier;
using Stress::Canary;
using Stress::CountedMemory;
using Stress::Population;

// As many threads at once as there will be memory for: their records remain.
void growToManyThreads(SyncRegistry<int> &registry, unsigned count)
{
    Barrier barrier(count);
    Stress::runThreads(count, [&](unsigned) {
        registry.notify(0);
        barrier.arriveAndWait();
    });
}

void memoryDoesNotGrowWithTheThreadsThatEverLived()
{
    Population captures;
    SyncRegistry<int> registry;
    registry.registerHandler([canary = Canary(captures)](const int &) { canary.checkAlive(); });
    constexpr unsigned atOnce = 200;
    const std::int64_t atFirst = CountedMemory::liveBlocks();
    growToManyThreads(registry, atOnce);
    const std::int64_t blocks = CountedMemory::liveBlocks();
    STRESS_CHECK(blocks - atFirst <= atOnce);
    for (std::size_t i = Stress::scaled(50, 10); i != 0; --i) {
        Stress::runThreads(atOnce, [&](unsigned index) {
            registry.notify(0);
            if (index % 4 == 0) {
                const HandlerGuard guard = registry.registerGuard([canary = Canary(captures)](const int &) {});
                registry.notify(0);
            }
        });
        STRESS_CHECK(captures.live() == 1);
    }
    registry.clear();
    // What the last changes replaced is still there, some blocks for each, at most until the next pass.
    STRESS_CHECK(CountedMemory::liveBlocks() - blocks <= 300);
}

// Uses a registry when its thread ends.
class LastWords
{
public:
    static inline constinit std::atomic<SyncRegistry<int> *> registry{nullptr};
    static inline constinit std::atomic<unsigned> spoken{0};
    static inline Population captures;

    LastWords() = default;
    LastWords(const LastWords &) = delete;
    LastWords &operator=(const LastWords &) = delete;
    ~LastWords() { speak(); }
    void touch() const noexcept {}

    static void speak()
    {
        SyncRegistry<int> &target = *registry.load();
        std::unique_ptr<int> called = std::make_unique<int>(0);
        HandlerGuard guard = target.registerGuard(
                [&count = *called, canary = Canary(captures), self = std::this_thread::get_id()](const int &) {
                    canary.checkAlive();
                    if (std::this_thread::get_id() == self)
                        ++count;
                });
        const HandlerId id = target.registerHandler([canary = Canary(captures)](const int &) { canary.checkAlive(); });
        STRESS_CHECK(target.notify(0).called >= 2);
        STRESS_CHECK(*called == 1);
        STRESS_CHECK(target.setEnabled(id, false));
        STRESS_CHECK(target.unregisterAndWait(id));
        guard.reset();
        called.reset();
        // One of its own, which goes here.
        SyncRegistry<int> own;
        own.registerHandler([canary = Canary(captures)](const int &) { canary.checkAlive(); });
        STRESS_CHECK(own.notify(1).called == 1);
        // Its capture owns its guard.
        auto holder = std::make_shared<HandlerGuard>();
        *holder = own.registerGuard([holder, canary = Canary(captures)](const int &) { canary.checkAlive(); });
        holder.reset();
        STRESS_CHECK(own.notify(1).called == 2);
        spoken.fetch_add(1);
    }
};

// Each call leaves an object to the end of the thread, the last one being destroyed first. (Local ones, since the
// first use of one at namespace scope constructs them all.)
void leaveFirstWords()
{
    thread_local LastWords words;
    words.touch();
}
void leaveSecondWords()
{
    thread_local LastWords words;
    words.touch();
}

void registriesServeTheThreadLocalDestructorsOfEndingThreads()
{
    SyncRegistry<int> registry;
    LastWords::registry = &registry;
    LastWords::spoken = 0;
    growToManyThreads(registry, 8);
    const std::int64_t blocks = CountedMemory::liveBlocks();
    const std::size_t rounds = Stress::scaled(300, 10);
    for (std::size_t i = rounds; i != 0; --i) {
        Stress::runThreads(8, [&](unsigned index) {
            // Destroyed after what the library keeps for the thread.
            if (index % 2)
                leaveFirstWords();
            if (index % 3)
                registry.notify(0);
            // Before it, if it has been constructed by then.
            leaveSecondWords();
        });
        STRESS_CHECK(LastWords::captures.live() == 0);
        STRESS_CHECK(registry.isEmpty());
    }
    STRESS_CHECK(LastWords::spoken == rounds * 12);
    STRESS_CHECK(CountedMemory::liveBlocks() - blocks <= 300);
}

#if defined(__unix__) || defined(__APPLE__)
// These run after all thread_local objects are gone.
void registriesServeTheKeyDestructorsOfEndingThreads()
{
    SyncRegistry<int> registry;
    LastWords::registry = &registry;
    LastWords::spoken = 0;
    pthread_key_t key{};
    STRESS_CHECK(pthread_key_create(&key, [](void *) { LastWords::speak(); }) == 0);
    growToManyThreads(registry, 40);
    const std::int64_t blocks = CountedMemory::liveBlocks();
    const std::size_t rounds = Stress::scaled(300, 10);
    for (std::size_t i = rounds; i != 0; --i) {
        Stress::runThreads(8, [&](unsigned index) {
            STRESS_CHECK(pthread_setspecific(key, &registry) == 0);
            // Some use a registry for the first time of their lives in the destructor.
            if (index % 2)
                registry.notify(0);
        });
        STRESS_CHECK(LastWords::captures.live() == 0);
    }
    STRESS_CHECK(LastWords::spoken == rounds * 8);
    STRESS_CHECK(CountedMemory::liveBlocks() - blocks <= 300);
    pthread_key_delete(key);
}
#endif

} // namespace

int main(int argc, char **argv)
{
    return Stress::runChecks(argc, argv,
                             {
                                     STRESS_NAMED(memoryDoesNotGrowWithTheThreadsThatEverLived),
                                     STRESS_NAMED(registriesServeTheThreadLocalDestructorsOfEndingThreads),
#if defined(__unix__) || defined(__APPLE__)
                                     STRESS_NAMED(registriesServeTheKeyDestructorsOfEndingThreads),
#endif
                             });
}
