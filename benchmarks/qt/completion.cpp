// SPDX-License-Identifier: MIT
//
// How long does it take until the notifying thread knows that a handler on another thread is done, and that eight are,
// each begun when the one before has ended? It waits for the future; with plain Qt, for a promise that a queued
// call keeps, or in a blocking call.
#include "../handlers.h"
#include "../measure.h"
#include "../quantiles.h"
#include "questions.h"
#include "targetthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qpromise.h>

#include <memory>

namespace SignalBoxBenchmark {

namespace {

constexpr int eventCount = 4000;

enum class Order { Concurrent, Sequential };

void measureSignalBox(benchmark::State &state, std::size_t handlerCount, Order order)
{
    const Sinks sinks(handlerCount);
    TargetThread target;
    SignalBox::AsyncRegistry<Event> registry;
    for (std::size_t index = 0; index < handlerCount; ++index)
        registry.registerHandler(target.context(), PlainHandler{sinks.at(index)});
    std::uint64_t calls = 0;
    std::uint64_t notifies = 0;
    timeSteps(state, 1, [&] {
        const QFuture<SignalBox::DispatchReport> future =
                order == Order::Concurrent ? registry.notify(42) : registry.notifySequential(42);
        calls += future.result().called;
        ++notifies;
    });
    if (calls != notifies * handlerCount)
        state.SkipWithError("a handler was not called");
}

void measureBlockingCalls(benchmark::State &state, std::size_t handlerCount)
{
    const Sinks sinks(handlerCount);
    TargetThread target;
    timeSteps(state, 1, [&] {
        for (std::size_t index = 0; index < handlerCount; ++index)
            target.run([handler = PlainHandler{sinks.at(index)}] { handler(42); });
    });
}

void measurePromise(benchmark::State &state)
{
    const Sinks sinks(1);
    TargetThread target;
    timeSteps(state, 1, [&] {
        auto promise = std::make_shared<QPromise<SignalBox::DispatchReport>>();
        promise->start();
        QFuture<SignalBox::DispatchReport> future = promise->future();
        QMetaObject::invokeMethod(
                target.context(),
                [promise = std::move(promise), handler = PlainHandler{sinks.at(0)}] {
                    handler(42);
                    promise->addResult(SignalBox::DispatchReport{.called = 1});
                    promise->finish();
                },
                Qt::QueuedConnection);
        future.waitForFinished();
    });
}

template <class Measure>
void add(const char *peer, const std::string &variant, Measure measure)
{
    benchmark::RegisterBenchmark(benchmarkName("completion", peer, withEventLoop(variant)).c_str(), measure)
            ->UseManualTime()
            ->Iterations(eventCount);
}

} // namespace

void registerCompletion()
{
    const std::string one = "1";
    add("Qt promise", one, measurePromise);
    add("SignalBox", one, [](benchmark::State &state) { measureSignalBox(state, 1, Order::Concurrent); });
    add("Qt blocking call", one, [](benchmark::State &state) { measureBlockingCalls(state, 1); });
    add("SignalBox", "8", [](benchmark::State &state) { measureSignalBox(state, 8, Order::Concurrent); });
    add("SignalBox", "8-sequential", [](benchmark::State &state) { measureSignalBox(state, 8, Order::Sequential); });
    add("Qt blocking call", "8-sequential", [](benchmark::State &state) { measureBlockingCalls(state, 8); });
}

} // namespace SignalBoxBenchmark
