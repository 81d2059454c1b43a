// SPDX-License-Identifier: MIT
#pragma once

namespace SignalBox {

/*!
    \brief Why WatchReceiver::waitForChange() has returned.

    \code
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    if (settings.waitForChange(deadline) == SignalBox::WaitOutcome::TimedOut)
        std::cerr << "no settings after five seconds\n";
    \endcode
*/
enum class WaitOutcome {
    Changed, //!< There was a change that the receiver had not seen.
    Closed, //!< The sender is gone, and every change has been seen.
    TimedOut, //!< The deadline has passed.
};

} // namespace SignalBox
