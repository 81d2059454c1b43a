// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>

#include <cstdint>
#include <ostream>

namespace SignalBox {

/*!
    \struct SignalBox::DispatchReport
    \brief The result of one notify: how many handlers were called, failed or dropped.

    \plainvalue

    \code
    const SignalBox::DispatchReport report = registry.notify(order);
    if (report.failed != 0 || report.stoppedBy.isValid())
        rollBack(order);
    \endcode
*/
struct DispatchReport
{
    /*! Handlers that were called, including those that threw. */
    std::uint32_t called = 0;
    /*! Handlers that threw. They are counted in `called` too. */
    std::uint32_t failed = 0;
    /*! Handlers that will not get the event. 0 for SyncRegistry: only deliveries to other threads can be dropped. */
    std::uint32_t dropped = 0;
    /*! The handler that returned Propagation::Stop; invalid if none did. */
    HandlerId stoppedBy = {};

    /*! Whether all four are equal. */
    friend bool operator==(const DispatchReport &, const DispatchReport &) noexcept = default;

    /*! Writes "DispatchReport(called 3, failed 1, dropped 0)", and the handler that stopped it. */
    friend std::ostream &operator<<(std::ostream &stream, const DispatchReport &report)
    {
        stream << "DispatchReport(called " << report.called << ", failed " << report.failed << ", dropped " << report.dropped;
        if (report.stoppedBy.isValid())
            stream << ", stopped by " << report.stoppedBy;
        return stream << ')';
    }
};

} // namespace SignalBox
