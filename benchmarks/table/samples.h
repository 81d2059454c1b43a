// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace SignalBoxBenchmark {

struct Sample
{
    double nanoseconds = 0;
    std::map<std::string, double> counters;
};

// What the benchmark programs wrote in one run, a process each (the format is described in samplereporter.h).
struct ProcessRun
{
    std::vector<std::pair<std::string, std::string>> facts;
    std::map<std::string, Sample> samples; // by "question/peer/variant"
    std::vector<std::string> peers;        // in the order in which they ran

    bool isAgain = false; // of what missed a bar in other runs only
    // Where it is not null, the names of the results that are asked for are added to it.
    std::set<std::string> *asked = nullptr;

    std::optional<double> time(const std::string &question, const std::string &peer, const std::string &variant) const;
    std::optional<double> counter(const std::string &question, const std::string &peer, const std::string &variant,
                                  const std::string &key) const;
};

// Throws std::runtime_error, which names the file and the line, if it is not such a file.
ProcessRun readProcessRun(const std::string &fileName);

} // namespace SignalBoxBenchmark
