// SPDX-License-Identifier: MIT
#pragma once

#include "../handlers.h"
#include "../measure.h"

#include <cstdint>
#include <semaphore>

namespace SignalBoxBenchmark {

// The event that ends a burst. The others count up from 0.
inline constexpr Event lastEvent = -1;

// What has arrived at the handlers of one target thread, and when the last event had. Only that thread writes, so that
// handlers count without an atomic operation.
class alignas(64) Arrivals
{
public:
    // Before the burst: so many handlers see its last event.
    void expect(std::size_t handlerCount) noexcept;

    void count(const Event &event) noexcept
    {
        ++m_count;
        if (event == lastEvent && ++m_ends == m_handlerCount)
            end();
    }

    // By the producer, after it has posted lastEvent. False if that did not arrive for a minute.
    [[nodiscard]] bool wait();

    // After wait().
    std::uint64_t eventCount() const noexcept { return m_count; }
    Clock::time_point endTime() const noexcept { return m_endTime; }
    double threadTimeAtEnd() const noexcept { return m_threadTimeAtEnd; }

private:
    void end() noexcept;

    std::uint64_t m_count = 0;
    std::size_t m_ends = 0;
    std::size_t m_handlerCount = 0;
    Clock::time_point m_endTime;
    double m_threadTimeAtEnd = 0;
    std::binary_semaphore m_hasEnded{0};
};

struct CountingHandler
{
    Sink *sink;
    Arrivals *arrivals;

    void operator()(const Event &event) const
    {
        consume(sink, event);
        arrivals->count(event);
    }
};

} // namespace SignalBoxBenchmark
