// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/sourcelocation.h>

#include <exception>
#include <string>
#include <string_view>

namespace SignalBox {

/*!
    \class SignalBox::ExceptionInfo
    \brief The argument of an exception callback: which handler threw, and what.

    \threadsafety Reentrant.
    \cost No member but message() allocates.
    \lifetime A view: valid during the callback only. Copy what you want to keep; exception() may be kept and
    rethrown later, on any thread.
    \errors message() throws std::bad_alloc. No other member throws.

    \code
    registry.onException([](const SignalBox::ExceptionInfo &info) {
        std::cerr << info.handlerName() << " failed: " << info.message() << '\n';
    });
    \endcode
*/
class SIGNALBOX_CORE_EXPORT ExceptionInfo
{
public:
    /*! For the library, and for tests of callbacks. */
    ExceptionInfo(HandlerId handlerId, std::string_view handlerName, std::exception_ptr exception, SourceLocation registeredAt = {},
                  std::string_view scriptPlace = {}) noexcept;

    /*! The id of the handler that threw. */
    [[nodiscard]] HandlerId handlerId() const noexcept { return m_handlerId; }
    /*! HandlerOptions::name of the handler; empty if it has none. */
    [[nodiscard]] std::string_view handlerName() const noexcept { return m_handlerName; }
    /*! Where the handler was registered. */
    [[nodiscard]] const SourceLocation &registeredAt() const noexcept { return m_registeredAt; }
    /*! Where the script is that registered the handler, such as "Main.qml:12"; empty if C++ did. */
    [[nodiscard]] std::string_view scriptPlace() const noexcept { return m_scriptPlace; }
    /*! What was thrown; never null in a callback. */
    [[nodiscard]] const std::exception_ptr &exception() const noexcept { return m_exception; }

    /*! what() of a std::exception, or the text of a thrown std::string or C string; empty for anything else. */
    [[nodiscard]] std::string message() const;

private:
    HandlerId m_handlerId;
    std::string_view m_handlerName;
    std::string_view m_scriptPlace;
    SourceLocation m_registeredAt;
    std::exception_ptr m_exception;
};

} // namespace SignalBox
