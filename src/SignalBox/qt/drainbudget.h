// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <chrono>

namespace SignalBox {

/*!
    How long a thread delivers queued events before it gives way to its timers, its input and its painting; it goes on
    right after those. For the whole process; the default is 4 ms. A longer budget gives more events per second under a
    flood, a shorter one a smoother window. A handler is never interrupted: one that takes longer than the budget takes
    longer. 0: after each delivery or, where handlers take less than microseconds, every few of them.

    \threadsafe
    \cost A store; drains look at it without a lock.

    \code
    SignalBox::setDrainBudget(std::chrono::milliseconds(2));
    \endcode
*/
SIGNALBOX_QT_EXPORT void setDrainBudget(std::chrono::microseconds budget) noexcept;
/*! What setDrainBudget() has set. Thread-safe. */
SIGNALBOX_QT_EXPORT std::chrono::microseconds drainBudget() noexcept;

} // namespace SignalBox
