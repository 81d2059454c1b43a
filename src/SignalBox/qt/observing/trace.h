// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qstring.h>

namespace SignalBox {

/*!
    Records the calls of the handlers of all AsyncRegistries and QmlRegistries, from now on, in the file \a path. An empty path ends
    the recording. The environment variable \c SIGNALBOX_TRACE does the same; it is read when a program makes its first registry.

    The file is a Chrome trace. Open it with Perfetto or Qt Creator. For each thread, under the name of its QThread, it has:
    - a slice for each call of a handler, also of inline ones, named by registry and handler, with the line that registered it;
    - a slice for each post and notify, and an arrow from there to each delivery of the event; if events were merged, or
      delivered together, the arrow comes from the newest of them;
    - a slice for each drain, that is, the time in which the event loop delivers;
    - counters of the events that wait for the thread, at the beginning and the end of each drain (65 536 at most), and of each
      handler's lost events.

    The file is a complete JSON array at any time. After a crash, at most the last second is missing, and spaces may be left in front
    of the end. When it has 32 MiB, it is renamed to \a path with \c .previous, and a new one begins. A second process with the same
    path writes to \a path with a dot and its process id. If \a path is a symbolic link, the file that it leads to is written, and all
    of these lie beside that one. A thread never waits for the file. If the writer cannot keep up, records are
    dropped; an event named \c gap counts them.

    Returns false, with a warning, if the file cannot be written, or if something is there that is no file, such as a device, a pipe,
    or symbolic links that lead in a circle; nothing has changed then. If the disk is full, the recording ends, with a warning. Calls of a plain SyncRegistry are not recorded; a
    profiler shows them.

    \threadsafety Thread-safe.
    \cost While nothing is recorded, no more than the flag that each call tests for statistics. Recording an event reads the clock a few
    times. Each thread that records takes 384 KiB.

    \code
    SignalBox::setTraceFile(QStringLiteral("trace.json"));
    \endcode
*/
SIGNALBOX_QT_EXPORT bool setTraceFile(const QString &path);

} // namespace SignalBox
