// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace SignalBox {

/*!
    \struct SignalBox::HandlerOptions
    \brief The options of a handler. An aggregate: use designated initialisers.

    \plainvalue

    \code
    registry.registerHandler(audit, {.priority = 100, .name = "audit"});
    \endcode
*/
struct HandlerOptions
{
    /*! Higher runs first; handlers of equal priority run in the order of their registration. Any int. */
    int priority = 0;
    /*! For diagnostics: reports, logs, handlers(). Need not be unique. */
    std::string name = {};
    /*! The first call unregisters the handler, atomically: it never runs twice, on any thread. */
    bool once = false;
    /*! False: registered but paused, until setEnabled(id, true). */
    bool enabled = true;
};

/*!
    \brief A handler returns this to say whether the handlers after it are called.

    \code
    registry.registerHandler([](const Order &order) {
        return order.amount > 0 ? SignalBox::Propagation::Continue : SignalBox::Propagation::Stop;
    }, {.priority = 100, .name = "validation"});
    \endcode
*/
enum class Propagation {
    Continue, //!< Go on with the next handler, as after a handler that returns void.
    Stop,     //!< Call no further handler of this notify.
};

} // namespace SignalBox
