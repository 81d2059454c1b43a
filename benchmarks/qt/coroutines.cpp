// SPDX-License-Identifier: MIT
//
// What does an await cost in a Task: of a notify whose handlers run inline, of a stream's next event, of another coroutine? And what does it
// cost to spawn one? The bars are 85, 60, 25 and 100 ns on a quiet machine, and no allocation but for frames and what is spawned. And what does an event
// cost to a handler that returns a Task, on its own thread: one that ends at once, one that waits for the next event of a stream, and, beside them, a handler
// that is no coroutine?
#include "../measure.h"
#include "malloccounter.h"
#include "questions.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/DeliverAll>
#include <SignalBox/EventStream>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/YieldToLoop>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qobject.h>

#include <cstdint>
#include <optional>

namespace SignalBoxBenchmark {

namespace {

using SignalBox::AsyncRegistry;
using SignalBox::EventStream;
using SignalBox::Task;

// Awaits are measured in rounds, since a coroutine gives way to its loop after some milliseconds.
constexpr int awaitsInARound = 1000;

Task<int> child(int number)
{
    co_return number;
}

Task<> callChildren(int *sum)
{
    for (int i = 0; i < awaitsInARound; ++i)
        *sum += co_await child(i);
}

Task<> deliver(const AsyncRegistry<int> *registry)
{
    for (int i = 0; i < awaitsInARound; ++i)
        co_await registry->deliverAll(i);
}

Task<> take(EventStream<int> stream, int *sum)
{
    while (const std::optional<int> number = co_await stream)
        *sum += *number;
}

Task<> endAtOnce()
{
    co_return;
}

void countMallocs(benchmark::State &state, std::uint64_t before, std::uint64_t operations)
{
    if (isMallocCounted)
        state.counters["mallocs"] = static_cast<double>(mallocCount() - before) / static_cast<double>(operations);
}

void measureChild(benchmark::State &state)
{
    QObject context;
    int sum = 0;
    const std::uint64_t before = mallocCount();
    for ([[maybe_unused]] auto iteration : state)
        SignalBox::spawn(&context, callChildren, &sum);
    benchmark::DoNotOptimize(sum);
    state.SetItemsProcessed(state.iterations() * awaitsInARound);
    countMallocs(state, before, static_cast<std::uint64_t>(state.iterations()) * awaitsInARound);
}

void measureInlineNotify(benchmark::State &state)
{
    QObject context;
    AsyncRegistry<int> registry;
    int sum = 0;
    registry.registerHandler([&sum](int number) { sum += number; });
    const std::uint64_t before = mallocCount();
    for ([[maybe_unused]] auto iteration : state)
        SignalBox::spawn(&context, deliver, &registry);
    benchmark::DoNotOptimize(sum);
    state.SetItemsProcessed(state.iterations() * awaitsInARound);
    countMallocs(state, before, static_cast<std::uint64_t>(state.iterations()) * awaitsInARound);
}

// Posts on the thread of the stream: each resumes the coroutine.
void measureStream(benchmark::State &state)
{
    QObject context;
    AsyncRegistry<int> registry;
    int sum = 0;
    SignalBox::spawn(&context, take, registry.stream(&context), &sum);
    registry.post(1);
    const std::uint64_t before = mallocCount();
    for ([[maybe_unused]] auto iteration : state)
        registry.post(1);
    if (sum != static_cast<int>(state.iterations()) + 1)
        state.SkipWithError("events are missing");
    countMallocs(state, before, static_cast<std::uint64_t>(state.iterations()));
}

void measureSpawn(benchmark::State &state)
{
    QObject context;
    SignalBox::spawn(&context, endAtOnce);
    const std::uint64_t before = mallocCount();
    for ([[maybe_unused]] auto iteration : state)
        SignalBox::spawn(&context, endAtOnce);
    countMallocs(state, before, static_cast<std::uint64_t>(state.iterations()));
}

enum class Handler { Function, EndsAtOnce, AwaitsOnce };

Task<> awaitOnce(EventStream<int> *stream, int *sum)
{
    if (const std::optional<int> number = co_await *stream)
        *sum += *number;
}

// A post to a handler of an object on this thread; and, if that awaits, another one that ends its coroutine.
template <Handler handler>
void measureHandler(benchmark::State &state)
{
    QObject context;
    AsyncRegistry<int> registry;
    AsyncRegistry<int> others;
    auto stream = others.stream(&context);
    int sum = 0;
    if constexpr (handler == Handler::Function)
        registry.registerHandler(&context, [&sum](const int &number) { sum += number; });
    else if constexpr (handler == Handler::EndsAtOnce)
        registry.registerHandler(&context, [&sum](const int &number) -> Task<> {
            sum += number;
            co_return;
        });
    else
        registry.registerHandler(&context, [&](const int &) { return awaitOnce(&stream, &sum); });
    QCoreApplication::processEvents(); // the context is seen on its thread
    const auto post = [&] {
        registry.post(1);
        if constexpr (handler == Handler::AwaitsOnce)
            others.post(1);
    };
    post();
    const std::uint64_t before = mallocCount();
    for ([[maybe_unused]] auto iteration : state)
        post();
    if (sum != static_cast<int>(state.iterations()) + 1)
        state.SkipWithError("events are missing");
    countMallocs(state, before, static_cast<std::uint64_t>(state.iterations()));
}

} // namespace

void registerCoroutines()
{
    benchmark::RegisterBenchmark(benchmarkName("await", "SignalBox", "child-1000").c_str(), measureChild);
    benchmark::RegisterBenchmark(benchmarkName("await", "SignalBox", "inline-notify-1000").c_str(), measureInlineNotify);
    benchmark::RegisterBenchmark(benchmarkName("await", "SignalBox", "stream").c_str(), measureStream);
    benchmark::RegisterBenchmark(benchmarkName("await", "SignalBox", "spawn").c_str(), measureSpawn);
    benchmark::RegisterBenchmark(benchmarkName("await", "SignalBox", "handler-function").c_str(),
                                 measureHandler<Handler::Function>);
    benchmark::RegisterBenchmark(benchmarkName("await", "SignalBox", "handler-ends-at-once").c_str(),
                                 measureHandler<Handler::EndsAtOnce>);
    benchmark::RegisterBenchmark(benchmarkName("await", "SignalBox", "handler-awaits-once").c_str(),
                                 measureHandler<Handler::AwaitsOnce>);
}

} // namespace SignalBoxBenchmark
