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
    ~TaskOperation() override
    {
        // Where another thread queues it, what derives from this has made sure by now, under a mutex, that it does so no more.
        if (m_wasQueued)
            leaveQueue();
    }

    void setDriver(TaskDriver &driver) noexcept { m_driver = &driver; }
    TaskDriver &driver() const noexcept { return *m_driver; }
    /*! False: of a whenAny(), another branch has come; this one is to take nothing. */
    bool claim() noexcept { return m_driver->claim(*this); }
    void resume() noexcept
    {
        if (!claim())
            return;
        m_hasCome = true;
        m_driver->resume();
    }
    /*! Any thread, while this is not destroyed. */
    void resumeFromLoop() noexcept;
    /*! After the other events of the loop. */
    void giveWay() noexcept;

private:
    void serve() noexcept override { come(); }
    /*! Its turn in the loop has come, after resumeFromLoop() or giveWay(). */
    virtual void come() noexcept { resume(); }
    void leaveQueue() noexcept;

    TaskDriver *m_driver = nullptr; // null: not begun
    bool m_hasCome = false;
    bool m_wasQueued = false;
};

/*!
    The awaiter of an \c Operation, which is not begun if it isReady(), calls TaskDriver::resume() once after begin(), and has a result(). One that
    has isBegun() is begun again on the new thread if the context moves meanwhile; one that has hold() is told before it begins later than it was made.
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
        if (m_givesWay)
            postpone();
        else
            beginHere();
    }
    decltype(auto) await_resume()
    {
        if (m_exception)
            std::rethrow_exception(m_exception);
        return m_operation.result();
    }

private:
    void beginHere()
    {
        if (!m_driver.isInterrupted())
            m_operation.begin(m_driver);
        else
            postpone();
        if constexpr (requires { m_operation.isBegun(); }) {
            if (m_driver.isInterrupted() && !m_operation.isBegun())
                postpone();
        }
    }
    void postpone()
    {
        if constexpr (requires { m_operation.hold(); })
            m_operation.hold();
        m_driver.postpone(*this);
    }
    void begin() noexcept override
    {
        try {
            if (!m_operation.isReady()) {
                beginHere();
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
