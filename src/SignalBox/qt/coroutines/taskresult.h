// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/taskdriver.h>
#include <SignalBox/qt/coroutines/taskwaiter.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>

#include <concepts>
#include <exception>
#include <optional>
#include <utility>

namespace SignalBox::detail {

/*! A task, and what it returns. */
template <class T>
class TaskResult : public TaskDriver
{
public:
    /*! Of a finished one; empty: it was destroyed. What cannot be copied goes to who asks first. */
    std::optional<T> result()
    {
        if constexpr (std::copy_constructible<T>)
            return m_value;
        else
            return std::exchange(m_value, {});
    }

protected:
    using TaskDriver::TaskDriver;
    void setResult(T &&value) { m_value.emplace(std::move(value)); }

private:
    std::optional<T> m_value;
};

template <>
class TaskResult<void> : public TaskDriver
{
public:
    bool result() const noexcept { return m_hasReturned; }

protected:
    using TaskDriver::TaskDriver;
    void setResult() noexcept { m_hasReturned = true; }

private:
    bool m_hasReturned = false;
};

/*! Finishes a future with the end of a task; and ends itself. */
template <class T>
class TaskFutureWaiter final : public TaskWaiter
{
public:
    explicit TaskFutureWaiter(TaskResult<T> *task) : TaskWaiter(Kind::Called), m_task(task)
    {
        if (m_task)
            m_task->addReference();
        m_promise.start();
    }
    ~TaskFutureWaiter()
    {
        if (m_task)
            m_task->dropReference();
    }

    QFuture<T> future() const { return m_promise.future(); }
    void finishNow() noexcept { end(); }

private:
    void end() noexcept override
    {
        SanitizerOrder::acquire(m_promise);
        try {
            if (m_task)
                m_task->rethrow();
            auto result = m_task ? m_task->result() : decltype(m_task->result())();
            if (!result) {
                m_promise.future().cancel();
            } else if constexpr (!std::is_void_v<T>) {
                m_promise.addResult(*std::move(result));
            }
        } catch (...) {
            m_promise.setException(std::current_exception());
        }
        SanitizerOrder::release(m_promise);
        m_promise.finish();
        delete this;
    }

    TaskResult<T> *const m_task;
    QPromise<T> m_promise;
};

} // namespace SignalBox::detail
