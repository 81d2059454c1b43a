// SPDX-License-Identifier: MIT
#pragma once

#include "bars.h"
#include "samples.h"

#include <iosfwd>
#include <string>
#include <vector>

// All of it is Markdown. Every value is the median over the runs, with the least and the most; ratios and differences are taken within each
// process first.
namespace SignalBoxBenchmark {

void printFacts(std::ostream &out, const std::vector<ProcessRun> &runs);
// The same in one sentence.
void printFactsBriefly(std::ostream &out, const std::vector<ProcessRun> &runs);
void printBars(std::ostream &out, const std::vector<ProcessRun> &runs, const std::vector<Bar> &bars);

// A regular expression for the benchmarks on which the missed bars depend; empty if all are met.
std::string missedBenchmarks(const std::vector<ProcessRun> &runs, const std::vector<Bar> &bars);

void printBarsBriefly(std::ostream &out, const std::vector<ProcessRun> &runs, const std::vector<Bar> &bars);

// A peer a line. The selection is what the README shows.
void printPeerTables(std::ostream &out, const std::vector<ProcessRun> &runs);
void printSelectedPeerTables(std::ostream &out, const std::vector<ProcessRun> &runs);

// Each column in which a peer, the floors apart (the raw loop, an idle event loop), was faster than SignalBox.
void printLosses(std::ostream &out, const std::vector<ProcessRun> &runs);

} // namespace SignalBoxBenchmark
