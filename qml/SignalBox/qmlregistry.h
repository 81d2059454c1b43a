// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/asyncregistry.h>

#include <SignalBox/qml/qml_export.h>
#include <SignalBox/qmlhandlerguard.h>

#include <QtCore/qlist.h>
#include <QtCore/qnumeric.h>
#include <QtCore/qpointer.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmllist.h>
#include <QtQml/qqmlregistration.h>

namespace SignalBox {

/*!
    \class SignalBox::QmlRegistry
    \qmltype QmlRegistry
    \brief A registry whose events are JavaScript values, notified from QML.

    Any objects may stand in it; RegistryHandlers that do have it as their registry.

    To C++ it is an AsyncRegistry of QVariant, with all that this allows: its handlers share one order of priorities with those in QML.
    They see objects as QVariantMap, arrays, sets and typed arrays as QVariantList, and a Map as QVariantMap with its keys that are
    strings or numbers. Functions, symbols and references that close a cycle are invalid; so is, with a warning, what is nested more than
    1024 levels deep, as containers are destroyed recursively. In a graph of more than 32 objects that hold objects, each of these is given
    a symbol as a property, which no enumeration lists.

    An object that an event points to is null to a handler on its thread once it is gone.

    C++ may show one registry to several engines: what one of them notifies reaches the handlers of the others, converted. An
    engine is known once it has used the module; objects of others are refused with a warning. Connections to notified() are for the
    engine that saw the registry first. A registry that QML has created is for the engine that created it.

    \threadsafety It belongs to the engine's thread, and so do all functions that QML calls; those of
    AsyncRegistry<QVariant> are thread-safe, post() included.
    \cost What QML notifies is not converted for handlers of its own engine: each costs a call of JavaScript. For all others, and
    for what C++ notifies, an event is converted once, when the first handler that needs it is reached. The conversion and the
    calls of JavaScript allocate.
    \lifetime As AsyncRegistry. Handlers end with their owner's \c Component.destruction.
    \errors A wrong argument is a TypeError at the caller's line that names it, and what was expected. What a handler throws is
    told by handlerFailed(), with file, line and stack. So is what the Promise of a handler is rejected with. A registry that several
    engines share makes promises for the engine of the event, and where that is no object, for the one that saw the registry first.

    \code{.qml}
    QmlRegistry {
        id: bus
        name: "downloads"
        onHandlerFailed: failure => console.warn(failure.handlerName, failure.message, failure.fileName, failure.lineNumber)

        RegistryHandler { handler: event => console.log(event.size) }
    }
    \endcode

    and in C++

    \code
    bus.registerHandler(&log, [&](const QVariant &event) { log.add(event.toMap()); }, {.priority = 5});
    bus.post(QVariantMap{{QStringLiteral("size"), 2048}});
    \endcode
*/
class SIGNALBOX_QML_EXPORT QmlRegistry
#ifdef Q_MOC_RUN
    : public SignalBox::RegistryObject // what tools are to know as its base: the template is no type of QML's
#else
    : public SignalBox::AsyncRegistry<QVariant>
#endif
{
    Q_OBJECT
    QML_ELEMENT
    /*! The objects that stand in it, of any type. For RegistryHandlers it is the registry. The default property. */
    Q_PROPERTY(QQmlListProperty<QObject> data READ data CONSTANT FINAL)
    Q_CLASSINFO("DefaultProperty", "data")

public:
    /*! An empty registry. */
    explicit QmlRegistry(QObject *parent = nullptr);
    /*! As that of AsyncRegistry. */
    ~QmlRegistry() override;

    /*! The property \c data. */
    QQmlListProperty<QObject> data();

    using AsyncRegistry<QVariant>::contains;
    using AsyncRegistry<QVariant>::registerGuard;
    using AsyncRegistry<QVariant>::registerHandler;
    using AsyncRegistry<QVariant>::setEnabled;
    using AsyncRegistry<QVariant>::setPriority;
    using AsyncRegistry<QVariant>::unregister;

    /*!
        Calls the handlers in priority order with \a event, any JavaScript value, and then emits notified(). Those in QML share
        the one object: read it, do not write it. One with a backlog sees what is written to it later. An exception in a handler
        stops neither the others nor the caller.
    */
    Q_INVOKABLE void notify(const QJSValue &event = QJSValue());

    /*!
        As notify(), and returns a Promise of an object with the numbers \c called, \c failed and \c dropped, as of DispatchReport: what became of
        the event in all handlers, also those on other threads, when the last of them is done. A handler that returns a Promise is
        done when that is settled; if it is rejected, the handler has failed.
    */
    Q_INVOKABLE QJSValue notifyAndReport(const QJSValue &event = QJSValue());
    /*!
        A Promise of the next event; of undefined if the registry is destroyed or cleared first. It is fulfilled as a handler of priority 0
        that was registered now would be called.
    */
    Q_INVOKABLE QJSValue next();

    // All arguments may be left out, so that it is the library that refuses such a call, and says what is missing.
    // The next two take the function by value, or the templates above would be the better match for one that is not const.
    /*!
        Registers \a function. \a options: an object with any of priority, name, once, enabled, backlog with
        capacity, overflow and interval, batch, key, as of RegistryHandler, and owner. The handler ends with its
        owner, any QML object; without one, with the registry.
    */
    Q_INVOKABLE SignalBox::HandlerId registerHandler(QJSValue function = QJSValue(), const QJSValue &options = QJSValue());
    /*! The same, and returns a handle that can end it. The guard lives with the owner; forgetting it ends nothing. */
    Q_INVOKABLE SignalBox::QmlHandlerGuard *registerGuard(QJSValue function = QJSValue(),
                                                               const QJSValue &options = QJSValue());

    /*! Ends a registration, at once. True once per id; false if it has ended already, or is another registry's. */
    Q_INVOKABLE bool unregister(const QJSValue &id = QJSValue());
    /*! Whether the handler is registered here, paused or not. */
    Q_INVOKABLE bool contains(const QJSValue &id = QJSValue()) const;
    /*! Pauses or resumes a handler. False if it is not registered here. */
    Q_INVOKABLE bool setEnabled(const QJSValue &id, bool enabled);
    //! \cond Refused: what is missing cannot be told from false
    Q_INVOKABLE bool setEnabled(const QJSValue &id = QJSValue());
    //! \endcond
    /*! The handler becomes the last among its new equals. \a priority is an integer. False if it is not registered here. */
    Q_INVOKABLE bool setPriority(const QJSValue &id = QJSValue(), double priority = qQNaN());

Q_SIGNALS:
    /*! After the handlers, for plain Connections: in no order among them. */
    void notified(const QJSValue &event);

protected:
    //! \cond Of the base classes
    void connectNotify(const QMetaMethod &signal) override;
    void eventNotified(const detail::Event &event) override;
    //! \endcond

private:
    struct Registration
    {
        HandlerId id;
        QObject *owner = nullptr;
    };

    Registration registerFunction(const char *call, const QJSValue &function, const QJSValue &options);

    QList<QPointer<QObject>> m_data;
};

} // namespace SignalBox
