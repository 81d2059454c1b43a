// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/backlog.h>
#include <SignalBox/qt/backlogs/backlogof.h>
#include <SignalBox/qt/backlogs/nested.h>

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
    \struct SignalBox::AsyncOptionsOf
    \brief The options of a handler of an AsyncRegistry<E>: AsyncOptions, with a backlog that may have functions on events of type E. An
    aggregate: use designated initialisers.

    \plainvalue

    \code
    ticks.registerHandler(&view, show, {.name = QStringLiteral("view"), .backlog = SignalBox::Backlog::newestBy(&Tick::symbol).every(16)});
    \endcode
*/
template <class E>
struct AsyncOptionsOf
{
    /*! As AsyncOptions::priority. */
    int priority = 0;
    /*! As AsyncOptions::name. */
    QString name = {};
    /*! As AsyncOptions::once. */
    bool once = false;
    /*! As AsyncOptions::enabled. */
    bool enabled = true;
    /*! As AsyncOptions::delivery. */
    Delivery delivery = Delivery::Auto;
    /*! As AsyncOptions::backlog; or one of Backlog::newestBy(), mergedBy(), merged() and where(). */
    BacklogOf<E> backlog = {};
    /*! As AsyncOptions::nested. */
    Nested nested = Nested::Deliver;
};

/*!
    \struct SignalBox::AsyncOptions
    \brief The options of a handler of any AsyncRegistry. An aggregate: use designated initialisers.

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
    /*!
        The first call unregisters the handler: it never runs twice, on any thread. The call is for one event, or for one batch, whatever the
        backlog keeps: with Backlog::newest(), it is the event that is the newest at the time of the call. What waits besides is dropped.
    */
    bool once = false;
    /*! False: registered but paused, until setEnabled(id, true). */
    bool enabled = true;
    /*! Ignored for inline and pool handlers. */
    Delivery delivery = Delivery::Auto;
    /*! What is kept for the handler, and when it is called. Inline handlers have no backlog; pool handlers have no times. */
    Backlog backlog = {};
    /*! Whether it may be called again from an event loop that it opened itself. Inline handlers cannot wait; pool handlers always do. */
    Nested nested = Nested::Deliver;

    //! \cond They fit any registry
    template <class E>
    operator AsyncOptionsOf<E>() const // NOLINT(google-explicit-constructor): the same options
    {
        return {priority, name, once, enabled, delivery, backlog, nested};
    }
    //! \endcond
};

} // namespace SignalBox
