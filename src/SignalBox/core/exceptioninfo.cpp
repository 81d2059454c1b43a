// SPDX-License-Identifier: MIT
#include <SignalBox/core/exceptioninfo.h>

#include <utility>

namespace SignalBox {

ExceptionInfo::ExceptionInfo(HandlerId handlerId, std::string_view handlerName, std::exception_ptr exception,
                             SourceLocation registeredAt, std::string_view scriptPlace) noexcept
    : m_handlerId(handlerId),
      m_handlerName(handlerName),
      m_scriptPlace(scriptPlace),
      m_registeredAt(registeredAt),
      m_exception(std::move(exception))
{
}

std::string ExceptionInfo::message() const
{
    if (!m_exception)
        return {};
    try {
        std::rethrow_exception(m_exception);
    } catch (const std::exception &exception) {
        return exception.what();
    } catch (const std::string &text) {
        return text;
    } catch (const char *text) {
        return text ? text : "";
    } catch (...) {
        return {};
    }
}

} // namespace SignalBox
