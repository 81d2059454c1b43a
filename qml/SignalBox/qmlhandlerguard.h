// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#endif
#include <SignalBox/qml/qml_export.h>
#include <SignalBox/qt/registryobject.h>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtQml/qqmlregistration.h>

namespace SignalBox {

/*!
    \class SignalBox::QmlHandlerGuard
    \qmltype HandlerGuard
    \brief One registration, as registerGuard() returns it: a handle that can end it.

    \threadsafety Engine's thread only.
    \cost A QObject, until it has ended.
    \lifetime It lives with its owner, which is the registry where none was named, and the handler ends with that owner.
    Forgetting the guard ends nothing: when JavaScript collects garbage is chance.
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

    /*! Whether the guard holds a handler that is registered, paused or not. Once false, it stays so. */
    Q_PROPERTY(bool active READ isActive NOTIFY activeChanged FINAL)

public:
    /*! For the library: of a handler that is registered. \a owner is the parent. */
    QmlHandlerGuard(SignalBox::RegistryObject *registry, SignalBox::HandlerId id, QObject *owner);
    /*! Ends the registration: a guard goes with its owner. */
    ~QmlHandlerGuard() override;

    /*! The property \c active. */
    bool isActive() const;

    /*! Ends the registration, at once. Without effect on a guard that is not active. */
    Q_INVOKABLE void unregister();
    /*! Leaves the handler registered, for as long as its owner and its registry live, and returns its id. */
    Q_INVOKABLE SignalBox::HandlerId release();

Q_SIGNALS:
    /*! Once, when the registration has ended. */
    void activeChanged();

private:
    void lookForRemoval();
    void letGo();

    QPointer<RegistryObject> m_registry;
    HandlerId m_id; // valid until let go of
};

} // namespace SignalBox
