// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/syncregistry.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/handlerfailure.h>
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/handlers/sourcelist.h>
#include <SignalBox/qt/stallinfo.h>

#include <QtCore/qglobal.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace SignalBox {
class ExceptionInfo;
struct HandlerInfo;
}

namespace SignalBox::detail {

class Mailbox;
class Task;

/*!
    What of a RegistryObject outlives it while deliveries are under way: its SyncRegistry, the way back to the object for
    as long as it is there, and what all its handlers look at. Each route holds it; the end of the object unregisters
    all handlers, and so lets go of it. Thread-safe.

    The object's signals leave through the mailbox of the object's own thread, whichever thread has something to tell: one
    message at a time, for all that is new.
*/
class RegistryLink : public std::enable_shared_from_this<RegistryLink>
{
public:
    using ExceptionCallback = std::function<void(const ExceptionInfo &)>;

    using Registry = SyncRegistry<Notification>;

    /*! Emits the signals of the object, on its thread. */
    struct Emitter
    {
        void (*handlersChanged)(QObject &object);
        void (*statisticsChanged)(QObject &object);
        void (*lagged)(QObject &object, HandlerId id, quint64 lost);
        void (*eventNotified)(QObject &object, const Event &event);
        void (*stalled)(QObject &object, const StallInfo &stall);
        void (*failed)(QObject &object, const HandlerFailure &failure, bool isHandled); // isHandled: by the exception callback
    };

    RegistryLink(QObject *object, const Emitter &emitter);
    ~RegistryLink();
    Q_DISABLE_COPY_MOVE(RegistryLink)

    Registry &registry() noexcept { return m_registry; }
    /*! The signals that are its sources. */
    SourceList &sources() noexcept { return m_sources; }

    /*! Tells of an exception: callback, signal, or log. On the thread of the failing handler. */
    void report(const ExceptionInfo &info);
    /*! Empty: none. */
    void setExceptionCallback(ExceptionCallback callback);

    /*! The registry's name, for logs. */
    void setName(const QString &name);
    QString name() const;

    /*! Has RegistryObject::handlersChanged() emitted, once for all changes until it is. */
    void handlersHaveChanged() noexcept { tell(HandlersChanged); }
    /*! Has RegistryObject::lagged() emitted, once per handler for all losses until it is. */
    void tellLag(HandlerId id, quint64 lost) noexcept;
    /*! Has RegistryObject::stalled() emitted. */
    void tellStall(const StallInfo &stall) noexcept;
    /*! Has RegistryObject::statisticsChanged() emitted, once until statisticsAreLookedAt(). */
    void statisticsHaveChanged() noexcept;
    void statisticsAreLookedAt() noexcept { m_isStatisticsChangeTold.store(false); }

    // Relaxed: flags, looked at by every call; a change need not be seen at once.
    /*! Not 0 while calls of handlers are observed. */
    const std::atomic<unsigned> &observers() const noexcept { return m_observers; }
    void setStatisticsEnabled(bool enabled) noexcept;
    bool areStatisticsEnabled() const noexcept
    {
        return (m_observers.load(std::memory_order_relaxed) & (Statistics | StatisticsRequests)) != 0;
    }
    /*! Enabled too while there are requests. */
    void addStatisticsRequest() noexcept;
    void dropStatisticsRequest() noexcept;
    /*! Zero: no budget. */
    void setSlowHandlerBudget(std::chrono::nanoseconds budget) noexcept;
    std::chrono::nanoseconds slowHandlerBudget() const noexcept
    {
        return std::chrono::nanoseconds(m_slowHandlerBudget.load(std::memory_order_relaxed));
    }
    /*! Whether what its handlers do is recorded in a trace. */
    bool isTraced() const noexcept { return (m_observers.load(std::memory_order_relaxed) & Tracing) != 0; }
    /*! What a post or notify is called there. 0: there is no memory. */
    std::uint32_t traceName() noexcept;

    /*! Events carry extras from here on: handlers want to attach something. */
    void wantExtras() noexcept { m_extras.store(Event::Extras::Yes, std::memory_order_relaxed); }
    /*! The same for events that may point to objects: a handler keeps them for long. */
    void wantObjects() noexcept
    {
        Event::Extras before = Event::Extras::No;
        m_extras.compare_exchange_strong(before, Event::Extras::ForObjects, std::memory_order_relaxed);
    }
    Event::Extras extras() const noexcept { return m_extras.load(std::memory_order_relaxed); }

