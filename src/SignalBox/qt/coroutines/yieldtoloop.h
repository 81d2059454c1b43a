// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/qt/coroutines/sleep.h>
#endif

namespace SignalBox {

//! \cond What yieldToLoop() returns
struct YieldToLoop
{
    using TaskWait = detail::Yield;
};
//! \endcond

/*!
    `co_await yieldToLoop()` in a Task lets the timers, input and painting of its event loop come first. On a thread without an event loop it
    goes on with what is delivered next.
*/
[[nodiscard]] inline YieldToLoop yieldToLoop() noexcept
{
    return {};
}

} // namespace SignalBox
