// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/delivery/threadrun_p.h>
#include <SignalBox/qt/delivery/visitplans.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qnamespace.h>
#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace SignalBox::detail {

/*!
    The mailbox of a QThread: one per thread that a handler was ever registered for, process-wide.

    It owns a QObject in its thread, the drainer, which is called through Qt's queue, once per burst. So a producer touches
    nothing that its user owns: a context object may be deleted on its thread at any moment.

    Past its budget a drain arms a timer of no duration: those run when the thread has nothing else to do. (A call posted
    instead would run in the same pass of the event loop, before timers and input.)

    It closes when the thread finishes or is destroyed, and, that of the application, when the application object is;
    it opens again if the QThread is started again, or with the next application.

    Posts may race with the end of the QThread, so they never touch it. They go by what its signals have told (ThreadRun). The QThread
    object is asked whether start() was called only on the thread on which it lives, where it cannot die meanwhile.
*/
class SIGNALBOX_QT_EXPORT ThreadMailbox final : public Mailbox
{
public:
    /*! Not connected to the thread yet: what comes waits. Calls nothing of the program. */
    explicit ThreadMailbox(QThread *thread);
    ~ThreadMailbox() override;
    /*! Calls connectNotify() of the thread object, and event filters of the application. Throws std::bad_alloc and what those throw: it is
        closed for ever then. */
    void connectTo(QThread *thread);

    bool isCurrentThread() const noexcept override;
    bool isOf(const QThread *thread) const noexcept override { return thread && m_thread.load(std::memory_order_relaxed) == thread; }
    QString name() const override;

    void planVisit(std::int64_t time, Receiver &receiver) override;
    void forgetVisit(std::int64_t time, Receiver &receiver) noexcept override { m_plans.remove(time, receiver); }

    // On the thread, or while there is none.
    void open();
    /*! \a function is called on each thread that has been started again, and on that of an application that is not the first. One for all. */
    static void callWhenReopened(void (*function)()) noexcept { s_whenReopened.store(function); }
    void close(ThreadRun::Phase phase) noexcept;
    // The thread object is gone, and another one may be made at its address.
    void forgetThread() noexcept { m_thread.store(nullptr, std::memory_order_relaxed); }
    bool isThreadOver() const noexcept override;
    // Any thread; the thread object is alive.
    void lookForStart(const QThread &thread) noexcept;
    // Any thread.
    void setName(const QString &name);
    // Any thread: a call may have been lost.
    void callAgain() noexcept { callConsumer(); }

    // Of a thread that is gone, or whose mailbox cannot be used.
    static void removeFromTable(const QThread *thread, const ThreadMailbox &mailbox) noexcept;

    // --- a TestClock's: any thread ---------------------------------------------------------------

    // Those that there are.
    static std::vector<std::shared_ptr<ThreadMailbox>> all();
    bool isThreadRunning() const noexcept;
    // When the next visit is due.
    std::int64_t nextPlan() const noexcept { return m_plans.next(); }
    // If nothing is delivered, nor waits, nor is due at the `time`: a number that the next drain changes. Looked at in the order in
    // which a visit goes: planned, called for, delivered.
    std::optional<std::uint64_t> idleSince(std::int64_t time) const noexcept;

    // --- and the consumer's ----------------------------------------------------------------------

    // Inside of a drain.
    bool isDelivering() const noexcept { return m_drains.load(std::memory_order_relaxed) % 2 != 0; }
    bool hasWaiting() const noexcept { return hasMore(); }
    // Delivers all that waits and is due, whatever the budget. False: there was always more, until the deadline.
    bool deliverWaiting(QDeadlineTimer deadline) noexcept;
    // See SignalBox::deliverPending(). Throws std::bad_alloc.
    bool deliverPending(QDeadlineTimer budget);

private:
    class Drainer;
    class Delivering;

    // Sequentially consistent, with the phase of m_run: who has set it and then finds a mailbox closed, and drops a wake, comes before open(),
    // which sets the phase and then looks here. Weaker, both may miss the other, and what was to be woken sleeps for ever.
    static inline std::atomic<void (*)()> s_whenReopened{nullptr};

    bool isComingUp() const noexcept override;
    void lookForStart() noexcept override;
    bool mayOpen() const noexcept override { return m_run.isOpen(); }
    void beginRun(const QThread &thread);
    // The thread object, where it may be asked; else null.
    const QThread *threadHere() const noexcept;
    // In the first drain, or the first one after open().
    void seeThread() noexcept;
    void callConsumer() noexcept override;
    void drain() noexcept;
    // For deliverPending(): takes the place of the event loop. False: the mailbox is closed.
    bool replaceCall() noexcept;
    void processNow(std::int64_t begin, std::int64_t servesRoundsUntil = 0) noexcept;
    void visitDue() noexcept;
    void drainDue() noexcept;
    // Sets the timer for the first of them.
    void lookAtPlans() noexcept;

    // On a cache line of their own: producers read them at each event, and what is in front of them in the mailbox is
    // written at each delivery.
    // Compared, never dereferenced. Relaxed: a new thread at the same address is ordered after this one's end.
    alignas(64) std::atomic<QThread *> m_thread;
    // What QThread::currentThreadId() says there; null until the thread has been seen. Relaxed: an id compares equal on
    // its own thread only, which wrote it, or that thread is over.
    std::atomic<Qt::HANDLE> m_threadId = nullptr;
    const QString m_ownName; // where the thread has no name

    ThreadRun m_run;
    // Where the thread object lives; null: on itself. Compared, never dereferenced.
    const QThread *const m_home;
    const QPointer<const QThread> m_object; // looked at on that thread only

    // Orders calls of the drainer against its end, and the steps of the run; guards the given name. Never held while foreign code runs.
    mutable std::mutex m_mutex;
    QString m_givenName; // the thread's objectName
    // Null while closed. Written under the mutex; once others have the mailbox, on its thread, or when that is gone.
    Drainer *m_drainer = nullptr;

    // The consumer's.
    VisitPlans m_plans;
    bool m_lacksVisitTimer = false; // the clock was stopped
    std::weak_ptr<void> m_end; // of deliverPending(): expires when all that was there when a call began has been delivered or dropped
    bool m_isYielding = false; // the timer will call
    bool m_hasSeenThread = false;
    // Drains closer together than this may belong to one turn of the event loop; if not, one of them gives way needlessly.
    static constexpr std::int64_t turnGap = 1'000'000;
    std::int64_t m_turnBegin = 0;
    std::int64_t m_lastDrain = 0;

    // The consumer's, and read by a TestClock. Released after what it tells of has been done, for its acquiring looks.
    std::atomic<std::uint64_t> m_drains{0}; // begun and ended, those on the stack of others not counted: odd inside of one
};

} // namespace SignalBox::detail
