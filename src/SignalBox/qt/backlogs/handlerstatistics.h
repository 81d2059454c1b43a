// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/observing/asynchandlerinfo.h>
#include <SignalBox/qt/backlogs/notification.h>

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <vector>

namespace SignalBox {

namespace detail {

/*!
    Counts the calls, failures and losses of one handler. Thread-safe, except for takeNewLosses().

    Counters are relaxed: they order nothing.
*/
class HandlerStatistics
{
public:
    HandlerStatistics() = default;
    Q_DISABLE_COPY_MOVE(HandlerStatistics)

    void countDropped(std::uint64_t count) noexcept { m_dropped.fetch_add(count, std::memory_order_relaxed); }
    void countMerged(std::uint64_t count) noexcept { m_merged.fetch_add(count, std::memory_order_relaxed); }
    /*! For a handler whose store counts what it merges. */
    void setMerged(std::uint64_t count) noexcept { m_merged.store(count, std::memory_order_relaxed); }
    /*! Counts a call. The caller tells the registry's link afterwards. */
    void countCall(std::chrono::nanoseconds time) noexcept;
    /*! Counts a call that threw \a exception. */
    void countFailure(const std::exception_ptr &exception) noexcept;

    /*! The number of events that were dropped or merged. */
    std::uint64_t losses() const noexcept
    {
        return m_dropped.load(std::memory_order_relaxed) + m_merged.load(std::memory_order_relaxed);
    }
    std::uint64_t dropped() const noexcept { return m_dropped.load(std::memory_order_relaxed); }
    /*! The number of events that were lost since the last call. For the consumer only. */
    std::uint64_t takeNewLosses() noexcept;
    /*! On any thread. A thread sees at least the losses that it has counted itself. */
    bool hasNewLosses() const noexcept { return losses() != m_toldLosses.load(std::memory_order_relaxed); }

    /*! Fills in calls, failures, losses and times. */
    void describe(AsyncHandlerInfo &info) const;

private:
    std::atomic<std::uint64_t> m_dropped = 0;
    std::atomic<std::uint64_t> m_merged = 0;
    std::atomic<std::uint64_t> m_calls = 0;
    std::atomic<std::uint64_t> m_failures = 0;
    std::atomic<std::int64_t> m_runTime = 0; // sequentially consistent: see RegistryLink::m_isStatisticsChangeTold
    std::atomic<std::int64_t> m_longestTime = 0;
    std::atomic<std::uint64_t> m_toldLosses = 0; // written by the consumer. Relaxed: it orders nothing
    mutable std::mutex m_mutex; // guards the next one
    QString m_lastError;
};

/*! Asks every handler for its row of RegistryObject::handlers(). */
class Inspection final : public Notification
{
public:
    Inspection() noexcept : Notification(Kind::Inspection, nullptr) {}
    mutable std::vector<AsyncHandlerInfo> rows;
    mutable bool isIncomplete = false; // there was no memory for one of them
};

} // namespace detail

} // namespace SignalBox
