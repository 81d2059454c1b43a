// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/hubentry.h>
#include <SignalBox/qt/coroutines/taskdriver.h>
#include <SignalBox/qt/qt_export.h>

#include <exception>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*! What a task waits for: lies in the frame of the coroutine, and ends with it. On the context's thread, but for resumeFromLoop(). */
class SIGNALBOX_QT_EXPORT TaskOperation : private HubEntry
{
public:
    /*! Whether it has come, and the task is to go on. */
    bool hasCome() const noexcept { return m_hasCome; }

protected:
    TaskOperation() noexcept = default;
    ~TaskOperation() override;

    void setDriver(TaskDriver &driver) noexcept { m_driver = &driver; }
    TaskDriver &driver() const noexcept { return *m_driver; }
    void resume() noexcept
    {
        m_hasCome = true;
        m_driver->resume();
    }
    /*! Any thread, while this is not destroyed. */
    void resumeFromLoop() noexcept;
    /*! After the other events of the loop. */
    void giveWay() noexcept;

private:
    void serve() noexcept override { resume(); }

    TaskDriver *m_driver = nullptr; // null: not begun
    bool m_hasCome = false;
};

/*!
    The awaiter of an \c Operation, which is not begun if it isReady(), calls TaskDriver::resume() once after begin(), and has a result().
*/
template <class Operation>
class TaskAwait final : private PostponedAwait
{
public:
    template <class Awaited>
    TaskAwait(TaskDriver &driver, Awaited &&awaited) : m_driver(driver), m_operation(std::forward<Awaited>(awaited))
    {
    }
    ~TaskAwait() = default;

    bool await_ready()
    {
        if (m_driver.isInterrupted() || !m_operation.isReady())
            return false;
        m_givesWay = m_driver.isInterrupted() || m_driver.mustGiveWay(); // it may have called code of the program
        return !m_givesWay;
    }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise>)
    {
        if (m_givesWay || m_driver.isInterrupted())
            m_driver.postpone(*this);
        else
            m_operation.begin(m_driver);
    }
    auto await_resume()
    {
        if (m_exception)
            std::rethrow_exception(m_exception);
        return m_operation.result();
    }

private:
    void begin() noexcept override
    {
        try {
            if (!m_operation.isReady()) {
                m_operation.begin(m_driver);
                return;
            }
        } catch (...) {
            m_exception = std::current_exception();
        }
        m_driver.resume();
    }

    TaskDriver &m_driver;
    Operation m_operation;
    std::exception_ptr m_exception;
    bool m_givesWay = false;
};

} // namespace SignalBox::detail
