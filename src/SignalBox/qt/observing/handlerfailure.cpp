// SPDX-License-Identifier: MIT
#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/observing/handlerdescription_p.h>
#include <SignalBox/qt/observing/handlerfailure.h>
#include <SignalBox/qt/observing/scriptexception.h>

namespace SignalBox {

HandlerFailure::HandlerFailure(const ExceptionInfo &info)
    : m_handlerId(info.handlerId()),
      m_handlerName(detail::toQString(info.handlerName())),
      m_handlerPlace(detail::HandlerDescription(info.handlerId(), info.handlerName(), info.registeredAt(), info.scriptPlace()).place()),
      m_message(QString::fromStdString(info.message())),
      m_exception(info.exception())
{
    try {
        if (m_exception)
            std::rethrow_exception(m_exception);
    } catch (const ScriptException &exception) {
        m_fileName = exception.fileName();
        m_lineNumber = exception.lineNumber();
        m_stack = exception.stack();
    } catch (...) {
        // Other exceptions do not know where they were thrown.
    }
}

} // namespace SignalBox
