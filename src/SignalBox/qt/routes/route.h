// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/routes/asyncoptions.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/onewritercount.h>
#include <SignalBox/qt/delivery/receiver.h>
#include <SignalBox/qt/delivery/wakeup.h>
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/backlogs/eventpolicy.h>
#include <SignalBox/qt/backlogs/inbox.h>
#include <SignalBox/qt/routes/contextmember.h>
#include <SignalBox/qt/routes/handlersettings.h>
#include <SignalBox/qt/backlogs/handlerstatistics.h>
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/routes/registrylink.h>
#include <SignalBox/qt/routes/routedhandler.h>
#include <SignalBox/qt/routes/routetrace.h>
#include <SignalBox/qt/routes/sequencestep.h>
#include <SignalBox/qt/routes/transit.h>

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

QT_BEGIN_NAMESPACE
class QObject;
class QThreadPool;
QT_END_NAMESPACE

namespace SignalBox::detail {

class Context;
class LoopWatch;
class Mailbox;
class SequentialWalk;
class Walk;

/*! Whether a handler runs where the object that it belongs to lives. */
enum class Affinity { Followed, Ignored };

/*!
    How events reach one handler: inline, or through the mailbox of a thread or pool. It lives as long as its handler
    or a delivery to it, and holds no reference to the registry. Thread-safe.
*/
class Route final : public Receiver, public ContextMember, public SequenceStep, public RouteBase
{
public:
    /*! A null \a mailbox is for an inline handler. If the affinity is Followed, it is the mailbox where the context is expected to be. */
    Route(std::shared_ptr<RegistryLink> link, std::shared_ptr<Mailbox> mailbox, const HandlerSettings &settings, Affinity affinity);
    Q_DISABLE_COPY_MOVE(Route)

    /*! The handler is about to be registered: ties it to \a watched (or null), whose death ends it, and which it
        follows to other threads or not. */
    void begin(HandlerReference handler, QObject *watched);
    /*! The handler has not been registered after all. */
    void abandon() noexcept;
    /*! See RouteBase. */
    void letGo() noexcept
    {
        end();
        dropOwner();
    }

    RegistryLink &link() const noexcept { return *m_link; }

    // --- called by the handler itself: see RouteBase ----------------------------------------------

    CallKind takes(const Notification &notification);
    Propagation callObserved(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                             const Notification &notification);

    // --- deliveries ------------------------------------------------------------------------------

    /*! Calls the handler with \a event, now. */
    void callHandler(const Event &event, HandlerCalls &calls) noexcept;
    /*! The handler will not be called with \a event. */
    void dropEvent(const Event &event) noexcept;
    /*! Puts an event into its inbox: \a item is the event's own entry or a separate one, and brings a reference. Throws
        std::bad_alloc, and has then let go of the item. */
    void keep(QueueEntry *item, const EventKey *key);
    /*! Drops and counts what waits for the handler. If it throws std::bad_alloc, nothing has changed. */
    void dropPending();
    /*! For onDemand(): calls the handler with what waits, now. False: it must not be called here. */
    bool deliverNow() noexcept;
    bool isOnDemand() const noexcept { return m_inbox && m_inbox->backlog().isOnDemand(); }
    // On any thread: see AsyncHandlerInfo::waiting.
    std::uint64_t waiting() const noexcept;

    // --- as the mailbox sees it ------------------------------------------------------------------

    void deliver(const Payload &payload, Drain &drain) noexcept override;
    void visit(Mailbox &mailbox, Drain &drain) noexcept override;
    void visitAsPlanned() noexcept override;
    void dropAsPlanned() noexcept override;
    const void *group() const noexcept override { return m_link.get(); }
    HandlerReference::CallOrder callOrder() const noexcept override { return m_handler.callOrder(); }
    void endDrain() noexcept override;
    void release(std::uint64_t count) noexcept override;
    bool forward(const Payload *payload) noexcept override;
    void drop(const Payload &payload) noexcept override;
    void takeBacklog(EntryList &taken) noexcept override;
    void dropBacklog(EntryList &&taken) noexcept override;

    // --- as its context sees it ------------------------------------------------------------------

    void depart(Mailbox *left) noexcept override;
    void arriveAt(Mailbox &mailbox, Mailbox *&opensAt) noexcept override;
    void openAt(Mailbox &mailbox) noexcept override;
    void takeStranded(EntryList &kept) noexcept override;
    void dropKept(EntryList &&kept) noexcept override;
    const HandlerReference &handler() const noexcept override { return m_handler; }

    // --- as a sequence sees it -------------------------------------------------------------------

    void takeTurn(const Event &event) noexcept override;
    void forgoTurn() noexcept override { refuseClaim(); }
    void loseTurn() noexcept override;

    // --- lifetime --------------------------------------------------------------------------------

