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
        m_sinks.addHandlers(m_registry, otherHandlers);
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

// Registers sixteen handlers for each sample, and times how they end.
template <class Register, class End>
void timeEndOfSixteen(benchmark::State &state, Register registerOne, End end)
{
    takeSamples(state, [&] {
        for (std::size_t index = 0; index < guardCount; ++index)
            registerOne();
        const auto start = Clock::now();
        end();
        return nanosecondsSince(start);
    });
}

void guardSet(benchmark::State &state, Scene &scene)
{
    SignalBox::GuardSet guards;
    timeEndOfSixteen(
            state, [&] { guards.add(scene.registry().addGuard(scene.handler())); }, [&] { guards.reset(); });
}

void severalGuards(benchmark::State &state, Scene &scene)
{
    std::vector<SignalBox::HandlerGuard> guards;
    guards.reserve(guardCount);
    timeEndOfSixteen(
            state, [&] { guards.push_back(scene.registry().addGuard(scene.handler())); }, [&] { guards.clear(); });
}

void severalIds(benchmark::State &state, Scene &scene)
{
    std::vector<SignalBox::HandlerId> ids;
    ids.reserve(guardCount);
    timeEndOfSixteen(
            state, [&] { ids.push_back(scene.registry().add(scene.handler())); },
            [&] {
                for (const SignalBox::HandlerId id : ids)
                    scene.registry().remove(id);
                ids.clear();
            });
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
