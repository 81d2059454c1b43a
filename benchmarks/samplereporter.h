// SPDX-License-Identifier: MIT
#pragma once

#include <benchmark/benchmark.h>

#include <fstream>
#include <string>

namespace SignalBoxBenchmark {

// Prints results as Google Benchmark does, and writes them to a file for benchmark-table as well. Its own CSV cannot
// hold counters that only some benchmarks have. The file has lines of two kinds, with tabs between the fields:
//     # key  value                        a fact about the machine or the build
//     name   nanoseconds   [key=value]... a result and its counters
// A benchmark that measured its own samples says their median in a counter `median_ns` (quantiles.h), which is then the result;
// otherwise the result is the CPU time of the measuring thread, which leaves out the time of other processes.
class SampleReporter : public benchmark::ConsoleReporter
{
public:
    // No file if `fileName` is empty. Throws std::runtime_error if it cannot be written.
    explicit SampleReporter(const std::string &fileName);

    void writeFact(const std::string &key, const std::string &value);
    void ReportRuns(const std::vector<Run> &runs) override;

private:
    std::ofstream m_file;
};

} // namespace SignalBoxBenchmark
