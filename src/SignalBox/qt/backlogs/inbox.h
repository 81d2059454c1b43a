// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/backlog.h>
#include <SignalBox/qt/backlogs/backlogstore.h>
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/backlogs/nested.h>
#include <SignalBox/qt/backlogs/handlerstatistics.h>
#include <SignalBox/qt/backlogs/keyedstore.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/queueentry.h>

#include <QtCore/qglobal.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace SignalBox::detail {

class BacklogSegment;
class EventPolicy;
struct ValueType;

/*!
    What is kept for one handler, and when the handler is to be called with it. It counts losses, and calls no handler.

    Any number of producers, and one consumer. A round is what one call takes: a batch; or, of a handler of events, as many events as waited
    when it began, each with a call of its own. Between rounds, the times of the backlog count.

    Thread-safe, but for what is named the consumer's. The mutex makes a thread the consumer, also one that drops what waits.
*/
class Inbox
{
public:
    /*! What is kept, and what the handler is called with, and when. */
    struct Terms
    {
        Backlog backlog;
        CalledWith calledWith = CalledWith::Event;
        Nested nested = Nested::Deliver;
        bool endsDeliveries = true; // of what is lost; else they have ended before the event came here
    };

    /*! Null: events wait in the queue of the thread. \a values: what may lie in the store of a handler of batches, or null. Throws
        std::bad_alloc. */
    static std::unique_ptr<Inbox> make(const Terms &terms, const ValueType *values, HandlerStatistics &statistics);
    ~Inbox();
    Q_DISABLE_COPY_MOVE(Inbox)

    const Backlog &backlog() const noexcept { return m_terms.backlog; }
    CalledWith calledWith() const noexcept { return m_terms.calledWith; }
    Nested nested() const noexcept { return m_terms.nested; }
    bool keepsValues() const noexcept { return m_store->keepsValues(); }
    /*! Whether its handler is to be called in one round of each drain, however fast events come. */
    static bool wantsOneRound(const Backlog &backlog, CalledWith calledWith) noexcept;
    bool wantsOneRound() const noexcept { return wantsOneRound(backlog(), calledWith()); }

    // --- producers -------------------------------------------------------------------------------

    /*!
        Takes over \a item, with its reference to the event. \a key: null if the backlog has none. True: the consumer is to be called. \a failed
        gets what could not be merged; their items are the caller's. Throws std::bad_alloc, and has then let go of the item.
    */
    bool push(QueueEntry *item, const EventKey *key, const EventPolicy *policy, std::vector<FailedMerge> &failed);
    /*! The same without a key: the consumer is to be called. */
    void push(QueueEntry *item);
    /*! Moves a value in. False: it keeps no values. Throws std::bad_alloc. */
    bool pushValue(void *value);

    // --- any thread ------------------------------------------------------------------------------

    std::uint64_t count() const noexcept { return m_store->count(); }
    bool isEmpty() const noexcept { return m_store->isEmpty(); }
    /*! Drops and counts what waits now. */
    void dropWaiting() noexcept;
    /*! The consumer does not come again: takes all; then drops and counts what was taken, which runs code of the program. */
    void takeRest(EntryList &taken) noexcept;
    void drop(EntryList &&taken) noexcept;
    /*! An item was not delivered: the events that it has replaced count as dropped, too. */
    void countReplacedAsDropped(const QueueEntry &item) noexcept;
    /*! Brings what the store counts into the statistics. */
    void updateStatistics() noexcept;
    bool hasKeys() const noexcept { return m_keyed != nullptr; }
    /*! What was merged so far, if the statistics say \a counted. */
    std::uint64_t merged(std::uint64_t counted) const noexcept { return m_keyed ? m_keyed->merged() : counted; }

    // --- the consumer's --------------------------------------------------------------------------

    bool isInRound() const noexcept { return m_roundLeft != 0; }
    /*! When the next round may begin, on the DeliveryClock; `never` where that is on demand. Not within a round. */
    std::int64_t dueTime() const noexcept;
    /*! Begins a round, for a handler of events. */
    void beginRound(std::int64_t time) noexcept;
    /*! The next event of the round; or null: none is left, or a producer has not finished. */
    QueueEntry *takeEvent() noexcept;
    /*! A round in one: what waits, which is nothing if a producer has not finished. */
    void takeBatch(Batch &batch, std::int64_t time) noexcept;
    /*! Memory for a batch, which goes back with it. */
    Batch::Items takeSpare() noexcept { return std::move(m_spare); }
    void giveBack(Batch &batch) noexcept;
    /*! Tells the batch that the handler is about to get what was lost before. If the handler does not take it, the next batch tells. */
    void tellLosses(Batch &batch) noexcept;
    void keepLosses(const Batch &batch) noexcept;

    /*! For every(): the number of the present round; and the end of a call of that round. True: the next round begins later than was
        planned. */
    std::uint64_t round() const noexcept { return m_round; }
    bool endCall(std::uint64_t round, std::int64_t begin, std::int64_t end) noexcept;

private:
    Inbox(const Terms &terms, std::unique_ptr<BacklogStore> store, HandlerStatistics &statistics);

    enum class Loss { Merged, Dropped, Counted };
    void notePost() noexcept;
    void lose(QueueEntry *item, Loss loss) noexcept;
    void dropSegment(BacklogSegment *segment) noexcept;
    void startRound(std::int64_t time) noexcept;

    const Terms m_terms;
    const std::unique_ptr<BacklogStore> m_store;
    KeyedStore *const m_keyed; // the same, with keys; or null
    HandlerStatistics &m_statistics;
    std::mutex m_mutex; // the consumer's place; never held while code of the program runs

    std::atomic<std::int64_t> m_lastPost = 0; // quietFor(), of the DeliveryClock; relaxed: the newest wins
    std::atomic<std::uint64_t> m_droppedReplaced = 0; // relaxed: it orders nothing

    // The consumer's.
    std::uint64_t m_roundLeft = 0; // events
    std::uint64_t m_round = 0;
    std::int64_t m_nextRound = 0; // every()
    std::int64_t m_roundTime = 0; // that its calls have taken
    Batch::Items m_spare; // memory of the batch before
    std::uint64_t m_toldLosses = 0; // by the batch before, as the next one
    std::uint64_t m_toldDrops = 0;
};

} // namespace SignalBox::detail
