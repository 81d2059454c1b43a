// SPDX-License-Identifier: MIT
#include "check.h"

#include <SignalBox/SyncRegistry>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

// What a change costs, as the bytes that it allocates for the next list: it fills them all, and writes little else.

namespace {

std::size_t allocatedBytes = 0;

} // namespace

void *operator new(std::size_t bytes)
{
    allocatedBytes += bytes;
    if (void *memory = std::malloc(bytes))
        return memory;
    throw std::bad_alloc();
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace {

using Registry = SignalBox::SyncRegistry<int>;

// The mean of many replacements of a handler somewhere in the middle.
std::size_t bytesPerChange(Registry &registry, std::vector<SignalBox::HandlerId> &ids)
{
    constexpr std::size_t rounds = 500;
    const std::size_t before = allocatedBytes;
    std::size_t index = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        index = (index + 7919 * 31) % ids.size();
        CHECK(registry.unregister(ids[index]));
        ids[index] = registry.registerHandler([](const int &) {}, {.priority = static_cast<int>(index % 1000)});
    }
    return (allocatedBytes - before) / (2 * rounds);
}

void changeCopiesSomeSquareRootOfTheList()
{
    Registry registry;
    std::vector<SignalBox::HandlerId> ids;
    const auto growTo = [&](std::size_t count) {
        while (ids.size() < count)
            ids.push_back(registry.registerHandler([](const int &) {}, {.priority = static_cast<int>(ids.size() % 1000)}));
    };
    growTo(10'000);
    const std::size_t atTenThousand = bytesPerChange(registry, ids);
    growTo(160'000);
    const std::size_t atSixteenTimesThat = bytesPerChange(registry, ids);
    std::printf("%zu bytes at 10 000 handlers, %zu at 160 000\n", atTenThousand, atSixteenTimesThat);
    CHECK(atTenThousand < 12'000);
    CHECK(atSixteenTimesThat < 5 * atTenThousand); // the root is 4
}

// Of the same length, whatever it once was.
void changeCostsLittleAgainWhenTheHandlersHaveGone()
{
    Registry registry;
    std::vector<SignalBox::HandlerId> ids;
    for (int i = 0; i < 160'000; ++i)
        ids.push_back(registry.registerHandler([](const int &) {}, {.priority = i % 1000}));
    while (ids.size() > 40) {
        CHECK(registry.unregister(ids.back()));
        ids.pop_back();
    }
    CHECK(bytesPerChange(registry, ids) < 12'000);
    int calls = 0;
    registry.registerHandler([&](const int &) { ++calls; });
    CHECK(registry.notify(0).called == 41);
    CHECK(calls == 1);
}

} // namespace

int main()
{
    RUN(changeCopiesSomeSquareRootOfTheList);
    RUN(changeCostsLittleAgainWhenTheHandlersHaveGone);
}
