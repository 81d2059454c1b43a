// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/handlercoroutines.h>

#include <SignalBox/qt/coroutines/handlertask.h>
#include <SignalBox/qt/coroutines/taskhub_p.h>
#include <SignalBox/qt/coroutines/threadcontext_p.h>

#include <chrono>
#include <thread>

namespace SignalBox::detail {

HandlerCoroutines::HandlerCoroutines(QObject *context, const SourceLocation &registeredAt) noexcept
    : m_context(context), m_registeredAt(registeredAt)
{}

HandlerCoroutines::HandlerCoroutines(ThreadTarget, const SourceLocation &registeredAt) noexcept
    : m_context(nullptr), m_registeredAt(registeredAt)
{}

HandlerCoroutines::~HandlerCoroutines() = default;

// Without the mutex, as this may call connectNotify() of the context. Two that come here at once get the same.
std::shared_ptr<TaskHub> HandlerCoroutines::hub()
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_hub)
            return m_hub;
    }
    std::shared_ptr<TaskHub> found = TaskHub::of(m_context ? m_context : ThreadContext::ofThisThread());
    const std::lock_guard lock(m_mutex);
    m_hub = found;
    return found;
}

void HandlerCoroutines::add(HandlerTask &task) noexcept
{
    const std::lock_guard lock(m_mutex);
    task.m_isListed = true;
    task.m_older = m_newest;
    if (m_newest)
        m_newest->m_newer = &task;
    m_newest = &task;
}

void HandlerCoroutines::leave(HandlerTask &task) noexcept
{
    const std::lock_guard lock(m_mutex);
    task.m_leaving = std::this_thread::get_id();
}

void HandlerCoroutines::remove(HandlerTask &task) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!task.m_isListed)
        return;
    task.m_isListed = false;
    (task.m_newer ? task.m_newer->m_older : m_newest) = task.m_older;
    if (task.m_older)
        task.m_older->m_newer = task.m_newer;
    task.m_newer = task.m_older = nullptr;
    m_hasEnded.notify_all();
}

HandlerTask *HandlerCoroutines::nextToEnd() const noexcept
{
    HandlerTask *task = m_newest;
    while (task && task->m_isAskedToEnd)
        task = task->m_older;
    return task;
}

void HandlerCoroutines::end() noexcept
{
    std::unique_lock lock(m_mutex);
    while (HandlerTask *const task = nextToEnd()) {
        task->m_isAskedToEnd = true;
        task->addReference();
        lock.unlock();
        task->cancel();
        task->dropReference();
        lock.lock();
    }
}

bool HandlerCoroutines::isWaitedFor(const HandlerTask &task) const noexcept
{
    return task.m_leaving != std::this_thread::get_id() && !task.isOnStackHere();
}

bool HandlerCoroutines::hasOthers() const noexcept
{
    for (const HandlerTask *task = m_newest; task; task = task->m_older) {
        if (isWaitedFor(*task))
            return true;
    }
    return false;
}

// Whether a context has come to this thread, or its thread is over, is looked at now and then: nobody tells who waits.
void HandlerCoroutines::wait(const WaitReport &report) noexcept
{
    constexpr std::chrono::milliseconds period(20);
    auto reportAt = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    std::unique_lock lock(m_mutex);
    while (hasOthers()) {
        endWhatNoLoopEnds(lock);
        if (!hasOthers())
            return;
        m_hasEnded.wait_for(lock, period);
        if (std::chrono::steady_clock::now() < reportAt || !hasOthers())
            continue;
        reportAt = std::chrono::steady_clock::time_point::max();
        lock.unlock();
        reportLongWait(report);
        lock.lock();
    }
}

// The list may change meanwhile, so it is begun anew after each that has ended.
void HandlerCoroutines::endWhatNoLoopEnds(std::unique_lock<std::mutex> &lock) noexcept
{
    HandlerTask *task = m_newest;
    while (task) {
        if (!isWaitedFor(*task)) {
            task = task->m_older;
            continue;
        }
        task->addReference();
        lock.unlock();
        task->cancelIfHereOrThreadIsOver();
        lock.lock();
        const bool hasEnded = !task->m_isListed;
        HandlerTask *const next = hasEnded ? m_newest : task->m_older;
        lock.unlock();
        task->dropReference();
        lock.lock();
        task = next;
    }
}

} // namespace SignalBox::detail
