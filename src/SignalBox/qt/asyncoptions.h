// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlog.h>

#include <QtCore/qstring.h>

namespace SignalBox {

/*!
    \brief How an event reaches a handler that has a target thread.

    \code
    progress.registerHandler(&window, show, {.delivery = SignalBox::Delivery::Queued});
    \endcode
*/
enum class Delivery {
    Auto,   //!< Inline where notifying and target thread are the same and nothing older waits for the handler; else queued.
            //!< So it never overtakes the handler's own earlier events; it may overtake those of other handlers.
    Queued, //!< Always through the target thread's event loop.
};

/*!
    \struct SignalBox::AsyncOptions
    \brief What a handler asks for when it is registered with an AsyncRegistry. An aggregate, meant
    for designated initialisers.

    \plainvalue

    \code
    progress.registerHandler(&window, show, {.priority = 10, .name = QStringLiteral("window")});
    \endcode
*/
struct AsyncOptions
{
    /*! Higher runs first; equal priorities run in the order of their registration. It holds per event and target thread. */
    int priority = 0;
    /*! For diagnostics: logs, failures, handlers(). Need not be unique. */
    QString name = {};
    /*! The first call unregisters the handler: it never runs twice, on any thread. */
    bool once = false;
    /*! False: registered but paused, until setEnabled(id, true). */
    bool enabled = true;
    /*! Says nothing to inline and pool handlers. */
    Delivery delivery = Delivery::Auto;
    /*! What happens to events that come faster than the handler runs. Not for inline handlers; no timed one for pools. */
    Backlog backlog = {};
};

} // namespace SignalBox
