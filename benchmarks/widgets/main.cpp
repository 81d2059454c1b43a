// SPDX-License-Identifier: MIT
//
// benchmark-widgets: a model of SignalBox and one written by hand in the same window. It needs no display.
#include "../program.h"
#include "questions.h"

#include "floodoptions.h"

#include <QtWidgets/qapplication.h>

using namespace SignalBoxBenchmark;

int main(int argc, char **argv)
{
    choosePlatform();
    const QApplication application(argc, argv);
    return runBenchmarks(argc, argv, "benchmark-widgets", [] { registerRows(); });
}
