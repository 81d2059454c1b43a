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
    \brief One row of RegistryObject::handlers(): a copy, valid for as long as you keep it.

    Calls, failures with the last error, and times are counted from RegistryObject::setStatisticsEnabled() on, and are 0
    before; what is lost is always counted.

    \plainvalue

    \code
    for (const SignalBox::AsyncHandlerInfo &handler : progress.handlers())
        qInfo() << handler.name.c_str() << "on" << handler.threadName << "lost" << handler.dropped + handler.merged;
    \endcode
*/
struct AsyncHandlerInfo : HandlerInfo
{
    /*! Where it runs: the name of its thread ("QThread 0x..." if that has none), "pool", or empty for inline handlers. */
    QString threadName = {};
    /*! Failed ones included. */
    quint64 calls = 0;
    /*! Calls that ended with an exception, and futures returned that did. */
    quint64 failures = 0;
    /*! What the last of them said; empty if there was none. */
    QString lastError = {};
    /*! Events that it did not get: its backlog was full, it was paused when they arrived, its thread had ended. */
    quint64 dropped = 0;
    /*! Events that a newer one replaced in its backlog. */
    quint64 merged = 0;
    /*! Of the calls, failed ones included. */
    std::chrono::nanoseconds meanRunTime{0};
    /*! Of the longest call. */
    std::chrono::nanoseconds worstRunTime{0};
};

} // namespace SignalBox
