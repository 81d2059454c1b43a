// SPDX-License-Identifier: MIT
#include "threadtime.h"

#include <chrono>
#include <ctime>

namespace SignalBoxBenchmark {

double threadTime() noexcept
{
#ifdef CLOCK_THREAD_CPUTIME_ID
    timespec time{};
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0)
        return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
#endif
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace SignalBoxBenchmark
