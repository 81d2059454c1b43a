// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/syncregistry.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/routes/registrynews.h>
#include <SignalBox/qt/routes/sourcelist.h>

#include <QtCore/qglobal.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace SignalBox {
class ExceptionInfo;
struct HandlerInfo;
}

namespace SignalBox::detail {

/*!
    The part of a RegistryObject that outlives it while deliveries are under way: its SyncRegistry, the way back to the object, and what all
    its handlers look at. Each route holds it. The end of the object unregisters all handlers, which releases it. Thread-safe.
*/
class RegistryLink : public std::enable_shared_from_this<RegistryLink>
{
public:
    using ExceptionCallback = std::function<void(const ExceptionInfo &)>;

    using Registry = SyncRegistry<Notification>;

    using Emitter = RegistryNews::Emitter;

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
    QString name() const { return m_news->name(); }

    // --- what its object is told: see RegistryNews -----------------------------------------------

    void handlersHaveChanged() noexcept { m_news->handlersHaveChanged(); }
    void tellLag(HandlerId id, quint64 lost) noexcept { m_news->tellLag(id, lost); }
    void tellStall(const StallInfo &stall) noexcept { m_news->tellStall(stall); }
    void statisticsHaveChanged() noexcept { m_news->statisticsHaveChanged(); }
    void statisticsAreLookedAt() noexcept { m_news->statisticsAreLookedAt(); }

    // Relaxed: flags, looked at by every call; a change need not be seen at once.
    /*! Not 0 while calls of handlers are observed. */
    const std::atomic<unsigned> &observers() const noexcept { return m_observers; }
    void setStatisticsEnabled(bool enabled) noexcept;
    bool areStatisticsEnabled() const noexcept
    {
        return (m_observers.load(std::memory_order_relaxed) & ~(SlowHandlers | Tracing | Stalls)) != 0;
    }
    /*! Enabled too while there are requests. */
    void addStatisticsRequest() noexcept { m_observers.fetch_add(StatisticsRequest, std::memory_order_relaxed); }
    void dropStatisticsRequest() noexcept { m_observers.fetch_sub(StatisticsRequest, std::memory_order_relaxed); }
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
    void tellEvent(EventPointer event) noexcept { m_news->tellEvent(std::move(event)); }
    bool isObjectHere() noexcept { return m_news->isObjectHere(); }
    void forgetObject() noexcept { m_news->forgetObject(); }

private:
    // The last one is counted, from its bit up.
    enum Observer : unsigned { Statistics = 1, SlowHandlers = 2, Tracing = 4, Stalls = 8, StatisticsRequest = 16 };

    void setObserver(Observer observer, bool isOn) noexcept;
    void setTraced(bool isTraced) noexcept;

    const std::shared_ptr<RegistryNews> m_news;

    std::mutex m_mutex; // guards the next; never held while foreign code runs
    std::shared_ptr<const ExceptionCallback> m_exceptionCallback;

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
