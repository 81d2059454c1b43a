// SPDX-License-Identifier: MIT
//
// What does it add that a capture must be destroyed as soon as its handler is gone and nobody is inside it? Asked of
// the replacement of a random one of N handlers, and of a clear() of 1000, alone and while another thread runs. The
// plain captures are measured in the same conditions.
#include "changes.h"
#include "quantiles.h"
#include "questions.h"

#include <optional>

namespace SignalBoxBenchmark {

namespace {

enum class Company {
    Alone,
    OtherThreadRuns,
};

const char *toString(Company company)
{
    return company == Company::Alone ? "alone" : "busy";
}

// The other thread, if there is to be one.
template <class Peer>
class Companion
{
public:
    explicit Companion(Company company)
    {
        if (company == Company::OtherThreadRuns)
            m_load.emplace([this] { m_registry.step(); });
    }

private:
    UnrelatedRegistry<Peer> m_registry;
    std::optional<BackgroundLoad> m_load;
};

bool isImpossible(benchmark::State &state, Company company)
{
    if (company == Company::Alone || availableCpuCount() >= 2)
        return false;
    state.SkipWithError("needs two CPUs");
    return true;
}

template <class Peer, class Handler>
void replaceRandomHandler(benchmark::State &state, std::size_t count, Company company)
{
    if (isImpossible(state, company))
        return;
    Replacement<Peer, Handler> replacement(count, Priorities::Same);
    const Companion<Peer> companion(company);
    for ([[maybe_unused]] auto iteration : state)
        replacement.step();
}

template <class Peer, class Handler>
void clearAll(benchmark::State &state, Company company)
{
    if (isImpossible(state, company))
        return;
    constexpr std::size_t count = 1000;
    const Sinks sinks(count);
    Peer peer;
    const Companion<Peer> companion(company);
    takeSamples(state, [&] {
        for (std::size_t index = 0; index < count; ++index)
            peer.add(Handler{sinks.at(index)});
        const auto start = Clock::now();
        peer.clear();
        return nanosecondsSince(start);
    });
}

template <class Peer, class Handler>
void registerBenchmarks(const char *handler, Company company)
{
    const std::string variant = std::string(handler) + '-' + toString(company);
    if constexpr (!std::is_same_v<Peer, RawLoop>) {
        for (const std::size_t count : {16, 64, 1000, 10'000}) {
            benchmark::RegisterBenchmark(
                    benchmarkName("destroy", Peer::name, variant + '-' + std::to_string(count)).c_str(),
                    [count, company](benchmark::State &state) {
                        replaceRandomHandler<Peer, Handler>(state, count, company);
                    });
        }
    }
    benchmark::RegisterBenchmark(benchmarkName("clear", Peer::name, variant).c_str(),
                                 [company](benchmark::State &state) { clearAll<Peer, Handler>(state, company); })
            ->UseManualTime()
            ->Iterations(roundCount);
}

} // namespace

void registerPromptDestruction()
{
    forEachPeer(AllPeers(), []<class Peer>(std::type_identity<Peer>) {
        for (const Company company : {Company::Alone, Company::OtherThreadRuns}) {
            registerBenchmarks<Peer, PlainHandler>("plain", company);
            registerBenchmarks<Peer, OwningHandler>("destructor", company);
        }
    });
}

} // namespace SignalBoxBenchmark
