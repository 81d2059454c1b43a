// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/sourcelocation.h>
#endif
#include <SignalBox/qt/coroutines/hubentry.h>
#include <SignalBox/qt/coroutines/taskframe.h>
#include <SignalBox/qt/coroutines/taskwaiter.h>
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/registry/handlertarget.h>
#include <SignalBox/qt/routes/asyncoptions.h>

#include <QtCore/qstring.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <optional>
#include <vector>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

class LoopWatch;
class TaskHub;
class TaskObservation;
class TaskOperation;

/*! An await whose operation could not be begun where it was reached: the task was to give way, or its context has moved. */
class PostponedAwait
{
public:
    Q_DISABLE_COPY_MOVE(PostponedAwait)

    virtual void begin() noexcept = 0;

protected:
    PostponedAwait() noexcept = default;
    ~PostponedAwait() = default;
};

class TaskDriver;
class TaskGroup;

/*! A driver on the stack of its thread. */
struct TaskRun
{
    TaskDriver *driver; // null: it has left, and what waited for that is being done
    TaskRun *outer;     // below it on the stack
    bool isDeparting = false; // the context has moved meanwhile
};

/*! What a task keeps of an await for those that follow, until it ends. On the context's thread. */
class TaskKept
{
public:
    /*! Of an \a object; \a kind is the address of something that stands for the class. */
    TaskKept(const void *kind, const void *object) noexcept : m_kind(kind), m_object(object) {}
    Q_DISABLE_COPY_MOVE(TaskKept)
    virtual ~TaskKept() = default;

private:
    friend class TaskDriver;

    /*! Whether it is of no use any more. */
    virtual bool isOver() const noexcept = 0;

    const void *const m_kind;
    const void *const m_object;
};

/*! The tasks of one TaskScope. On the context's thread. */
struct TaskList
{
    TaskDriver *newest = nullptr;
};

/*!
    Runs a spawned task: resumes each of its coroutines. A coroutine that calls another one, or ends, says which one is next and
    returns here; so the stack does not grow with their number, and none is destroyed while it is suspending itself.

    A task is cancelled by destroying its coroutines where they are suspended, the innermost first. That waits while one of them is
    on the stack: until it suspends itself.

    A Task of whenAll() has a driver of its own, which is part of that of the coroutine that awaits it, its parent: that is neither resumed nor
    destroyed while one of its parts is on the stack.

    Reference-counted: by its hub while it runs, by its handles, and by what is queued for it. On the thread of the context, but for
    what says otherwise.
*/
class SIGNALBOX_QT_EXPORT TaskDriver
{
public:
    Q_DISABLE_COPY_MOVE(TaskDriver)

    // --- any thread --------------------------------------------------------------------------------

    void addReference() noexcept { m_references.fetch_add(1, std::memory_order_relaxed); }
    void dropReference(int count = 1) noexcept
    {
        // Acquire, in both, and release: all others' uses before the deletion. The load spares the last holder a locked instruction.
        if (m_references.load(std::memory_order_acquire) == count
            || m_references.fetch_sub(count, std::memory_order_acq_rel) == count)
            delete this;
    }

    /*! Begins on the calling thread, which is that of the hub's context: at once, or, while another coroutine of it has not left the thread
        before, from the loop. It ends, unless it has begun, if the context is dying. The caller has a reference. Throws std::bad_alloc. */
    void begin();
    /*! Begins: at once up to the first wait, on the context's thread, else from its loop. The caller has a reference. False, after a warning: it
        ends. */
    bool spawn(QObject *context, TaskList *scope, Delivery delivery);
    /*! The same for a thread, which is not followed anywhere. */
    bool spawn(ThreadTarget target, TaskList *scope, Delivery delivery);
    void cancel() noexcept;
    /*! Acquire, with finish(): who sees it sees the result. */
    bool isFinished() const noexcept { return m_end.load(std::memory_order_acquire) == End::Reached; }
    /*! False: it has ended. */
    bool addWaiter(TaskWaiter &waiter) noexcept;
    void removeWaiter(TaskWaiter &waiter) noexcept;
    /*! Of a finished one: throws what its coroutine has thrown. */
    void rethrow() const
    {
        if (m_exception) {
            m_isObserved.store(true, std::memory_order_relaxed); // looked at when the last reference is dropped, which orders it
            std::rethrow_exception(m_exception);
        }
    }

