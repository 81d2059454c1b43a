// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/taskhub_p.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/coroutines/taskdriver.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qdebug.h>

#include <utility>

// The part of TaskDriver that ends a task, and tells who waits for that.

namespace SignalBox::detail {

void TaskDriver::cancel() noexcept
{
    if (!m_hub || isFinished())
        return;
    if (m_hub->isMine()) {
        cancelHere();
        return;
    }
    // Relaxed: the mutex of the hub's queue orders it before the cancelling entry; seen sooner, it spares a beginning.
    m_isCancelRequested.store(true, std::memory_order_relaxed);
    addReference(); // of the queue
    if (!m_hub->queue(m_cancel))
        dropReference();
}

void TaskDriver::cancelIfHereOrThreadIsOver() noexcept
{
    const std::shared_ptr<TaskHub> hub = m_hub;
    if (hub->isMine()) {
        cancelHere();
        return;
    }
    if (!hub->enterThreadThatIsOver())
        return;
    cancelHere();
    hub->leaveThreadThatIsOver();
}

void TaskDriver::cancelAsAsked() noexcept
{
    cancelHere();
    dropReference(); // of the queue
}

void TaskDriver::cancelHere() noexcept
{
    if (m_hasEnded || m_isOver)
        return;
    m_isCancelled = true;
    if (m_runs == 0) {
        end();
        return;
    }
    if (!std::exchange(m_isHeld, true))
        addReference();
    m_hub->interrupt(*this);
}

void TaskDriver::dropEntry(Entry &entry) noexcept
{
    if (&entry == &m_turn && m_hasBegun)
        return;
    if (&entry == &m_turn)
        end();
    dropReference(); // of the queue
}

void TaskDriver::end() noexcept
{
    if (std::exchange(m_hasEnded, true))
        return;
    if (!m_hub->release(*this)) // otherwise the hub's reference is this function's
        addReference();
    m_postponed = nullptr;
    m_next = nullptr;
    if (m_wasQueued && m_hub->remove(m_turn) && !m_hasBegun)
        dropReference(); // of the queue
    // One that is queued after this look finds that it has ended.
    if (m_isCancelRequested.load(std::memory_order_relaxed) && m_hub->remove(m_cancel))
        dropReference(); // of the queue
    removeFromScope();
    if (m_isOver && !m_exception) {
        try {
            takeResult();
        } catch (...) {
            m_exception = std::current_exception();
        }
    }
    while (TaskFrame *const frame = m_innermost) {
        m_innermost = frame->m_caller;
        *frame->m_owner = nullptr;
        frame->destroy();
    }
    m_kept.clear();
    clear();
    finish();
    dropReference(m_isHeld ? 2 : 1);
}

TaskDriver::~TaskDriver()
{
    if (!m_exception || m_isObserved.load(std::memory_order_relaxed)) // the last reference: all others' uses are over
        return;
    const ExceptionInfo info({}, {}, m_exception);
    qCWarning(loggingCategory).noquote().nospace()
            << "A coroutine of spawn()" << (m_name.isEmpty() ? QString() : QStringLiteral(" \"%1\"").arg(m_name))
            << ", " << m_location.file_name() << ':' << m_location.line()
            << ", threw and nobody waited for it: " << QString::fromStdString(info.message());
}

// --- those who wait for its end -------------------------------------------------------------------

bool TaskDriver::addWaiter(TaskWaiter &waiter) noexcept
{
    const std::lock_guard lock(m_mutex);
    // Acquire, where it has ended: the result; partner finish(). Where it has not, the mutex shows finish() the list.
    End end = End::NotAwaited;
    if (!m_end.compare_exchange_strong(end, End::Awaited, std::memory_order_acquire) && end == End::Reached)
        return false;
    waiter.m_isWaiting = true;
    waiter.m_previous = m_lastWaiter;
    waiter.m_next = nullptr;
    (m_lastWaiter ? m_lastWaiter->m_next : m_firstWaiter) = &waiter;
    m_lastWaiter = &waiter;
    return true;
}

void TaskDriver::removeWaiter(TaskWaiter &waiter) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!std::exchange(waiter.m_isWaiting, false))
        return;
    (waiter.m_previous ? waiter.m_previous->m_next : m_firstWaiter) = waiter.m_next;
    (waiter.m_next ? waiter.m_next->m_previous : m_lastWaiter) = waiter.m_previous;
}

void TaskDriver::finish() noexcept
{
    // Release, with isFinished() and addWaiter(): the result and the exception. One that is added later is told that by addWaiter().
    if (m_end.exchange(End::Reached, std::memory_order_release) == End::NotAwaited)
        return;
    std::unique_lock lock(m_mutex);
    while (TaskWaiter *const waiter = m_firstWaiter) {
        m_firstWaiter = waiter->m_next;
        (m_firstWaiter ? m_firstWaiter->m_previous : m_lastWaiter) = nullptr;
        waiter->m_isWaiting = false;
        // One that is told may be destroyed on its own thread as soon as the mutex is free.
        if (waiter->m_kind == TaskWaiter::Kind::Told) {
            waiter->end();
        } else {
            lock.unlock();
            waiter->end();
            lock.lock();
        }
    }
}

// --- its scope ------------------------------------------------------------------------------------

void TaskDriver::addToScope(TaskList &list) noexcept
{
    m_scope = &list;
    m_olderInScope = list.newest;
    if (list.newest)
        list.newest->m_newerInScope = this;
    list.newest = this;
}

void TaskDriver::removeFromScope() noexcept
{
    TaskList *const list = std::exchange(m_scope, nullptr);
    if (!list)
        return;
    (m_newerInScope ? m_newerInScope->m_olderInScope : list->newest) = m_olderInScope;
    if (m_olderInScope)
        m_olderInScope->m_newerInScope = m_newerInScope;
    m_newerInScope = m_olderInScope = nullptr;
}

TaskDriver *TaskDriver::cancelAll(TaskList &list) noexcept
{
    TaskDriver *running = nullptr;
    while (TaskDriver *const driver = list.newest) {
        driver->addReference();
        driver->m_hub->awaitDeparture();
        driver->removeFromScope();
        if (driver->isRunning())
            running = driver;
        driver->cancelHere();
        driver->dropReference();
    }
    return running;
}

} // namespace SignalBox::detail
