// SPDX-License-Identifier: MIT
#include <SignalBox/qt/stallreport.h>

#include <SignalBox/qt/diagnostics/logging.h>
#include <SignalBox/qt/diagnostics/loopwatch_p.h>

#include <QtCore/qcoreapplication.h>

namespace SignalBox {

namespace {

void logReport()
{
    for (const StallInfo &stall : stallReport())
        detail::logStall(stall);
}

// Each time that an application object has been made.
void logReportAtEnd()
{
    if (detail::LoopWatch::threshold().count() > 0)
        qAddPostRoutine(logReport);
}
Q_COREAPP_STARTUP_FUNCTION(logReportAtEnd)

} // namespace

QList<StallInfo> stallReport()
{
    return detail::LoopWatch::longestStalls();
}

} // namespace SignalBox
