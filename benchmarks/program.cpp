// SPDX-License-Identifier: MIT
#include "program.h"

#include "facts.h"
#include "handlers.h"
#include "measure.h"
#include "samplereporter.h"
#include "secondthread.h"

#include <iostream>
#include <stdexcept>
#include <string_view>

namespace SignalBoxBenchmark {

namespace {

// Takes --samples=FILE out of the arguments; the file name, or nothing.
std::string takeSamplesOption(int &argc, char **argv)
{
    constexpr std::string_view option = "--samples=";
    std::string result;
    int kept = 0;
    for (int index = 0; index < argc; ++index) {
        const std::string_view argument = argv[index];
        if (argument.starts_with(option))
            result = argument.substr(option.size());
        else
            argv[kept++] = argv[index];
    }
    argc = kept;
    return result;
}

// Or the first benchmark, which is the floor for the others, pays for a processor that was asleep.
void warmUp()
{
    const Sinks sinks(1);
    const Event event = 42;
    const auto start = Clock::now();
    while (nanosecondsSince(start) < 3e8)
        consume(sinks.at(0), event);
}

} // namespace

int runBenchmarks(int argc, char **argv, const char *programName, void (*registerAll)())
{
    const ParkedThread parked;
    const std::string samples = takeSamplesOption(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    registerAll();

    try {
        SampleReporter reporter(samples);
        for (const auto &[key, value] : machineFacts())
            reporter.writeFact(key, value);
        warmUp();
        if (benchmark::RunSpecifiedBenchmarks(&reporter) == 0)
            return 2; // the filter matches nothing, and Google Benchmark has said so
    } catch (const std::runtime_error &error) {
        std::cerr << programName << ": " << error.what() << '\n';
        return 2;
    }
    benchmark::Shutdown();
    return 0;
}

} // namespace SignalBoxBenchmark
