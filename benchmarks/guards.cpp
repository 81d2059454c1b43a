// SPDX-License-Identifier: MIT
//
// What does a guard cost? Its destructor waits until no other thread is inside the handler, and must look for such a
// thread even if the capture is plain. Asked of one guard, and of sixteen, that end one after another or as a GuardSet.
// No peer has anything like it: their scoped connections do not wait.
#include "changes.h"
#include "quantiles.h"
#include "questions.h"

#include <optional>

namespace SignalBoxBenchmark {

namespace {

constexpr std::size_t otherHandlers = 16;
constexpr std::size_t guardCount = 16;

// A registry with some handlers in it, and the other thread if there is to be one.
class Scene
{
public:
    explicit Scene(bool isBusy) : m_sinks(otherHandlers + 1)
    {
        for (std::size_t index = 0; index < otherHandlers; ++index)
            m_registry.add(PlainHandler{m_sinks.at(index)});
        if (isBusy)
            m_load.emplace([this] { m_unrelated.step(); });
    }

    SignalBoxRegistry &registry() { return m_registry; }
    PlainHandler handler() const { return {m_sinks.at(otherHandlers)}; }

private:
    const Sinks m_sinks;
    SignalBoxRegistry m_registry;
    UnrelatedRegistry<SignalBoxRegistry> m_unrelated;
    std::optional<BackgroundLoad> m_load;
};

void oneGuard(benchmark::State &state, Scene &scene)
{
    for ([[maybe_unused]] auto iteration : state) {
        SignalBox::HandlerGuard guard = scene.registry().addGuard(scene.handler());
        guard.reset();
    }
}

void oneId(benchmark::State &state, Scene &scene)
{
    for ([[maybe_unused]] auto iteration : state)
        scene.registry().remove(scene.registry().add(scene.handler()));
}

void guardSet(benchmark::State &state, Scene &scene)
{
    std::vector<double> samples;
    SignalBox::GuardSet guards;
    for ([[maybe_unused]] auto round : state) {
        for (std::size_t index = 0; index < guardCount; ++index)
            guards.add(scene.registry().addGuard(scene.handler()));
        const auto start = Clock::now();
        guards.reset();
        samples.push_back(nanosecondsSince(start));
        state.SetIterationTime(samples.back() / 1e9);
    }
    reportSamples(state, std::move(samples));
}

void severalGuards(benchmark::State &state, Scene &scene)
{
    std::vector<double> samples;
    std::vector<SignalBox::HandlerGuard> guards;
    guards.reserve(guardCount);
    for ([[maybe_unused]] auto round : state) {
        for (std::size_t index = 0; index < guardCount; ++index)
            guards.push_back(scene.registry().addGuard(scene.handler()));
        const auto start = Clock::now();
        guards.clear();
        samples.push_back(nanosecondsSince(start));
        state.SetIterationTime(samples.back() / 1e9);
    }
    reportSamples(state, std::move(samples));
}

void severalIds(benchmark::State &state, Scene &scene)
{
    std::vector<double> samples;
    std::vector<SignalBox::HandlerId> ids;
    ids.reserve(guardCount);
    for ([[maybe_unused]] auto round : state) {
        for (std::size_t index = 0; index < guardCount; ++index)
            ids.push_back(scene.registry().add(scene.handler()));
        const auto start = Clock::now();
        for (const SignalBox::HandlerId id : ids)
            scene.registry().remove(id);
        samples.push_back(nanosecondsSince(start));
        ids.clear();
        state.SetIterationTime(samples.back() / 1e9);
    }
    reportSamples(state, std::move(samples));
}

using Function = void (*)(benchmark::State &, Scene &);

benchmark::internal::Benchmark *registerScene(const char *variant, Function function, bool isBusy)
{
    const std::string suffix = isBusy ? "-busy" : "-alone";
    return benchmark::RegisterBenchmark(benchmarkName("guard", SignalBoxRegistry::name, variant + suffix).c_str(),
                                        [function, isBusy](benchmark::State &state) {
                                            if (isBusy && availableCpuCount() < 2) {
                                                state.SkipWithError("needs two CPUs");
                                                return;
                                            }
                                            Scene scene(isBusy);
                                            function(state, scene);
                                        });
}

} // namespace

void registerGuards()
{
    for (const bool isBusy : {false, true}) {
        registerScene("id", oneId, isBusy);
        registerScene("one", oneGuard, isBusy);
        registerScene("several-ids", severalIds, isBusy)->UseManualTime()->Iterations(50 * roundCount);
        registerScene("several", severalGuards, isBusy)->UseManualTime()->Iterations(50 * roundCount);
        registerScene("set", guardSet, isBusy)->UseManualTime()->Iterations(50 * roundCount);
    }
}

} // namespace SignalBoxBenchmark
