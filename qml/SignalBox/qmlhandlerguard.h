// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#endif
#include <SignalBox/qml/qml_export.h>
#include <SignalBox/qt/registry/registryobject.h>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtQml/qqmlregistration.h>

namespace SignalBox {

/*!
    \class SignalBox::QmlHandlerGuard
    \qmltype HandlerGuard
    \brief The result of registerGuard(): an object that can end the registration.

    \threadsafety Engine's thread only.
    \cost A QObject, until it has ended.
    \lifetime The guard and the handler end with their owner. If no owner was given, that is the registry. Dropping all references to
    the guard ends nothing, since nobody knows when JavaScript collects garbage.
    \errors None.

    \code{.qml}
    property HandlerGuard guard: bus.registerGuard(event => page.show(event), { owner: page })
    function hush() { guard.unregister() }
    \endcode
*/
class SIGNALBOX_QML_EXPORT QmlHandlerGuard : public QObject
{
    Q_OBJECT
    QML_NAMED_ELEMENT(HandlerGuard)
    QML_UNCREATABLE("A HandlerGuard is what registerGuard() of a QmlRegistry returns.")

    /*! Whether the handler is registered, paused or not. Once it is false, it stays false. */
    Q_PROPERTY(bool active READ isActive NOTIFY activeChanged FINAL)

public:
    /*! For the library: of a handler that is registered. \a owner is the parent. */
    QmlHandlerGuard(SignalBox::RegistryObject *registry, SignalBox::HandlerId id, QObject *owner);
    /*! Ends the registration. */
    ~QmlHandlerGuard() override;

    /*! The property \c active. */
    bool isActive() const;

    /*! Ends the registration at once. Does nothing if the guard is not active. */
    Q_INVOKABLE void unregister();
    /*! Lets go of the handler and returns its id. The handler stays registered until its owner or its registry is destroyed. */
    Q_INVOKABLE SignalBox::HandlerId release();

Q_SIGNALS:
    /*! Emitted once, when the registration has ended. */
    void activeChanged();

private:
    void lookForRemoval();
    void letGo();

    QPointer<RegistryObject> m_registry;
    HandlerId m_id; // valid until let go of
};

} // namespace SignalBox
