// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerguard.h>
#endif
#include <SignalBox/qt/registry/asyncregistry.h>
#include <SignalBox/test/test_export.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qglobal.h>
#include <QtCore/qlist.h>

#include <condition_variable>
#include <cstddef>
#include <limits>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

QT_BEGIN_NAMESPACE
class QAbstractEventDispatcher;
QT_END_NAMESPACE

namespace SignalBox {

namespace detail {

/*! Waits for a count that other threads, or handlers in this thread's event loop, raise. */
class SIGNALBOX_TEST_EXPORT CountWaiter
{
public:
    CountWaiter() = default;
    Q_DISABLE_COPY_MOVE(CountWaiter)

    std::mutex mutex; // guards the count, and what is counted

    /*! The mutex must be locked. */
    void setCount(std::size_t count) noexcept;
    std::size_t count() const noexcept { return m_count; }
    /*! The mutex must not be locked. Runs the event loop of the calling thread meanwhile, if it has one. */
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
    \brief Records the events of a registry, for tests, as QSignalSpy records signals.

    The spy is an inline handler that runs before all others. So an event is recorded before notify() or post() returns, on
    any thread.

    \threadsafety Thread-safe: all functions except the constructor and the destructor.
    \cost Each event takes a mutex and is copied into a list.
    \lifetime The registry may be destroyed before the spy.
    \errors If copying an event throws, the event is not recorded, and the exception counts as a failure of this handler.

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

    /*! The number of events that were recorded and not taken. */
    qsizetype count() const
    {
        const std::lock_guard lock(m_waiter.mutex);
        return static_cast<qsizetype>(m_events.size());
    }

    /*!
        Waits until \a count events are recorded and not taken. Returns false if \a deadline passes first.
        Meanwhile it runs the event loop of the calling thread, if there is one, so timers and queued handlers run.
    */
    bool waitForCount(qsizetype count, QDeadlineTimer deadline = QDeadlineTimer(5000))
    {
        return m_waiter.waitForCount(static_cast<std::size_t>(qMax<qsizetype>(count, 0)), deadline);
    }

    /*! Returns the recorded events in the order of the calls, and removes them from the spy. */
    QList<E> takeAll()
    {
        std::list<E> taken;
        {
            const std::lock_guard lock(m_waiter.mutex);
            m_waiter.setCount(0);
            taken.swap(m_events);
        }
        QList<E> result;
        result.reserve(static_cast<qsizetype>(taken.size()));
        for (E &event : taken)
            result.append(std::move(event));
        return result;
    }

private:
    void record(const E &event)
    {
        std::list<E> recorded; // without the mutex: a copy may post again
        recorded.push_back(event);
        const std::lock_guard lock(m_waiter.mutex);
        m_events.splice(m_events.end(), recorded);
        m_waiter.setCount(m_events.size());
    }

    mutable detail::CountWaiter m_waiter;
    std::list<E> m_events;
    HandlerGuard m_guard; // last: ends first
};

} // namespace SignalBox
