// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#endif
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qobjectdefs.h>
#include <QtCore/qstring.h>

#include <exception>

namespace SignalBox {

class ExceptionInfo;

/*!
    \class SignalBox::HandlerFailure
    \brief The argument of RegistryObject::handlerFailed(): which handler threw, and what.

    It may be copied, stored, and passed to other threads. In QML its properties have the names of the functions
    below. Only handlers written in QML have a fileName, a lineNumber and a stack; for others they are empty, 0 and empty.

    \plainvalue

    \code
    QObject::connect(&progress, &SignalBox::RegistryObject::handlerFailed, &window,
                     [&](const SignalBox::HandlerFailure &failure) { window.warn(failure.handlerName(), failure.message()); });
    \endcode
*/
class SIGNALBOX_QT_EXPORT HandlerFailure
{
    Q_GADGET
    //! \cond The functions below are named like the properties.
    Q_PROPERTY(SignalBox::HandlerId handlerId READ handlerId FINAL)
    Q_PROPERTY(QString handlerName READ handlerName FINAL)
    Q_PROPERTY(QString handlerPlace READ handlerPlace FINAL)
    Q_PROPERTY(QString message READ message FINAL)
    Q_PROPERTY(QString fileName READ fileName FINAL)
    Q_PROPERTY(int lineNumber READ lineNumber FINAL)
    Q_PROPERTY(QString stack READ stack FINAL)
    //! \endcond

public:
    /*! An empty failure. */
    HandlerFailure() = default;
    /*! Copies \a info. */
    explicit HandlerFailure(const ExceptionInfo &info);

    /*! The id of the handler that threw. */
    HandlerId handlerId() const { return m_handlerId; }
    /*! AsyncOptions::name of the handler; empty if it has none. */
    QString handlerName() const { return m_handlerName; }
    /*! Where the handler was registered, such as "main.cpp:12" or "Main.qml:12". Of a RegistryHandler it is only the file. */
    QString handlerPlace() const { return m_handlerPlace; }
    /*! As ExceptionInfo::message(). */
    QString message() const { return m_message; }
    /*! The file of the script that threw: a URL or a path, as the engine names it. */
    QString fileName() const { return m_fileName; }
    /*! The line of the script that threw, counted from 1. */
    int lineNumber() const { return m_lineNumber; }
    /*! As ScriptException::stack(). */
    QString stack() const { return m_stack; }
    /*! May be rethrown, on any thread. */
    std::exception_ptr exception() const { return m_exception; }

private:
    HandlerId m_handlerId;
    QString m_handlerName;
    QString m_handlerPlace;
    QString m_message;
    QString m_fileName;
    QString m_stack;
    int m_lineNumber = 0;
    std::exception_ptr m_exception;
};

} // namespace SignalBox
