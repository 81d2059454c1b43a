// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#endif
#include <SignalBox/detail/stopvalue.h>
#include <SignalBox/qml/qml_export.h>
#include <SignalBox/qt/registryobject.h>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqml.h>

namespace SignalBox {

/*!
    \class SignalBox::SignalBoxAttached
    \qmltype SignalBox
    \brief What QML files get under the module's own name: handlers for the object they stand in, and registries by name.

    Attached to the object in whose scope it is written.

    \threadsafety Engine's thread only.
    \cost find() looks through the registries that have a name, under a lock. on() costs as registerHandler().
    \lifetime Handlers of on() end with the object in whose scope the call is written.
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
        What a handler may return. After \c Stop the event reaches no handler of lower priority, where that handler
        runs inside the call that notifies; anything but \c Stop, also nothing, means \c Continue.
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
        The registry of that name, or null: a QmlRegistry of this engine, or an AsyncRegistry of this thread.
        Of several it is the one that took the name last. It is looked for when the call runs: a binding
        does not run again when such a registry comes or goes. RegistryHandler::registryName follows them.
    */
    Q_INVOKABLE SignalBox::RegistryObject *find(const QString &name);

    /*!
        The stall report of C++: objects, the longest stall first, with the properties of StallInfo. It is empty unless the environment
        variable SIGNALBOX_STALLS is set.
    */
    Q_INVOKABLE QVariantList stallReport() const;

    /*!
        Registers \a function with any \a registry. It ends with the object in whose scope the call is written.
        \a options: an object with any of priority, name, once, enabled, backlog with capacity, overflow and
        interval, batch and key, as of RegistryHandler. Anything else is a TypeError at the caller's line.
    */
    Q_INVOKABLE SignalBox::HandlerId on(SignalBox::RegistryObject *registry = nullptr, const QJSValue &function = QJSValue(),
                                        const QJSValue &options = QJSValue());
};

} // namespace SignalBox
