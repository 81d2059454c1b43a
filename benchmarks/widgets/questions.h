// SPDX-License-Identifier: MIT
#pragma once

// One question per file. Each function registers the benchmarks of its question, in the order in which they run.
namespace SignalBoxBenchmark {

void registerRows();
void registerSnapshots();
void registerSorted();

// The share of a CPU that the calling thread takes while its window is at rest: that of the timer by which gaps between frames are measured.
double shareAtRest();

} // namespace SignalBoxBenchmark
