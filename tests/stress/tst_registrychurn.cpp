// SPDX-License-Identifier: MIT
#include "countedmemory.h"

#include <SignalBox/SyncRegistry>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>

#if defined(__unix__) || defined(__APPLE__)
#    include <pthread.h>
#endif

// Registries and threads that come and go. A registry may be destroyed while threads are inside its notify, by its own
// handlers or from elsewhere, as long as none is entering: here all threads meet in a handler before it is.

namespace {

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::SyncRegistry;
using Stress::Background;
using Stress::Barrier;
using Stress::Canary;
using Stress::CountedMemory;
using Stress::Population;
using Stress::Random;

// --- destroying ----------------------------------------------------------------------------------

struct Event
{
    int depth = 0;
};

// One registry, with handlers of which each has a canary, and a meeting place for its notifiers.
class Meeting
{
public:
    Meeting(Population &captures, unsigned notifiers, Random &random)
        : m_registry(std::make_unique<SyncRegistry<Event>>()), m_notifiers(notifiers), m_random(&random)
    {
        // The first of all: nobody goes on before everybody is inside.
        m_registry->registerHandler(
                [this, canary = Canary(captures)](const Event &event) {
                    if (event.depth == 0) {
                        m_inside.fetch_add(1);
                        Stress::waitUntil([this] { return m_inside.load() >= m_notifiers; });
                    }
                    canary.checkAlive();
                },
                {.priority = 1000});
        for (unsigned i = random.below(6); i != 0; --i)
            addBystander(captures);
    }

    SyncRegistry<Event> &registry() const noexcept { return *m_registry; }

    void addBystander(Population &captures)
    {
        const SignalBox::HandlerOptions options{.priority = static_cast<int>(m_random->below(10)),
                                                .once = m_random->oneIn(4),
                                                .enabled = !m_random->oneIn(8)};
        auto handler = [canary = Canary(captures)](const Event &) {
            canary.checkAlive();
            if (Random(reinterpret_cast<std::uintptr_t>(&canary)).oneIn(4))
                throw 1;
        };
        if (m_random->oneIn(2))
            m_registry->registerHandler(std::move(handler), options);
        else
            m_guards.push_back(m_registry->registerGuard(std::move(handler), options));
    }

    // Adds a handler that destroys the registry out of a notify nested so deep.
    void addDestroyer(Population &captures, int depth)
    {
        m_registry->registerHandler(
                [this, depth, canary = Canary(captures)](const Event &event) {
                    // Others must not be entering then.
                    if (m_isDestroyerTaken.load() && event.depth == 0)
                        return;
                    if (event.depth == 0 && m_isDestroyerTaken.exchange(true))
                        return;
                    if (event.depth < depth)
                        m_registry->notify(Event{event.depth + 1});
                    else
                        destroy();
                    canary.checkAlive();
                },
                {.priority = 5});
    }

    void destroy()
    {
        m_registry.reset();
        m_isDestroyed = true;
    }

