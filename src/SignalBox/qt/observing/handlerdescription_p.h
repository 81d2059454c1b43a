// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qstring.h>

#include <string_view>

namespace SignalBox {
struct HandlerInfo;
}

namespace SignalBox::detail {

class HandlerReference;

QString toQString(std::string_view text);

/*!
    How messages and reports show a handler: where it was registered, by C++ or by a script, and its name. A handler without a name is
    called by its place, so that no two look alike.
*/
class SIGNALBOX_QT_EXPORT HandlerDescription
{
public:
    HandlerDescription(HandlerId id, const QString &name, const QString &fileName, int lineNumber);
    /*! \a scriptPlace: empty if C++ has registered it. */
    HandlerDescription(HandlerId id, std::string_view name, const SourceLocation &registeredAt, std::string_view scriptPlace);
    HandlerDescription(const HandlerInfo &info, std::string_view scriptPlace);
    explicit HandlerDescription(const HandlerReference &handler);

    /*! Its own, or else place(). */
    QString name() const;
    /*! As "main.cpp:12", "Main.qml:12", or "Main.qml" where the line is not known. Empty: nothing is known. */
    QString place() const;
    /*! The file as the compiler, or the script's engine, names it, and the line, or 0. */
    QString fileName() const { return m_fileName; }
    int lineNumber() const { return m_lineNumber; }
    /*! Both, with a colon. */
    QString fullPlace() const;

    /*! For messages: "name" (HandlerId(5)) */
    QString toString() const;
    /*! The same with the full place, where the name does not tell it. */
    QString toStringWithPlace() const;

private:
    const HandlerId m_id;
    const QString m_name; // as it was registered with
    const QString m_fileName;
    const int m_lineNumber;
};

} // namespace SignalBox::detail
