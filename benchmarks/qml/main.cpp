// SPDX-License-Identifier: MIT
//
// benchmark-qml: handlers in QML and Qt's Connections doing the same work in one process. Takes Google Benchmark's options,
// and --samples=FILE: write the results there as well, for benchmark-table.
#include "questions.h"
#include "samplereporter.h"
#include "secondthread.h"

#include <QtCore/qcoreapplication.h>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace SignalBoxBenchmark;

int main(int argc, char **argv)
{
    const ParkedThread parked;
    std::string samples;
    const std::string option = "--samples=";
    for (int index = 1; index < argc; ++index) {
        if (std::string_view(argv[index]).starts_with(option)) {
            samples = argv[index] + option.size();
            std::rotate(argv + index, argv + index + 1, argv + argc);
            --argc;
            break;
        }
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    const QCoreApplication application(argc, argv);
    registerNotifyScripts();
    registerCreateAndDestroy();
    try {
        SampleReporter reporter(samples);
        if (benchmark::RunSpecifiedBenchmarks(&reporter) == 0)
            return 2; // the filter matches nothing, and Google Benchmark has said so
    } catch (const std::runtime_error &error) {
        std::cerr << "benchmark-qml: " << error.what() << '\n';
        return 2;
    }
    benchmark::Shutdown();
    return 0;
}
