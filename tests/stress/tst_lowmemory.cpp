// SPDX-License-Identifier: MIT
#include "countedmemory.h"
#include "storm.h"

// The storm again, while allocations inside the library fail at random. What needs memory throws and has changed
// nothing; what does its work without memory does it: unregister(), setEnabled(), clear(), guards, notify().

namespace {

constinit std::atomic<unsigned> failuresOf1024{0};
constinit std::atomic<std::uint64_t> failures{0};

bool failsAtRandom() noexcept
{
    if (!Stress::allocationsMayFail)
        return false;
    static constinit thread_local std::uint64_t state = 0;
    if (state == 0)
        state = reinterpret_cast<std::uintptr_t>(&state) ^ Stress::firstSeed;
    // Numerical Recipes' generator: the upper bits are random enough here.
    state = state * 6364136223846793005U + 1442695040888963407U;
    if ((state >> 54) >= failuresOf1024.load(std::memory_order_relaxed))
        return false;
    failures.fetch_add(1, std::memory_order_relaxed);
    return true;
}

void rounds(std::size_t count, unsigned failureRate, Stress::StormOptions options)
{
    options.allocationsFail = true;
    failuresOf1024 = failureRate;
    Stress::memoryFails = &failsAtRandom;
    const std::uint64_t failuresBefore = failures;
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t before = Stress::CountedMemory::liveBlocks();
        Stress::Storm(options).run();
        STRESS_CHECK(Stress::CountedMemory::liveBlocks() == before);
    }
    Stress::memoryFails = nullptr;
    STRESS_CHECK(failures > failuresBefore);
}

void promisesHoldWhenOneAllocationInTenFails()
{
    rounds(Stress::scaled(24), 100, {.threads = 4, .registries = 1, .slots = 16, .operations = 8000});
}

void promisesHoldWhenHalfOfTheAllocationsFail()
{
    rounds(Stress::scaled(24), 512, {.threads = 4, .registries = 2, .slots = 8, .operations = 8000});
}

void promisesHoldWhenNearlyEveryAllocationFails()
{
    rounds(Stress::scaled(24), 980, {.threads = 6, .registries = 1, .slots = 8, .operations = 6000});
}

void promisesHoldForHundredsOfHandlers()
{
    rounds(Stress::scaled(16), 60, {.threads = 3, .registries = 1, .slots = 300, .operations = 4000});
}

void nothingLeaksFromManyShortStorms()
{
    rounds(Stress::scaled(1600), 256, {.threads = 3, .registries = 2, .slots = 3, .operations = 60});
}

} // namespace

int main(int argc, char **argv)
{
    return Stress::runChecks(argc, argv,
                             {
                                     STRESS_NAMED(promisesHoldWhenOneAllocationInTenFails),
                                     STRESS_NAMED(promisesHoldWhenHalfOfTheAllocationsFail),
                                     STRESS_NAMED(promisesHoldWhenNearlyEveryAllocationFails),
                                     STRESS_NAMED(promisesHoldForHundredsOfHandlers),
                                     STRESS_NAMED(nothingLeaksFromManyShortStorms),
                             });
}
