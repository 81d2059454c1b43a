// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/waitreport.h>

namespace SignalBox::detail {

/*!
    Calls of one handler that last longer than its function, such as coroutines. Guards and unregisterAndWait() end them; a plain
    unregister() lets them be. Thread-safe.
*/
class SIGNALBOX_CORE_EXPORT LastingCalls
{
public:
    LastingCalls() noexcept = default;
    LastingCalls(const LastingCalls &) = delete;
    LastingCalls &operator=(const LastingCalls &) = delete;
    virtual ~LastingCalls();

    /*! No call begins any more. Ends those of the calling thread, and has the others ended on theirs. */
    virtual void end() noexcept = 0;
    /*! Comes after end(). Returns when none is left but those that are on the calling thread's stack. A wait of more than a second is
        reported by \a report. */
    virtual void wait(const WaitReport &report) noexcept = 0;
};

} // namespace SignalBox::detail
