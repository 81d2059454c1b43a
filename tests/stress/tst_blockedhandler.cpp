// SPDX-License-Identifier: MIT
#include "countedmemory.h"

#include <SignalBox/SyncRegistry>

#include <memory>

#if defined(__GLIBC__)
#    include <malloc.h>
#endif

// A handler that runs for as long as the program, as one that opens a dialog may, while other threads register and
// unregister a million times: it keeps alive the list that it is walked in and itself, and nothing that came later.

namespace {

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::SyncRegistry;
using Stress::Background;
using Stress::Canary;
using Stress::Gate;
using Stress::Population;
using Stress::Random;

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
// The sanitizers' allocators do not tell.
constexpr bool memoryIsMeasured = !Stress::underSanitizer;
std::int64_t bytesInUse()
{
    const auto info = mallinfo2();
    return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}
#else
constexpr bool memoryIsMeasured = false;
std::int64_t bytesInUse()
{
    return 0;
}
#endif

// While changes go on. A million of them are a gigabyte of lists and handlers; what has been replaced waits for one
// reclaiming thread at a time, and where processors are few that thread may have to wait for its own turn.
constexpr std::int64_t growthLimit = 48 << 20;
// When they have ended: two rounds of reclamation, and what the blocked threads stand on.
constexpr std::int64_t blockLimit = 300;

class MemoryWatch
{
public:
    void sample()
    {
        const std::int64_t bytes = bytesInUse();
        std::int64_t highest = m_highest.load(std::memory_order_relaxed);
        while (highest < bytes && !m_highest.compare_exchange_weak(highest, bytes, std::memory_order_relaxed)) {}
    }
    void checkGrowth() const
    {
        const std::int64_t growth = m_highest.load() - m_base;
        if (memoryIsMeasured)
            std::printf("    highest growth %.1f KiB\n", static_cast<double>(growth) / 1024);
        STRESS_CHECK(growth < growthLimit);
    }

private:
    const std::int64_t m_base = bytesInUse();
    std::atomic<std::int64_t> m_highest{m_base};
};

// Registers and unregisters, in all the ways there are; keeps at most `kept` handlers at a time.
void churn(SyncRegistry<int> &registry, Random &random, std::size_t changes, Population &captures, MemoryWatch &memory)
{
    constexpr std::size_t kept = 8;
    const auto handler = [&] { return [canary = Canary(captures)](const int &) { canary.checkAlive(); }; };
    std::vector<HandlerId> ids;
    std::vector<HandlerGuard> guards;
    for (std::size_t i = 0; i < changes; ++i) {
        const int priority = static_cast<int>(random.below(5)) - 2;
        if (random.oneIn(4))
            guards.push_back(registry.registerGuard(handler(), {.priority = priority, .name = "guarded"}));
        else
            ids.push_back(registry.registerHandler(handler(), {.priority = priority}));
        if (random.oneIn(16))
            registry.setEnabled(ids.empty() ? HandlerId() : ids.back(), random.oneIn(2));
        if (random.oneIn(16))
            registry.setPriority(ids.empty() ? HandlerId() : ids.back(), priority + 1);
        if (ids.size() > kept / 2 || (!ids.empty() && random.oneIn(2))) {
            std::swap(ids[random.below(static_cast<unsigned>(ids.size()))], ids.back());
            if (random.oneIn(8))
                STRESS_CHECK(registry.unregisterAndWait(ids.back()));
            else
                STRESS_CHECK(registry.unregister(ids.back()));
            ids.pop_back();
        }
        if (guards.size() > kept / 2)
            guards.erase(guards.begin() + random.below(kept / 2));
        if (i % 512 == 0)
            memory.sample();
    }
    for (const HandlerId id : ids)
        STRESS_CHECK(registry.unregister(id));
}

// `count` threads inside handlers of a registry that block until they are let go, `depth` notifies deep.
class BlockedThreads
{
public:
    BlockedThreads(SyncRegistry<int> &registry, Population &captures, unsigned count, int depth)
    {
        std::vector<HandlerId> ids;
        for (unsigned i = 0; i < count; ++i) {
            // Each on a list of its own.
            registry.unregister(registry.registerHandler([](const int &) {}));
            const HandlerId id = registry.registerHandler(
                    [this, &registry, canary = Canary(captures)](const int &levels) {
                        if (levels > 1) {
                            registry.notify(levels - 1);
                        } else if (levels == 1) {
                            m_inside.fetch_add(1);
                            m_gate.wait();
                        }
                        canary.checkAlive();
                    },
                    {.priority = 100});
            m_threads.emplace_back([&registry, depth] { registry.notify(depth); });
            Stress::waitUntil([&] { return m_inside.load() == i + 1; });
            // Only its own thread is inside it, which keeps the capture alive.
            STRESS_CHECK(registry.unregister(id));
        }
        m_captures = captures.live();
    }
    // How many captures the blocked threads keep alive.
    std::int64_t captures() const noexcept { return m_captures; }
    void release()
    {
        m_gate.open();
        for (std::thread &thread : m_threads)
            thread.join();
    }

private:
    Gate m_gate;
    std::atomic<unsigned> m_inside{0};
    std::int64_t m_captures = 0;
    std::vector<std::thread> m_threads;
};

void churnWhileBlocked(std::size_t changes, unsigned blockedCount, int depth)
{
    Population captures;
    const std::int64_t blocksAtFirst = Stress::CountedMemory::liveBlocks();
    auto owner = std::make_unique<SyncRegistry<int>>();
    SyncRegistry<int> &registry = *owner;
    for (int i = 0; i < 20; ++i)
        registry.registerHandler([canary = Canary(captures)](const int &) { canary.checkAlive(); });
    {
        // What the allocator and the threads keep for themselves.
        MemoryWatch warmUp;
        Random random(99);
        churn(registry, random, 2000, captures, warmUp);
    }
    STRESS_CHECK(captures.live() == 20);
    auto blockedThreads = std::make_unique<BlockedThreads>(registry, captures, blockedCount, depth);
    BlockedThreads &blocked = *blockedThreads;
    STRESS_CHECK(blocked.captures() == 20 + blockedCount);
    const std::int64_t blocksBefore = Stress::CountedMemory::liveBlocks();
    MemoryWatch memory;
    {
        const Background notifier(1, [&](unsigned) { registry.notify(0); });
        Stress::runThreads(2, [&](unsigned index) {
            Random random(index);
            churn(registry, random, changes / 2, captures, memory);
        });
    }
    memory.checkGrowth();
    // Whoever was reclaiming when the others ended may have left more than an interval to the next change.
    registry.unregister(registry.registerHandler([](const int &) {}));
    const std::int64_t blocks = Stress::CountedMemory::liveBlocks() - blocksBefore;
    std::printf("    %lld blocks left while blocked\n", static_cast<long long>(blocks));
    STRESS_CHECK(blocks < blockLimit);
    STRESS_CHECK(captures.live() == blocked.captures());
    STRESS_CHECK(registry.handlerCount() == 20);
    blocked.release();
    STRESS_CHECK(captures.live() == 20);
    registry.clear();
    STRESS_CHECK(captures.live() == 0);
    owner.reset();
    blockedThreads.reset();
    STRESS_CHECK(Stress::CountedMemory::liveBlocks() == blocksAtFirst);
}

void memoryStaysBoundedWhileOneHandlerBlocks()
{
    churnWhileBlocked(Stress::scaled(1000000, 20), 1, 1);
}

void memoryStaysBoundedWhileSeveralHandlersBlock()
{
    churnWhileBlocked(Stress::scaled(200000, 20), 5, 1);
}

// Deeper than a thread has hazard slots.
void memoryStaysBoundedWhileADeeplyNestedHandlerBlocks()
{
    churnWhileBlocked(Stress::scaled(200000, 20), 2, 12);
}

// What is destroyed meanwhile goes at once, although the blocked walk still has it before it.
void handlersAheadOfABlockedWalkAreDestroyedAtOnce()
{
    Population captures;
    SyncRegistry<int> registry;
    Gate gate;
    std::atomic<bool> isInside{false};
    std::vector<HandlerId> ahead;
    registry.registerHandler(
            [&](const int &) {
                isInside = true;
                gate.wait();
            },
            {.priority = 1});
    for (int i = 0; i < 1000; ++i)
        ahead.push_back(registry.registerHandler([canary = Canary(captures)](const int &) { STRESS_CHECK(false); }));
    std::thread blocked([&] { STRESS_CHECK(registry.notify(0).called == 1); });
    Stress::waitUntil([&] { return isInside.load(); });
    for (std::size_t i = 0; i < ahead.size(); ++i) {
        STRESS_CHECK(i % 2 ? registry.unregister(ahead[i]) : registry.unregisterAndWait(ahead[i]));
        STRESS_CHECK(captures.live() == static_cast<std::int64_t>(ahead.size() - i - 1));
    }
    gate.open();
    blocked.join();
}

} // namespace

int main(int argc, char **argv)
{
    return Stress::runChecks(argc, argv,
                             {
                                     STRESS_NAMED(memoryStaysBoundedWhileOneHandlerBlocks),
                                     STRESS_NAMED(memoryStaysBoundedWhileSeveralHandlersBlock),
                                     STRESS_NAMED(memoryStaysBoundedWhileADeeplyNestedHandlerBlocks),
                                     STRESS_NAMED(handlersAheadOfABlockedWalkAreDestroyedAtOnce),
                             });
}
