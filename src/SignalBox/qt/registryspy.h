// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerguard.h>
#endif
#include <SignalBox/qt/asyncregistry.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qglobal.h>
#include <QtCore/qlist.h>

#include <condition_variable>
#include <cstddef>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

QT_BEGIN_NAMESPACE
class QAbstractEventDispatcher;
QT_END_NAMESPACE

namespace SignalBox {

namespace detail {

/*! Waits for a count that other threads, or this thread's own event loop, raise. */
class SIGNALBOX_QT_EXPORT CountWaiter
{
public:
    CountWaiter() = default;
    Q_DISABLE_COPY_MOVE(CountWaiter)

    std::mutex mutex; // guards the count, and what is counted

    /*! Under the mutex. */
    void setCount(std::size_t count) noexcept;
    std::size_t count() const noexcept { return m_count; }
    /*! Without the mutex. Runs the event loop of the calling thread meanwhile, if that has one. */
    bool waitForCount(std::size_t count, QDeadlineTimer deadline);

private:
    bool hasCount(std::size_t count);

    std::size_t m_count = 0;
    std::condition_variable m_changed;
    std::vector<QAbstractEventDispatcher *> m_sleepers; // event loops to wake
};

} // namespace detail

/*!
    \class SignalBox::RegistrySpy
    \brief Records the events of a registry, for tests: what QSignalSpy is to signals.

    It is an inline handler that runs before all others, so an event is recorded before notify() or post() returns,
    whichever thread calls it.

    \threadsafety Thread-safe: all functions but constructor and destructor.
    \cost A mutex, and a copy of each event in a list.
    \lifetime The registry may be destroyed first.
    \errors What copying an event throws is a failure of the handler, and the event is not recorded.

    \code
    SignalBox::RegistrySpy spy(progress);
    startDownload();
    QVERIFY(spy.waitForCount(3, QDeadlineTimer(5000)));
    QCOMPARE(spy.takeAll().last().percent, 100);
    \endcode
*/
template <class E>
class RegistrySpy
{
public:
    /*! Records the events of \a registry from now on. */
    explicit RegistrySpy(AsyncRegistry<E> &registry)
        : m_guard(registry.registerGuard([this](const E &event) { record(event); },
                                         {.priority = std::numeric_limits<int>::max(), .name = QStringLiteral("RegistrySpy")}))
    {
    }
    Q_DISABLE_COPY_MOVE(RegistrySpy)

    /*! Events recorded and not yet taken. */
    qsizetype count() const
    {
        const std::lock_guard lock(m_waiter.mutex);
        return m_events.size();
    }

    /*!
        True as soon as \a count events are recorded and not taken; false when \a deadline passes before. Runs the event
        loop of the calling thread meanwhile, if it has one, so that timers and queued handlers go on.
    */
    bool waitForCount(qsizetype count, QDeadlineTimer deadline = QDeadlineTimer(5000))
    {
        return m_waiter.waitForCount(static_cast<std::size_t>(qMax<qsizetype>(count, 0)), deadline);
    }

    /*! What has been recorded since the last time, in the order of the calls. */
    QList<E> takeAll()
    {
        const std::lock_guard lock(m_waiter.mutex);
        m_waiter.setCount(0);
        return std::exchange(m_events, {});
    }

private:
    void record(const E &event)
    {
        const std::lock_guard lock(m_waiter.mutex);
        m_events.append(event);
        m_waiter.setCount(static_cast<std::size_t>(m_events.size()));
    }

    mutable detail::CountWaiter m_waiter;
    QList<E> m_events;
    HandlerGuard m_guard; // last: ends first
};

} // namespace SignalBox
