// SPDX-License-Identifier: MIT
//
// realtimecalls allowed               calls all that real-time threads may call, and prints what came of it. Exits 0
// realtimecalls post|register|end     calls what they may not, and is ended by the sanitizer
#ifdef TEST_DEBUG_BUILD
#    undef QT_NO_DEBUG
#endif

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventRegistry>
#include <SignalBox/RealtimeSource>
#include <SignalBox/SyncRegistry>
#include <SignalBox/VectorStorage>

#include <QtCore/qcoreapplication.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

namespace {

using SignalBox::AsyncRegistry;
using SignalBox::RealtimeSource;

constexpr int capacity = 64;
constexpr int offers = 1000;

// Has memory of its own, which was made before.
struct Block
{
    int number = 0;
    std::unique_ptr<float[]> samples;
};

std::atomic<int> wakes = 0;

void wake() noexcept
{
    wakes.fetch_add(1, std::memory_order_relaxed);
}

// What a real-time thread runs. The sanitizer watches from here on.

int offerAll(RealtimeSource<int> &source) noexcept [[clang::nonblocking]]
{
    int taken = 0;
    for (int i = 0; i < offers; ++i)
        taken += source.offer(int(i));
    return taken;
}

int offerBlocks(RealtimeSource<Block> &source, std::vector<Block> &blocks) noexcept [[clang::nonblocking]]
{
    int taken = 0;
    for (Block &block : blocks)
        taken += source.offer(std::move(block));
    return taken;
}

int offerNothing(RealtimeSource<void> &source) noexcept [[clang::nonblocking]]
{
    int taken = 0;
    for (int i = 0; i < offers; ++i)
        taken += source.offer();
    return taken;
}

std::uint64_t askForLosses(const RealtimeSource<int> &source) noexcept [[clang::nonblocking]]
{
    return source.lost();
}

void record(SignalBox::EventRegistry<> &events) noexcept [[clang::nonblocking]]
{
    events.recordEvent(0);
    events.recordEvent(7); // which is unknown
}

void notify(const SignalBox::SyncRegistry<int> &registry) noexcept [[clang::nonblocking]]
{
    for (int i = 0; i < offers; ++i)
        registry.notify(i);
}

void post(const AsyncRegistry<int> &registry) noexcept [[clang::nonblocking]]
{
    for (int i = 0; i < offers; ++i)
        registry.post(i);
}

void registerOne(SignalBox::SyncRegistry<int> &registry) noexcept [[clang::nonblocking]]
{
    registry.registerHandler([](const int &) {});
}

void end(std::optional<RealtimeSource<int>> &source) noexcept [[clang::nonblocking]]
{
    source.reset();
}

bool check(const char *what, std::int64_t value, std::int64_t expected)
{
    std::printf("%s: %lld\n", what, static_cast<long long>(value));
    if (value == expected)
        return true;
    std::printf("  expected %lld\n", static_cast<long long>(expected));
    return false;
}

bool callWhatIsAllowed()
{
    constexpr std::chrono::hours never(1);
    bool isRight = true;
    auto registry = std::make_unique<AsyncRegistry<int>>();
    int handled = 0;
    registry->registerHandler([&handled](const int &) { ++handled; });
    auto source = registry->addRealtimeSource(capacity, never);
    isRight &= check("taken by a source until it was full", offerAll(source), capacity);
    isRight &= check("lost", static_cast<std::int64_t>(askForLosses(source)), offers - capacity);
    source.take();
    isRight &= check("handled", handled, capacity);
    isRight &= check("taken after that", offerAll(source), capacity);
    registry.reset();
    isRight &= check("taken without a registry", offerAll(source), 0);

    AsyncRegistry<Block> blocks;
    blocks.registerHandler([](const Block &) {});
    auto blockSource = blocks.addRealtimeSource(capacity, never);
    std::vector<Block> made(2 * capacity);
    for (Block &block : made)
        block.samples = std::make_unique<float[]>(48);
    isRight &= check("blocks taken", offerBlocks(blockSource, made), capacity);
    isRight &= check("blocks handed on", blockSource.take(), capacity);

    AsyncRegistry<void> nothing;
    auto nothingSource = nothing.addRealtimeSource(capacity, never);
    isRight &= check("taken without data", offerNothing(nothingSource), capacity);

    SignalBox::EventRegistry<> events{SignalBox::VectorStorage(2), wake};
    auto listener = events.registerListener(0);
    record(events);
    isRight &= check("wakes", wakes, 1);
    isRight &= check("broadcast", events.broadcast(), 1);

    SignalBox::SyncRegistry<int> inlineRegistry;
    int calls = 0;
    inlineRegistry.registerHandler([&calls](const int &) { ++calls; });
    inlineRegistry.notify(0); // the first one of a thread may allocate
    notify(inlineRegistry);
    isRight &= check("notified", calls, offers + 1);
    return isRight;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const char *const call = argc > 1 ? argv[1] : "allowed";
    if (std::strcmp(call, "allowed") == 0)
        return callWhatIsAllowed() ? 0 : 1;
    AsyncRegistry<int> registry;
    QObject context;
    registry.registerHandler(&context, [](const int &) {}, {.delivery = SignalBox::Delivery::Queued});
    if (std::strcmp(call, "post") == 0) {
        post(registry);
    } else if (std::strcmp(call, "register") == 0) {
        SignalBox::SyncRegistry<int> other;
        registerOne(other);
    } else if (std::strcmp(call, "end") == 0) {
        std::optional<RealtimeSource<int>> source(registry.addRealtimeSource(capacity));
        source->offer(1);
        end(source);
    }
    std::puts("not ended");
    return 0;
}
