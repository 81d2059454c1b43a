// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <coroutine>
#include <exception>

namespace SignalBox::detail {

class TaskDriver;

/*! One coroutine of a running task, as its driver sees it: part of the promise. */
class TaskFrame
{
public:
    Q_DISABLE_COPY_MOVE(TaskFrame)

    /*! Null: it has not begun. */
    TaskDriver *driver() const noexcept { return m_driver; }
    /*! Ends a coroutine that is suspended. */
    void destroy() noexcept { m_handle.destroy(); }
    void rethrow() const
    {
        if (m_exception)
            std::rethrow_exception(m_exception);
    }
    const std::exception_ptr &exception() const noexcept { return m_exception; }

protected:
    TaskFrame() noexcept = default;
    ~TaskFrame() = default;

    void setHandle(std::coroutine_handle<> handle) noexcept { m_handle = handle; }
    void fail(std::exception_ptr exception) noexcept { m_exception = std::move(exception); }

private:
    friend class TaskDriver;

    std::coroutine_handle<> m_handle;
    TaskDriver *m_driver = nullptr;
    TaskFrame *m_caller = nullptr; // that awaits it; null: it was spawned
    TaskFrame **m_owner = nullptr; // the Task that would destroy it
    std::exception_ptr m_exception;
};

} // namespace SignalBox::detail
