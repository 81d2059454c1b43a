// SPDX-License-Identifier: MIT
#include "handlers.h"

namespace SignalBoxBenchmark {

SIGNALBOX_BENCHMARK_NOINLINE void consume(Sink *sink, const Event &event)
{
    asm volatile("" : : "r"(sink), "r"(&event) : "memory");
}

SIGNALBOX_BENCHMARK_NOINLINE void consumeAtDestruction(Sink *sink) noexcept
{
    asm volatile("" : : "r"(sink) : "memory");
}

} // namespace SignalBoxBenchmark
