// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerid.h>

#include <source_location>
#include <string_view>

namespace SignalBox {

/*!
    \brief Somebody has waited for a handler for one second, with unregisterAndWait() or a waiting guard.

    Usually a deadlock in the making: the handler waits for something that the waiting thread holds,
    or two handlers wait for each other. A view, valid during the callback only.
*/
struct WaitReport
{
    struct Handler
    {
        HandlerId id = {}; //!< Invalid: no handler.
        std::string_view name = {};
        std::source_location registeredAt = {};
    };
    Handler awaited; //!< The handler that does not end.
    Handler caller; //!< The handler out of which the waiting thread waits; invalid if it is in none.
};

using WaitReportCallback = void (*)(const WaitReport &) noexcept;

/*!
    Sets who is told of such a wait, once per wait, on the waiting thread; returns the one before. Null
    means nobody. The default writes a line to stderr; the Qt layer logs in the category `signalbox`.
    Thread-safe; one for the process.
*/
SIGNALBOX_CORE_EXPORT WaitReportCallback setWaitReportCallback(WaitReportCallback callback) noexcept;

namespace detail {
SIGNALBOX_CORE_EXPORT void reportLongWait(const WaitReport &report) noexcept;
}

} // namespace SignalBox