    void waitUntilAllAreInside() const
    {
        Stress::waitUntil([this] { return m_inside.load() == m_notifiers; });
    }
    bool isDestroyed() const noexcept { return m_isDestroyed; }
    std::deque<HandlerGuard> &guards() noexcept { return m_guards; }
    void notify() const { m_registry->notify({}); }
    // For a thread that is no notifier itself, but must be awaited like one.
    void comeInside()
    {
        m_inside.fetch_add(1);
        waitUntilAllAreInside();
    }

private:
    std::unique_ptr<SyncRegistry<Event>> m_registry;
    const unsigned m_notifiers;
    Random *m_random;
    std::atomic<unsigned> m_inside{0};
    std::atomic<bool> m_isDestroyerTaken{false};
    std::atomic<bool> m_isDestroyed{false};
    std::deque<HandlerGuard> m_guards;
};

// Runs prepare(meeting), then act(meeting, index) on `threads` threads, `rounds` times; all must be gone after each.
template <class Prepare, class Act>
void meet(std::size_t rounds, unsigned threads, unsigned notifiers, Prepare &&prepare, Act &&act)
{
    Population captures;
    std::unique_ptr<Meeting> meeting;
    Barrier barrier(threads);
    std::int64_t blocks = 0;
    Stress::runThreads(threads, [&](unsigned index) {
        Random random(index);
        for (std::size_t i = rounds; i != 0; --i) {
            if (index == 0) {
                blocks = CountedMemory::liveBlocks();
                meeting = std::make_unique<Meeting>(captures, notifiers, random);
                prepare(*meeting, captures, random);
            }
            barrier.arriveAndWait();
            act(*meeting, index, random);
            barrier.arriveAndWait();
            if (index == 0) {
                STRESS_CHECK(meeting->isDestroyed());
                STRESS_CHECK(captures.live() == 0);
                for (HandlerGuard &guard : meeting->guards())
                    STRESS_CHECK(!guard.isActive());
                meeting.reset();
                STRESS_CHECK(CountedMemory::liveBlocks() == blocks);
            }
            // A thread that ends frees memory.
            barrier.arriveAndWait();
        }
    });
}

void registryMayBeDestroyedByItsOwnHandler()
{
    meet(
            Stress::scaled(8000), 3, 3,
            [](Meeting &meeting, Population &captures, Random &) { meeting.addDestroyer(captures, 0); },
            [](Meeting &meeting, unsigned, Random &) { meeting.notify(); });
}

// The destroyer's walks are nested, also deeper than a thread has hazard slots.
void registryMayBeDestroyedFromNestedNotifies()
{
    meet(
            Stress::scaled(6000), 3, 3,
            [](Meeting &meeting, Population &captures, Random &random) {
                meeting.addDestroyer(captures, static_cast<int>(random.below(14)));
            },
            [](Meeting &meeting, unsigned, Random &) { meeting.notify(); });
}

void registryMayBeDestroyedByAThreadThatIsNotInside()
{
    meet(
            Stress::scaled(8000), 3, 2, [](Meeting &, Population &, Random &) {},
            [](Meeting &meeting, unsigned index, Random &random) {
                if (index != 0) {
                    meeting.notify();
                } else {
                    meeting.waitUntilAllAreInside();
                    Stress::stagger(random);
                    meeting.destroy();
                }
            });
}

// Its guards end at the same time as the registry, and some later.
void guardsMayEndWhileTheirRegistryIsDestroyed()
{
    meet(
            Stress::scaled(8000), 3, 2,
            [](Meeting &meeting, Population &captures, Random &) {
                for (int i = 0; i < 4; ++i)
                    meeting.addBystander(captures);
            },
            [](Meeting &meeting, unsigned index, Random &random) {
                if (index == 0) {
                    meeting.notify();
                } else if (index == 1) {
                    meeting.comeInside();
                    Stress::stagger(random);
                    meeting.destroy();
                } else {
                    meeting.waitUntilAllAreInside();
                    for (std::size_t i = 0; i < meeting.guards().size() / 2; ++i) {
                        Stress::stagger(random);
                        meeting.guards()[i].reset();
                    }
                }
            });
}

// Nobody else is there: what remains is freed by the destructor itself.
void manyRegistriesLeaveNothingBehind()
{
    const std::int64_t blocks = CountedMemory::liveBlocks();
    Stress::runThreads(4, [&](unsigned index) {
        Random random(index);
        Population captures;
        for (std::size_t i = Stress::scaled(30000); i != 0; --i) {
            std::vector<HandlerGuard> guards;
            SyncRegistry<int> registry;
            registry.onException([canary = Canary(captures)](const SignalBox::ExceptionInfo &) { canary.checkAlive(); });
            for (unsigned k = random.below(4); k != 0; --k) {
                guards.push_back(registry.registerGuard([canary = Canary(captures)](const int &) { throw 1; }));
                registry.registerHandler([canary = Canary(captures)](const int &) {}, {.once = random.oneIn(2)});
            }
            registry.notify(0);
            if (random.oneIn(2))
                guards.clear();
        }
        STRESS_CHECK(captures.live() == 0);
    });
    STRESS_CHECK(CountedMemory::liveBlocks() == blocks);
}

// --- threads that come and go --------------------------------------------------------------------

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
                                     STRESS_NAMED(registryMayBeDestroyedByItsOwnHandler),
                                     STRESS_NAMED(registryMayBeDestroyedFromNestedNotifies),
                                     STRESS_NAMED(registryMayBeDestroyedByAThreadThatIsNotInside),
                                     STRESS_NAMED(guardsMayEndWhileTheirRegistryIsDestroyed),
                                     STRESS_NAMED(manyRegistriesLeaveNothingBehind),
                                     STRESS_NAMED(memoryDoesNotGrowWithTheThreadsThatEverLived),
                                     STRESS_NAMED(registriesServeTheThreadLocalDestructorsOfEndingThreads),
#if defined(__unix__) || defined(__APPLE__)
                                     STRESS_NAMED(registriesServeTheKeyDestructorsOfEndingThreads),
#endif
                             });
}
