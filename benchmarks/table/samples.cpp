// SPDX-License-Identifier: MIT
#include "samples.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace SignalBoxBenchmark {

namespace {

std::vector<std::string> split(const std::string &text, char separator)
{
    std::vector<std::string> fields;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end = text.find(separator, begin);
        fields.push_back(text.substr(begin, end - begin));
        if (end == std::string::npos)
            return fields;
        begin = end + 1;
    }
}

void readLine(const std::string &line, ProcessRun &run)
{
    const std::vector<std::string> fields = split(line, '\t');
    if (fields.size() < 2)
        throw std::invalid_argument("a field is missing");
    if (line.starts_with("# ")) {
        const std::string key = fields[0].substr(2);
        run.isAgain = run.isAgain || key == "Again";
        const bool isKnown = std::any_of(run.facts.begin(), run.facts.end(),
                                         [&key](const auto &fact) { return fact.first == key; });
        if (!isKnown) // each program of a run says the same
            run.facts.emplace_back(key, fields[1]);
        return;
    }

    Sample sample;
    sample.nanoseconds = std::stod(fields[1]);
    for (std::size_t index = 2; index < fields.size(); ++index) {
        const std::size_t equals = fields[index].find('=');
        if (equals == std::string::npos)
            throw std::invalid_argument("a counter has no value");
        sample.counters[fields[index].substr(0, equals)] = std::stod(fields[index].substr(equals + 1));
    }

    const std::vector<std::string> name = split(fields[0], '/');
    if (name.size() != 3)
        throw std::invalid_argument("a name is not question/peer/variant");
    if (std::find(run.peers.begin(), run.peers.end(), name[1]) == run.peers.end())
        run.peers.push_back(name[1]);
    run.samples[fields[0]] = std::move(sample);
}

const Sample *find(const ProcessRun &run, const std::string &question, const std::string &peer,
                   const std::string &variant)
{
    const std::string name = question + '/' + peer + '/' + variant;
    if (run.asked)
        run.asked->insert(name);
    const auto place = run.samples.find(name);
    return place != run.samples.end() ? &place->second : nullptr;
}

} // namespace

std::optional<double> ProcessRun::time(const std::string &question, const std::string &peer,
                                       const std::string &variant) const
{
    const Sample *sample = find(*this, question, peer, variant);
    return sample ? std::optional(sample->nanoseconds) : std::nullopt;
}

std::optional<double> ProcessRun::counter(const std::string &question, const std::string &peer,
                                          const std::string &variant, const std::string &key) const
{
    const Sample *sample = find(*this, question, peer, variant);
    if (!sample)
        return std::nullopt;
    const auto place = sample->counters.find(key);
    return place != sample->counters.end() ? std::optional(place->second) : std::nullopt;
}

ProcessRun readProcessRun(const std::string &fileName)
{
    std::ifstream file(fileName);
    if (!file)
        throw std::runtime_error(fileName + ": cannot be read");
    ProcessRun run;
    int lineNumber = 0;
    for (std::string line; std::getline(file, line);) {
        ++lineNumber;
        try {
            readLine(line, run);
        } catch (const std::exception &error) {
            throw std::runtime_error(fileName + ':' + std::to_string(lineNumber) + ": " + error.what());
        }
    }
    return run;
}

} // namespace SignalBoxBenchmark
