// SPDX-License-Identifier: MIT
//
// benchmark-widgets: models of SignalBox, and what programs do without them, in the same windows. It needs no display.
#include "../program.h"
#include "questions.h"

#include "comparison.h"
#include "floodoptions.h"

#include <QtWidgets/qapplication.h>

using namespace SignalBoxBenchmark;

double SignalBoxBenchmark::shareAtRest()
{
    Measurement result;
    Meter meter(Meter::Memory::Ignored);
    meter.start();
    runFor(1);
    meter.stop(result);
    return result.cpu / 100;
}

int main(int argc, char **argv)
{
    choosePlatform();
    const QApplication application(argc, argv);
    return runBenchmarks(argc, argv, "benchmark-widgets", [] {
        registerRows();
        registerSorted();
        registerSnapshots();
    });
}
