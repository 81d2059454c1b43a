// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>
#include <SignalBox/qt/qt_export.h>

#include <chrono>

namespace SignalBox {

/*!
    Sets how long a thread delivers queued events before it lets its timers, input and painting run. It continues after those. There is one
    setting for the process; the default is 4 ms. A longer budget delivers more events per second in a flood, a shorter
    one keeps a window smoother. A handler is never interrupted, even if it takes longer than the budget. With 0, other
    events of the loop run after each delivery. A negative budget counts as 0.

    \threadsafe
    \cost A store of an atomic.

    \code
    SignalBox::setDrainBudget(std::chrono::milliseconds(2));
    \endcode
*/
SIGNALBOX_QT_EXPORT void setDrainBudget(std::chrono::microseconds budget) noexcept;
/*! The budget that setDrainBudget() has set. Thread-safe. */
SIGNALBOX_QT_EXPORT std::chrono::microseconds drainBudget() noexcept;

} // namespace SignalBox
