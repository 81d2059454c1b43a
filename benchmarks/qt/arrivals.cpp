// SPDX-License-Identifier: MIT
#include "arrivals.h"

#include "threadtime.h"

namespace SignalBoxBenchmark {

void Arrivals::expect(std::size_t handlerCount) noexcept
{
    m_count = 0;
    m_ends = 0;
    m_handlerCount = handlerCount;
}

bool Arrivals::wait()
{
    return m_hasEnded.try_acquire_for(std::chrono::minutes(1));
}

void Arrivals::end() noexcept
{
    m_endTime = Clock::now();
    m_threadTimeAtEnd = threadTime();
    m_hasEnded.release();
}

} // namespace SignalBoxBenchmark
