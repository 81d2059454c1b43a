// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/asyncoptions.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/onewritercount.h>
#include <SignalBox/qt/delivery/receiver.h>
#include <SignalBox/qt/delivery/wakeup.h>
#include <SignalBox/qt/handlers/backlogstore.h>
#include <SignalBox/qt/handlers/batch.h>
#include <SignalBox/qt/handlers/contextmember.h>
#include <SignalBox/qt/handlers/handlerstatistics.h>
#include <SignalBox/qt/handlers/notification.h>
#include <SignalBox/qt/handlers/registrylink.h>
#include <SignalBox/qt/handlers/routedhandler.h>
#include <SignalBox/qt/handlers/sequencestep.h>
#include <SignalBox/qt/handlers/transit.h>

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

class BacklogSegment;
struct ValueType;
class Context;
class LatestStore;
struct LatestKey;
class Mailbox;
class SequentialWalk;
class Walk;

/*! Whether a handler runs where the object that it belongs to lives. */
enum class Affinity { Followed, Ignored };

/*!
    How events reach one handler: inline, or through the mailbox of a thread or pool. It lives as long as its handler
    or a delivery to it; nothing of it refers to the registry. Thread-safe.
*/
class Route final : public Receiver, public ContextMember, public SequenceStep, public RouteBase
{
public:
    /*! \a values: what may lie in its store, if it is called with batches; or null. No \a mailbox: inline. Where the affinity is
        Followed, it is the one where the context is thought to be. */
    Route(std::shared_ptr<RegistryLink> link, std::shared_ptr<Mailbox> mailbox, const AsyncOptions &options, Affinity affinity,
          CalledWith calledWith, Kept kept, const ValueType *values);
    Q_DISABLE_COPY_MOVE(Route)

    /*! Where the script is that registers the handler. Before begin(). */
    void setScriptPlace(const QString &place) { m_scriptPlace = place; }
    /*! The handler is about to be registered: ties it to \a watched (or null), whose death ends it, and which it
        follows to other threads or not. */
    void begin(HandlerReference handler, QObject *watched);
    /*! It has not been registered. */
    void abandon() noexcept;
    /*! See RouteBase. */
    void letGo() noexcept
    {
        end();
        dropOwner();
    }

    RegistryLink &link() const noexcept { return *m_link; }

    // --- called by the handler itself: see RouteBase ----------------------------------------------

    bool takes(const Notification &notification, const LatestKey *key);
    void countKeyFailure() noexcept;
    Propagation callObserved(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                             const Notification &notification);

    // --- deliveries ------------------------------------------------------------------------------

    /*! Calls the handler with \a event, now. */
    void callHandler(const Event &event, HandlerCalls &calls) noexcept;
    /*! It will not be called with \a event. */
    void dropEvent(const Event &event) noexcept;
    /*! Puts an event into its backlog: \a item is its own entry or a separate one, and brings a reference. Throws
        std::bad_alloc, and has then let go of the item. */
    void queueBacklog(QueueEntry *item, const LatestKey *key);

    // --- as the mailbox sees it ------------------------------------------------------------------

    void deliver(const Payload &payload, Drain &drain) noexcept override;
    void visit(Mailbox &mailbox, Drain &drain) noexcept override;
    void visitAsPlanned() noexcept override;
    void dropAsPlanned() noexcept override;
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

private:
    class Opening;

    ~Route();

