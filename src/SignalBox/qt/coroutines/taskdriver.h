// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/sourcelocation.h>
#endif
#include <SignalBox/qt/coroutines/hubentry.h>
#include <SignalBox/qt/coroutines/taskframe.h>
#include <SignalBox/qt/coroutines/taskwaiter.h>
#include <SignalBox/qt/qt_export.h>

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
QT_END_NAMESPACE

namespace SignalBox::detail {

class LoopWatch;
class TaskHub;

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

    Reference-counted: by its hub while it runs, by its handles, and by what is queued for it. On the thread of the context, but for
    what says otherwise.
*/
class SIGNALBOX_QT_EXPORT TaskDriver
{
public:
    Q_DISABLE_COPY_MOVE(TaskDriver)

    // --- any thread --------------------------------------------------------------------------------

    void addReference() noexcept { m_references.fetch_add(1, std::memory_order_relaxed); }
    void dropReference() noexcept
    {
        // Acquire and release: all others' uses before the deletion.
        if (m_references.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

    /*! Begins: at once up to the first wait, on the context's thread, else from its loop. False, after a warning: it ends. */
    bool spawn(QObject *context, TaskList *scope);
    /*! Begins on the calling thread, which is that of the hub's context: at once, or, while another coroutine of it has not left the thread
        before, from the loop. It ends, unless it has begun, if the context is dying. Throws std::bad_alloc. */
    void begin();
    void cancel() noexcept;
    /*! Acquire, with end(): who sees it sees the result. */
    bool isFinished() const noexcept { return m_isFinished.load(std::memory_order_acquire); }
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
    /*! What the innermost one waits for has come. */
    void resume() noexcept
    {
        m_next = m_innermost;
        if (!m_isRunning)
            run();
    }
    /*! Whether the calling thread is the context's, and the context is not moving. */
    bool isHere() const noexcept;
    /*! Whether one of its coroutines is on the stack of the calling thread. Any thread. */
    bool isOnStackHere() const noexcept;
    /*! As cancel(), if the calling thread may destroy it: it is the context's, or that is over. Any thread. */
    void cancelIfHereOrThreadIsOver() noexcept;

    // --- a scope's ---------------------------------------------------------------------------------

    bool isRunning() const noexcept { return m_isRunning; }
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

    void run() noexcept;
    void takeTurn() noexcept;
    void cancelAsAsked() noexcept;
    void cancelHere() noexcept;
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
    TaskDriver *m_outer = nullptr; // that is on the stack below it
    TaskDriver *m_newer = nullptr; // of the hub
    TaskDriver *m_older = nullptr;
    TaskList *m_scope = nullptr;
    TaskDriver *m_newerInScope = nullptr;
    TaskDriver *m_olderInScope = nullptr;
    std::int64_t m_runBegin = 0; // as far as it has been looked at
    unsigned m_readyAwaits = 0;
    std::uint64_t m_traceFlow = 0; // the arrow from its last wait to what comes next in a trace; 0: none
    bool m_hasBegun = false; // its turn has come: the hub has it
    bool m_isCreated = false;
    bool m_isInHub = false;
    bool m_isRunning = false;
    bool m_isInterrupted = false;
    bool m_isCancelled = false;
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
    std::atomic<bool> m_isFinished = false;
    std::atomic<bool> m_isCancelRequested = false; // by another thread
};

} // namespace SignalBox::detail
