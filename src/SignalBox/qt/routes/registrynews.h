// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/observing/handlerfailure.h>
#include <SignalBox/qt/observing/stallinfo.h>

#include <QtCore/qglobal.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <variant>

namespace SignalBox::detail {

class Mailbox;

/*!
    The way back to a registry's object, for as long as that is there: has its signals emitted, on its thread. Thread-safe.

    The signals leave through the mailbox of the object's thread, whichever thread has something to tell: one message at a time, for
    all that is new.
*/
class RegistryNews : public std::enable_shared_from_this<RegistryNews>
{
public:
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

    RegistryNews(QObject *object, const Emitter &emitter) noexcept : m_emitter(emitter), m_object(object) {}
    Q_DISABLE_COPY_MOVE(RegistryNews)

    /*! The object's name, for logs. */
    void setName(const QString &name);
    QString name() const;

    /*! Has RegistryObject::handlersChanged() emitted, once for all changes until it is. */
    void handlersHaveChanged() noexcept { tell(HandlersChanged); }
    /*! Has RegistryObject::statisticsChanged() emitted, once until statisticsAreLookedAt(). */
    void statisticsHaveChanged() noexcept;
    void statisticsAreLookedAt() noexcept { m_isStatisticsChangeTold.store(false); }
    /*! Has RegistryObject::lagged() emitted, once per handler for all losses until it is. */
    void tellLag(HandlerId id, quint64 lost) noexcept;
    /*! Has RegistryObject::stalled() emitted. */
    void tellStall(const StallInfo &stall) noexcept;
    /*! Has RegistryObject::handlerFailed() emitted: now, if the object lives on the calling thread. Without an object it is logged. */
    void tellFailure(const HandlerFailure &failure, bool isHandled);
    /*! The handlers have had the event: tells the object, now on its own thread, else through its mailbox. */
    void tellEvent(EventPointer event) noexcept;

    /*! Whether the object lives on the calling thread. */
    bool isObjectHere() noexcept { return objectHere() != nullptr; }
    /*! The object is going: nothing refers to it when this returns. Failures that it has not told are logged. */
    void forgetObject() noexcept;

private:
    enum Kind : unsigned { HandlersChanged = 1, StatisticsChanged = 2, Queued = 4 };
    class Message;
    struct Lag
    {
        HandlerId id; // how much is in m_lags
    };
    struct Failure
    {
        HandlerFailure failure;
        bool isHandled;
    };
    using Item = std::variant<Lag, Failure, StallInfo>;
    // What a thread that does not run its event loop can accumulate. Failures after these are logged at once; stalls are in the report.
    static constexpr std::size_t mostWaiting = 1024;

    // Has the object's signal emitted on its thread.
    void tell(Kind kind) noexcept;
    void send() noexcept;
    void read();
    void tellNext(QObject &object);
    // The object cannot be told.
    void giveUp() noexcept;
    void logWaitingFailures() noexcept;
    void logNow(const HandlerFailure &failure) const noexcept;
    // Of the object's thread; null: there is no object, or no thread.
    std::shared_ptr<Mailbox> mailbox();
    // The object, if it lives on the calling thread.
    QObject *objectHere() noexcept;

    const Emitter m_emitter;

    mutable std::mutex m_mutex; // guards the next five; never held while foreign code runs
    QObject *m_object;
    int m_visitors = 0; // other threads that use the object's thread, for which its end waits
    QString m_name;
    std::list<Item> m_queue; // to be told, oldest first
    std::unordered_map<HandlerId, quint64> m_lags; // of the handlers that are in the queue

    // News that a message is on its way with; 0: none is. Sequentially consistent, as it is off every hot path: what is
    // added before its bit is set, with or without a message of its own, is seen by the message that clears it.
    std::atomic<unsigned> m_news = 0;

    // Sequentially consistent, with HandlerStatistics::m_runTime: a thread that counts, and then finds it set, is seen by the look that is
    // still to clear it. Weaker: the last calls of a burst might stay unseen.
    std::atomic<bool> m_isStatisticsChangeTold = false;
};

} // namespace SignalBox::detail
