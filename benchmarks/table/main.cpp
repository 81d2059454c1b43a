// SPDX-License-Identifier: MIT
//
// benchmark-table FILE...: reads what benchmark-core and benchmark-qt wrote with --samples=FILE, a file for each run (what
// several programs wrote in one run is joined), and prints the tables. Whether a bar is met never decides the exit code: only a file that cannot be read does.
#include "bars.h"
#include "samples.h"
#include "tables.h"

#include <exception>
#include <iostream>
#include <utility>

using namespace SignalBoxBenchmark;

int main(int argc, char **argv)
{
    if (argc < 2) {
        std::cerr << "usage: benchmark-table FILE...   (each written by a benchmark program with --samples=FILE)\n";
        return 2;
    }
    try {
        std::vector<ProcessRun> runs;
        for (int index = 1; index < argc; ++index)
            runs.push_back(readProcessRun(argv[index]));
        printFacts(std::cout, runs);
        std::vector<Bar> bars = coreBars();
        for (Bar &bar : qtBars())
            bars.push_back(std::move(bar));
        printBars(std::cout, runs, bars);
        printPeerTables(std::cout, runs);
        printLosses(std::cout, runs);
    } catch (const std::exception &error) {
        std::cerr << "benchmark-table: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
