// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/handlerstatistics.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/observing/asynchandlerinfo.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

void HandlerStatistics::countCall(std::chrono::nanoseconds time) noexcept
{
    m_calls.fetch_add(1, std::memory_order_relaxed);
    std::int64_t longest = m_longestTime.load(std::memory_order_relaxed);
    while (longest < time.count()
           && !m_longestTime.compare_exchange_weak(longest, time.count(), std::memory_order_relaxed)) {
    }
    m_runTime.fetch_add(time.count(), std::memory_order_seq_cst);
}

void HandlerStatistics::countFailure(const std::exception_ptr &exception) noexcept
{
    m_failures.fetch_add(1, std::memory_order_relaxed);
    try {
        QString message = QString::fromStdString(ExceptionInfo({}, {}, exception).message());
        if (message.isEmpty())
            message = QStringLiteral("an exception without a message");
        const std::lock_guard lock(m_mutex);
        m_lastError.swap(message);
    } catch (const std::bad_alloc &) {
        // The one before stays; it is counted.
    }
}

std::uint64_t HandlerStatistics::takeNewLosses() noexcept
{
    const std::uint64_t lost = losses();
    const std::uint64_t told = m_toldLosses.load(std::memory_order_relaxed); // written here only
    m_toldLosses.store(lost, std::memory_order_relaxed);
    return lost - told;
}

void HandlerStatistics::describe(AsyncHandlerInfo &info) const
{
    const std::chrono::nanoseconds total(m_runTime.load(std::memory_order_seq_cst));
    info.calls = m_calls.load(std::memory_order_relaxed);
    info.failures = m_failures.load(std::memory_order_relaxed);
    info.dropped = m_dropped.load(std::memory_order_relaxed);
    info.merged = m_merged.load(std::memory_order_relaxed);
    info.meanTime = info.calls == 0 ? total : total / static_cast<std::int64_t>(info.calls);
    info.longestTime = std::chrono::nanoseconds(m_longestTime.load(std::memory_order_relaxed));
    const std::lock_guard lock(m_mutex);
    info.lastError = m_lastError;
}

} // namespace SignalBox::detail
