// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/handlerinfo.h>
#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/registry/handlercalls.h>
#include <SignalBox/qt/registry/registration.h>
#include <SignalBox/qt/routes/handlersettings.h>
#endif
#include <SignalBox/qt/observing/asynchandlerinfo.h>
#include <SignalBox/qt/routes/asyncoptions.h>
#include <SignalBox/qt/observing/debugoutput.h>
#include <SignalBox/qt/observing/handlerfailure.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/registry/handlertarget.h>
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/observing/stallinfo.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qfuture.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace SignalBox {

namespace detail {
class Event;
class HandlerRemoval;
class RegistryLink;
class Source;
}

class ExceptionInfo;

/*!
    \class SignalBox::RegistryObject
    \qmltype Registry
    \brief The base class of all registries of the Qt layer: all that does not depend on the type of the events.

    QML, tools and models use each AsyncRegistry and QmlRegistry through this class.

    \threadsafety Thread-safe: all functions on handlers. The other functions, including those of the name, may be called
    on the object's own thread only, as with any QObject. Signals are emitted on the object's own thread.

    \cost Functions on handlers cost as much as those of SyncRegistry. Any number of changes emits handlersChanged() once.
    setStatisticsEnabled() and setSlowHandlerBudget() say what they cost.

    \errors Functions on handlers return false for an id that is not registered here. Functions that register handlers
    refuse invalid arguments with a warning and an invalid id.

    \lifetime The destructor unregisters all handlers and drops what is queued for them. A notify() that is running calls no further
    handler. The destructor does not wait for handlers that run on other threads. Other threads may still be inside notify(); none may
    begin a call. On the registry's own thread, a handler may destroy the registry that calls it. As any QObject, it is destroyed on its
    own thread; after moveToThread(nullptr), any thread may destroy it, and no signal is emitted.

    \code
    void pauseAll(SignalBox::RegistryObject &registry)
    {
        for (const SignalBox::AsyncHandlerInfo &handler : registry.handlers())
            registry.setEnabled(handler.id, false);
    }
    \endcode
*/
class SIGNALBOX_QT_EXPORT RegistryObject : public QObject
{
    Q_OBJECT
    /*! For diagnostics, and for SignalBox.find() in QML. Need not be unique. */
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY nameChanged FINAL)
    /*! The number of registered handlers, including paused ones. */
    Q_PROPERTY(int handlerCount READ handlerCount NOTIFY handlersChanged FINAL)

public:
    /*! Unregisters all handlers; does not wait. */
    ~RegistryObject() override;

    /*! The property \c name. */
    QString name() const;
    /*! Sets the property \c name. */
    void setName(const QString &name);

    /*! The property \c handlerCount. May be out of date on return. */
    int handlerCount() const noexcept;
    /*! Whether handlerCount() is 0. */
    bool isEmpty() const noexcept;
    /*! Whether the handler is registered here, paused or not. */
    Q_INVOKABLE bool contains(SignalBox::HandlerId id) const noexcept;
    /*! Describes all handlers, including paused ones, in the order in which they are called. O(n). */
    std::vector<AsyncHandlerInfo> handlers() const;

    /*!
        Unregisters the handler and drops what is queued for it. Returns true once per id, to exactly one caller. On the
        handler's own thread no call happens after this. On another thread, a call under way goes on.
    */
    Q_INVOKABLE bool unregister(SignalBox::HandlerId id) noexcept;
    /*!
        As unregister(), and then waits until no other thread is inside the handler. Does not wait for an id that is
        already unregistered: it returns false at once, even if a call is under way. A HandlerGuard waits in that case too.
    */
    bool unregisterAndWait(HandlerId id) noexcept;
    /*! Unregisters all handlers. Does not wait. */
    Q_INVOKABLE void clear() noexcept;

    /*!
        Pauses or resumes a handler. A paused handler does not get the events that are posted meanwhile; they are not
        counted. Earlier events that its thread reaches while the handler is paused are dropped and counted. If the handler
        is resumed before its thread reaches them, they are delivered.
    */
    Q_INVOKABLE bool setEnabled(SignalBox::HandlerId id, bool enabled) noexcept;
    /*! Whether the handler is registered here and not paused. O(1). */
    bool isEnabled(SignalBox::HandlerId id) const noexcept;
    /*! Moves the handler to another priority, behind the handlers that have it already. It keeps its id. */
    bool setPriority(SignalBox::HandlerId id, int priority);

    /*!
        Counts calls, failures and run times of all handlers, for handlers(). Off by default: each call of a handler tests a flag.
        If it is on, each call reads the clock twice.
    */
    void setStatisticsEnabled(bool enabled);
    /*! Whether statistics are counted: they are enabled, or a RegistryModel in QML shows them. */
    bool areStatisticsEnabled() const noexcept;
    /*!
        Calls of handlers that take longer than \a budget are logged in the category \c signalbox, with the handler's name and the line
        that registered it. Zero, the default, switches this off. More than a hundred years count as a hundred.
    */
    void setSlowHandlerBudget(std::chrono::milliseconds budget);
    /*! The same. */
    void setSlowHandlerBudget(int milliseconds) { setSlowHandlerBudget(std::chrono::milliseconds(milliseconds)); }
    /*! What setSlowHandlerBudget() has set; zero if it is off. */
    std::chrono::milliseconds slowHandlerBudget() const noexcept;

    /*!
        Sets the callback that is called with an ExceptionInfo for each exception that leaves a handler, on the thread of
        that handler. It replaces the previous callback, which may still finish a call. An exception of the callback
        itself is swallowed. An empty callable is refused with a warning; the previous callback then stays.
    */
    template <class F>
        requires std::is_invocable_v<std::decay_t<F> &, const ExceptionInfo &>
    void onException(F &&callback)
    {
        if (detail::isNullFunction(callback)) {
            detail::warnRefused("AsyncRegistry::onException()", QStringLiteral("the callback is empty"), "nothing was changed");
            return;
        }
        setExceptionCallback([shared = std::make_shared<std::decay_t<F>>(std::forward<F>(callback))](
                                 const ExceptionInfo &info) { (*shared)(info); });
    }
    /*! Removes the callback. Exceptions then go to handlerFailed() only. */
    void clearExceptionCallback() noexcept;

    /*!
        Of a handler with Backlog::onDemand(): calls it now with what is kept for it. On the handler's own thread. Returns false, with
        a warning, on another thread, from within the handler itself, and for a handler with another backlog; and for an id that is not registered
        here. O(n) in the number of handlers.
    */
    Q_INVOKABLE bool deliver(SignalBox::HandlerId id);
    /*!
        Drops and counts what waits for the handler: for a "Clear" button. What the calling thread posts afterwards is delivered. A call that is
        under way goes on; on another thread than the handler's, one that is about to begin may come still. Returns whether the handler is
        registered here. O(n) in the number of handlers.
    */
    Q_INVOKABLE bool dropPending(SignalBox::HandlerId id);
    /*! The same for all handlers. */
    void dropPending();

    //! \cond For other parts of the library, and for layers above
    const std::shared_ptr<detail::RegistryLink> &link() const noexcept { return m_link; }
    /*! Has statistics counted for as long as the result lives, whatever setStatisticsEnabled() says. It may outlive the registry. Throws
        std::bad_alloc. */
    std::shared_ptr<void> requestStatistics() const;
    /*! From here on it belongs to no thread, but to what any thread may destroy. \a name is for logs. */
    void becomePartOf(const QString &name);
    /*! For an existing signal, whose end ends no handler. */
    std::shared_ptr<detail::Source> makeSource() const;
    /*! For the only signal of this registry. Its handlers end with it, after what waits for them. */
    std::shared_ptr<detail::Source> makeOnlySource() const;
    /*! As AsyncRegistry::notify(). The report, if all handlers have ended; else it is given \a later. */
    std::optional<DispatchReport> notifyNow(detail::EventPointer event, QDeadlineTimer deadline,
                                            std::optional<QFuture<DispatchReport>> &later) const;
    /*! Adds the handler to those that \a removal unregisters: see HandlerRemoval::unregister(). */
    bool unregisterWith(detail::HandlerRemoval &removal, HandlerId id) noexcept;
    /*!
        Registers a handler without knowing the type of the events, for layers above: \a call, a Propagation(const detail::Event &)
        or a Propagation(const detail::Event &, const detail::OngoingCall &), runs on the thread of \a target, which is a context, as with
        AsyncRegistry::registerHandler(), or a mailbox; nothing ends the handler of a mailbox but who unregisters it. If it does not always
        need the value of the event, it has a prepare(const detail::Event &) that calls Event::prepareValue() or not.
        \a scriptPlace: see AsyncHandlerInfo.
    */
    template <class Target, class Call>
    HandlerId registerEventHandler(const Target &target, Call &&call, const detail::HandlerSettings &settings,
                                   const SourceLocation &location = SourceLocation::current(), const QString &scriptPlace = QString())
    {
        wantExtras();
        return addUntyped(target, std::forward<Call>(call), settings, location, scriptPlace).release();
    }
    /*!
        The same for batches: \a call is a void(const detail::Batch &) or a void(const detail::Batch &, const detail::OngoingCall &). It attaches
        to events only if it has a prepare(). The handler ends with the guard.
    */
    template <class Target, class Call>
    [[nodiscard]] HandlerGuard registerBatchGuard(const Target &target, Call &&call, detail::HandlerSettings settings,
                                                  const SourceLocation &location = SourceLocation::current(),
                                                  const QString &scriptPlace = QString())
    {
        if constexpr (requires(const detail::Event &event) { call.prepare(event); })
            wantExtras();
        else
            wantObjects();
        settings.calledWith = detail::CalledWith::Batch;
        return addUntyped(target, std::forward<Call>(call), settings, location, scriptPlace);
    }
    //! \endcond

Q_SIGNALS:
    /*! The property \c name has changed. */
    void nameChanged();
    /*! Handlers were registered, unregistered or changed. Emitted from the event loop, once for any number of changes. */
    void handlersChanged();
    /*!
        Emitted while statistics are enabled, if handlers were called, or events began to wait for them, since the last call of handlers().
        It is emitted from the event loop, and not again before the next call of handlers().
    */
    void statisticsChanged();
    /*!
        A handler threw. If neither this signal nor onException() is used, the failure is logged in the category
        \c signalbox. It is also logged if the registry is destroyed, or its thread ends, before the signal is emitted. While
        the registry's thread does not run its event loop, at most 1024 failures of other threads wait for it; later ones are
        logged at once.
    */
    void handlerFailed(const SignalBox::HandlerFailure &failure);
    /*!
        The handler lost \a lost events since this signal was last emitted for it: its backlog dropped or merged them, or
        the handler was paused when its thread reached them. Emitted at most once per drain of its thread.
    */
    void lagged(SignalBox::HandlerId id, quint64 lost);
    /*!
        An event loop did not turn for longer than the environment variable \c SIGNALBOX_STALLS allows, and the handler that took the
        longest meanwhile is one of this registry. Emitted when the loop turns again; see stallReport().
    */
    void stalled(const SignalBox::StallInfo &stall);

protected:
    //! \cond Of the template that derives from this class
    explicit RegistryObject(QObject *parent);

    // Has eventNotified() called for each event from here on. Thread-safe.
    void followEvents() noexcept;
    // On the object's own thread, after the handlers that run inside the call.
    virtual void eventNotified(const detail::Event &event);

    // Whether nobody would learn of an event.
    bool isUnheard() const noexcept;
    // Of the type of the events; moved away if somebody learns of it.
    void postValue(void *value, detail::EventMaker make) const;
    void postEvent(detail::EventPointer event) const;
    QFuture<DispatchReport> notifyEvent(detail::EventPointer event, QDeadlineTimer deadline) const;
    QFuture<DispatchReport> notifyEventSequentially(detail::EventPointer event, QDeadlineTimer deadline) const;
    //! \endcond

private:
    template <class Target, class Call>
    HandlerGuard addUntyped(const Target &target, Call &&call, const detail::HandlerSettings &settings, const SourceLocation &location,
                            const QString &scriptPlace)
    {
        detail::Registration registration(m_link, settings, location, target);
        registration.setScriptPlace(scriptPlace);
        return registration.add<detail::UntypedCall<std::decay_t<Call>>>(std::forward<Call>(call));
    }

    void wantExtras() const noexcept;
    void wantObjects() const noexcept;
    void setExceptionCallback(std::function<void(const ExceptionInfo &)> callback);
    void reportFailure(const HandlerFailure &failure, bool isHandled);

    const std::shared_ptr<detail::RegistryLink> m_link;
};

/*! Writes class, name and number of handlers: SignalBox::RegistryObject("downloads", 3 handlers). On the registry's own thread. */
SIGNALBOX_QT_EXPORT QDebug operator<<(QDebug debug, const RegistryObject *registry);
/*! The same for a reference. */
SIGNALBOX_QT_EXPORT QDebug operator<<(QDebug debug, const RegistryObject &registry);

} // namespace SignalBox
