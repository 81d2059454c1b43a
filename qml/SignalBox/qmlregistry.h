// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qml/qml_export.h>
#include <SignalBox/qt/registryobject.h>

#include <QtCore/qlist.h>
#include <QtCore/qpointer.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmllist.h>
#include <QtQml/qqmlregistration.h>

namespace SignalBox {

class RegistryHandler;

/*!
    \qmltype QmlRegistry
    \brief A registry whose events are JavaScript values, notified from QML.

    \qml
    QmlRegistry {
        id: bus
        name: "downloads"
        onHandlerFailed: failure => console.warn(failure.handlerName, failure.message, failure.fileName, failure.lineNumber)

        RegistryHandler { handler: event => console.log(event.size) }
    }
    \endqml

    The RegistryHandlers that stand in it have it as their registry. All of it belongs to the engine's thread.
*/
class SIGNALBOX_QML_EXPORT QmlRegistry : public SignalBox::RegistryObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQmlListProperty<SignalBox::RegistryHandler> handlers READ handlerElements CONSTANT FINAL)
    Q_CLASSINFO("DefaultProperty", "handlers")

public:
    explicit QmlRegistry(QObject *parent = nullptr);
    ~QmlRegistry() override;

    QQmlListProperty<SignalBox::RegistryHandler> handlerElements();

    /*!
        Calls the handlers in priority order with \a event, any JavaScript value, and then emits notified(). They share
        the one object: read it, do not write it. An exception in a handler stops neither the others nor the caller.
    */
    Q_INVOKABLE void notify(const QJSValue &event);

    /*!
        Registers \a function. \a options: an object with any of priority, name, once, enabled and owner;
        the handler ends with its owner, a QML object. Anything else is a TypeError at the caller's line.
    */
    Q_INVOKABLE SignalBox::HandlerId registerHandler(const QJSValue &function, const QJSValue &options = QJSValue());

Q_SIGNALS:
    /*! After the handlers, for plain Connections: in no order among them. */
    void notified(const QJSValue &event);

private:
    QList<QPointer<RegistryHandler>> m_elements;
};

} // namespace SignalBox
