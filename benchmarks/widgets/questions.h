// SPDX-License-Identifier: MIT
#pragma once

// One question per file. Each function registers the benchmarks of its question, in the order in which they run.
namespace SignalBoxBenchmark {

void registerRows();
void registerSnapshots();
void registerSorted();

} // namespace SignalBoxBenchmark
