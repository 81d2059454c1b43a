// SPDX-License-Identifier: MIT
#include "countedmemory.h"
#include "storm.h"

using Stress::Storm;

namespace {

void rounds(std::size_t count, const Stress::StormOptions &options)
{
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t before = Stress::CountedMemory::liveBlocks();
        Storm(options).run();
        STRESS_CHECK(Stress::CountedMemory::liveBlocks() == before);
    }
}

void everythingAtOnceOnOneRegistryEndsInOrder()
{
    rounds(Stress::scaled(24), {.threads = 4, .registries = 1, .slots = 16, .operations = 8000});
}

void everythingAtOnceOnThreeRegistriesEndsInOrder()
{
    rounds(Stress::scaled(24), {.threads = 4, .registries = 3, .slots = 8, .operations = 8000});
}

// Every operation meets the same few handlers.
void fewHandlersAndManyThreadsEndInOrder()
{
    rounds(Stress::scaled(24), {.threads = 12, .registries = 1, .slots = 2, .operations = 3000});
}

// Lists of several blocks, which are split and joined.
void hundredsOfHandlersEndInOrder()
{
    rounds(Stress::scaled(16), {.threads = 3, .registries = 1, .slots = 300, .operations = 4000});
}

// Short ones: the beginning and the end of registries and threads.
void manyShortStormsEndInOrder()
{
    rounds(Stress::scaled(1600), {.threads = 3, .registries = 2, .slots = 3, .operations = 60});
}

} // namespace

int main(int argc, char **argv)
{
    return Stress::runChecks(argc, argv,
                             {
                                     STRESS_NAMED(everythingAtOnceOnOneRegistryEndsInOrder),
                                     STRESS_NAMED(everythingAtOnceOnThreeRegistriesEndsInOrder),
                                     STRESS_NAMED(fewHandlersAndManyThreadsEndInOrder),
                                     STRESS_NAMED(hundredsOfHandlersEndInOrder),
                                     STRESS_NAMED(manyShortStormsEndInOrder),
                             });
}
