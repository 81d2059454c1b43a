// SPDX-License-Identifier: MIT
#pragma once

#include "bars.h"
#include "samples.h"

#include <iosfwd>
#include <vector>

// All of it is Markdown. Every value is the median over the processes; ratios and differences are taken within each
// process first.
namespace SignalBoxBenchmark {

void printFacts(std::ostream &out, const std::vector<ProcessRun> &runs);
void printBars(std::ostream &out, const std::vector<ProcessRun> &runs, const std::vector<Bar> &bars);

// A peer a line: notify and registration by the number of handlers, two threads, churn, clear().
void printPeerTables(std::ostream &out, const std::vector<ProcessRun> &runs);

// Each place where a thread-safe or other peer, the floors apart (the raw loop, an idle event loop), was faster than SignalBox.
void printLosses(std::ostream &out, const std::vector<ProcessRun> &runs);

} // namespace SignalBoxBenchmark