    // --- its coroutines ----------------------------------------------------------------------------

    QObject *context() const noexcept;
    TaskHub &hub() const noexcept { return *m_hub; }
    /*! \a caller waits for \a child, which \a owner would destroy. */
    void call(TaskFrame &child, TaskFrame &caller, TaskFrame *&owner) noexcept
    {
        child.m_driver = this;
        child.m_caller = &caller;
        child.m_owner = &owner;
        m_innermost = m_next = &child;
    }
    /*! It has ended. */
    void leave(TaskFrame &frame) noexcept
    {
        m_innermost = m_next = frame.m_caller;
        m_isOver = frame.m_caller == nullptr;
    }
    /*! Its await, as all that follow, is not to begin. */
    bool isInterrupted() const noexcept { return m_isInterrupted; }
    /*! It has not waited for so long that other events of the loop are to be served. */
    bool mustGiveWay() noexcept { return (++m_readyAwaits & 63) == 0 && isOverBudget(); }
    void postpone(PostponedAwait &await) noexcept { m_postponed = &await; }
    /*!
        What the innermost one waits for has come, says \a awaited. False: something else has come before, as in whenAny(), and nothing more is
        to be taken for it. It is so until the coroutine resumes.
    */
    bool claim(const TaskOperation &awaited) noexcept
    {
        if (!m_claimedBy)
            m_claimedBy = &awaited;
        return m_claimedBy == &awaited;
    }
    bool isClaimed() const noexcept { return m_claimedBy != nullptr; }
    /*! The innermost one goes on: at once, or when what is on the stack has left. */
    void resume() noexcept
    {
        m_next = m_innermost;
        if (m_runs == 0)
            run();
    }
    /*! What has been kept, and is not over; or null. */
    TaskKept *kept(const void *kind, const void *object) const noexcept;
    /*! Throws std::bad_alloc. */
    void keep(std::unique_ptr<TaskKept> kept);
    /*! Whether the calling thread is the context's, and the context is not moving. */
    bool isHere() const noexcept;
    /*! Whether one of its coroutines is on the stack of the calling thread. Any thread. */
    bool isOnStackHere() const noexcept;
    /*! As cancel(), if the calling thread may destroy it: it is the context's, or that is over. Any thread. */
    void cancelIfHereOrThreadIsOver() noexcept;

    // --- a scope's ---------------------------------------------------------------------------------

    bool isRunning() const noexcept { return m_runs != 0; }
    const SourceLocation &location() const noexcept { return m_location; }
    /*! Cancels the tasks of a scope, the newest first. Returns one that is on the stack, or null. */
    static TaskDriver *cancelAll(TaskList &list) noexcept;

protected:
    TaskDriver(QString name, const SourceLocation &location);
    virtual ~TaskDriver();

    /*! Before begin(). */
    void setHub(std::shared_ptr<TaskHub> hub) noexcept { m_hub = std::move(hub); }
    const std::exception_ptr &exception() const noexcept { return m_exception; }
    /*! Somebody else tells of it. */
    std::exception_ptr takeException() noexcept { return std::exchange(m_exception, {}); }

private:
    friend class TaskHub;
    friend class TaskObservation;
    friend class TaskGroup;

