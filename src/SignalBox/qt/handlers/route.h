// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/asyncoptions.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/wakeup.h>
#include <SignalBox/qt/handlers/backlogring.h>
#include <SignalBox/qt/handlers/handlerstatistics.h>
#include <SignalBox/qt/handlers/lane.h>
#include <SignalBox/qt/handlers/notification.h>
#include <SignalBox/qt/handlers/registrylink.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

QT_BEGIN_NAMESPACE
class QObject;
class QThreadPool;
QT_END_NAMESPACE

namespace SignalBox::detail {

class ContextLink;
class Mailbox;
class NextLane;

/*! Whether a handler runs where the object that it belongs to lives. */
enum class Affinity { Followed, Ignored };

/*! Whether a context has been seen on a thread, or is only on its way there and might go on elsewhere. */
enum class Arrival { Seen, Announced };

/*! What the deliveries of one drain share. */
struct Drain
{
    FreedBlocks freed;
    HandlerCalls calls;
};

/*!
    How events reach one handler: inline, or through the mailbox of a thread or pool. It lives as long as its handler
    or a delivery to it; nothing of it refers to the registry. Thread-safe.
*/
class SIGNALBOX_QT_EXPORT Route
{
public:
    /*! No \a mailbox: inline. \a watched may be null; its death unregisters the handler. */
    Route(std::shared_ptr<RegistryLink> link, std::shared_ptr<Mailbox> mailbox, const AsyncOptions &options);
    Q_DISABLE_COPY_MOVE(Route)

    /*! The handler is about to be registered: ties it to \a watched (or null), whose death ends it, and which it
        follows to other threads or not. */
    void begin(HandlerReference handler, QObject *watched, Affinity affinity);
    /*! It has not been registered. */
    void abandon() noexcept;
    /*! The handler is gone, by whatever way, and with it an owner. On whichever thread let go of it last. */
    void letGo() noexcept
    {
        end();
        dropOwner();
    }

    const HandlerReference &handler() const noexcept { return m_handler; }
    RegistryLink &link() const noexcept { return *m_link; }

    // --- called by the handler itself, inside of the core's call ---------------------------------

    /*! Whether the handler is to run now, on the calling thread. If not, what had to be done has been. */
    bool takes(const Notification &notification);
    bool isObserved() const noexcept { return m_link->isObserving(); }
    /*! Calls the handler, and tells statistics and the budget for slow handlers of it. Throws what the handler throws. */
    Propagation callObserved(Propagation (*call)(void *, const Notification &, Route &), void *handler,
                             const Notification &notification);

    // --- deliveries ------------------------------------------------------------------------------

    /*! Calls the handler with \a event, now. */
    void deliver(const Event &event, HandlerCalls &calls) noexcept;
    /*! A step of a sequence: calls the handler now, or sends it the event, or drops that. */
    void deliverOrForward(const Event &event) noexcept;
    /*! It will not be called with \a event. */
    void drop(const Event &event) noexcept;
    /*! Nor with anything in its backlog, if \a lane is still its lane; if not, that is looked at where the handler is now. */
    void dropBacklog(const Lane &lane) noexcept;
    /*! The same in steps. False: \a lane has been left, and visitWhereItIs() has to follow. Runs no foreign code. */
    bool takeBacklog(const Lane &lane, EntryList &taken) noexcept;
    void dropItems(EntryList &&taken) noexcept;
    void visitWhereItIs() noexcept;
    /*! Delivers what its backlog gives at this time. By the mailbox that drains \a lane. */
    void visit(Mailbox &mailbox, Lane &lane, Drain &drain) noexcept;
    /*! What Mailbox::visitAt() leads to. Ends its reservation. */
    void visitAsPlanned(Mailbox &mailbox, Lane &lane, Drain &drain) noexcept;
    /*! The thread of a planned visit has ended. Ends its reservation. */
    void dropAsPlanned(Lane &lane) noexcept;
    /*! Puts an event into its backlog: \a item is its own entry or a separate one, and brings a reference. */
    void queueBacklog(QueueEntry *item) noexcept;
    /*! Whether it wants the newest event only, at any time. */
    bool isMerging() const noexcept { return m_backlog.kind() == Backlog::Kind::Latest; }
    bool isOnce() const noexcept { return m_isOnce; }
    /*! What had been claimed for the one call of a `once` handler does not come: it waits for another event. */
    void refuseClaim() noexcept;

    /*! The handler's lane, with one reservation more. */
    Lane &reserveLane() noexcept;
    /*! Whether a walk on the calling thread runs it inline. */
    bool runsInline() const noexcept;

    // --- its context moves, told by ContextLink, on the thread that is left, then on the new one ---

