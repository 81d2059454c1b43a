// SPDX-License-Identifier: MIT
//
// What does the process-wide fence itself cost on this machine, alone and while another thread runs? Whoever must know
// that nobody is inside a handler any more pays at least that, so it is the floor of prompt destruction and of guards.
#include "changes.h"
#include "questions.h"

#include <optional>

#ifdef __linux__
#    include <linux/membarrier.h>
#    include <sys/syscall.h>
#    include <unistd.h>
#endif

namespace SignalBoxBenchmark {

#ifdef __linux__

namespace {

void fence(benchmark::State &state, bool isBusy)
{
    if (isBusy && availableCpuCount() < 2) {
        state.SkipWithError("needs two CPUs");
        return;
    }
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0) {
        state.SkipWithError("this kernel has no membarrier");
        return;
    }
    UnrelatedRegistry<SignalBoxRegistry> unrelated;
    std::optional<BackgroundLoad> load;
    if (isBusy)
        load.emplace([&unrelated] { unrelated.step(); });
    for ([[maybe_unused]] auto iteration : state)
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

} // namespace

void registerFenceCost()
{
    for (const bool isBusy : {false, true}) {
        benchmark::RegisterBenchmark(benchmarkName("fence", "membarrier", isBusy ? "busy" : "alone").c_str(),
                                     [isBusy](benchmark::State &state) { fence(state, isBusy); });
    }
}

#else

void registerFenceCost() {}

#endif

} // namespace SignalBoxBenchmark
