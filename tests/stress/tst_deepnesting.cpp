// SPDX-License-Identifier: MIT
#include "countedmemory.h"

#include <SignalBox/SyncRegistry>

#include <array>
#include <memory>

// Notifies nested 50 to 1000 deep, on several threads, while others unregister the handlers: far deeper than a thread
// has hazard slots, so that frames are counted instead.

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

struct Event
{
    int depth = 0;
    int deepest = 0;
    unsigned thread = 0;
    mutable bool hasNested = false; // one handler of each level goes deeper
};
using Registry = SyncRegistry<Event>;

int randomDepth(Random &random)
{
    return random.oneIn(8) ? 50 + static_cast<int>(random.below(950)) : 1 + static_cast<int>(random.below(60));
}

// How many frames of which thread are inside a handler. Nobody may be when it is freed.
class Presence
{
public:
    static constexpr unsigned threadCount = 4;

    Presence() = default;
    Presence(const Presence &) = delete;
    Presence &operator=(const Presence &) = delete;
    ~Presence() { STRESS_CHECK(othersThan(threadCount) == 0); }
    void enter(unsigned thread) { m_counts.at(thread).fetch_add(1, std::memory_order_relaxed); }
    void leave(unsigned thread) { m_counts.at(thread).fetch_sub(1, std::memory_order_relaxed); }
    int othersThan(unsigned thread) const
    {
        int result = 0;
        for (unsigned i = 0; i < threadCount; ++i)
            result += i == thread ? 0 : m_counts[i].load(std::memory_order_relaxed);
        return result;
    }

private:
    std::array<std::atomic<int>, threadCount> m_counts{};
};

// Notifies `next` one level deeper, unless another handler of this level has done so or it is deep enough.
void nest(const Registry &next, const Event &event)
{
    if (event.hasNested || event.depth == event.deepest)
        return;
    event.hasNested = true;
    next.notify({event.depth + 1, event.deepest, event.thread});
}

// A handler that nests, and looks after its capture and what it refers to on the way back.
auto nestingHandler(const Registry &next, Population &captures, Presence &presence)
{
    return [&next, &presence, canary = Canary(captures)](const Event &event) {
        presence.enter(event.thread);
        nest(next, event);
        canary.checkAlive();
        presence.leave(event.thread);
    };
}

// Goes to the bottom in any case.
HandlerId addLadder(Registry &registry, const Registry &next)
{
    return registry.registerHandler([&next](const Event &event) { nest(next, event); }, {.priority = -100});
}

// Two threads are far inside; two more remove handlers and free what these refer to.
void removeUnderDeepFrames(Registry &first, Registry &second)
{
    Population captures;
    addLadder(first, second);
    if (&first != &second)
        addLadder(second, first);
    const std::size_t ladders = first.handlerCount();
    {
        std::array<Random, 2> randoms{Random(1), Random(2)};
        const Background notifiers(2, [&](unsigned index) {
            first.notify({0, randomDepth(randoms.at(index)), index});
        });
        Stress::runThreads(2, [&](unsigned index) {
            Random random(index + 10);
            for (std::size_t i = Stress::scaled(3000, 16, 8); i != 0; --i) {
                auto presence = std::make_unique<Presence>();
                Registry &registry = random.oneIn(2) ? first : second;
                Registry &next = &registry == &first ? second : first;
                const int priority = static_cast<int>(random.below(3));
                if (random.oneIn(2)) {
                    HandlerGuard guard =
                            registry.registerGuard(nestingHandler(next, captures, *presence), {.priority = priority});
                    Stress::stagger(random, 4096);
                    guard.reset();
                } else {
                    const HandlerId id =
                            registry.registerHandler(nestingHandler(next, captures, *presence), {.priority = priority});
                    Stress::stagger(random, 4096);
                    if (random.oneIn(2))
                        STRESS_CHECK(registry.setEnabled(id, false));
                    STRESS_CHECK(registry.unregisterAndWait(id));
                }
                STRESS_CHECK(presence->othersThan(Presence::threadCount) == 0);
            }
        });
    }
    STRESS_CHECK(first.handlerCount() == ladders);
    STRESS_CHECK(captures.live() == 0);
}

void handlersMayBeRemovedUnderDeepFrames()
{
    Registry registry;
    removeUnderDeepFrames(registry, registry);
}

void handlersOfTwoRegistriesThatNestInEachOtherMayBeRemoved()
{
    Registry first;
    Registry second;
    removeUnderDeepFrames(first, second);
}