    /*! Whether a handler has a store for values of its own. A hint. */
    bool keepsValues() const noexcept { return m_valueStores.load(std::memory_order_relaxed) != 0; }
    void addValueStore() noexcept { m_valueStores.fetch_add(1, std::memory_order_relaxed); }
    void dropValueStore() noexcept { m_valueStores.fetch_sub(1, std::memory_order_relaxed); }

    /*! From here on, tellEvent() is called for each event. */
    void followEvents() noexcept
    {
        wantExtras();
        m_followsEvents.store(true, std::memory_order_relaxed);
    }
    bool followsEvents() const noexcept { return m_followsEvents.load(std::memory_order_relaxed); }
    /*! The handlers have had the event: tells the object, now on its own thread, else through its mailbox. */
    void tellEvent(EventPointer event) noexcept;
    /*! Whether the object lives on the calling thread. */
    bool isObjectHere() noexcept { return objectHere() != nullptr; }

    /*! The object is going: nothing refers to it when this returns. Failures that it has not told are logged. */
    void forgetObject() noexcept;

private:
    enum Observer : unsigned { Statistics = 1, SlowHandlers = 2, StatisticsRequests = 4, Tracing = 8, Stalls = 16 };
    enum News : unsigned { HandlersChanged = 1, StatisticsChanged = 2, Lags = 4, Failures = 8, StallNews = 16 };
    class Message;
    class EventMessage;
    struct Failure
    {
        HandlerFailure failure;
        bool isHandled; // by the exception callback
    };
    // What a thread that does not run its event loop can accumulate; the failures after these are logged at once.
    static constexpr std::size_t mostWaitingFailures = 1024;
    static constexpr std::size_t mostWaitingStalls = 100; // the oldest go

    // Has the object's signal emitted on its thread.
    void tell(News news) noexcept;
    void send() noexcept;
    void read();
    void tellNextLag(QObject &object);
    void tellNextFailure(QObject &object);
    void tellNextStall(QObject &object);
    void tellFailure(const HandlerFailure &failure, bool isHandled);
    // The object cannot be told.
    void giveUp() noexcept;
    void logWaitingFailures() noexcept;
    void logNow(const HandlerFailure &failure) const noexcept;
    // Of the object's thread; null: there is no object, or no thread.
    std::shared_ptr<Mailbox> mailbox();
    // The object, if it lives on the calling thread.
    QObject *objectHere() noexcept;
    void setObserver(Observer observer, bool isOn) noexcept;
    void setTraced(bool isTraced) noexcept;

    const Emitter m_emitter;

    mutable std::mutex m_mutex; // guards the next eight; never held while foreign code runs
    QObject *m_object;
    int m_visitors = 0; // other threads that use the object's thread, for which its end waits
    QString m_name;
    std::shared_ptr<const ExceptionCallback> m_exceptionCallback;
    int m_statisticsRequests = 0;
    std::unordered_map<HandlerId, quint64> m_lags; // to be told
    std::list<Failure> m_failures; // to be told, oldest first
    std::list<StallInfo> m_stalls; // to be told, oldest first

    // News that a message is on its way with; 0: none is. Sequentially consistent, as it is off every hot path: what is
    // added before its bit is set, with or without a message of its own, is seen by the message that clears it.
    std::atomic<unsigned> m_news = 0;

    // Sequentially consistent, with HandlerStatistics::m_runTime: whoever counts and then finds it set is seen by the look that is
    // still to clear it. Weaker: the last calls of a burst might stay unseen.
    std::atomic<bool> m_isStatisticsChangeTold = false;

    std::atomic<unsigned> m_observers = 0;
    std::atomic<std::int64_t> m_slowHandlerBudget = 0;
    std::atomic<std::uint32_t> m_traceName = 0; // 0: not known yet; relaxed: the tracer's mutex orders what it stands for
    std::atomic<Event::Extras> m_extras = Event::Extras::No;
    std::atomic<bool> m_followsEvents = false;
    std::atomic<int> m_valueStores = 0;

    SourceList m_sources;

    Registry m_registry; // last: the first to be destroyed, since handlers refer to the rest
};

} // namespace SignalBox::detail
