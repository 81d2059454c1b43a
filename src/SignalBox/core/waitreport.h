// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/sourcelocation.h>

#include <string_view>

namespace SignalBox {

/*!
    \struct SignalBox::WaitReport
    \brief Somebody has waited for a handler for one second, with unregisterAndWait() or a waiting guard.

    Usually a deadlock in the making: the handler waits for something that the waiting thread holds,
    or two handlers wait for each other.

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
        SourceLocation registeredAt = {}; //!< The line of its registration.
    };
    Handler awaited; //!< The handler that does not end.
    Handler caller; //!< The handler out of which the waiting thread waits; invalid if it is in none.
};

/*! Called on the thread that waits, while it does. It may take its time, and must not throw. */
using WaitReportCallback = void (*)(const WaitReport &) noexcept;

/*!
    Sets who is told of such a wait, once per wait, on the waiting thread; returns the one before. Null
    means nobody. The default writes a line to stderr; the Qt layer logs in the category `signalbox`.
    One for the process. An exchange of a pointer.
    \threadsafe
*/
SIGNALBOX_CORE_EXPORT WaitReportCallback setWaitReportCallback(WaitReportCallback callback) noexcept;

namespace detail {
SIGNALBOX_CORE_EXPORT void reportLongWait(const WaitReport &report) noexcept;
}

} // namespace SignalBox
