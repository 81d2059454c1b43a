// SPDX-License-Identifier: MIT
#pragma once

namespace SignalBoxBenchmark {

// What main() of each program does: takes Google Benchmark's options and --samples=FILE (write the results there as well,
// for benchmark-table), and runs what registerAll() registers, with a second thread parked. Returns the exit code.
int runBenchmarks(int argc, char **argv, const char *programName, void (*registerAll)());

} // namespace SignalBoxBenchmark
