// SPDX-License-Identifier: MIT
#pragma once

namespace SignalBox {

/*!
    \brief What becomes of an event that comes for a handler while the handler is in an event loop that it opened itself: a dialog, a
    progress bar, QEventLoop::exec().

    \code
    files.registerHandler(&window, askAndOpen, {.nested = SignalBox::Nested::Wait});
    \endcode
*/
enum class Nested {
    Deliver, //!< The handler is called again, inside of its call.
    Wait,    //!< The event waits, and the handler is called when it has returned. In order, and other handlers go on. It waits too
             //!< if the handler itself posts it. So the handler never runs twice at a time. As one with another backlog than
             //!< Backlog::all(), it keeps the order of its own events, not its place among other handlers.
};

} // namespace SignalBox
