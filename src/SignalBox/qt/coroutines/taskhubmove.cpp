// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/taskhub_p.h>

#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <QtCore/qthread.h>

#include <utility>

// The part of TaskHub that knows on which thread its context lives: the context moves, and its thread ends.

namespace SignalBox::detail {

bool TaskHub::isMine() noexcept
{
    QThread *const here = QThread::currentThread();
    if (isHere())
        return true;
    const std::lock_guard lock(m_mutex);
    if (m_isDeparting)
        return m_departsFrom == here;
    if (isEnding() || m_home.load(std::memory_order_relaxed) || m_context->thread() != here || !m_anchor)
        return false;
    awaitMove(m_context);
    m_home.store(here, std::memory_order_relaxed); // it has arrived, and its wake has not been served yet
    return true;
}

bool TaskHub::isAtHome() noexcept
{
    QThread *const here = QThread::currentThread();
    std::shared_ptr<Mailbox> mailbox = Mailbox::find(here); // destroyed without the mutex
    const std::lock_guard lock(m_mutex);
    if (isEnding())
        return false;
    if (m_isDeparting) {
        if (m_departsFrom != here)
            return false;
        m_isDeparting = false; // it has come back
    }
    m_home.store(here, std::memory_order_relaxed);
    m_mailbox.swap(mailbox);
    return true;
}

void TaskHub::leave() noexcept
{
    QObject *anchor = nullptr;
    int yieldTimer = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (isEnding())
            return;
        // Here, as the mutex also shows ThreadSanitizer that this comes before the end of the object on another thread.
        anchor = m_anchor;
        yieldTimer = std::exchange(m_yieldTimer, 0);
        m_home.store(nullptr, std::memory_order_relaxed);
        // Served where the context arrives, without the timer.
        while (HubEntry *const entry = m_yielding.takeFirst())
            m_queue.append(*entry);
        if (!m_isDeparting && m_running) {
            m_isDeparting = true;
            m_departsFrom = QThread::currentThread();
            for (TaskRun *run = m_running; run; run = run->outer) {
                run->isDeparting = true;
                if (run->driver)
                    run->driver->m_isInterrupted = true;
            }
        }
    }
    if (yieldTimer != 0)
        anchor->killTimer(yieldTimer);
    postCall(anchor, [self = shared_from_this()] { self->serve(); });
}

void TaskHub::depart() noexcept
{
    const std::shared_ptr<TaskHub> self = shared_from_this(); // once the mutex is free, the context's end may go on
    {
        const std::lock_guard lock(m_mutex);
        if (!std::exchange(m_isDeparting, false))
            return;
        m_departed.notify_all();
    }
    wake();
}

void TaskHub::awaitDeparture(std::unique_lock<std::mutex> &lock) noexcept
{
    m_departed.wait(lock, [this] { return !m_isDeparting || m_departsFrom == QThread::currentThread(); });
}

void TaskHub::awaitDeparture() noexcept
{
    std::unique_lock lock(m_mutex);
    awaitDeparture(lock);
}

// The object's end has to take the mutex: so it may be asked for its thread meanwhile. That may be a thread on which it has not been seen.
bool TaskHub::isThreadOver() const noexcept
{
    if (m_home.load(std::memory_order_relaxed))
        return m_mailbox && m_mailbox->isThreadOver();
    const QThread *const thread = m_context->thread();
    const std::shared_ptr<Mailbox> mailbox = thread ? Mailbox::find(thread) : Mailbox::ofNobody();
    return mailbox && mailbox->isThreadOver();
}

// As if a coroutine of the calling thread had not left yet: so the thread, if it starts again, and the end of the context wait.
bool TaskHub::enterThreadThatIsOver() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (isEnding() || m_isDeparting || !isThreadOver())
        return false;
    m_home.store(nullptr, std::memory_order_relaxed);
    m_isDeparting = true;
    m_departsFrom = QThread::currentThread();
    return true;
}

void TaskHub::leaveThreadThatIsOver() noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        m_isDeparting = false;
        m_departed.notify_all();
    }
    wake();
}

} // namespace SignalBox::detail
