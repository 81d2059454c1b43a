// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerinfo.h>
#endif

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

#include <chrono>

namespace SignalBox {

/*!
    \struct SignalBox::AsyncHandlerInfo
    \brief Describes one handler: a row of RegistryObject::handlers(). A copy.

    Calls, failures, the last error and times are counted while statistics are enabled
    (RegistryObject::setStatisticsEnabled()), and are 0 before. Lost events are always counted.

    \plainvalue

    \code
    for (const SignalBox::AsyncHandlerInfo &handler : progress.handlers())
        qInfo() << handler.name.c_str() << "on" << handler.threadName << "lost" << handler.dropped + handler.merged;
    \endcode
*/
struct AsyncHandlerInfo : HandlerInfo
{
    /*! Where the handler runs: the current objectName of its thread ("QThread 0x..." if it has none), "pool", or empty for
        inline handlers. */
    QString threadName = {};
    /*! The file and line of the script that registered it, such as "Main.qml:12". For a RegistryHandler it is only the file, as Qt
        does not tell the line. Empty for handlers of C++, which have HandlerInfo::registeredAt. */
    QString scriptPlace = {};
    /*! How many events wait for it now: they are queued or in its backlog, and it has not been called with them yet. At most 1
        with Backlog::newest(), one for each key with Backlog::newestBy(), and 0 for inline handlers. Approximate while other threads post or
        deliver. */
    quint64 waiting = 0;
    /*! Calls, including failed ones. */
    quint64 calls = 0;
    /*! Calls that threw, and returned futures that failed. */
    quint64 failures = 0;
    /*! The message of the last failure; empty if there was none. */
    QString lastError = {};
    /*! Events that were dropped: the backlog was full, the handler was paused when its thread reached them, or the thread
        had ended. */
    quint64 dropped = 0;
    /*! Events that a newer event replaced in the backlog. */
    quint64 merged = 0;
    /*! The mean run time of all calls, including failed ones. */
    std::chrono::nanoseconds meanTime{0};
    /*! The run time of the longest call. */
    std::chrono::nanoseconds longestTime{0};
};

} // namespace SignalBox
