// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qstring.h>

namespace SignalBox {

/*!
    Records what the handlers of all AsyncRegistries and QmlRegistries do into the file \a path, from now on; an empty path ends
    that. The same as the environment variable \c SIGNALBOX_TRACE, which a program reads as it makes its first registry.

    The file is a Chrome trace, to be opened with Perfetto or Qt Creator. It has, for each thread, under the name of its QThread:
    - a slice for each call of a handler, inline ones too, named by registry and handler, with the line that registered it;
    - a slice for each post and notify, and an arrow from there to each delivery that it led to; where events were merged, or
      delivered together, from the newest of them;
    - a slice for each drain, the time in which the event loop delivers;
    - counters of what waits in the thread's mailbox, as each drain begins and ends (65 536 at most), and of each handler's losses.

    It is a whole JSON array at each moment, also after a crash, up to the last second. At 32 MiB it becomes \a path with
    \c .previous, and a new one begins. A second process with the same path writes to \a path with a dot and its process id. A
    thread never waits for the file: what the writer cannot keep up with is dropped, and marked by an event named \c gap that
    counts it.

    Returns false, with a warning, if the file cannot be written; then nothing has changed. A disk that is full ends the
    recording, with a warning. Calls of a plain SyncRegistry are not recorded; a profiler shows them.

    \threadsafety Thread-safe.
    \cost While nothing is recorded, a bit that is looked at with others. Recording an event takes some clock reads, and 384 KiB for
    each thread that records.

    \code
    SignalBox::setTraceFile(QStringLiteral("trace.json"));
    \endcode
*/
SIGNALBOX_QT_EXPORT bool setTraceFile(const QString &path);

} // namespace SignalBox
