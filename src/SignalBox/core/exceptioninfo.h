// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerid.h>

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
    ExceptionInfo(HandlerId handlerId, std::string_view handlerName, std::exception_ptr exception) noexcept;

    /*! The id of the handler that threw. */
    [[nodiscard]] HandlerId handlerId() const noexcept { return m_handlerId; }
    /*! HandlerOptions::name of the handler; empty if it has none. */
    [[nodiscard]] std::string_view handlerName() const noexcept { return m_handlerName; }
    /*! What was thrown; never null in a callback. */
    [[nodiscard]] const std::exception_ptr &exception() const noexcept { return m_exception; }

    /*! what() of a std::exception, or the text of a thrown std::string or C string; empty for anything else. */
    [[nodiscard]] std::string message() const;

private:
    HandlerId m_handlerId;
    std::string_view m_handlerName;
    std::exception_ptr m_exception;
};

} // namespace SignalBox
