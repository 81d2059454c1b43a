// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>
#include <SignalBox/qt/delivery/deliveryqueue.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/delivery/receiver.h>
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

/*!
    The way into a thread, or a pool: a queue, and its consumer, which drains it.

    Producers append to the queue, without a lock, and call the consumer if it has not been called since it last looked. The
    consumer delivers in the order of the queue until it is empty or the time budget is used up; then it gives way to
    whatever else the thread has to do, and goes on afterwards.

    Where it is in the queue is kept here and not on the drain's stack: when a handler opens an event loop, the drain
    that is called from there goes on with the very next delivery. For that a drain calls itself before it runs the
    first handler, if more is waiting.

    A closed mailbox has no consumer; what is pushed there is dropped by the pushing thread. Thread-safe, but for what is
    named the consumer's.
*/
class SIGNALBOX_QT_EXPORT Mailbox : public std::enable_shared_from_this<Mailbox>
{
public:
    /*! The mailbox of \a thread, which must stay alive during the call: one for the whole process. */
    static std::shared_ptr<Mailbox> of(QThread *thread);
    /*! The same where there is one; else null. It calls nothing of the program, and \a thread may be gone. */
    static std::shared_ptr<Mailbox> find(const QThread *thread);

    /*! A mailbox without a thread, closed for ever. */
    static std::shared_ptr<Mailbox> ofNobody();

    virtual ~Mailbox();
    Q_DISABLE_COPY_MOVE(Mailbox)

    virtual bool isCurrentThread() const noexcept = 0;
    /*! Whether it is that of \a thread, which may be gone. */
    virtual bool isOf(const QThread *thread) const noexcept;
    /*! Nothing is delivered now, nor soon. */
    bool isClosed() const noexcept { return m_wakeUp.isClosed() && !isComingUp(); }
    /*! Whether the calling thread is the consumer. */
    bool isDrainedHere() const noexcept { return isCurrentThread() && !m_wakeUp.isClosed(); }
    /*! Whether the thread has finished, or its object is gone: it runs nothing of the program, unless it is started again. */
    virtual bool isThreadOver() const noexcept { return false; }
    /*! For people. Any thread. */
    virtual QString name() const = 0;

    /*! Wait-free, but for the first of a burst, which calls the consumer. */
    void push(QueueEntry *entry) noexcept;
    /*! Has the consumer look. */
    void wake() noexcept;
    /*! False: the thread is over, and \a task has been destroyed by the calling thread. */
    bool post(std::unique_ptr<Task> task);

    // --- the consumer's --------------------------------------------------------------------------

    /*! Queues \a entries in front of all others. */
    void takeOver(EntryList &&entries) noexcept;
    /*! Gives back what receivers have been served, and forwards what waits for those that have left. */
    void forwardWaiting() noexcept;
    /*! Plans a visit of the receiver, at a time of the DeliveryClock. Takes over a reservation. */
    virtual void planVisit(std::int64_t time, Receiver &receiver) = 0;
    /*! Ends the plan. Its reservation is the caller's. */
    virtual void forgetVisit(std::int64_t time, Receiver &receiver) noexcept = 0;

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

    // Closed, but it opens soon: what comes is not dropped.
    virtual bool isComingUp() const noexcept { return false; }
    // Something is about to be queued, though the mailbox is closed.
    virtual void lookForStart() noexcept {}
    // Whether reopen() may still open it. The thread may have ended since the caller decided to.
    virtual bool mayOpen() const noexcept { return true; }
    // Has the consumer drain soon. Called once per burst.
    virtual void callConsumer() noexcept = 0;
    // `begin`: when the time budget began to be used, on the steady clock, in nanoseconds. `servesRoundsUntil`: see Drain.
    Ending process(std::int64_t begin, std::int64_t servesRoundsUntil = 0) noexcept;
    bool hasMore() const noexcept;
    // The consumer gives its place up, having found nothing: from here on another thread may take it.
    void endTurn() noexcept;
    void dropWaiting() noexcept; // the consumer's
    // The consumer gives its place up for good, or until reopen(), and drops what waits.
    void closeQueue() noexcept;
    // From here on no other thread drops. Calls the consumer if something waits.
    void reopen() noexcept;
    void dropAll() noexcept; // while closed

    WakeUp<DeliveryPlatform> m_wakeUp;

private:
    using Queue = DeliveryQueue<DeliveryPlatform, QueueEntry>;

    // A receiver that is being run, on the stack of its drain.
    struct Running
    {
        QueueEntry *entry; // null: a visit's
        bool isEntryFinished; // nothing else needs the entry
        Running *outer;
    };

    // What is in front of a queue of which nothing is delivered any more.
    struct Waiting
    {
        enum class Kind {
            Nothing, // or a producer is between its two steps
            Forwarded,
            Drop,
            DropBacklog,
            Skipped, // nothing is left to be done
            Work,
        };
        Kind kind = Kind::Nothing;
        Receiver *receiver = nullptr;
        QueueEntry *entry = nullptr;
        const Payload *payload = nullptr; // a visit has none
        bool isFinished = false; // it was the last one for that entry
        EntryList backlog = {};
    };

    class DrainTrace;

    std::uint64_t waitingCount(); // the consumer's
    void reachConsumer() noexcept;
    QueueEntry *fetch() noexcept;
    bool holdBack(QueueEntry *entry, Receiver &receiver) noexcept;
    bool step(Drain &drain, bool &isRaised) noexcept;
    void run(Receiver &receiver, QueueEntry *entry, bool isLast, Drain &drain) noexcept;
    void finish(QueueEntry *entry, Drain &drain) noexcept;
    void giveBackServed() noexcept;
    static void forward(Receiver &receiver, const Payload *payload) noexcept;
    template <class Take>
    void dropEach(Take take) noexcept;
    Waiting takeWaiting() noexcept;
    void dropTaken(Waiting &&waiting, FreedBlocks &freed) noexcept;

    Queue m_queue;
    const Nesting m_nesting;
    std::mutex m_dropMutex; // the consumer's place, while there is none; and m_front, where the mailbox may just be made
    QueueEntry m_end; // marks the end of what was appended before the queue was closed
    bool m_isEndTaken = false; // under that mutex

    // The consumer's.
    EntryList m_front; // before the queue
    EntryList m_held; // visits that have been made in this drain: for the next one, before all others
    std::uint64_t m_drain = 0; // number of the drain
    QueueEntry *m_entry = nullptr; // of several receivers, begun
    std::uint32_t m_index = 0; // the next of them
    Running *m_running = nullptr;
    Receiver *m_served = nullptr;
};

} // namespace SignalBox::detail