    void end() noexcept;
    // `exception`: what the call that has begun then ended with, or null.
    void countCall(std::chrono::steady_clock::time_point begin, std::chrono::steady_clock::time_point end,
                   const std::exception_ptr &exception) noexcept;
    bool takes(const Walk &walk, const LatestKey *key);
    bool runsInSequence(const SequentialWalk &walk) noexcept;
    void take(const Step &step, const LatestKey *key) noexcept;
    void take(const ValueOffer &offer) noexcept;
    void forwardFrom(const Walk &walk, const LatestKey *key) noexcept;
    // Whether a walk on the calling thread runs it inline.
    bool runsInline() const noexcept;
    // Whether the one call of a `once` handler has been claimed for another event. A batch is not known before it is called.
    bool isClaimedBefore() noexcept
    {
        return isOnce() && m_calledWith == CalledWith::Event && m_isClaimed.exchange(true, std::memory_order_relaxed);
    }
    // What had been claimed for the one call of a `once` handler does not come: it waits for another event.
    void refuseClaim() noexcept;
    // Counts a delivery. The mailbox for an entry of it; or null: park() that, while nothing else waits to be queued, or refuse()
    // it.
    Mailbox *reserve() noexcept { return m_transit.reserve(); }
    void refuse() noexcept { m_transit.refuse(); }
    void park(QueueEntry *entry) noexcept;
    // Throws std::bad_alloc.
    void queue(EventPointer event);
    void describe(const Inspection &inspection) const;
    // Somebody has to see to what was kept.
    void sendKept(Mailbox *opensAt) noexcept;
    void abandonKept(const Mailbox &mailbox) noexcept;
    // As callHandler(), for all of them, in one call.
    void callHandler(Batch &batch, HandlerCalls &calls) noexcept;
    // Counts those that are not wanted any more as dropped, and takes them out.
    void beginDeliveries(Batch &batch) noexcept;
    void visitForBatch(HandlerCalls &calls, FreedBlocks &freed) noexcept;
    void visitForEvent(HandlerCalls &calls, FreedBlocks &freed) noexcept;
    // Whether it may be called now. If not, what had to be done has been.
    bool isDue(Mailbox &mailbox) noexcept;
    QueueEntry *takeNext() noexcept;
    // How a loss is counted; or has been, by the store.
    enum class Loss { Merged, Dropped, Counted };
    // Of what its store does not keep.
    Loss lossByStore() const noexcept;
    void loseItem(QueueEntry *item, Loss loss) noexcept;
    void loseItems(EntryList &&items, Loss loss) noexcept;
    void loseSegment(BacklogSegment *segment) noexcept;
    // What a store of latestBy() has counted.
    void updateMerged() noexcept;
    // An item that was taken, and is about to be counted as dropped: what it replaced goes with it.
    void dropReplacedBy(const QueueEntry &item) noexcept;
    // Whether a visit would find nothing; the consumer's.
    bool isEmpty() const noexcept { return m_due.isEmpty() && m_store->isEmpty(); }
    // Any thread: see AsyncHandlerInfo::waiting.
    std::uint64_t waiting() const noexcept;
    void queueVisit() noexcept;
    // For a trace. 0: there is no memory; and for an event that is not in the trace.
    std::uint32_t traceName() noexcept;
    std::uint64_t flowOf(const Event &event) noexcept;
    void traceForward(const Event &event) noexcept;
    // Somebody looks at statistics: something waits.
    void tellWaiting() noexcept
    {
        if (m_link->areStatisticsEnabled()) [[unlikely]]
            m_link->statisticsHaveChanged();
    }
    void traceArrival(const Notification &notification, std::chrono::steady_clock::time_point time) noexcept;
    void traceLosses() noexcept;

    const std::shared_ptr<RegistryLink> m_link;
    QString m_scriptPlace; // empty: C++ registers it; constant after begin()
    HandlerReference m_handler; // set by begin() before anybody sees the handler, constant after that
    const bool m_isAuto;
    const CalledWith m_calledWith;
    const Backlog m_backlog; // of latestBy(): how often all that waits is taken

    const Affinity m_affinity;
    const std::shared_ptr<Mailbox> m_mailbox; // the only one, or the first; null: inline
    std::shared_ptr<Context> m_context; // set by begin(), as the handler; keeps the other mailboxes

    Transit<DeliveryPlatform, Mailbox, QueueEntry, EntryList> m_transit;
    std::atomic<int> m_owners; // the handler, the reservations together, and others that keep it

    // A handler for one call has been forwarded to. Relaxed: one exchange picks one event.
    std::atomic<bool> m_isClaimed = false;

    const std::unique_ptr<BacklogStore> m_store; // null: the mailbox's queue will do
    LatestStore *const m_latestStore; // the same, of latestBy(); or null
    WakeUp<DeliveryPlatform> m_visit; // raised while a visit is on its way
    std::atomic<std::int64_t> m_lastPost = 0; // debounced: of the DeliveryClock; relaxed: the newest wins
    std::int64_t m_nextCall = 0; // throttled and batched; the consumer's
    std::int64_t m_plannedAt = 0; // when the mailbox is to visit it; the consumer's
    EntryList m_due; // batched, for a handler of events: the rest of a batch; the consumer's
    OneWriterCount m_dueCount; // of what is in there
    Batch::Items m_spare; // memory of the batch before; the consumer's
    std::uint64_t m_toldLosses = 0; // by the batch before; the consumer's, as the next one
    std::uint64_t m_toldDrops = 0;
    std::atomic<std::uint64_t> m_droppedReplaced = 0; // of latestBy(); relaxed: it orders nothing
    std::mutex m_backlogMutex; // one at a time drops it

    HandlerStatistics m_statistics;
    std::atomic<std::uint32_t> m_traceName = 0; // 0: not known yet; relaxed: the tracer's mutex orders what it stands for
    std::atomic<std::uint32_t> m_traceNumber = 0; // among all handlers; 0: none yet
    bool m_hasEnded = false; // looked at where its registration has failed
};

} // namespace SignalBox::detail
