// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/registry/asyncregistry.h>
#include <SignalBox/qt/coroutines/hubentry.h>
#include <SignalBox/qt/coroutines/taskdriver.h>

#include <QtCore/qglobal.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

QT_BEGIN_NAMESPACE
class QObject;
class QThread;
QT_END_NAMESPACE

namespace SignalBox::detail {

class Mailbox;
class Sleep;

/*! Entries in the order in which they were added. Under the mutex of the hub. */
class EntryQueue
{
public:
    void append(HubEntry &entry) noexcept;
    void remove(HubEntry &entry) noexcept;
    HubEntry *takeFirst() noexcept;
    std::size_t count() const noexcept { return m_count; }

private:
    HubEntry *m_first = nullptr;
    HubEntry *m_last = nullptr;
    std::size_t m_count = 0;
};

/*!
    The tasks of a context, and what wakes them. One for each object that tasks were spawned for, process-wide, until it dies.

    What happens on other threads is queued here. One handler, in a registry of the hub's own, brings the wake to the context's thread,
    wherever that moves. A child of the context, the Anchor, tells when it moves; and wakes again where it arrives, since a thread that
    has ended drops what was posted.

    A coroutine may be on the stack of the thread that its context leaves. It goes on there until its next await; until
    then nothing is served on the new thread, and the end of the context waits.
*/
class TaskHub : public std::enable_shared_from_this<TaskHub>
{
public:
    /*! Of \a context, which must be alive during the call. Throws std::bad_alloc. */
    static std::shared_ptr<TaskHub> of(QObject *context);

    /*! For ThreadMailbox::callWhenReopened(): wakes all hubs whose contexts live, or may live, on the calling thread. */
    static void wakeAllHere() noexcept;

    explicit TaskHub(QObject *context);
    ~TaskHub();
    Q_DISABLE_COPY_MOVE(TaskHub)

    // --- any thread --------------------------------------------------------------------------------

    QObject *context() const noexcept { return m_context; }
    bool isHere() const noexcept;
    /*! Or the context has just come to the calling thread; or has left it, and a coroutine has not yet. Nobody else touches the tasks. */
    bool isMine() noexcept;
    /*! Has \a entry served on the context's thread. False: the context has died. If it is queued already, it stays where it is. */
    bool queue(HubEntry &entry) noexcept;
    /*! It is in no queue any more. Returns whether it was. */
    bool remove(HubEntry &entry) noexcept;
    void wake() noexcept;
    /*! If the context's thread is over: the tasks belong to the calling thread until leaveThreadThatIsOver(). */
    bool enterThreadThatIsOver() noexcept;
    void leaveThreadThatIsOver() noexcept;

    // --- the context's thread ----------------------------------------------------------------------

    /*! It is served on the calling thread from here on. False: a coroutine has not left another one. Throws std::bad_alloc. */
    bool settle();
    /*! False: the context is dying. */
    bool add(TaskDriver &driver) noexcept;
    /*! It belongs to the hub no more. True: the hub's reference to it is the caller's. */
    bool release(TaskDriver &driver) noexcept;
    /*! A driver comes on top of the stack, and goes. */
    void enter(TaskRun &run) noexcept { run.outer = std::exchange(m_running, &run); }
    void exit(TaskRun &run) noexcept
    {
        m_running = run.outer;
        if (run.isDeparting && !m_running) [[unlikely]]
            depart();
    }
    /*! Those on the stack that are part of \a driver, or it, begin no await any more. */
    void interrupt(const TaskDriver &driver) noexcept;
    /*! The context is dying, or has died. */
    bool isEnding() const noexcept { return m_isEnding.load(std::memory_order_relaxed); }
    /*! Waits until no coroutine is on the stack of a thread that the context has left. */
    void awaitDeparture() noexcept;
    /*! Serves \a entry after the other events of the loop. */
    void queueBehindEvents(HubEntry &entry) noexcept;
    void addSleeper(Sleep &sleep) noexcept;
    void removeSleeper(Sleep &sleep) noexcept;
    /*! Throws std::bad_alloc. */
    void setAlarm(Sleep &sleep);

private:
    class Anchor;
    class Wakes;
    class Alarm;
    struct Life;

    void begin();
    void serve() noexcept;
    void serveYielding() noexcept;
    void serveSleepers() noexcept;
    void leave() noexcept;
    void depart() noexcept;
    void end() noexcept;
    void awaitDeparture(std::unique_lock<std::mutex> &lock) noexcept;
    bool isAtHome() noexcept;
    bool isThreadOver() const noexcept;
    HubEntry *takeFirst(EntryQueue &queue) noexcept;
    std::size_t countOf(const EntryQueue &queue) noexcept;

    QObject *const m_context;
    const std::unique_ptr<Wakes> m_wakes;
    QObject *m_anchor = nullptr; // an Anchor; the context's thread
    // Relaxed where a thread compares it with itself: only that thread, or the move that it has made, writes what is equal.
    std::atomic<QThread *> m_home = nullptr; // null: it moves, or has not been seen
    TaskDriver *m_newest = nullptr;
    TaskRun *m_running = nullptr; // the innermost on the stack
    Sleep *m_firstSleeper = nullptr; // in the order of their times
    int m_yieldTimer = 0;

    std::mutex m_mutex; // guards what follows; never held while code of the program runs
    std::condition_variable m_departed;
    EntryQueue m_queue;
    EntryQueue m_yielding;
    bool m_isDeparting = false; // a coroutine is on the stack of the thread that was left
    QThread *m_departsFrom = nullptr; // compared, never dereferenced
    std::shared_ptr<Mailbox> m_mailbox; // of the thread that was home last
    // Relaxed: without the mutex, the context's thread asks, which is the one that ends it, or has been told by that one that it may.
    std::atomic<bool> m_isEnding = false;
    bool m_isClosed = false; // nothing is queued any more
};

} // namespace SignalBox::detail