    void addOwner() noexcept override { m_owners.fetch_add(1, std::memory_order_relaxed); }
    void dropOwner() noexcept override
    {
        // Acquire and release: all others' uses before the deletion.
        if (m_owners.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

    // --- what it counts --------------------------------------------------------------------------

    HandlerStatistics &statistics() noexcept { return m_statistics; }
    /*! Tells \a loop that the handler has run on its thread. Throws std::bad_alloc. */
    void note(LoopWatch &loop, std::chrono::steady_clock::time_point begin,
              std::chrono::steady_clock::time_point end) const;
    /*! The number of events that were lost so far, also in this drain. */
    std::uint64_t losses() noexcept;

private:
    class Opening;
    class InlineCall;

    ~Route();

    void end() noexcept;
    // `exception`: what the call that has begun then ended with, or null.
    void countCall(std::chrono::steady_clock::time_point begin, std::chrono::steady_clock::time_point end,
                   const std::exception_ptr &exception) noexcept;
    // Whether its backlog counts the event at all. Throws what the predicate throws.
    bool isWanted(const Event &event);
    // Calls use(key), where key is null if the backlog has none. Throws what the key throws, and use() throws nothing.
    template <class Use>
    void withKey(const Event &event, Use &&use);
    void countPolicyFailure() noexcept;
    [[gnu::noinline]] CallKind takes(const Walk &walk);
    [[gnu::noinline]] CallKind takesOther(const Notification &notification);
    CallKind runsInSequence(const SequentialWalk &walk);
    void take(const Step &step, const EventKey *key) noexcept;
    [[gnu::noinline]] CallKind take(const ValueOffer &offer) noexcept;
    void forwardFrom(const Walk &walk, const EventKey *key) noexcept;
    void reportFailedMerge(const FailedMerge &failed) noexcept;
    // Whether a walk on the calling thread runs it inline; and how.
    bool runsInline() const noexcept;
    CallKind inlineKind() const noexcept { return m_mailbox ? CallKind::OnTarget : CallKind::Plain; }
    Propagation callUnusually(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                              const Notification &notification);
    Propagation countedCall(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                            const Notification &notification);
    // Whether the one call of a `once` handler has been claimed for another event. With an inbox, what is there at the call counts.
    bool isClaimedBefore() noexcept
    {
        return isOnce() && !m_inbox && m_isClaimed.exchange(true, std::memory_order_relaxed);
    }
    // What had been claimed for the one call of a `once` handler does not come: it waits for another event.
    void refuseClaim() noexcept;
    // Counts a delivery, and returns the mailbox for its entry. Null: the caller park()s the entry, or refuse()s the delivery, before it queues
    // anything else.
    Mailbox *reserve() noexcept { return m_transit.reserve(); }
    void refuse() noexcept { m_transit.refuse(); }
    void park(QueueEntry *entry) noexcept;
    // Throws std::bad_alloc.
    void queue(EventPointer event);
    void describe(const Inspection &inspection) const;
    // Has the entries that were kept during a move delivered, or dropped.
    void sendKept(Mailbox *opensAt) noexcept;
    void abandonKept(const Mailbox &mailbox) noexcept;
    // As callHandler(), for all of them, in one call.
    void callHandler(Batch &batch, HandlerCalls &calls) noexcept;
    // Counts those that are not wanted any more as dropped, and takes them out.
    void beginDeliveries(Batch &batch) noexcept;
    // Serves one call of a round. `mailbox`: null on demand.
    void serve(Mailbox *mailbox, Drain &drain) noexcept;
    void serveBatch(Mailbox *mailbox, Drain &drain) noexcept;
    void serveEvent(Mailbox *mailbox, Drain &drain) noexcept;
    // Before a call, as an event loop of the handler's own goes on from there: what is left is served, or looked at in time.
    void prepareNext(Mailbox *mailbox) noexcept;
    // Whether it is Nested::Wait.
    bool waitsForItsCalls() const noexcept { return m_inbox && m_inbox->nested() == Nested::Wait; }
    void endCall(Mailbox *mailbox, std::uint64_t round, std::int64_t begin) noexcept;
    void plan(Mailbox &mailbox, std::int64_t time) noexcept;
    void forgetPlan(Mailbox &mailbox) noexcept;
    void dropInbox() noexcept;
    void queueVisit() noexcept;
    void sendVisit() noexcept;
    // If statistics are enabled, tells that an event waits.
    void tellWaiting() noexcept
    {
        if (m_link->areStatisticsEnabled()) [[unlikely]]
            m_link->statisticsHaveChanged();
    }

    // When the consumer comes to the inbox. The consumer's, but for the wake-up.
    struct Visits
    {
        WakeUp<DeliveryPlatform> wakeUp{WakeUp<DeliveryPlatform>::Idle}; // raised while a visit is on its way, or planned
        std::int64_t plannedAt = 0; // when the mailbox is to make one, or 0
        bool isPlanned = false; // the visit on its way was
        bool isRoundPlanned = false; // the visit that began the round was
        bool isBusy = false; // nothing may be served: in deliverNow(), or in a call of a handler of Nested::Wait
    };

    const std::shared_ptr<RegistryLink> m_link;
    HandlerReference m_handler; // set by begin() before anybody sees the handler, constant after that
    const bool m_isAuto;
    const std::shared_ptr<Mailbox> m_mailbox; // the only one, or the first; null: inline
    std::shared_ptr<Context> m_context; // set by begin(), as the handler; keeps the other mailboxes

    Transit<DeliveryPlatform, Mailbox, QueueEntry, EntryList> m_transit;
    std::atomic<int> m_owners; // the handler, the reservations together, and others that keep it

    // A handler for one call has been forwarded to. Relaxed: one exchange picks one event.
    std::atomic<bool> m_isClaimed = false;

    HandlerStatistics m_statistics;
    std::shared_ptr<const EventPolicy> m_policy; // null: it has no functions; used inside of the handler only, and let go of at its end
    const std::unique_ptr<Inbox> m_inbox; // null: the mailbox's queue will do
    Visits m_visits;
    std::atomic<int> m_dropMarkers = 0; // without an inbox: visits behind which deliveries count again; relaxed: see dropPending()
    RouteTrace m_trace;
    bool m_hasEnded = false; // looked at where its registration has failed
};

} // namespace SignalBox::detail