    // Calls what the program has given. Returns the place of the coroutine's owner.
    virtual TaskFrame **create() = 0;
    // It has returned: takes the result out of it.
    virtual void takeResult() = 0;
    // The callable goes, after its coroutine.
    virtual void clear() noexcept = 0;
    // As messages and traces call it. Throws std::bad_alloc.
    virtual QString label() const;
    // It was what ran on the thread of `loop`. Throws std::bad_alloc.
    virtual void note(LoopWatch &loop, std::chrono::steady_clock::time_point begin,
                      std::chrono::steady_clock::time_point end) const;

    class Entry final : public HubEntry
    {
    public:
        Entry(TaskDriver &driver, void (TaskDriver::*function)() noexcept) noexcept : m_driver(driver), m_function(function) {}

    private:
        void serve() noexcept override { (m_driver.*m_function)(); }
        void drop() noexcept override { m_driver.dropEntry(*this); }

        TaskDriver &m_driver;
        void (TaskDriver::*const m_function)() noexcept;
    };

    enum class End : unsigned char { NotAwaited, Awaited, Reached };

    void run() noexcept;
    void runObserved() noexcept;
    void runUntilItWaits(TaskObservation *observation) noexcept;
    void makeCoroutine() noexcept;
    void leaveStack() noexcept;
    void beginAsPart(TaskDriver &parent) noexcept;
    bool isPartOf(const TaskDriver &other) const noexcept;
    const TaskDriver &root() const noexcept;
    void takeTurn() noexcept;
    void cancelAsAsked() noexcept;
    void cancelHere() noexcept;
    void queueTurn() noexcept;
    bool refuse(const char *problem) noexcept;
    void dropEntry(Entry &entry) noexcept;
    void end() noexcept;
    void finish() noexcept;
    bool isOverBudget() noexcept;
    void addToScope(TaskList &list) noexcept;
    void removeFromScope() noexcept;

    std::atomic<int> m_references = 1;
    std::shared_ptr<TaskHub> m_hub; // null: refused
    TaskFrame *m_innermost = nullptr;
    TaskFrame *m_next = nullptr; // to be resumed
    PostponedAwait *m_postponed = nullptr;
    const TaskOperation *m_claimedBy = nullptr; // compared, never dereferenced
    TaskDriver *m_parent = nullptr;             // that it is part of
    int m_runs = 0;                             // of it and its parts, on the stack
    TaskDriver *m_newer = nullptr; // of the hub
    TaskDriver *m_older = nullptr;
    TaskList *m_scope = nullptr;
    TaskDriver *m_newerInScope = nullptr;
    TaskDriver *m_olderInScope = nullptr;
    std::vector<std::unique_ptr<TaskKept>> m_kept;
    std::int64_t m_runBegin = 0; // as far as it has been looked at
    unsigned m_readyAwaits = 0;
    std::uint64_t m_traceFlow = 0; // the arrow from its last wait to what comes next in a trace; 0: none
    bool m_hasBegun = false; // its turn has come: the hub has it
    bool m_isCreated = false;
    bool m_isInHub = false;
    bool m_isInterrupted = false;
    bool m_isCancelled = false;
    bool m_wasQueued = false; // its turn
    bool m_isKept = false;    // who makes it begin has a reference meanwhile
    bool m_isHeld = false; // has a reference of its own until it ends
    bool m_isOver = false; // it has returned, or thrown
    bool m_hasEnded = false;
    Entry m_turn{*this, &TaskDriver::takeTurn};
    Entry m_cancel{*this, &TaskDriver::cancelAsAsked}; // with a reference while it is queued

    const QString m_name;
    const SourceLocation m_location;

    std::mutex m_mutex; // guards the list of those who wait
    TaskWaiter *m_firstWaiter = nullptr;
    TaskWaiter *m_lastWaiter = nullptr;
    std::exception_ptr m_exception; // constant when it has finished
    mutable std::atomic<bool> m_isObserved = false;
    std::atomic<End> m_end = End::NotAwaited;
    std::atomic<bool> m_isCancelRequested = false; // by another thread
};

} // namespace SignalBox::detail
