// SPDX-License-Identifier: MIT
#include <SignalBox/qt/scriptexception.h>

namespace SignalBox {

ScriptException::ScriptException(const QString &message, const QString &fileName, int lineNumber, const QString &stack)
    : m_message(message.toStdString()), m_fileName(fileName), m_stack(stack), m_lineNumber(lineNumber)
{
}

ScriptException::~ScriptException() = default;

bool ScriptException::logUnheard(const HandlerFailure &, const QString &) const
{
    return false;
}

} // namespace SignalBox
