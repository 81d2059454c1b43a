// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/handlerdescription_p.h>

#include <SignalBox/core/handlerinfo.h>
#include <SignalBox/core/registry/handlerreference.h>

#include <algorithm>

namespace SignalBox::detail {

namespace {

QString withLine(const QString &file, int line)
{
    return line == 0 ? file : file + u':' + QString::number(line);
}

// Of a script's place: "Main.qml:12", or "Main.qml".
int lineOf(const QString &scriptPlace)
{
    return scriptPlace.section(u':', -1).toInt(); // 0: it is no number
}

QString fileOf(const QString &scriptPlace)
{
    return lineOf(scriptPlace) == 0 ? scriptPlace : scriptPlace.section(u':', 0, -2);
}

} // namespace

QString toQString(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

HandlerDescription::HandlerDescription(HandlerId id, const QString &name, const QString &fileName, int lineNumber)
    : m_id(id), m_name(name), m_fileName(fileName), m_lineNumber(lineNumber)
{
}

HandlerDescription::HandlerDescription(HandlerId id, std::string_view name, const SourceLocation &registeredAt, std::string_view scriptPlace)
    : HandlerDescription(id, toQString(name), scriptPlace.empty() ? QString::fromUtf8(registeredAt.file_name()) : fileOf(toQString(scriptPlace)),
                         scriptPlace.empty() ? static_cast<int>(registeredAt.line()) : lineOf(toQString(scriptPlace)))
{
}

HandlerDescription::HandlerDescription(const HandlerInfo &info, std::string_view scriptPlace)
    : HandlerDescription(info.id, info.name, info.registeredAt, scriptPlace)
{
}

HandlerDescription::HandlerDescription(const HandlerReference &handler) : HandlerDescription(handler.info(), handler.scriptPlace()) {}

QString HandlerDescription::name() const
{
    return m_name.isEmpty() ? place() : m_name;
}

QString HandlerDescription::place() const
{
    const qsizetype separator = std::max(m_fileName.lastIndexOf(u'/'), m_fileName.lastIndexOf(u'\\'));
    return withLine(m_fileName.mid(separator + 1), m_lineNumber);
}

QString HandlerDescription::fullPlace() const
{
    return withLine(m_fileName, m_lineNumber);
}

QString HandlerDescription::toString() const
{
    const QString id = QString::fromStdString(m_id.toString());
    const QString shown = name();
    return shown.isEmpty() ? id : QStringLiteral("\"%1\" (%2)").arg(shown, id);
}

QString HandlerDescription::toStringWithPlace() const
{
    const QString place = fullPlace();
    const QString shown = name();
    if (place.isEmpty() || place == shown)
        return toString();
    return QStringLiteral("\"%1\" (%2, registered at %3)").arg(shown, QString::fromStdString(m_id.toString()), place);
}

} // namespace SignalBox::detail
