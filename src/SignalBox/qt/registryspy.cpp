// SPDX-License-Identifier: MIT
#include <SignalBox/qt/registryspy.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

#include <algorithm>
#include <chrono>

namespace SignalBox::detail {

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
        const auto isReached = [&] { return m_count >= count; };
        if (deadline.isForever()) {
            m_changed.wait(lock, isReached);
            return true;
        }
        return m_changed.wait_for(lock, deadline.remainingTimeAsDuration(), isReached);
    }

    {
        const std::lock_guard lock(mutex);
        m_sleepers.push_back(dispatcher);
    }
    // So that the loop wakes when the time is over.
    QTimer timer;
    timer.setSingleShot(true);
    if (!deadline.isForever())
        timer.start(std::chrono::ceil<std::chrono::milliseconds>(deadline.remainingTimeAsDuration()));
    bool isReached = hasCount(count);
    while (!isReached && !deadline.hasExpired()) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        isReached = hasCount(count);
    }
    const std::lock_guard lock(mutex);
    m_sleepers.erase(std::find(m_sleepers.begin(), m_sleepers.end(), dispatcher));
    return isReached;
}

} // namespace SignalBox::detail
