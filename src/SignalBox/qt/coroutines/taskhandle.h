// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/qt/coroutines/taskoperation.h>
#    include <SignalBox/qt/coroutines/taskresult.h>
#    include <SignalBox/qt/coroutines/taskwaiter.h>
#endif

#include <QtCore/qfuture.h>

#include <concepts>
#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::TaskHandle
    \brief A coroutine that spawn() has started: to cancel it, and to wait for its end. Its destructor ends nothing.

    `co_await handle` gives an std::optional<T>: the result, or nothing if the coroutine was destroyed before its end. For T = void it
    gives a bool. It throws what the coroutine has thrown. Any coroutine type can await it: a Task goes on from the loop of its context,
    another one on the thread of the coroutine's end, which has to be its own.

    \threadsafety Thread-safe, but for assignments to the same handle; a coroutine of another type awaits it on the context's thread.

    \errors An await and the future give what the coroutine has thrown.

    \cost A reference count. future() costs a QPromise.

    \lifetime Copies are handles of the same coroutine, which may be over. A default one stands for a coroutine that has ended.

    \code
    const auto search = SignalBox::spawn(window, &Window::search, text);
    search.cancel(); // the next letter has been typed
    \endcode
*/
template <class T = void>
class TaskHandle
{
public:
    /*! What an await gives. */
    using Next = typename std::conditional_t<std::is_void_v<T>, std::type_identity<bool>, std::type_identity<std::optional<T>>>::type;

    /*! Of no coroutine. */
    TaskHandle() noexcept = default;
    /*! A handle of the same coroutine. */
    TaskHandle(const TaskHandle &other) noexcept : m_task(other.m_task)
    {
        if (m_task)
            m_task->addReference();
    }
    /*! Takes over \a other. */
    TaskHandle(TaskHandle &&other) noexcept : m_task(std::exchange(other.m_task, nullptr)) {}
    /*! As \a other. */
    TaskHandle &operator=(TaskHandle other) noexcept
    {
        std::swap(m_task, other.m_task);
        return *this;
    }
    /*! The coroutine goes on. */
    ~TaskHandle()
    {
        if (m_task)
            m_task->dropReference();
    }

    /*!
        Destroys the coroutine where it is suspended, with what it awaits. On the context's thread that has happened on return, unless a
        coroutine of the task is on the stack: then it happens at its next await. From another thread, it happens in the context's loop.
    */
    void cancel() const noexcept
    {
        if (m_task)
            m_task->cancel();
    }

    /*! Whether it has returned, thrown, or was destroyed. */
    bool isFinished() const noexcept { return !m_task || m_task->isFinished(); }

    /*!
        Returns a future of the result, or of the exception. If the coroutine is destroyed, the future is cancelled. It finishes on the thread
        of the context. Cancelling it does not end the coroutine.
    */
    QFuture<T> future() const
        requires(std::is_void_v<T> || std::copy_constructible<T>)
    {
        auto *const waiter = new detail::TaskFutureWaiter<T>(m_task);
        const QFuture<T> future = waiter->future();
        if (!m_task || !m_task->addWaiter(*waiter))
            waiter->finishNow();
        return future;
    }

    //! \cond What co_await uses
    class TaskWait final : private detail::TaskOperation, private detail::TaskWaiter
    {
    public:
        explicit TaskWait(TaskHandle handle) noexcept : detail::TaskWaiter(Kind::Told), m_handle(std::move(handle)) {}
        ~TaskWait() override
        {
            if (m_handle.m_task)
                m_handle.m_task->removeWaiter(*this);
        }

        using detail::TaskOperation::hasCome;
        bool isReady() const noexcept { return m_handle.isFinished(); }
        void begin(detail::TaskDriver &driver) noexcept
        {
            setDriver(driver);
            if (!m_handle.m_task->addWaiter(*this))
                resume();
        }
        Next result() const { return m_handle.result(); }

    private:
        void end() noexcept override { resumeFromLoop(); }

        TaskHandle m_handle;
    };

    class Awaiter final : private detail::TaskWaiter
    {
    public:
        explicit Awaiter(TaskHandle handle) noexcept : detail::TaskWaiter(Kind::Called), m_handle(std::move(handle)) {}
        ~Awaiter()
        {
            if (m_handle.m_task)
                m_handle.m_task->removeWaiter(*this);
        }

        bool await_ready() const noexcept { return m_handle.isFinished(); }
        bool await_suspend(std::coroutine_handle<> coroutine) noexcept
        {
            m_coroutine = coroutine;
            return m_handle.m_task->addWaiter(*this);
        }
        Next await_resume() const { return m_handle.result(); }

    private:
        void end() noexcept override { m_coroutine.resume(); }

        TaskHandle m_handle;
        std::coroutine_handle<> m_coroutine;
    };

    Awaiter operator co_await() const noexcept { return Awaiter(*this); }

    explicit TaskHandle(detail::TaskResult<T> &adopted) noexcept : m_task(&adopted) {}
    //! \endcond

private:
    Next result() const
    {
        if (!m_task)
            return Next();
        m_task->rethrow();
        return m_task->result();
    }

    detail::TaskResult<T> *m_task = nullptr;
};

} // namespace SignalBox
