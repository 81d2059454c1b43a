// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/handlercoroutines.h>

#include <SignalBox/qt/coroutines/taskdriver.h>
#include <SignalBox/qt/coroutines/taskhub_p.h>
#include <SignalBox/qt/coroutines/threadcontext_p.h>

#include <QtCore/qthread.h>

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

std::shared_ptr<TaskHub> HandlerCoroutines::add(Member &member)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_hub) {
            addToList(member);
            return m_hub;
        }
    }
    // Without the mutex, as this may call connectNotify() of the context. Two that come here at once get the same.
    std::shared_ptr<TaskHub> found = TaskHub::of(m_context ? m_context : contextOf(QThread::currentThread()));
    const std::lock_guard lock(m_mutex);
    m_hub = found;
    addToList(member);
    return found;
}

void HandlerCoroutines::addToList(Member &member) noexcept
{
    member.m_isListed = true;
    member.m_older = m_newest;
    if (m_newest)
        m_newest->m_newer = &member;
    m_newest = &member;
}

void HandlerCoroutines::leave(Member &member) noexcept
{
    const std::lock_guard lock(m_mutex);
    member.m_leaving = std::this_thread::get_id();
}

void HandlerCoroutines::remove(Member &member) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!member.m_isListed)
        return;
    member.m_isListed = false;
    (member.m_newer ? member.m_newer->m_older : m_newest) = member.m_older;
    if (member.m_older)
        member.m_older->m_newer = member.m_newer;
    member.m_newer = member.m_older = nullptr;
    m_hasEnded.notify_all();
}

HandlerCoroutines::Member *HandlerCoroutines::nextToEnd() const noexcept
{
    Member *member = m_newest;
    while (member && member->m_isAskedToEnd)
        member = member->m_older;
    return member;
}

void HandlerCoroutines::end() noexcept
{
    std::unique_lock lock(m_mutex);
    while (Member *const member = nextToEnd()) {
        member->m_isAskedToEnd = true;
        TaskDriver &task = member->m_task;
        task.addReference();
        lock.unlock();
        task.cancel();
        task.dropReference();
        lock.lock();
    }
}

bool HandlerCoroutines::isWaitedFor(const Member &member) const noexcept
{
    return member.m_leaving != std::this_thread::get_id() && !member.m_task.isOnStackHere();
}

bool HandlerCoroutines::hasOthers() const noexcept
{
    for (const Member *member = m_newest; member; member = member->m_older) {
        if (isWaitedFor(*member))
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

HandlerCoroutines::Member *HandlerCoroutines::nextToLookAt(std::uint64_t round) const noexcept
{
    Member *member = m_newest;
    while (member && (member->m_lookedAt >= round || !isWaitedFor(*member)))
        member = member->m_older;
    return member;
}

// The list may change meanwhile, so it is begun anew after each.
void HandlerCoroutines::endWhatNoLoopEnds(std::unique_lock<std::mutex> &lock) noexcept
{
    const std::uint64_t round = ++m_rounds;
    while (Member *const member = nextToLookAt(round)) {
        member->m_lookedAt = round;
        TaskDriver &task = member->m_task;
        task.addReference();
        lock.unlock();
        task.cancelIfHereOrThreadIsOver();
        task.dropReference();
        lock.lock();
    }
}

} // namespace SignalBox::detail
