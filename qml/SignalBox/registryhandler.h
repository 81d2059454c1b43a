// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/handlers/backlogsettings.h>
#include <SignalBox/handlers/creationorder.h>
#include <SignalBox/handlers/nestedsetting.h>
#include <SignalBox/qml/qml_export.h>
#include <SignalBox/qt/registry/registryobject.h>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmlparserstatus.h>
#include <QtQml/qqmlregistration.h>

#include <memory>
#include <utility>

QT_BEGIN_NAMESPACE
class QJSEngine;
class QJSManagedValue;
QT_END_NAMESPACE

namespace SignalBox {

namespace detail {
class Event;
class ScriptHome;
}

/*!
    \class SignalBox::RegistryHandler
    \qmltype RegistryHandler
    \brief A handler of any registry, written in QML. It ends with the item in which it is written.

    It runs on the engine's thread: inline if the event is notified there, otherwise from the event loop.
    Handlers of equal priority in one file run in the order in which they are written there.

    \threadsafety Engine's thread only. The registry may be notified from any thread.
    \cost A call of JavaScript, which allocates. An event is converted once for all handlers of the engine. A paused handler costs
    a notify nothing.
    \lifetime The handler ends with its registry, or at \c Component.destruction of the item in which it is written. It never runs after
    that.
    \errors If the handler throws, the registry's handlerFailed() reports it, with file, line and stack. The other handlers are called
    nevertheless. There is one warning with file and line, and nothing is registered until that is corrected, if: the handler is missing;
    the handler or the filter is neither a function nor null; match is neither an object of members nor null; a number is no integer; nested
    is neither SignalBox.Deliver nor SignalBox.Wait; or properties that say what is kept, or when, contradict each other.

    \code{.qml}
    RegistryHandler {
        registry: bus
        priority: 100
        enabled: page.visible
        filter: event => event.size > 1024
        handler: event => page.show(event)
    }
    RegistryHandler {
        registry: bus
        batch: true
        every: 16
        handler: (events, lost) => page.showAll(events, lost)
    }
    \endcode
*/
class SIGNALBOX_QML_EXPORT RegistryHandler : public QObject, public QQmlParserStatus, private detail::CreationOrder
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_ELEMENT

