// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>
#include <SignalBox/qt/delivery/deliveryqueue.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/delivery/task_p.h>
#include <SignalBox/qt/delivery/wakeup.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

#include <cstdint>
#include <memory>
#include <mutex>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace SignalBox::detail {

class Event;
class Lane;
class Route;
struct Drain;

/*!
    The way into a thread, or a pool: a queue, and the one who drains it.

    Producers append to the queue, without a lock, and call the consumer if nobody has done so since it last looked. The
    consumer delivers in the order of the queue until it is empty or the time budget is used up; then it gives way to
    whatever else the thread has to do, and goes on afterwards.

    Where it is in the queue is kept here and not on the drain's stack: when a handler opens an event loop, the drain
    that is called from there goes on with the very next delivery. For that a drain calls itself before it runs the
    first handler, if more is waiting.

    A closed mailbox has no consumer; what is pushed there is dropped by whoever pushes it. Thread-safe, but for what is
    named the consumer's.
*/
class SIGNALBOX_QT_EXPORT Mailbox : public std::enable_shared_from_this<Mailbox>
{
public:
    /*! The mailbox of \a thread, which must stay alive during the call: one for the whole process. */
    static std::shared_ptr<Mailbox> of(QThread *thread);

    /*! A mailbox without a thread, closed for ever. */
    static std::shared_ptr<Mailbox> ofNobody();

    virtual ~Mailbox();
    Q_DISABLE_COPY_MOVE(Mailbox)

    virtual bool isCurrentThread() const noexcept = 0;
    /*! Whether it is that of \a thread, which may be gone. */
    virtual bool isOf(const QThread *thread) const noexcept;
    /*! Nothing is delivered now. */
    bool isClosed() const noexcept { return m_wakeUp.isClosed(); }
    /*! Whether the calling thread is the consumer. */
    bool isDrainedHere() const noexcept { return isCurrentThread() && !isClosed(); }
    /*! For people. Any thread. */
    virtual QString name() const = 0;

    /*! Wait-free, but for the first of a burst, which calls the consumer. */
    void push(QueueEntry *entry) noexcept;
    /*! Queues \a entries, without calling the consumer: wake() has to follow. */
    void append(EntryList &&entries) noexcept;
    /*! Has the consumer look. */
    void wake() noexcept;
    /*! False: the thread is over, and \a task has been destroyed by the calling thread. */
    bool post(std::unique_ptr<Task> task);

    // --- the consumer's --------------------------------------------------------------------------

    /*!
        Takes what waits for \a lane out of the queue: appends an entry of its own for each, for the lane \a to and
        without a reservation of that, oldest first. Throws std::bad_alloc; what was appended has been taken out.
    */
    void takeOut(Lane &lane, Lane &to, EntryList &taken);
    /*! Queues \a entries in front of all others. */
    void takeOver(EntryList &&entries) noexcept;
    /*! Has the lane's backlog looked at, at a time of the steady clock, in nanoseconds. Takes over a reservation. */
    virtual void visitAt(std::int64_t time, Lane &lane) = 0;
    /*! Ends the plan, and its reservation. */
    virtual void forgetVisit(Lane &lane) noexcept = 0;
    /*! Subtracts what has been delivered to \a lane from its count, but for what still runs. */
    void settle(Lane &lane) noexcept;

    /*! Sends on what has come for a lane that was left: \a event, or, if null, a visit; or drops it. Ends its reservation.
        Any thread. */
    static void forward(Lane &lane, const Event *event) noexcept;
    /*! Forwards one delivery of \a event, or, if null, a backlog, or drops it. Ends its reservation. Any thread. */
    static void dropLane(Lane &lane, const Event *event) noexcept;
    /*! Drops the deliveries of \a event to the lanes that \a entry names. Any thread. */
    static void dropLanes(const QueueEntry &entry, const Event &event) noexcept;
    /*! Forwards or drops \a entry, which is for one lane, as dropLane() does. Any thread. */
    static void drop(QueueEntry *entry, FreedBlocks &freed) noexcept;

protected:
    // Whether a nested event loop may drain while a drain is under way.
    enum class Nesting { Possible, Impossible };
    // How a drain ended.
    enum class Ending {
        Done, // there is nothing more
        Later, // there is, but not before others had their turn
    };

