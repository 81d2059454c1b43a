// SPDX-License-Identifier: MIT
//
// benchmark-table [--selection | --missed] FILE...: reads what the benchmark programs wrote with --samples=FILE, a file for each
// run (what several programs wrote in one run is joined), and prints the tables, or those of them that the README shows, or
// a regular expression for the benchmarks of the bars that are missed. Whether a bar is met never decides the exit code: only
// a file that cannot be read does.
#include "bars.h"
#include "samples.h"
#include "tables.h"

#include <algorithm>
#include <exception>
#include <iostream>
#include <iterator>
#include <string_view>
#include <vector>

using namespace SignalBoxBenchmark;

int main(int argc, char **argv)
{
    const std::string_view option = argc > 1 ? argv[1] : "";
    const int firstFile = option == "--selection" || option == "--missed" ? 2 : 1;
    if (argc <= firstFile) {
        std::cerr << "usage: benchmark-table [--selection | --missed] FILE...   (each written by a benchmark program with --samples=FILE)\n";
        return 2;
    }
    try {
        std::vector<ProcessRun> runs;
        for (int index = firstFile; index < argc; ++index)
            runs.push_back(readProcessRun(argv[index]));
        std::vector<Bar> bars = coreBars();
        for (std::vector<Bar> more : {qtBars(), qmlBars()})
            std::move(more.begin(), more.end(), std::back_inserter(bars));
        if (option == "--missed") {
            std::cout << missedBenchmarks(runs, bars) << '\n';
            return 0;
        }
        if (option == "--selection") {
            printFactsBriefly(std::cout, runs);
            printSelectedPeerTables(std::cout, runs);
            printBarsBriefly(std::cout, runs, bars);
            return 0;
        }
        printFacts(std::cout, runs);
        printBars(std::cout, runs, bars);
        printPeerTables(std::cout, runs);
        printLosses(std::cout, runs);
    } catch (const std::exception &error) {
        std::cerr << "benchmark-table: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
