// SPDX-License-Identifier: MIT
#include "samplereporter.h"

#include <stdexcept>

namespace SignalBoxBenchmark {

namespace {

double nanoseconds(const benchmark::BenchmarkReporter::Run &run)
{
    const auto median = run.counters.find("median_ns");
    if (median != run.counters.end())
        return median->second.value;
    const bool isManual = !run.run_name.time_type.empty();
    const double time = isManual ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime();
    return time / benchmark::GetTimeUnitMultiplier(run.time_unit) * 1e9;
}

} // namespace

SampleReporter::SampleReporter(const std::string &fileName) : ConsoleReporter(OO_None)
{
    if (fileName.empty())
        return;
    m_file.open(fileName);
    if (!m_file)
        throw std::runtime_error("cannot write to " + fileName);
}

void SampleReporter::writeFact(const std::string &key, const std::string &value)
{
    if (m_file.is_open())
        m_file << "# " << key << '\t' << value << '\n';
}

// Google Benchmark 1.8 has given it another name and type.
template <class Run>
static bool isSkipped(const Run &run)
{
    if constexpr (requires { run.error_occurred; })
        return run.error_occurred;
    else
        return static_cast<bool>(run.skipped);
}

void SampleReporter::ReportRuns(const std::vector<Run> &runs)
{
    ConsoleReporter::ReportRuns(runs);
    if (!m_file.is_open())
        return;
    for (const Run &run : runs) {
        if (isSkipped(run) || run.run_type != Run::RT_Iteration)
            continue;
        m_file << run.run_name.function_name << '\t' << nanoseconds(run);
        for (const auto &[key, counter] : run.counters) {
            if (key != "median_ns")
                m_file << '\t' << key << '=' << counter.value;
        }
        m_file << '\n';
    }
    m_file.flush();
}

} // namespace SignalBoxBenchmark
