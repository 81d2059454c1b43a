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
    \brief An exception of a script, with file, line and stack.

    A handler that is written in a script throws this into the registry that called it. what() is the script's
    message; HandlerFailure has the rest.

    \threadsafety Reentrant.
    \cost A copy copies the text of what(), and shares the other strings.
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
    /*! An exception with the properties below. */
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
        Called on any thread if nobody listens to \a failure, which holds this exception. Reimplement it to report the failure as the
        script's engine does, and return true. If it returns false, as the default does, the failure is logged in the category
        \c signalbox.
    */
    virtual bool logUnheard(const HandlerFailure &failure, const QString &registryName) const;

private:
    std::string m_message;
    QString m_fileName;
    QString m_stack;
    int m_lineNumber;
};

} // namespace SignalBox
