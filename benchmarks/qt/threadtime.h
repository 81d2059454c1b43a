// SPDX-License-Identifier: MIT
#pragma once

namespace SignalBoxBenchmark {

// Nanoseconds of CPU that the calling thread has had; of the clock, where the system does not tell.
double threadTime() noexcept;

} // namespace SignalBoxBenchmark
