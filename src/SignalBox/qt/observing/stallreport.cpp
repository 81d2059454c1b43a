// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/stallreport.h>

#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/observing/loopwatch_p.h>

#include <QtCore/qcoreapplication.h>

#include <atomic>
#include <cstdlib>

namespace SignalBox {

namespace {

// An application object has been made, and nothing logged since. Sequentially consistent: exit() may come on any thread.
std::atomic<bool> isReportDue = false;

void logReport()
{
    if (!isReportDue.exchange(false))
        return;
    for (const StallInfo &stall : stallReport())
        detail::logStall(stall);
}

// Each time that an application object has been made.
void logReportAtEnd()
{
    if (detail::LoopWatch::threshold().count() == 0)
        return;
    isReportDue = true;
    qAddPostRoutine(logReport);
    // exit() does not destroy the application object. What is made before this is destroyed after the report.
    detail::loggingCategory();
    static const bool isForExit = std::atexit(logReport) == 0;
    Q_UNUSED(isForExit)
}
Q_COREAPP_STARTUP_FUNCTION(logReportAtEnd)

} // namespace

QList<StallInfo> stallReport()
{
    return detail::LoopWatch::longestStalls();
}

} // namespace SignalBox
