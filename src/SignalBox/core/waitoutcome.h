// SPDX-License-Identifier: MIT
#pragma once

namespace SignalBox {

/*! Why WatchReceiver::waitForChange() has returned. */
enum class WaitOutcome {
    Changed, //!< There was a change that the receiver had not seen.
    Closed, //!< The sender is gone, and every change has been seen.
    TimedOut, //!< The deadline has passed.
};

} // namespace SignalBox
