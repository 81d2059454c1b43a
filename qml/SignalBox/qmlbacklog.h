// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qml/qml_export.h>

#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

namespace SignalBox {

/*!
    \class SignalBox::QmlBacklog
    \qmltype Backlog
    \brief What becomes of events that come faster than their handler runs: for RegistryHandler and the options of registrations.

    Each handler has a backlog of its own. All but Unbounded go through the event loop, even where the event is
    notified on the engine's thread. What a backlog loses is counted, and told by the registry's lagged().

    \plainvalue

    \code{.qml}
    RegistryHandler {
        registry: bus
        backlog: Backlog.Bounded
        capacity: 64
        overflow: Backlog.DropOldest
        handler: event => page.log(event)
    }
    RegistryHandler {
        registry: bus
        backlog: Backlog.Throttled
        interval: 100
        handler: event => page.show(event)
    }
    \endcode
*/
class SIGNALBOX_QML_EXPORT QmlBacklog : public QObject
{
    Q_OBJECT
    QML_NAMED_ELEMENT(Backlog)
    QML_UNCREATABLE("Backlog is a name for values: write Backlog.Latest, Backlog.Bounded and so on.")

public:
    /*! The value of RegistryHandler.backlog. */
    enum class Kind {
        Unbounded, //!< Every event arrives. Memory grows with what waits.
        Latest, //!< One event at the most waits: a newer one replaces it.
        Bounded, //!< As many as the capacity wait; overflow says what a full one loses.
        Throttled, //!< In the next turn of the loop the newest of its events so far; then one per interval at the most. The last always arrives.
        Debounced, //!< One event, the last, when none has come for the interval.
        Batched, //!< All that waits, one after the other, once per interval at the most; with a capacity, as many as that wait.
    };
    Q_ENUM(Kind)

    /*! The value of RegistryHandler.overflow: what a full Bounded or Batched backlog loses. */
    enum class Overflow {
        DropOldest = 0x100, //!< The oldest that waits. Its number is no Kind's, so that one is not taken for the other.
        DropNewest, //!< The one that comes.
    };
    Q_ENUM(Overflow)
};

} // namespace SignalBox
