// SPDX-License-Identifier: MIT
#pragma once

#include "arrivals.h"
#include "targetthread.h"
#include "threadtime.h"

#include "../secondthread.h"

#include <atomic>
#include <cstdint>
#include <optional>

namespace SignalBoxBenchmark {

inline constexpr std::int64_t deliveryCount = 1'000'000;
inline constexpr std::int64_t burstCount = 5;

// Whether the target takes events while they are posted, or is blocked until all have been.
enum class Target { Together, Blocked };

// Nanoseconds, for each delivery that was asked for. Together: of the clock, from the first post to the last delivery.
// Blocked: of CPU, of all threads.
struct BurstTime
{
    double each = 0;
    double posting = 0; // of it
    std::uint64_t arrived = 0;
};

template <class Peer>
void postBurst(Peer &peer, std::int64_t count)
{
    for (std::int64_t index = 0; index < count - 1; ++index)
        dispatch(peer, static_cast<Event>(index));
    dispatch(peer, lastEvent);
}

// The posts of one producer, or of two at the same time, each of them half.
template <class Peer>
class Producers
{
public:
    explicit Producers(int count)
    {
        if (count == 2)
            m_second.emplace();
    }

    // Returns the CPU time of the posts, of all producers.
    double post(Peer &peer, std::int64_t count)
    {
        if (!m_second)
            return measured([&] { postBurst(peer, count); });
        double second = 0;
        std::atomic<int> ready = 0;
        const auto postHalf = [&] {
            ready.fetch_add(1);
            while (ready.load() != 2) { }
            return measured([&] { postBurst(peer, count / 2); });
        };
        m_second->start([&] { second = postHalf(); });
        const double first = postHalf();
        m_second->wait();
        return first + second;
    }

    std::size_t count() const noexcept { return m_second ? 2 : 1; }

private:
    template <class Work>
    static double measured(Work work)
    {
        const double start = threadTime();
        work();
        return threadTime() - start;
    }

    std::optional<SecondThread> m_second;
};

// Bursts to the handlers of one target thread.
template <class Peer>
class Burst
{
public:
    // add(peer, handler) is called for each handler.
    template <class Add>
    Burst(std::size_t handlerCount, Add add, int producerCount = 1)
        : m_handlerCount(handlerCount), m_sinks(handlerCount), m_peer(m_target), m_producers(producerCount)
    {
        for (std::size_t index = 0; index < handlerCount; ++index)
            add(m_peer, CountingHandler{m_sinks.at(index), &m_arrivals});
    }

    // Empty if the last event did not arrive.
    std::optional<BurstTime> run(Target target, std::int64_t eventCount)
    {
        m_arrivals.expect(m_handlerCount * m_producers.count());
        double posting = 0;
        double total = 0;
        if (target == Target::Together) {
            const auto start = Clock::now();
            m_producers.post(m_peer, eventCount);
            posting = nanosecondsSince(start);
            if (!m_arrivals.wait())
                return {};
            total = std::chrono::duration<double, std::nano>(m_arrivals.endTime() - start).count();
        } else {
            Blockade blockade(m_target);
            posting = m_producers.post(m_peer, eventCount);
            blockade.release();
            if (!m_arrivals.wait())
                return {};
            total = posting + m_arrivals.threadTimeAtEnd() - blockade.threadTimeAtRelease();
        }
        const double deliveries = static_cast<double>(eventCount) * static_cast<double>(m_handlerCount);
        return BurstTime{total / deliveries, posting / deliveries, m_arrivals.eventCount()};
    }

private:
    const std::size_t m_handlerCount;
    const Sinks m_sinks;
    Arrivals m_arrivals;
    TargetThread m_target;
    Peer m_peer;
    Producers<Peer> m_producers;
};

} // namespace SignalBoxBenchmark