// A Round is made by the first of two threads, acted on by both at once, and ended by the first.
template <class Round>
void inRounds(std::size_t rounds)
{
    Population captures;
    std::unique_ptr<Round> round;
    std::int64_t blocks = 0;
    Barrier barrier(2);
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index + 20);
        for (std::size_t i = rounds; i != 0; --i) {
            if (index == 0) {
                blocks = CountedMemory::liveBlocks();
                round = std::make_unique<Round>(captures, random);
            }
            barrier.arriveAndWait();
            round->act(index, random);
            barrier.arriveAndWait();
            if (index == 0) {
                STRESS_CHECK(captures.live() == round->capturesLeft());
                round.reset();
                STRESS_CHECK(captures.live() == 0);
                STRESS_CHECK(CountedMemory::liveBlocks() == blocks);
            }
            // A thread that ends frees memory.
            barrier.arriveAndWait();
        }
    });
}

// Both threads are inside the same handler, at all levels, when one removes it from the bottom and waits for the other.
struct SelfRemoval
{
    SelfRemoval(Population &captures, Random &random) : depth(randomDepth(random))
    {
        registry.registerHandler([](const Event &) {}, {.priority = 1});
        id = registry.registerHandler([this, canary = Canary(captures)](const Event &event) {
            presence.enter(event.thread);
            if (event.depth < event.deepest) {
                nest(registry, event);
            } else if (registry.unregisterAndWait(handler())) {
                STRESS_CHECK(presence.othersThan(event.thread) == 0);
                ++removals;
            }
            canary.checkAlive();
            presence.leave(event.thread);
        });
    }
    HandlerId handler() const noexcept { return id; }
    void act(unsigned thread, Random &random)
    {
        Stress::stagger(random);
        registry.notify({0, depth, thread});
    }
    std::int64_t capturesLeft() const
    {
        STRESS_CHECK(removals == 1);
        return 0;
    }

    Registry registry;
    Presence presence;
    const int depth;
    HandlerId id;
    std::atomic<int> removals{0};
};

void handlerMayRemoveItselfFromTheBottom()
{
    inRounds<SelfRemoval>(Stress::scaled(4000, 16, 8));
}

// One thread goes deep, the other removes without waiting: the capture goes with the last frame.
struct RemovalWithoutWaiting
{
    RemovalWithoutWaiting(Population &captures, Random &random) : depth(randomDepth(random))
    {
        for (HandlerId &id : ids)
            id = registry.registerHandler(nestingHandler(registry, captures, presence),
                                          {.priority = static_cast<int>(random.below(3))});
    }
    void act(unsigned thread, Random &random)
    {
        Stress::stagger(random, 1024);
        if (thread == 0) {
            registry.notify({0, depth, thread});
        } else if (random.oneIn(4)) {
            registry.clear();
        } else {
            for (const HandlerId id : ids)
                STRESS_CHECK(registry.unregister(id));
        }
    }
    std::int64_t capturesLeft() const { return 0; }

    Registry registry;
    Presence presence;
    const int depth;
    std::array<HandlerId, 3> ids;
};

void capturesGoWithTheLastDeepFrame()
{
    inRounds<RemovalWithoutWaiting>(Stress::scaled(6000, 16, 8));
}

// Both threads are at the bottom when one of them destroys the registry.
struct Destruction
{
    Destruction(Population &captures, Random &random) : owner(std::make_unique<Registry>()), depth(randomDepth(random))
    {
        Registry &registry = *owner;
        registry.registerHandler(
                [this, &registry, canary = Canary(captures)](const Event &event) {
                    if (event.depth < event.deepest) {
                        nest(registry, event);
                    } else {
                        // Nobody may be entering after this.
                        atBottom.fetch_add(1);
                        Stress::waitUntil([this] { return atBottom.load() >= 2; });
                        if (event.thread == 0)
                            owner.reset();
                    }
                    canary.checkAlive();
                },
                {.priority = 1});
        // Whose turn comes after the destruction, on the destroying thread.
        registry.registerHandler([canary = Canary(captures)](const Event &event) {
            canary.checkAlive();
            STRESS_CHECK(event.thread != 0);
        });
    }
    void act(unsigned thread, Random &) { owner->notify({0, depth, thread}); }
    std::int64_t capturesLeft() const { return 0; }

    std::unique_ptr<Registry> owner;
    const int depth;
    std::atomic<int> atBottom{0};
};

void registryMayBeDestroyedFromTheBottom()
{
    inRounds<Destruction>(Stress::scaled(2000, 16, 8));
}

} // namespace

int main(int argc, char **argv)
{
    return Stress::runChecks(argc, argv,
                             {
                                     STRESS_NAMED(handlersMayBeRemovedUnderDeepFrames),
                                     STRESS_NAMED(handlersOfTwoRegistriesThatNestInEachOtherMayBeRemoved),
                                     STRESS_NAMED(handlerMayRemoveItselfFromTheBottom),
                                     STRESS_NAMED(capturesGoWithTheLastDeepFrame),
                                     STRESS_NAMED(registryMayBeDestroyedFromTheBottom),
                             });
}
