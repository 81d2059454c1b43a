// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/registry/asyncregistry.h>

#include <SignalBox/qml/qml_export.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>
#include <QtQml/qqmlparserstatus.h>
#include <QtQml/qqmlregistration.h>

#include <memory>

namespace SignalBox {

namespace detail {
class SignalRelay;
}

/*!
    \class SignalBox::SignalRegistry
    \qmltype SignalRegistry
    \brief A registry of the emissions of an existing signal. Handlers, models and SignalBox.on() use it as any other registry.

    The event is the signal's argument. If the signal has several arguments, the event is an object with a member for each: its name is
    that of the parameter, or \c arg0, \c arg1 and so on for parameters without a name. If it has none, the event is undefined. An argument
    of a type that Qt does not know is undefined, too. An emission on another thread arrives without Qt's queued calls.

    In C++ it is an AsyncRegistry of QVariant.

    \threadsafety It belongs to the engine's thread. The target may live and emit on other threads, on several at once.
    \cost An emission costs a direct connection of Qt. If there are handlers, it also costs a QVariant of the arguments and a post().
    \lifetime It is connected while it has a target with that signal. It does not change the target. If another thread emits while the
    target changes, or while this object is destroyed, that emission may still reach handlers.
    \errors There is a warning with file and line, and nothing is connected, if: the target is null or was destroyed; \c signalName is
    empty; the target has no signal of that name, or several; or the signal is \c destroyed.

    \code{.qml}
    SignalRegistry {
        id: renamed
        target: page
        signalName: "objectNameChanged"
    }

    RegistryHandler {
        registry: renamed
        newest: 1
        every: 50
        handler: name => console.log(name)
    }
    \endcode
*/
class SIGNALBOX_QML_EXPORT SignalRegistry
#ifdef Q_MOC_RUN
    : public SignalBox::RegistryObject, // what tools are to know as its base: the template is no type of QML's
#else
    : public SignalBox::AsyncRegistry<QVariant>,
#endif
      public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_ELEMENT

    /*! The object that emits. Null after it was destroyed. */
    Q_PROPERTY(QObject *target READ target WRITE setTarget NOTIFY targetChanged FINAL)
    /*! The signal's name, or its signature if several have that name: "moved(int,int)". */
    Q_PROPERTY(QString signalName READ signalName WRITE setSignalName NOTIFY signalNameChanged FINAL)
    /*! Whether it is connected. */
    Q_PROPERTY(bool active READ isActive NOTIFY activeChanged FINAL)

public:
    /*! It has no target yet. */
    explicit SignalRegistry(QObject *parent = nullptr);
    /*! Disconnects. Does not wait for an emission on another thread. */
    ~SignalRegistry() override;

    //! \cond The properties say it.
    QObject *target() const { return m_target; }
    void setTarget(QObject *target);

    QString signalName() const { return m_signalName; }
    void setSignalName(const QString &name);

    bool isActive() const { return m_relay != nullptr; }

    // For the engine.
    void classBegin() override;
    void componentComplete() override;

Q_SIGNALS:
    void targetChanged();
    void signalNameChanged();
    void activeChanged();
    //! \endcond

private:
    void update();
    QMetaMethod findSignal(QString &problem) const;
    void connectTo(const QMetaMethod &signal);
    void disconnectRelay();
    void forgetTarget();

    QPointer<QObject> m_target;
    QMetaObject::Connection m_targetEnd;
    QString m_signalName;
    std::shared_ptr<detail::SignalRelay> m_relay; // null: not connected
    HandlerId m_listening; // the relay's handler
    bool m_isComplete = true; // as an element, from componentComplete() on
};

} // namespace SignalBox
