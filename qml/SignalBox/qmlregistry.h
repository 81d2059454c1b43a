// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/registry/asyncregistry.h>

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

    Objects of any type may be written inside of it. A RegistryHandler that is written there has this registry.

    In C++ it is an AsyncRegistry of QVariant. Handlers in C++ and in QML share one order of priorities. A handler in C++ gets an object as
    a QVariantMap; an array, a Set or a typed array as a QVariantList; and a Map as a QVariantMap of those keys that are strings or numbers.
    Functions, symbols, and references that close a cycle become invalid QVariants. So does what is nested more than 1024 levels deep, with
    a warning: destroying such a container would overflow the stack. If an event has more than 32 objects that hold objects, each of these
    is given a symbol as a property, which no enumeration lists.

    If an event refers to a QObject that has been destroyed, a handler on the thread of that object gets null.

    C++ may give one registry to several engines. What one of them notifies then reaches the handlers of the others, converted. The
    engine must have used the module; objects of other engines are refused with a warning. Connections to notified() work in the
    engine that saw the registry first. A registry that QML has created works in the engine that created it.

    \threadsafety It belongs to the engine's thread. Functions that QML calls may be called only there. Those of
    AsyncRegistry<QVariant> are thread-safe, including post().
    \cost An event that QML notifies is not converted for handlers of the same engine: each costs a call of JavaScript. For other
    handlers, and if C++ notifies, an event is converted once, when the first handler that needs it is reached. The conversion and the
    calls of JavaScript allocate.
    \lifetime As AsyncRegistry. A handler ends with its owner's \c Component.destruction.
    \errors A wrong argument is a TypeError at the caller's line. It names the argument and what was expected. handlerFailed() reports
    what a handler throws, with file, line and stack, and what its Promise is rejected with. In a registry that several
    engines share, a Promise belongs to the engine of the event; if the event is no object, to the engine that saw the registry first.

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
    /*! The objects that are written inside of it, of any type. RegistryHandlers among them have this registry. The default property. */
    Q_PROPERTY(QQmlListProperty<QObject> data READ data CONSTANT FINAL)
    Q_CLASSINFO("DefaultProperty", "data")

public:
    /*! An empty registry. */
    explicit QmlRegistry(QObject *parent = nullptr);
    /*! As the destructor of AsyncRegistry. */
    ~QmlRegistry() override;

    /*! The property \c data. */
    QQmlListProperty<QObject> data();

    using AsyncRegistry<QVariant>::contains;
    using AsyncRegistry<QVariant>::deliver;
    using AsyncRegistry<QVariant>::dropPending;
    using AsyncRegistry<QVariant>::registerGuard;
    using AsyncRegistry<QVariant>::registerHandler;
    using AsyncRegistry<QVariant>::setEnabled;
    using AsyncRegistry<QVariant>::setPriority;
    using AsyncRegistry<QVariant>::unregister;

    /*!
        Calls the handlers in priority order with \a event, any JavaScript value, and then emits notified(). All handlers in QML get
        the same object: read it, do not write it. A handler that is called later would see what is written to it meanwhile. An exception in a
        handler stops neither the other handlers nor the caller.
    */
    Q_INVOKABLE void post(const QJSValue &event = QJSValue()) const;
    /*! AsyncRegistry::post(), for C++. */
    template <class T>
        requires(std::is_convertible_v<T, QVariant> && !std::is_same_v<std::decay_t<T>, QJSValue>)
    void post(T &&event) const
    {
        AsyncRegistry<QVariant>::post(QVariant(std::forward<T>(event)));
    }

    /*!
        As post(), and returns a Promise of an object with the numbers \c called, \c failed and \c dropped, as in DispatchReport. They
        count all handlers, on all threads. The Promise is fulfilled when the last handler has finished. A handler that returns a Promise
        has finished when that is settled; if it is rejected, the handler has failed.
    */
    Q_INVOKABLE QJSValue notify(const QJSValue &event = QJSValue()) const;
    /*! AsyncRegistry::notify(), for C++. */
    template <class T>
        requires(std::is_convertible_v<T, QVariant> && !std::is_same_v<std::decay_t<T>, QJSValue>)
    QFuture<DispatchReport> notify(T &&event, QDeadlineTimer deadline = QDeadlineTimer::Forever) const
    {
        return AsyncRegistry<QVariant>::notify(QVariant(std::forward<T>(event)), deadline);
    }
    /*!
        Returns a Promise of the next event. If the registry is destroyed or cleared first, the Promise gives undefined. It is fulfilled
        when a handler of priority 0 that was registered now would be called.
    */
    Q_INVOKABLE QJSValue next();

    // All arguments may be left out, so that it is the library that refuses such a call, and says what is missing.
    // The next two take the function by value, or the templates above would be the better match for one that is not const.
    /*!
        Registers \a function. \a options is an object that may have priority, name, once, enabled, newest, oldest, key, match,
        every, quietFor, onDemand, nested and batch, as RegistryHandler has, and owner, any QML object. The handler ends with its owner; if it has none, with
        the registry. Of newest to batch, an option that is undefined is a TypeError: its value may be a misspelt name.
    */
    Q_INVOKABLE SignalBox::HandlerId registerHandler(QJSValue function = QJSValue(), const QJSValue &options = QJSValue());
    /*! As registerHandler(), and returns a guard that can end the registration. Dropping all references to it ends nothing. */
    Q_INVOKABLE SignalBox::QmlHandlerGuard *registerGuard(QJSValue function = QJSValue(),
                                                               const QJSValue &options = QJSValue());

    /*! Ends a registration at once. Returns true once per id; false if it has ended before, or belongs to another registry. */
    Q_INVOKABLE bool unregister(const QJSValue &id = QJSValue());
    /*! Of a handler with onDemand: calls it now with what is kept for it. Returns false if it cannot. */
    Q_INVOKABLE bool deliver(const QJSValue &id = QJSValue());
    /*! Drops and counts what waits for the handler. Returns false if it is not registered here. */
    Q_INVOKABLE bool dropPending(const QJSValue &id);
    /*! Drops and counts what waits for any handler. In QML it has a name of its own, as Qt takes dropPending(undefined) for dropPending(). */
    Q_INVOKABLE void dropAllPending();
    /*! Whether the handler is registered here, paused or not. */
    Q_INVOKABLE bool contains(const QJSValue &id = QJSValue()) const;
    /*! Pauses or resumes a handler. Returns false if it is not registered here. */
    Q_INVOKABLE bool setEnabled(const QJSValue &id = QJSValue(), const QJSValue &enabled = QJSValue());
    /*! Moves the handler to \a priority, an integer, behind the handlers that have it already. Returns false if it is not registered here. */
    Q_INVOKABLE bool setPriority(const QJSValue &id = QJSValue(), const QJSValue &priority = QJSValue());

Q_SIGNALS:
    /*! Emitted after the handlers have run. The order among connections to it is not defined. */
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
