// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#endif
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qobjectdefs.h>
#include <QtCore/qstring.h>

#include <chrono>

namespace SignalBox {

namespace detail {
class LoopWatch;
}

/*!
    \class SignalBox::StallInfo
    \brief A time for which an event loop did not turn, and the handler that ran then: a row of stallReport(), and the argument of
    RegistryObject::stalled().

    It names a coroutine that took the longest as a handler: one of spawn() by its name and the line of the call, one of a handler as that.
    In QML its properties have the names of the functions below; durations are numbers of milliseconds. If no handler of
    SignalBox ran for a millisecond or more, everything about the handler is empty: other code of the program blocked the loop.

    \plainvalue

    \code
    for (const SignalBox::StallInfo &stall : SignalBox::stallReport())
        qInfo() << stall.threadName() << stall.duration().count() << stall.handlerName() << stall.fileName() << stall.lineNumber();
    \endcode
*/
class SIGNALBOX_QT_EXPORT StallInfo
{
    Q_GADGET
    //! \cond The functions below are named like the properties.
    Q_PROPERTY(QString threadName READ threadName FINAL)
    Q_PROPERTY(QDateTime end READ end FINAL)
    Q_PROPERTY(double duration READ milliseconds FINAL)
    Q_PROPERTY(double handlerDuration READ handlerMilliseconds FINAL)
    Q_PROPERTY(SignalBox::HandlerId handlerId READ handlerId FINAL)
    Q_PROPERTY(QString handlerName READ handlerName FINAL)
    Q_PROPERTY(QString registryName READ registryName FINAL)
    Q_PROPERTY(QString fileName READ fileName FINAL)
    Q_PROPERTY(int lineNumber READ lineNumber FINAL)
    //! \endcond

public:
    /*! An empty one. */
    StallInfo() = default;

    /*! The thread of the event loop, as in AsyncHandlerInfo::threadName. */
    QString threadName() const { return m_threadName; }
    /*! When the loop turned again, in local time. */
    QDateTime end() const { return m_end.toLocalTime(); }
    /*! How long the loop did not turn, at least. Exact if one handler blocked it all the time. */
    std::chrono::nanoseconds duration() const { return m_duration; }
    /*! The time that the longest handler took, including the handlers that it called. Zero if none is known. */
    std::chrono::nanoseconds handlerDuration() const { return m_handlerDuration; }
    /*! The id of that handler; invalid for a coroutine of spawn(). */
    HandlerId handlerId() const { return m_handlerId; }
    /*! Its name; if it has none, the place where it was registered, such as "main.cpp:12" or "Main.qml:12". */
    QString handlerName() const { return m_handlerName; }
    /*! The name of its registry; empty if that has none. */
    QString registryName() const { return m_registryName; }
    /*! The file in which it was registered; of a script only the file's own name. */
    QString fileName() const { return m_fileName; }
    /*! The line that registered it, counted from 1; 0 for a RegistryHandler, as Qt does not tell it. */
    int lineNumber() const { return m_lineNumber; }

private:
    friend class detail::LoopWatch;

    double milliseconds() const { return std::chrono::duration<double, std::milli>(m_duration).count(); }
    double handlerMilliseconds() const { return std::chrono::duration<double, std::milli>(m_handlerDuration).count(); }

    QString m_threadName;
    QDateTime m_end; // in UTC
    std::chrono::nanoseconds m_duration{0};
    std::chrono::nanoseconds m_handlerDuration{0};
    HandlerId m_handlerId;
    QString m_handlerName;
    QString m_registryName;
    QString m_fileName;
    int m_lineNumber = 0;
};

} // namespace SignalBox
