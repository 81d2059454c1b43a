// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/taskoperation.h>
#include <SignalBox/qt/qt_export.h>

#include <chrono>
#include <cstdint>

namespace SignalBox::detail {

/*! Waits for a time of the DeliveryClock. */
class SIGNALBOX_QT_EXPORT Sleep final : private TaskOperation
{
public:
    explicit Sleep(std::chrono::nanoseconds duration) noexcept : m_duration(duration) {}
    ~Sleep() override;

    using TaskOperation::hasCome;
    bool isReady() const noexcept { return m_duration.count() <= 0; }
    void begin(TaskDriver &driver);
    void result() const noexcept {}

private:
    friend class TaskHub;

    const std::chrono::nanoseconds m_duration;
    std::int64_t m_time = 0;
    std::uint64_t m_deadline = 0; // its number
    bool m_isAsleep = false;
    Sleep *m_previous = nullptr;
    Sleep *m_next = nullptr;
};

/*! Waits until the loop has served its other events. */
class Yield final : private TaskOperation
{
public:
    template <class Awaited>
    explicit Yield(const Awaited &) noexcept
    {
    }

    using TaskOperation::hasCome;
    bool isReady() const noexcept { return false; }
    void begin(TaskDriver &driver) noexcept
    {
        setDriver(driver);
        giveWay();
    }
    void result() const noexcept {}
};

} // namespace SignalBox::detail