    /*! A QmlRegistry, or any AsyncRegistry that C++ provides. Inside a QmlRegistry, it is that one unless another is set. */
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry WRITE setRegistry NOTIFY registryChanged FINAL)
    /*!
        Instead of \c registry: the name of a registry of this engine, or of a C++ registry on this thread. The registry
        may come later, go, and come again; the handler is registered while it exists. If several have the name, it is the one that took
        the name first. If no registry has had the name when the element ends, there is a warning.
    */
    Q_PROPERTY(QString registryName READ registryName WRITE setRegistryName NOTIFY registryNameChanged FINAL)
    /*! An integer: higher runs first. After a change, the handler runs behind those that have the new priority already; it stays registered. */
    Q_PROPERTY(double priority READ priority WRITE setPriority NOTIFY priorityChanged FINAL)
    /*! For diagnostics. After a change, the handler is registered again. */
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY nameChanged FINAL)
    /*! If true, the handler ends after the first event that the filter accepts. Setting this, or \c registry, registers it again. */
    Q_PROPERTY(bool once READ isOnce WRITE setOnce NOTIFY onceChanged FINAL)
    /*! False pauses the handler: it stays registered, is not called, and costs a notify nothing. */
    Q_PROPERTY(bool enabled READ isEnabled WRITE setEnabled NOTIFY enabledChanged FINAL)
    /*! Whether it is registered now, paused or not. */
    Q_PROPERTY(bool active READ isActive NOTIFY activeChanged FINAL)
    /*!
        The newest so many events are kept: an older one makes room. A positive integer; 0, the default: not set. Without this, \c oldest and
        \c key, all events are kept. After a change of this or of any property up to \c match, the handler is registered again; waiting events
        are dropped.
    */
    Q_PROPERTY(double newest READ newest WRITE setNewest NOTIFY newestChanged FINAL)
    /*! The oldest so many events are kept: later ones are dropped until there is room. A positive integer; 0, the default: not set. */
    Q_PROPERTY(double oldest READ oldest WRITE setOldest NOTIFY oldestChanged FINAL)
    /*!
        The name of a member of the event, as in EventModel. The newest event of each value of that member is kept. An event without that member
        counts as a failure of this handler. Empty, the default: not set.
    */
    Q_PROPERTY(QString key READ key WRITE setKey NOTIFY keyChanged FINAL)
    /*!
        The handler is called at most once per so many milliseconds, an integer; see Backlog::every(). -1, the default: not set. Without this,
        \c quietFor and \c onDemand, it is called as soon as the event loop turns; or, where all events are kept, inline if the event is
        notified on the engine's thread.
    */
    Q_PROPERTY(double every READ every WRITE setEvery NOTIFY everyChanged FINAL)
    /*! The handler is called when no event has come for so many milliseconds, an integer. -1, the default: not set. */
    Q_PROPERTY(double quietFor READ quietFor WRITE setQuietFor NOTIFY quietForChanged FINAL)
    /*!
        If true, the handler is called by deliver(): for example once for each frame, by a \c FrameAnimation that runs while the window is visible.
        The qmllint of Qt 6.4 takes the name for that of a signal's handler; `// qmllint disable` behind the line silences it.
    */
    Q_PROPERTY(bool onDemand READ isOnDemand WRITE setOnDemand NOTIFY onDemandChanged FINAL)
    /*!
        \c SignalBox.Deliver, the default: if an event comes while the handler is in an event loop that it opened itself, such as that of a dialog,
        the handler is called again, inside of its call. \c SignalBox.Wait: the event waits until the handler has returned; other handlers go on.
    */
    Q_PROPERTY(double nested READ nested WRITE setNested NOTIFY nestedChanged FINAL)
    /*!
        Members that the event must have, with these values: \c {match: ({ level: 3 })}. They are compared before anything is kept, without a
        script. So no other event replaces one that matches, which \c filter cannot promise. For that, an event of a script is converted, as for C++.
        Null, the default, or without members: all events count.
    */
    Q_PROPERTY(QJSValue match READ match WRITE setMatch NOTIFY matchChanged FINAL)
    /*!
        If true, the handler is called once for all waiting events, as \c {(events, lost) => ...}, with an array of them and the number of
        events that were lost since the call before. It is always called from the event loop. With \c once, there is
        one call. Returning \c SignalBox.Stop has no effect. After a change, the handler is registered again.
    */
    Q_PROPERTY(bool batch READ isBatch WRITE setBatch NOTIFY batchChanged FINAL)
    /*!
        Null, or a function of the event that returns whether the handler gets it. It is called just before the handler, with
        \c batch for each event; so a newer event may have replaced one that it would accept: see \c match. If it accepts no event of a batch, the handler is not called.
    */
    Q_PROPERTY(QJSValue filter READ filter WRITE setFilter NOTIFY filterChanged FINAL)
    //! \cond Of version 0.2
    Q_PROPERTY(QVariant backlog READ oldSetting WRITE setOldBacklog NOTIFY newestChanged FINAL)
    Q_PROPERTY(QVariant capacity READ oldSetting WRITE setOldCapacity NOTIFY newestChanged FINAL)
    Q_PROPERTY(QVariant overflow READ oldSetting WRITE setOldOverflow NOTIFY newestChanged FINAL)
    Q_PROPERTY(QVariant interval READ oldSetting WRITE setOldInterval NOTIFY everyChanged FINAL)
    //! \endcond
    /*! A function of the event. It may return SignalBox.Stop or a Promise. If it is null, nothing is registered. */
    Q_PROPERTY(QJSValue handler READ handler WRITE setHandler NOTIFY handlerChanged FINAL)

public:
    /*! Registers the handler once the element is complete. */
    explicit RegistryHandler(QObject *parent = nullptr);
    /*! Ends the registration, unless Component.destruction has ended it before. */
    ~RegistryHandler() override;

    /*!
        With \c onDemand: calls the handler now with what is kept for it. Returns whether it could: false if it is not registered, if it is not on demand,
        and from within the handler.
    */
    Q_INVOKABLE bool deliver();

    //! \cond The properties say it.
    SignalBox::RegistryObject *registry() const;
    void setRegistry(SignalBox::RegistryObject *registry);
    // For the library: the registry until one is set.
    void setImpliedRegistry(SignalBox::RegistryObject *registry);

    QString registryName() const;
    void setRegistryName(const QString &name);

    double priority() const { return m_priority; }
    void setPriority(double priority);

    QString name() const { return m_name; }
    void setName(const QString &name);

    bool isOnce() const { return m_isOnce; }
    void setOnce(bool once);

    bool isEnabled() const { return m_isEnabled; }
    void setEnabled(bool enabled);

    bool isActive() const;

    double newest() const { return m_backlog.newest; }
    void setNewest(double count);

    double oldest() const { return m_backlog.oldest; }
    void setOldest(double count);

    double every() const { return m_backlog.every; }
    void setEvery(double milliseconds);

    double quietFor() const { return m_backlog.quietFor; }
    void setQuietFor(double milliseconds);

    bool isOnDemand() const { return m_backlog.isOnDemand; }
    void setOnDemand(bool onDemand);

    double nested() const { return m_nested.value; }
    void setNested(double nested);

    QJSValue match() const { return m_match; }
    void setMatch(const QJSValue &match);

    bool isBatch() const { return m_isBatch; }
    void setBatch(bool batch);

    QString key() const { return m_backlog.key; }
    void setKey(const QString &key);

    QJSValue filter() const { return m_filter; }
    void setFilter(const QJSValue &filter);

    QJSValue handler() const { return m_handler; }
    void setHandler(const QJSValue &handler);

    // Of version 0.2: setting one warns, and says what to write.
    QVariant oldSetting() const { return {}; }
    void setOldBacklog(const QVariant &) { warnOfOldSetting("backlog"); }
    void setOldCapacity(const QVariant &) { warnOfOldSetting("capacity"); }
    void setOldOverflow(const QVariant &) { warnOfOldSetting("overflow"); }
    void setOldInterval(const QVariant &) { warnOfOldSetting("interval"); }

    // For the engine.
    void classBegin() override;
    void componentComplete() override;

