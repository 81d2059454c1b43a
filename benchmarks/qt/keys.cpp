// SPDX-License-Identifier: MIT
//
// What does a post cost of which only the newest per key counts, with 5000 keys and two producers; and what does the target pay for a
// key? Beside sixteen maps under mutexes. Blocked: the target is kept away meanwhile, and its share is counted by itself. Together:
// it takes what has changed once per 16 ms.
#include "burst.h"
#include "peers/keyedpeers.h"
#include "questions.h"

#include "../median.h"
#include "../peers/foreachpeer.h"
#include "../quantiles.h"

#include <QtCore/qstring.h>

#include <string>
#include <vector>

namespace SignalBoxBenchmark {

namespace {

constexpr int keyCount = 5000;
constexpr int postCount = 500'000; // of each producer

template <class Key>
std::vector<Key> makeKeys()
{
    std::vector<Key> keys;
    for (int i = 0; i < keyCount; ++i) {
        if constexpr (std::is_same_v<Key, int>)
            keys.push_back(i);
        else
            keys.push_back(QStringLiteral("SYMBOL-%1").arg(i));
    }
    return keys;
}

// Of one producer: all keys in turn, far from each other. Returns its CPU time.
template <class Key, class Peer>
double postAll(Peer &peer, const std::vector<Key> &keys, int offset)
{
    const double start = threadTime();
    int index = offset;
    for (int i = 0; i < postCount; ++i) {
        index += 1237;
        if (index >= keyCount)
            index -= keyCount;
        peer.post({keys[static_cast<std::size_t>(index)], i});
    }
    return threadTime() - start;
}

template <class Key, class Peer>
void measureKeys(benchmark::State &state, Target target)
{
    if (availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    const std::vector<Key> keys = makeKeys<Key>();
    TargetThread thread;
    std::uint64_t taken = 0; // the target's, as the next one
    std::uint64_t sum = 0;
    const bool isBlocked = target == Target::Blocked;
    Peer peer(thread, isBlocked ? 0 : 16, [&](const Update<Key> &update) {
        ++taken;
        sum += static_cast<std::uint64_t>(update.value);
    });
    SecondThread second;
    const ScopedPin pin(0);
    std::vector<double> each;
    std::vector<double> takingEach;
    std::vector<double> events;
    bool isWarm = false;
    const auto measure = [&] {
        thread.run([&] { taken = 0; });
        std::optional<Blockade> blockade;
        if (isBlocked)
            blockade.emplace(thread);
        std::atomic<int> ready = 0;
        double secondTime = 0;
        const auto post = [&](int offset) {
            ready.fetch_add(1);
            while (ready.load() != 2) { }
            return postAll<Key>(peer, keys, offset);
        };
        second.start([&] { secondTime = post(keyCount / 2); });
        const double firstTime = post(0);
        second.wait();
        double begin = 0;
        double end = 0;
        std::uint64_t count = 0;
        if (blockade) {
            blockade->release();
            begin = blockade->threadTimeAtRelease();
        }
        thread.run([&] {
            end = threadTime();
            count = taken;
        });
        if (!isWarm)
            return;
        each.push_back((firstTime + secondTime) / (2.0 * postCount));
        events.push_back(static_cast<double>(count));
        if (count != 0)
            takingEach.push_back((end - begin) / static_cast<double>(count));
    };
    measure();
    isWarm = true;
    for ([[maybe_unused]] auto round : state) {
        measure();
        state.SetIterationTime(each.back() * 2 * postCount / 1e9);
    }
    state.counters["events"] = median(events);
    if (isBlocked && !takingEach.empty())
        state.counters["key_ns"] = median(takingEach);
    reportSamples(state, std::move(each));
}

template <class Key>
void registerKeysOf(const std::string &type)
{
    for (const Target target : {Target::Together, Target::Blocked}) {
        const std::string variant = withEventLoop(type + (target == Target::Together ? "-together" : "-blocked"));
        forEachPeer(PeerList<NewestByPeer<Key>, MutexMaps<Key>>(), [&]<class Peer>(std::type_identity<Peer>) {
            benchmark::RegisterBenchmark(benchmarkName("keys", Peer::name, variant).c_str(),
                                         [=](benchmark::State &state) { measureKeys<Key, Peer>(state, target); })
                    ->UseManualTime()
                    ->Unit(benchmark::kMillisecond)
                    ->Iterations(burstCount);
        });
    }
}

} // namespace

void registerKeys()
{
    registerKeysOf<int>("int");
    registerKeysOf<QString>("QString");
}

} // namespace SignalBoxBenchmark
