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
    Auto,   //!< Inline if the notifying thread is the target thread and no earlier event waits for the handler; else queued.
            //!< So an event never overtakes earlier events of its handler. It may overtake those of other handlers.
    Queued, //!< Always through the event loop of the target thread.
};

/*!
    \struct SignalBox::AsyncOptions
    \brief The options of a handler of an AsyncRegistry. An aggregate: use designated initialisers.

    \plainvalue

    \code
    progress.registerHandler(&window, show, {.priority = 10, .name = QStringLiteral("window")});
    \endcode
*/
struct AsyncOptions
{
    /*! Higher runs first; equal priorities run in the order of their registration. Priorities hold per event and target thread. */
    int priority = 0;
    /*! For diagnostics: logs, failures, handlers(). Need not be unique. */
    QString name = {};
    /*! The first call unregisters the handler: it never runs twice, on any thread. */
    bool once = false;
    /*! False: registered but paused, until setEnabled(id, true). */
    bool enabled = true;
    /*! Ignored for inline and pool handlers. */
    Delivery delivery = Delivery::Auto;
    /*! What happens to events that arrive faster than the handler runs. Inline handlers have no backlog; pool handlers have no
        timed one. */
    Backlog backlog = {};
};

} // namespace SignalBox
