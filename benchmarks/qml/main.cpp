// SPDX-License-Identifier: MIT
//
// benchmark-qml: handlers in QML and Qt's Connections doing the same work in one process.
#include "program.h"
#include "questions.h"

#include <QtCore/qcoreapplication.h>

using namespace SignalBoxBenchmark;

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    return runBenchmarks(argc, argv, "benchmark-qml", [] {
        registerNotifyScripts();
        registerNotifyOne();
        registerNotifyFromScript();
        registerCreateAndDestroy();
    });
}