Q_SIGNALS:
    void registryChanged();
    void registryNameChanged();
    void priorityChanged();
    void nameChanged();
    void onceChanged();
    void enabledChanged();
    void activeChanged();
    void newestChanged();
    void oldestChanged();
    void keyChanged();
    void everyChanged();
    void quietForChanged();
    void onDemandChanged();
    void nestedChanged();
    void matchChanged();
    void batchChanged();
    void filterChanged();
    void handlerChanged();
    //! \endcond

private Q_SLOTS:
    void end();

private:
    void completeInOrder() override;
    class Link;
    class NameFollower;
    class Function;
    // Holds a function. Engine's thread only, and so it counts without atomic operations.
    class FunctionPointer
    {
    public:
        FunctionPointer() noexcept = default;
        explicit FunctionPointer(Function *adopted) noexcept : m_function(adopted) {}
        FunctionPointer(const FunctionPointer &other) noexcept;
        FunctionPointer(FunctionPointer &&other) noexcept : m_function(std::exchange(other.m_function, nullptr)) {}
        FunctionPointer &operator=(FunctionPointer other) noexcept
        {
            std::swap(m_function, other.m_function);
            return *this;
        }
        ~FunctionPointer();

        void reset() { *this = FunctionPointer(); }
        explicit operator bool() const noexcept { return m_function != nullptr; }
        const QJSManagedValue &operator*() const noexcept;

    private:
        Function *m_function = nullptr;
    };

    void warnOfOldSetting(const char *old);
    template <class T>
    bool change(T &setting, const T &value);
    void changeRegistry(RegistryObject *registry);
    void lookForNamed();
    QString problem() const;
    bool isRight();
    void update();
    void replace();
    void registerAnew();
    void unregister();
    void followRegistry();
    void lookForRemoval();
    static FunctionPointer callable(FunctionPointer &kept, const QJSValue &value, QJSEngine *engine);
    Propagation run(const detail::Event &event, const detail::OngoingCall &call,
                    const std::shared_ptr<const detail::ScriptHome> &home);
    void runBatch(const detail::Batch &batch, const detail::OngoingCall &call, const std::shared_ptr<const detail::ScriptHome> &home);
    FunctionPointer takeHandler(QJSEngine *engine);

    QPointer<RegistryObject> m_registry;
    std::unique_ptr<NameFollower> m_follower; // has registryName; null: that is empty
    QMetaObject::Connection m_destroyed; // the registry's, while nothing is registered
    std::shared_ptr<Link> m_link; // to the callable that is registered
    std::shared_ptr<const detail::ScriptHome> m_home; // from completion on
    QString m_name;
    QString m_toldProblem; // what keeps it from being registered
    QJSValue m_match = QJSValue(QJSValue::NullValue);
    QJSValue m_filter = QJSValue(QJSValue::NullValue);
    QJSValue m_handler;
    FunctionPointer m_filterFunction; // of these two, once they have been called
    FunctionPointer m_handlerFunction;
    HandlerId m_id; // valid from registration until its end is noticed
    double m_priority = 0; // as QML has set it: an integer, or the element warns
    detail::BacklogSettings m_backlog; // as QML has set them, with the members of m_match
    detail::NestedSetting m_nested;
    double m_untoldLosses = 0; // of batches of which the filter accepted nothing
    bool m_isBatch = false;
    bool m_isOnce = false;
    bool m_isEnabled = true;
    bool m_isComplete = false;
    bool m_isRegistryExplicit = false;
    bool m_isDone = false;  // fired once, or removed by other code: not to be registered again
    bool m_hasEnded = false; // past its component's destruction: never to be registered again
};

} // namespace SignalBox
