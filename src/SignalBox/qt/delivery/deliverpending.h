// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qdeadlinetimer.h>

namespace SignalBox {

/*!
    Delivers what waits for the calling thread: queued events, and backlogs whose time has come. For threads that run no event loop: the loop
    of a game, the control thread of an audio engine, a QThread::run() of one's own. On a thread with an event loop it does
    what the loop would do next, and the loop goes on with the rest.

    What is posted meanwhile may wait for the next call, so a flood does not keep it. After \a budget no further handler is called, but
    each call makes some progress, however small its budget. Returns whether something is left. Backlogs with onDemand() are not delivered.

    Inside of a handler it delivers to others as an event loop of that handler would. A thread gets events only while Qt knows it to run: a
    QThread between started() and finished(); and any other thread from its first use of Qt on. On a thread for which no handler
    was registered it does nothing.

    \threadsafety Thread-safe: it is about the calling thread.
    \ordering As from an event loop.
    \cost Without anything to do, a look into a table under a lock. No allocation besides what the handlers need.

    \code
    void Engine::run() // of a QThread, without exec()
    {
        while (!isInterruptionRequested()) {
            SignalBox::deliverPending(QDeadlineTimer(2)); // milliseconds
            renderBlock();
        }
    }
    \endcode
*/
SIGNALBOX_QT_EXPORT bool deliverPending(QDeadlineTimer budget = QDeadlineTimer::Forever);

} // namespace SignalBox
