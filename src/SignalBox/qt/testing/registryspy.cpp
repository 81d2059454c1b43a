// SPDX-License-Identifier: MIT
#include <SignalBox/qt/testing/registryspy.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

#include <algorithm>
#include <chrono>

namespace SignalBox::detail {

namespace {

// The time that is left, or a part that no clock or timer overflows with.
std::chrono::milliseconds nextWait(const QDeadlineTimer &deadline)
{
    constexpr std::chrono::milliseconds longest = std::chrono::hours(1);
    return deadline.isForever() ? longest
                                : std::min(longest, std::chrono::ceil<std::chrono::milliseconds>(deadline.remainingTimeAsDuration()));
}

} // namespace

void CountWaiter::setCount(std::size_t count) noexcept
{
    m_count = count;
    m_changed.notify_all();
    for (QAbstractEventDispatcher *dispatcher : m_sleepers)
        dispatcher->wakeUp();
}

bool CountWaiter::hasCount(std::size_t count)
{
    const std::lock_guard lock(mutex);
    return m_count >= count;
}

bool CountWaiter::waitForCount(std::size_t count, QDeadlineTimer deadline)
{
    QAbstractEventDispatcher *const dispatcher =
        QCoreApplication::instance() ? QAbstractEventDispatcher::instance() : nullptr;
    if (!dispatcher) {
        std::unique_lock lock(mutex);
        while (m_count < count && !deadline.hasExpired())
            m_changed.wait_for(lock, nextWait(deadline));
        return m_count >= count;
    }

    {
        const std::lock_guard lock(mutex);
        m_sleepers.push_back(dispatcher);
    }
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    bool isReached = hasCount(count);
    while (!isReached && !deadline.hasExpired()) {
        // Each wait has a timer of its own that ends it: a timer may fire before the deadline has passed.
        timer.start(nextWait(deadline));
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        isReached = hasCount(count);
    }
    const std::lock_guard lock(mutex);
    m_sleepers.erase(std::find(m_sleepers.begin(), m_sleepers.end(), dispatcher));
    return isReached;
}

} // namespace SignalBox::detail