    // Throws std::bad_alloc.
    Mailbox(Nesting nesting, bool isOpen);

    // Has the consumer drain soon. Called once per burst.
    virtual void callConsumer() noexcept = 0;
    // `begin`: when the time budget began to be used, on the steady clock, in nanoseconds.
    Ending process(std::int64_t begin) noexcept;
    bool hasMore() const noexcept;
    // The consumer gives its place up, having found nothing: from here on another thread may take it.
    void endTurn() noexcept;
    void dropWaiting() noexcept; // the consumer's
    // The consumer gives its place up for good, or until reopen(), and drops what waits.
    void closeQueue() noexcept;
    void reopen() noexcept;

    WakeUp<DeliveryPlatform> m_wakeUp;

private:
    using Queue = DeliveryQueue<DeliveryPlatform, QueueEntry>;

    // A handler that is being run, on the stack of its drain.
    struct Running
    {
        const Lane *lane;
        const Event *event; // null: the handler's backlog keeps it
        bool isRetained;
        Running *outer;
    };

    // What is in front of a queue of which nothing is delivered any more.
    struct Waiting
    {
        enum class Way {
            Empty, // or a producer is between its two steps
            Look, // it has not been taken: its lane is provisional, and has one reservation more
            Forwarded, // to the next lane
            Drop,
            Visit, // the backlog where the handler is by now
            Nothing, // nothing is left to be done
            Work,
        };
        Way way = Way::Empty;
        Lane *lane = nullptr;
        const Event *event = nullptr; // null: a visit
        EntryList backlog = {}; // what was in it
        QueueEntry *finished = nullptr; // it was the last in there
    };

    void reachConsumer() noexcept;
    QueueEntry *fetch() noexcept;
    bool holdBack(QueueEntry *entry, Lane &lane) noexcept;
    void dropAll() noexcept; // while closed
    template <class Take>
    void dropEach(Take take) noexcept;
    // `seen`: a lane whose context has just been looked for; or null.
    Waiting takeWaiting(const Lane *seen) noexcept;
    void dropTaken(Waiting &&waiting, FreedBlocks &freed) noexcept;
    static bool passOn(Lane &lane, const Event *event) noexcept;
    bool step(Drain &drain, bool &isRaised) noexcept;
    void deliver(Lane &lane, const QueueEntry &entry, QueueEntry *finished, Drain &drain) noexcept;
    void visit(Lane &lane, Drain &drain) noexcept;
    void touch(Lane &lane) noexcept;
    void settleTouched() noexcept;
    static void freeEntry(QueueEntry *entry, FreedBlocks &freed) noexcept;

    Queue m_queue;
    const Nesting m_nesting;
    std::mutex m_dropMutex; // the consumer's place, while there is none
    QueueEntry m_end; // what was appended before the queue was closed lies in front of it
    bool m_isEndTaken = false; // under that mutex

    // The consumer's.
    EntryList m_front; // before the queue
    EntryList m_held; // visits that have been made in this drain: for the next one, before all others
    std::uint64_t m_drain = 0; // number of the drain
    QueueEntry *m_entry = nullptr; // of several handlers, begun
    std::uint32_t m_index = 0; // the next of them
    Running *m_running = nullptr;
    int m_depth = 0;
    Lane *m_touched = nullptr;
};

/*! An entry of its own for one lane. Throws std::bad_alloc. \a event holds a reference; null for a visit. */
QueueEntry *makeEntry(QueueEntry::Kind kind, Lane &lane, const Event *event);
/*! The same for a backlog. */
QueueEntry *makeItem(const Event &event);

} // namespace SignalBox::detail