    void leaveThread() noexcept;
    void enterThread(const std::shared_ptr<Mailbox> &mailbox, Arrival arrival) noexcept;
    /*!
        On the thread of a provisional \a lane. False: what waits there, with \a begun (or null) in front, has been sent
        to where the context is; or, without memory, \a begun has been dropped.
    */
    bool mayDeliverHere(Lane &lane, const QueueEntry *begun) noexcept;
    /*! Leaves a provisional \a lane, whose thread has \a ended, if the context lives elsewhere. Any thread. */
    void leaveEndedThread(Lane &lane, const Mailbox &ended) noexcept;
    /*! The context is gone: what is parked has nowhere to go. */
    void abandonParked() noexcept;

    // --- lifetime --------------------------------------------------------------------------------

    void addOwner() noexcept { m_owners.fetch_add(1, std::memory_order_relaxed); }
    void dropOwner() noexcept
    {
        // Acquire and release: all others' uses before the deletion.
        if (m_owners.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

    // --- what it counts --------------------------------------------------------------------------

    HandlerStatistics &statistics() noexcept { return m_statistics; }
    /*! Tells the registry what was lost since the last time. By the mailbox, once per drain. */
    void tellLag() noexcept;
    bool hasLag() const noexcept { return m_statistics.hasNewLosses(); }

private:
    friend class Lane;
    using Ring = BacklogRing<DeliveryPlatform, QueueEntry>;

    ~Route();

    void end() noexcept;
    // `exception`: what the call ended with, or null.
    void countCall(std::chrono::nanoseconds time, const std::exception_ptr &exception) noexcept;
    bool runsInSequence(const SequentialWalk &walk) noexcept;
    void take(const Step &step) noexcept;
    // Sends it to its lane. Throws std::bad_alloc.
    void queue(EventPointer event);
    void describe(const Inspection &inspection) const;
    bool leaveLane(Lane &left, const QueueEntry *begun) noexcept;
    NextLane *spareLane();
    void aim(const std::shared_ptr<Mailbox> &mailbox, Arrival arrival) noexcept;
    void findContext() noexcept;
    void loseItem(QueueEntry *item, bool isMerged) noexcept;
    void queueVisit() noexcept;

    const std::shared_ptr<RegistryLink> m_link;
    HandlerReference m_handler; // set by begin() before anybody sees the handler, constant after that
    const bool m_isOnce;
    const bool m_isAuto;
    const Backlog m_backlog;

    std::atomic<Lane *> m_lane; // the current one
    Lane m_firstLane;
    std::atomic<int> m_owners; // the handler, each lane, and who else needs it

    // A handler for one call has been forwarded to. Relaxed: one exchange picks one event.
    std::atomic<bool> m_isClaimed = false;

    const std::unique_ptr<Ring> m_ring; // null: unbounded
    WakeUp<DeliveryPlatform> m_visit; // raised while a visit is on its way
    std::atomic<std::int64_t> m_lastPost = 0; // debounced: steady clock, nanoseconds; relaxed: the newest wins
    std::int64_t m_nextCall = 0; // throttled; the consumer's
    bool m_isCallPlanned = false; // the mailbox has a timer for it; the consumer's

    HandlerStatistics m_statistics;

    mutable std::mutex m_mutex; // guards what follows; changes of lane
    std::shared_ptr<ContextLink> m_context;
    std::vector<std::shared_ptr<Mailbox>> m_mailboxes; // all that its lanes name
    std::vector<std::unique_ptr<NextLane>> m_nextLanes; // one of them current, or none; others under way, or spare
    std::shared_ptr<Mailbox> m_seenAt; // where the context has been seen; null once it has left there
    bool m_hasEnded = false;
};

/*! The handler as the core sees it. \c Call: a Propagation(const Notification &, Route &), made of a Source. */
template <class Call>
class RoutedHandler
{
public:
    template <class Source>
    struct Parts
    {
        Route *route;
        Source &&source;
    };

    template <class Source>
    explicit RoutedHandler(const Parts<Source> &parts) : m_call(std::forward<Source>(parts.source)), m_route(parts.route)
    {
        m_route->addOwner();
    }
    RoutedHandler(const RoutedHandler &) = delete;
    RoutedHandler &operator=(const RoutedHandler &) = delete;
    ~RoutedHandler() { m_route->letGo(); }

    Propagation operator()(const Notification &notification)
    {
        const bool isPlainDelivery = notification.kind() == Notification::Kind::Delivery && !m_route->isOnce();
        if (!isPlainDelivery && !m_route->takes(notification))
            return Propagation::Continue;
        if (m_route->isObserved()) [[unlikely]]
            return m_route->callObserved(&RoutedHandler::call, &m_call, notification);
        return m_call(notification, *m_route);
    }

private:
    static Propagation call(void *call, const Notification &notification, Route &route)
    {
        return (*static_cast<Call *>(call))(notification, route);
    }

    Call m_call;
    Route *const m_route;
};

} // namespace SignalBox::detail
