// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/sourcelocation.h>

#include <string_view>

namespace SignalBox {

/*!
    \struct SignalBox::WaitReport
    \brief Describes a wait for a handler, by unregisterAndWait() or a guard, that has taken one second.

    Such a wait is usually a deadlock: the handler waits for something that the waiting thread holds, or two handlers
    wait for each other.

    \threadsafety Reentrant.
    \cost Allocates nothing.
    \lifetime A view, valid during the callback only.
    \errors None.

    \code
    SignalBox::setWaitReportCallback([](const SignalBox::WaitReport &report) noexcept {
        std::fprintf(stderr, "waiting for the handler of line %u\n", unsigned(report.awaited.registeredAt.line()));
    });
    \endcode
*/
struct WaitReport
{
    /*! One of the two handlers. */
    struct Handler
    {
        HandlerId id = {}; //!< Invalid: no handler.
        std::string_view name = {}; //!< Empty if it has none.
        SourceLocation registeredAt = {}; //!< Where it was registered.
        std::string_view scriptPlace = {}; //!< Where the script is that registered it, such as "Main.qml:12"; empty if C++ did.
    };
    Handler awaited; //!< The handler that does not end.
    Handler caller; //!< The handler that the waiting thread is in; invalid if it is in none.
};

/*! Called on the waiting thread, during the wait. It may block, and must not throw. */
using WaitReportCallback = void (*)(const WaitReport &) noexcept;

/*!
    Sets the callback for such waits and returns the previous one. It is called once per wait, on the waiting thread.
    Null switches reports off. The default writes a line to stderr; the Qt layer logs in the category `signalbox`.
    There is one callback per process. Setting it costs the exchange of a pointer.
    \threadsafe
*/
SIGNALBOX_CORE_EXPORT WaitReportCallback setWaitReportCallback(WaitReportCallback callback) noexcept;

namespace detail {
SIGNALBOX_CORE_EXPORT void reportLongWait(const WaitReport &report) noexcept;
}

} // namespace SignalBox
