// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/syncregistry.h>
#include <SignalBox/qt/handlers/notification.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

namespace SignalBox {
class ExceptionInfo;
class HandlerFailure;
struct HandlerInfo;
class RegistryObject;
}

namespace SignalBox::detail {

class Task;

/*!
    What of a RegistryObject outlives it while deliveries are under way: its SyncRegistry, the way back to the object for
    as long as it is there, and what all its handlers look at. Each route holds it; the end of the object unregisters
    all handlers, and so lets go of it. Thread-safe.

    The object's signals leave through the mailbox of the object's own thread, whichever thread has something to tell.
*/
class SIGNALBOX_QT_EXPORT RegistryLink : public std::enable_shared_from_this<RegistryLink>
{
public:
    using ExceptionCallback = std::function<void(const ExceptionInfo &)>;

    using Registry = SyncRegistry<Notification>;

    explicit RegistryLink(RegistryObject *object);
    ~RegistryLink();
    Q_DISABLE_COPY_MOVE(RegistryLink)

    Registry &registry() noexcept { return m_registry; }

    /*! Tells of an exception: callback, signal, or log. On the thread of the failing handler. */
    void report(const ExceptionInfo &info);
    /*! Empty: none. */
    void setExceptionCallback(ExceptionCallback callback);

    /*! Has RegistryObject::handlersChanged() emitted, once for all changes until it is. */
    void handlersHaveChanged() noexcept;
    void tellLag(HandlerId id, quint64 lost) noexcept;
    /*! Has RegistryObject::statisticsChanged() emitted, once until statisticsAreLookedAt(). */
    void statisticsHaveChanged() noexcept;
    void statisticsAreLookedAt() noexcept { m_isStatisticsChangeTold.store(false); }

    // Relaxed: flags, looked at by every call; a change need not be seen at once.
    bool isObserving() const noexcept { return m_observers.load(std::memory_order_relaxed) != 0; }
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
    /*! Events carry extras from here on: handlers want to attach something. */
    void wantExtras() noexcept { m_wantsExtras.store(true, std::memory_order_relaxed); }
    bool wantsExtras() const noexcept { return m_wantsExtras.load(std::memory_order_relaxed); }

    /*! The object is going: nothing refers to it when this returns. */
    void forgetObject() noexcept;

private:
    enum Observer : unsigned { Statistics = 1, SlowHandlers = 2, StatisticsRequests = 4 };
    class Message;
    class ChangeReport;

    // Calls tell(object) on the object's thread.
    void tellObject(std::function<void(RegistryObject &)> tell);
    void setObserver(Observer observer, bool isOn) noexcept;

    std::mutex m_mutex; // guards the next three; never held while foreign code runs
    RegistryObject *m_object;
    std::shared_ptr<const ExceptionCallback> m_exceptionCallback;
    int m_statisticsRequests = 0;

    // Set while a message of changes is on its way. Sequentially consistent, as it is off every hot path: the message
    // clears it before it emits, so that a change after that emission began sends a message of its own.
    std::atomic<bool> m_changeIsReported = false;

    // Sequentially consistent, with HandlerStatistics::m_runTime: whoever counts and then finds it set is seen by the look that is
    // still to clear it. Weaker: the last calls of a burst might stay unseen.
    std::atomic<bool> m_isStatisticsChangeTold = false;

    std::atomic<unsigned> m_observers = 0;
    std::atomic<std::int64_t> m_slowHandlerBudget = 0;
    std::atomic<bool> m_wantsExtras = false;

    Registry m_registry; // last: the first to be destroyed, since handlers refer to the rest
};

} // namespace SignalBox::detail
