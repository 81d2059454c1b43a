// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#endif
#include <SignalBox/handlers/nestedsetting.h>
#include <SignalBox/scripts/stopvalue.h>
#include <SignalBox/qml/qml_export.h>
#include <SignalBox/qt/models/eventmodel.h>
#include <SignalBox/qt/registry/registryobject.h>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqml.h>

namespace SignalBox {

/*!
    \class SignalBox::SignalBoxAttached
    \qmltype SignalBox
    \brief The functions that QML files call as SignalBox.on(), SignalBox.find(), SignalBox.setFilter(), SignalBox.hasNewerEvent() and
    SignalBox.stallReport().

    It is attached to the object in whose scope it is written.

    \threadsafety Engine's thread only.
    \cost find() searches the registries that have a name, under a lock. on() costs as much as registerHandler().
    \lifetime Handlers of on() and filters of setFilter() end with the object in whose scope the call is written.
    \errors Wrong arguments are TypeErrors at the caller's line.

    \code{.qml}
    Item {
        Component.onCompleted: SignalBox.on(bus, event => page.show(event), { priority: 10 })
    }
    RegistryHandler {
        registry: SignalBox.find("downloads")
        handler: event => event.isUrgent ? SignalBox.Stop : SignalBox.Continue
    }
    \endcode
*/
class SIGNALBOX_QML_EXPORT SignalBoxAttached : public QObject
{
    Q_OBJECT
    QML_NAMED_ELEMENT(SignalBox)
    QML_UNCREATABLE("SignalBox is attached to the objects of QML files: write SignalBox.on(), SignalBox.find(), SignalBox.Stop.")
    QML_ATTACHED(SignalBox::SignalBoxAttached)

public:
    /*!
        What a handler may return. \c Stop keeps the event from the handlers that come after it, if it runs inside the call that notifies.
        Every other result, or none, means \c Continue.
    */
    enum class Propagation {
        Continue = 0, //!< Go on with the next handler.
        Stop = detail::stopValue, //!< Call no further handler.
    };
    Q_ENUM(Propagation)

    //! \cond For the engine.
    explicit SignalBoxAttached(QObject *object);
    static SignalBoxAttached *qmlAttachedProperties(QObject *object);
    //! \endcond

    /*!
        For RegistryHandler::nested, and the option of that name: what becomes of an event that comes while the handler is in an event loop that it
        opened itself.
    */
    enum class Nested {
        Deliver = detail::NestedSetting::deliver, //!< The handler is called again, inside of its call.
        Wait = detail::NestedSetting::wait, //!< The event waits until the handler has returned.
    };
    Q_ENUM(Nested)

    /*!
        The registry of that name, or null: a QmlRegistry of this engine, or an AsyncRegistry of this thread.
        If several have the name, it is the one that took the name last. find() searches once, when it is called: a binding
        is not evaluated again when such a registry comes or goes. RegistryHandler::registryName follows registries as they come and go.
    */
    Q_INVOKABLE SignalBox::RegistryObject *find(const QString &name);

    /*!
        The same as stallReport() in C++: an array of objects with the properties of StallInfo, the longest stall first. It is empty
        unless the environment variable SIGNALBOX_STALLS is set.
    */
    Q_INVOKABLE QVariantList stallReport() const;

    /*!
        The same as hasNewerEvent() in C++: whether another event waits for the handler that is being called; of nested ones, the innermost. So
        a handler can leave what is out of date. False outside of handlers.
    */
    Q_INVOKABLE bool hasNewerEvent() const;

    /*!
        Registers \a function with any \a registry. The handler ends with the object in whose scope the call is written.
        \a options is an object that may have priority, name, once, enabled, newest, oldest, key, match, every, quietFor, onDemand,
        nested and batch, as RegistryHandler has. Anything else is a TypeError at the caller's line. So is a call after the object's \c Component.destruction,
        as a callback may make it that a page has left behind.
    */
    Q_INVOKABLE SignalBox::HandlerId on(SignalBox::RegistryObject *registry = nullptr, const QJSValue &function = QJSValue(),
                                        const QJSValue &options = QJSValue());

    /*!
        Has \a model, which may be C++'s, show only rows for whose events \a filter, a function, returns what counts as true. Another filter of
        the model is replaced; null: it shows all rows. The filter ends with the object in whose scope the call is written: then the model
        shows all rows in a later turn of the event loop, unless it has another filter by then. Wrong arguments are TypeErrors at the caller's
        line. If the function throws, that is logged, for the first time, and the row is not shown.
    */
    Q_INVOKABLE void setFilter(SignalBox::EventModel *model = nullptr, const QJSValue &filter = QJSValue());
};

} // namespace SignalBox
