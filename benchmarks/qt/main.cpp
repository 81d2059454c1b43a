// SPDX-License-Identifier: MIT
//
// benchmark-qt: the Qt layer and plain Qt doing the same work in one process.
#include "../program.h"
#include "questions.h"

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>

using namespace SignalBoxBenchmark;

namespace SignalBoxBenchmark {

std::string withEventLoop(std::string variant)
{
    const QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
    if (!dispatcher || !dispatcher->inherits("QEventDispatcherGlib"))
        variant += "-noglib";
    return variant;
}

} // namespace SignalBoxBenchmark

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    return runBenchmarks(argc, argv, "benchmark-qt", [] {
        registerBurst();
        registerWaitingEvents();
        registerBacklogs();
        registerBatches();
        registerKeys();
        registerTimerGap();
        registerRoundTrip();
        registerInlinePost();
        registerInlineFuture();
        registerCompletion();
        registerCoroutines();
        registerSources();
        registerOffer();
    });
}
