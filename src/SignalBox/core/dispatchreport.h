// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>

#include <cstdint>

namespace SignalBox {

/*!
    \struct SignalBox::DispatchReport
    \brief What one notify did. Counts of handlers.

    \plainvalue

    \code
    const SignalBox::DispatchReport report = registry.notify(order);
    if (report.failed != 0 || report.stoppedBy.isValid())
        rollBack(order);
    \endcode
*/
struct DispatchReport
{
    /*! Handlers that were called, those that threw included. */
    std::uint32_t called = 0;
    /*! Of the called ones, those that ended with an exception. */
    std::uint32_t failed = 0;
    /*! Deliveries that will not happen: only handlers on other threads can drop, so 0 for SyncRegistry. */
    std::uint32_t dropped = 0;
    /*! The handler that returned Propagation::Stop; invalid if none did. */
    HandlerId stoppedBy = {};

    /*! Whether all four are equal. */
    friend bool operator==(const DispatchReport &, const DispatchReport &) noexcept = default;
};

} // namespace SignalBox
