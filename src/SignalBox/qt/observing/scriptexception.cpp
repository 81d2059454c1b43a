// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/scriptexception.h>

#include <utility>

namespace SignalBox {

ScriptException::ScriptException(const QString &message, QString fileName, int lineNumber, QString stack)
    : m_message(message.toStdString()), m_fileName(std::move(fileName)), m_stack(std::move(stack)), m_lineNumber(lineNumber)
{
}

ScriptException::~ScriptException() = default;

bool ScriptException::logUnheard(const HandlerFailure &, const QString &) const
{
    return false;
}

} // namespace SignalBox
