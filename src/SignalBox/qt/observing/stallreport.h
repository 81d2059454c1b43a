// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/observing/stallinfo.h>

#include <QtCore/qlist.h>

namespace SignalBox {

/*!
    Returns the ten longest times for which an event loop did not turn, the longest first. The environment variable \c SIGNALBOX_STALLS
    gives the shortest time that is reported, in milliseconds. Without it, loops are not watched and the report is
    empty. When the application object is destroyed, or the program calls exit(), the report is logged in the category \c signalbox.
    After _exit(), quick_exit() or a crash it is not.

    A loop is watched once SignalBox has delivered something to its thread. Each watched loop has a timer with a quarter of that
    time as its interval. A loop that never turns again is not reported. Neither is a handler that runs an event loop of its own, nor the time in which a thread
    is in no event loop, between two calls of exec(). Qt tells of that time if its event dispatcher is GLib's, which is the default on Linux. Other
    dispatchers tell only of the end of QCoreApplication::exec(): with them, do not leave a watched QEventLoop or QThread::exec() for long.

    \threadsafe
    \cost A copy of the report. While loops are watched, each call of a handler reads the clock twice, and each turn of a loop once.

    \code
    for (const SignalBox::StallInfo &stall : SignalBox::stallReport())
        qInfo() << stall.threadName() << stall.duration().count() << stall.handlerName() << stall.fileName() << stall.lineNumber();
    \endcode
*/
[[nodiscard]] SIGNALBOX_QT_EXPORT QList<StallInfo> stallReport();

} // namespace SignalBox
