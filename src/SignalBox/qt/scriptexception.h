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
    message; HandlerFailure carries the rest.

    \threadsafety Reentrant.
    \cost A copy allocates what() anew, and shares the other strings.
    \lifetime A value.
    \errors Copying throws std::bad_alloc.

    \code
    progress.onException([](const SignalBox::ExceptionInfo &info) {
        try {
            std::rethrow_exception(info.exception());
        } catch (const SignalBox::ScriptException &exception) {
            qWarning() << exception.what() << exception.fileName() << exception.lineNumber();
        } catch (...) {
        }
    });
    \endcode
*/
class SIGNALBOX_QT_EXPORT ScriptException : public std::exception
{
public:
    /*! What a script engine knows of an error; see the functions below. */
    ScriptException(const QString &message, QString fileName, int lineNumber, QString stack);
    ~ScriptException() override;
    /*! A copy. */
    ScriptException(const ScriptException &) = default;
    /*! A copy. */
    ScriptException &operator=(const ScriptException &) = default;

    /*! The script's message, in UTF-8. */
    const char *what() const noexcept override { return m_message.c_str(); }
    /*! A URL or a path; empty if unknown. */
    QString fileName() const { return m_fileName; }
    /*! 0 if unknown. */
    int lineNumber() const { return m_lineNumber; }
    /*! One line per frame, innermost first: `function@file:line`. */
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
