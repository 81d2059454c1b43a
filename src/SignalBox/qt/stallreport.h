// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/stallinfo.h>

#include <QtCore/qlist.h>

namespace SignalBox {

/*!
    The ten longest times for which an event loop did not turn, the longest first. Only what lasted for the number of milliseconds that
    the environment variable \c SIGNALBOX_STALLS gives, or longer; without the variable, loops are not watched and the report is
    empty. At the end of the application object the report is logged in the category \c signalbox.

    The loops that are watched are those of threads to which SignalBox has delivered something. Each has a timer of a quarter of that
    time. A loop that never turns again is not reported, and neither is what a handler does inside of an event loop of its own.

    \threadsafe
    \cost A copy of the report. While loops are watched, each call of a handler reads the clock twice.

    \code
    for (const SignalBox::StallInfo &stall : SignalBox::stallReport())
        qInfo() << stall.threadName() << stall.duration().count() << stall.handlerName() << stall.fileName() << stall.lineNumber();
    \endcode
*/
[[nodiscard]] SIGNALBOX_QT_EXPORT QList<StallInfo> stallReport();

} // namespace SignalBox
