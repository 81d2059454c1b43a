// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/taskoperation.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/futures/watchedfuture.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qfuture.h>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*! Waits for a future, which may finish on any thread, and after the coroutine has gone. Part of FutureWait that does not depend on its type. */
class SIGNALBOX_QT_EXPORT FutureOperation : public TaskOperation
{
protected:
    FutureOperation() noexcept = default;
    ~FutureOperation() override;

    void beginWith(TaskDriver &driver, WatchedFuture future);

private:
    struct Report;
    class Notice;

    std::shared_ptr<Report> m_report; // null: not begun
};

template <class T>
struct FutureResult
{
    using Type = std::optional<T>;
};
template <class T>
struct FutureResult<std::optional<T>>
{
    using Type = std::optional<T>;
};
template <>
struct FutureResult<void>
{
    using Type = bool;
};

/*! The operation of `co_await future` in a task: the result, or nothing where the future has none. */
template <class T>
class FutureWait final : private FutureOperation
{
public:
    explicit FutureWait(QFuture<T> future) : m_future(std::move(future)) {}

    using TaskOperation::hasCome;
    bool isReady() const { return m_future.isFinished(); }
    void begin(TaskDriver &driver) { beginWith(driver, WatchedFuture(m_future)); }
    typename FutureResult<T>::Type result()
    {
        SanitizerOrder::acquire(m_future);
        if (!m_future.isFinished()) // the application has ended before
            return {};
        m_future.waitForFinished(); // throws what it holds
        if constexpr (std::is_void_v<T>) {
            return !m_future.isCanceled();
        } else {
            if (m_future.resultCount() == 0)
                return {};
            if constexpr (std::is_copy_constructible_v<T>)
                return m_future.result();
            else
                return m_future.takeResult();
        }
    }

private:
    QFuture<T> m_future;
};

/*! The operation by which a task waits for something. */
template <class Awaited>
struct TaskWaitOf
{};
template <class Awaited>
    requires requires { typename Awaited::TaskWait; }
struct TaskWaitOf<Awaited>
{
    using Type = typename Awaited::TaskWait;
};
template <class T>
struct TaskWaitOf<QFuture<T>>
{
    using Type = FutureWait<T>;
};

} // namespace SignalBox::detail
