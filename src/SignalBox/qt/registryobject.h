// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/handlerinfo.h>
#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/qt/handlers/batch.h>
#include <SignalBox/qt/handlers/handlerfuture.h>
#include <SignalBox/qt/handlers/notification.h>
#include <SignalBox/qt/handlers/routedhandler.h>
#include <SignalBox/qt/handlers/valuetype.h>
#endif
#include <SignalBox/qt/asynchandlerinfo.h>
#include <SignalBox/qt/asyncoptions.h>
#include <SignalBox/qt/debugoutput.h>
#include <SignalBox/qt/handlerfailure.h>
#include <SignalBox/qt/handlertarget.h>
#include <SignalBox/qt/models/memberkey.h>
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/stallinfo.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qfuture.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace SignalBox {

namespace detail {
class Event;
class EventPointer;
class HandlerRemoval;
class Mailbox;
class Notification;
class RegistryLink;
class RouteBase;
class Source;
struct SourceAccess;
struct StreamAccess;
class StatisticsRequest;
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
    begin a call. On the registry's own thread, a handler may destroy the registry that calls it.

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
            warnUnchanged("AsyncRegistry::onException()", "the callback is empty");
            return;
        }
        setExceptionCallback([shared = std::make_shared<std::decay_t<F>>(std::forward<F>(callback))](
                                 const ExceptionInfo &info) { (*shared)(info); });
    }
    /*! Removes the callback. Exceptions then go to handlerFailed() only. */
    void clearExceptionCallback() noexcept;

    //! \cond For layers above
    /*! Adds the handler to those that \a removal unregisters: see HandlerRemoval::unregister(). */
    bool unregisterWith(detail::HandlerRemoval &removal, HandlerId id) noexcept;
    /*!
        Registers a handler without knowing the type of the events, for layers above: \a call, a Propagation(const detail::Event &)
        or a Propagation(const detail::Event &, const detail::OngoingCall &), runs on the thread of \a context and is gone with it, as with AsyncRegistry::registerHandler(). If it does not always
        need the value of the event, it has a prepare(const detail::Event &) that calls Event::prepareValue() or not. \a key: the name of the
        member by which it gets the newest event of each key, as with latestBy(); empty: it gets all that its backlog keeps.
        \a scriptPlace: see AsyncHandlerInfo.
    */
    template <class Call>
    HandlerId registerEventHandler(QObject *context, Call &&call, const AsyncOptions &options = {},
                                   const SourceLocation &location = SourceLocation::current(), const QString &key = QString(),
                                   const QString &scriptPlace = QString())
    {
        return addEventCall(wayTo(context, options, "AsyncRegistry::registerEventHandler()", detail::CalledWith::Event, keptFor(key)),
                            std::forward<Call>(call), options, location, key, scriptPlace);
    }
    /*!
        The same for batches: \a call is a void(const detail::Batch &) or a void(const detail::Batch &, const detail::OngoingCall &). It attaches
        to events only if it has a prepare(). The handler ends with the guard.
    */
    template <class Call>
    [[nodiscard]] HandlerGuard registerBatchGuard(QObject *context, Call &&call, const AsyncOptions &options = {},
                                                  const SourceLocation &location = SourceLocation::current(),
                                                  const QString &key = QString(), const QString &scriptPlace = QString())
    {
        return addBatchCall(wayTo(context, options, "AsyncRegistry::registerBatchGuard()", detail::CalledWith::Batch, keptFor(key)),
                            std::forward<Call>(call), options, location, key, scriptPlace);
    }
    /*! The same for the newest event of each key: \a key has a thread-safe detail::MemberValue of(const detail::Event &) const. */
    template <class Call, class Key>
    [[nodiscard]] HandlerGuard registerNewestGuard(QObject *context, Call &&call, const AsyncOptions &options, Key key,
                                                   const SourceLocation &location)
    {
        return addKeyed<BatchCall<std::decay_t<Call>>>(wayTo(context, options, "AsyncRegistry::registerNewestGuard()",
                                                             detail::CalledWith::Batch, detail::Kept::NewestOfEachKey),
                                                       std::forward<Call>(call), options, location, std::move(key));
    }
    /*! The same on the thread that \a mailbox leads to: see below. */
    template <class Call>
    [[nodiscard]] HandlerGuard registerBatchGuard(const std::shared_ptr<detail::Mailbox> &mailbox, Call &&call,
                                                  const AsyncOptions &options = {},
                                                  const SourceLocation &location = SourceLocation::current(),
                                                  const QString &key = QString(), const QString &scriptPlace = QString())
    {
        return addBatchCall(wayTo(mailbox, options, "AsyncRegistry::registerBatchGuard()", detail::CalledWith::Batch, keptFor(key)),
                            std::forward<Call>(call), options, location, key, scriptPlace);
    }
    /*!
        The same on the thread that \a mailbox leads to, for layers above that unregister in time themselves: nothing ends
        the handler but that.
    */
    template <class Call>
    HandlerId registerEventHandler(const std::shared_ptr<detail::Mailbox> &mailbox, Call &&call, const AsyncOptions &options = {},
                                   const SourceLocation &location = SourceLocation::current(), const QString &key = QString(),
                                   const QString &scriptPlace = QString())
    {
        return addEventCall(wayTo(mailbox, options, "AsyncRegistry::registerEventHandler()", detail::CalledWith::Event, keptFor(key)),
                            std::forward<Call>(call), options, location, key, scriptPlace);
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
        The handler lost \a dropped events since this signal was last emitted for it: its backlog dropped or merged them, or
        the handler was paused when its thread reached them. Emitted at most once per drain of its thread.
    */
    void lagged(SignalBox::HandlerId id, quint64 dropped);
    /*!
        An event loop did not turn for longer than the environment variable \c SIGNALBOX_STALLS allows, and the handler that took the
        longest meanwhile is one of this registry. Emitted when the loop turns again; see stallReport().
    */
    void stalled(const SignalBox::StallInfo &stall);

protected:
    //! \cond Of the template that derives from this class
    explicit RegistryObject(QObject *parent);

    // A way to a handler: its route, and the object whose death ends it. No route: refused, after a warning that names
    // the call. \a caller: such as "AsyncRegistry::registerHandler()".
    struct Way
    {
        detail::RouteBase *route = nullptr; // with an owner
        QObject *watched = nullptr;
    };
    Way inlineWay(const AsyncOptions &options, const char *caller) const;
    Way wayTo(QObject *context, const AsyncOptions &options, const char *caller,
              detail::CalledWith calledWith = detail::CalledWith::Event, detail::Kept kept = detail::Kept::AsOptions,
              const detail::ValueType *values = nullptr) const;
    Way wayTo(ThreadTarget target, const AsyncOptions &options, const char *caller,
              detail::CalledWith calledWith = detail::CalledWith::Event, detail::Kept kept = detail::Kept::AsOptions,
              const detail::ValueType *values = nullptr) const;
    Way wayTo(PoolTarget target, const AsyncOptions &options, const char *caller,
              detail::CalledWith calledWith = detail::CalledWith::Event, detail::Kept kept = detail::Kept::AsOptions,
              const detail::ValueType *values = nullptr) const;
    Way wayTo(const std::shared_ptr<detail::Mailbox> &mailbox, const AsyncOptions &options, const char *caller,
              detail::CalledWith calledWith = detail::CalledWith::Event, detail::Kept kept = detail::Kept::AsOptions) const;
    static void warn(const char *caller, const char *problem);
    // For a generic lambda, if its options look as if it were meant for batches.
    static void warnOfSingleEvents(const AsyncOptions &options, const char *caller);
    static void warnUnchanged(const char *caller, const char *problem);

    // Takes the way over. Call: a Propagation(const detail::Notification &, detail::RouteBase &), made of `source`.
    template <class Call, class Source>
    HandlerGuard add(Way way, Source &&source, const AsyncOptions &options, const SourceLocation &location)
    {
        using Parts = typename detail::RoutedHandler<Call>::template Parts<Source>;
        const Parts parts{way.route, std::forward<Source>(source)};
        return addHandler(way, detail::HandlerReference::sourceOf<detail::Notification, detail::RoutedHandler<Call>>(parts), options,
                          location);
    }

    // For an existing signal, whose end ends no handler.
    std::shared_ptr<detail::Source> makeSource() const;
    // For the only signal of this registry. Its handlers end with it, after what waits for them.
    std::shared_ptr<detail::Source> makeOnlySource() const;
    static void warnUnconnected(const char *caller, const char *problem);
    // It belongs to no thread: to what any thread may destroy. The name is for logs.
    void becomePartOf(const QString &name);

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
    template <class Call>
    struct EventCall
    {
        template <class Source>
        explicit EventCall(Source &&source) : call(std::forward<Source>(source))
        {
        }
        Propagation operator()(const detail::Notification &notification, [[maybe_unused]] detail::RouteBase &route)
        {
            if constexpr (requires(const detail::OngoingCall &ongoing) { call(notification.event(), ongoing); })
                return call(notification.event(), detail::OngoingCall(notification, route));
            else
                return call(notification.event());
        }
        void prepare(const detail::Event &event) const
        {
            if constexpr (requires { call.prepare(event); })
                call.prepare(event);
            else if (event.hasExtras())
                event.prepareValue();
        }

        Call call;
    };

    template <class Call>
    struct BatchCall
    {
        template <class Source>
        explicit BatchCall(Source &&source) : call(std::forward<Source>(source))
        {
        }
        Propagation operator()(const detail::Notification &notification, [[maybe_unused]] detail::RouteBase &route)
        {
            const auto &batch = static_cast<const detail::Batch &>(notification);
            if constexpr (requires(const detail::OngoingCall &ongoing) { call(batch, ongoing); })
                call(batch, detail::OngoingCall(notification, route));
            else
                call(batch);
            return Propagation::Continue;
        }
        void prepare(const detail::Event &event) const
        {
            if constexpr (requires { call.prepare(event); })
                call.prepare(event);
            else if (event.hasExtras())
                event.prepareValue();
        }

        Call call;
    };

    template <class Call>
    HandlerId addEventCall(Way way, Call &&call, const AsyncOptions &options, const SourceLocation &location, const QString &key,
                           const QString &scriptPlace)
    {
        wantExtras();
        setScriptPlace(way, scriptPlace);
        return addKeyed<EventCall<std::decay_t<Call>>>(way, std::forward<Call>(call), options, location, key).release();
    }

    template <class Call>
    HandlerGuard addBatchCall(Way way, Call &&call, const AsyncOptions &options, const SourceLocation &location, const QString &key,
                              const QString &scriptPlace)
    {
        setScriptPlace(way, scriptPlace);
        if constexpr (requires(const detail::Event &event) { call.prepare(event); })
            wantExtras();
        return addKeyed<BatchCall<std::decay_t<Call>>>(way, std::forward<Call>(call), options, location, key);
    }

    static detail::Kept keptFor(const QString &key) noexcept
    {
        return key.isEmpty() ? detail::Kept::AsOptions : detail::Kept::NewestOfEachKey;
    }

    template <class Kind, class Call, class Key>
    HandlerGuard addKeyed(Way way, Call &&call, const AsyncOptions &options, const SourceLocation &location, Key key)
    {
        return add<detail::MemberKeyed<Kind, Key>>(way, std::pair<Key, std::decay_t<Call>>(std::move(key), std::forward<Call>(call)), options,
                                                   location);
    }

    template <class Kind, class Call>
    HandlerGuard addKeyed(Way way, Call &&call, const AsyncOptions &options, const SourceLocation &location, const QString &key)
    {
        if (key.isEmpty())
            return add<Kind>(way, std::forward<Call>(call), options, location);
        return addKeyed<Kind>(way, std::forward<Call>(call), options, location, detail::MemberKey(key));
    }

    void wantExtras() const noexcept;
    static void setScriptPlace(Way way, const QString &place);
    HandlerGuard addHandler(Way way, const detail::HandlerReference::Source &handler, const AsyncOptions &options,
                            const SourceLocation &location);

    friend class detail::StatisticsRequest;
    friend struct detail::SourceAccess;
    friend struct detail::StreamAccess;

    static bool isRefused(const AsyncOptions &options, detail::Kept kept, const char *caller);
    void setExceptionCallback(std::function<void(const ExceptionInfo &)> callback);
    void reportFailure(const HandlerFailure &failure, bool isHandled);

    const std::shared_ptr<detail::RegistryLink> m_link;
};

/*! Writes class, name and number of handlers: SignalBox::RegistryObject("downloads", 3 handlers). On the registry's own thread. */
SIGNALBOX_QT_EXPORT QDebug operator<<(QDebug debug, const RegistryObject *registry);
/*! The same for a reference. */
SIGNALBOX_QT_EXPORT QDebug operator<<(QDebug debug, const RegistryObject &registry);

} // namespace SignalBox
