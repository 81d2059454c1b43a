// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qstring.h>

#include <exception>
#include <string>

namespace SignalBox {

class HandlerFailure;

/*!
    \class SignalBox::ScriptException
    \brief An exception that knows the script it came from.

    What a handler written in a script throws into the registry that called it. what() is the script's
    message; HandlerFailure carries the rest. Reentrant; copies share their strings.
*/
class SIGNALBOX_QT_EXPORT ScriptException : public std::exception
{
public:
    ScriptException(const QString &message, const QString &fileName, int lineNumber, const QString &stack);
    ~ScriptException() override;
    ScriptException(const ScriptException &) = default;
    ScriptException &operator=(const ScriptException &) = default;

    const char *what() const noexcept override { return m_message.c_str(); }
    QString fileName() const { return m_fileName; }
    /*! 0 if unknown. */
    int lineNumber() const { return m_lineNumber; }
    /*! One line per frame, innermost first: function@file:line. */
    QString stack() const { return m_stack; }

    /*!
        Nobody listens to \a failure, which is of this exception: tells it as failures of scripts are told where the script
        comes from, on any thread, or returns false to have it logged in the category \c signalbox. The default returns false.
    */
    virtual bool logUnheard(const HandlerFailure &failure, const QString &registryName) const;

private:
    std::string m_message;
    QString m_fileName;
    QString m_stack;
    int m_lineNumber;
};

} // namespace SignalBox
