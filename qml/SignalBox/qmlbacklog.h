// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qml/qml_export.h>

#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

namespace SignalBox {

/*!
    \class SignalBox::QmlBacklog
    \qmltype Backlog
    \brief Says what happens to events that come faster than their handler runs: a property of RegistryHandler, and an option of
    registerHandler(), registerGuard() and SignalBox.on().

    Each handler has its own backlog. With Unbounded, a handler runs inline where the event is notified on the engine's thread. With any
    other backlog, it is always called from the event loop. Lost events are counted, and the registry's signal lagged() reports them.

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
        Unbounded, //!< Every event arrives. Memory grows with the number of waiting events.
        Latest, //!< At most one event waits: a newer one replaces it.
        Bounded, //!< At most \c capacity events wait; \c overflow says which are lost.
        Throttled, //!< The first call comes in the next turn of the event loop, then at most one per interval, each with the newest event. The last event always arrives.
        Debounced, //!< Only the last event arrives, when no other has come for the interval.
        Batched, //!< All waiting events arrive together, at most once per interval. With a capacity, at most so many wait.
    };
    Q_ENUM(Kind)

    /*! The value of RegistryHandler.overflow: which event a full Bounded or Batched backlog loses. */
    enum class Overflow {
        DropOldest = 0x100, //!< The oldest waiting one. The number differs from every Kind, so that the two enumerations cannot be mixed up.
        DropNewest, //!< The new one.
    };
    Q_ENUM(Overflow)
};

} // namespace SignalBox
