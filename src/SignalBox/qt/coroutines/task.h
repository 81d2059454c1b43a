// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/qt/coroutines/handlercall.h>
#    include <SignalBox/qt/coroutines/taskpromise.h>
#endif

#include <QtCore/qglobal.h>

#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::Task
    \brief A coroutine that has not begun. It begins when spawn() starts it, or when another Task awaits it.

    The coroutine belongs to a context object: that of the spawn(), also for those that it awaits. It runs on the thread of the context,
    and follows the context to other threads. When the context dies, the coroutine is destroyed where it is suspended, within
    the context's `destroyed()`: no code of it runs but the destructors of its locals, the innermost coroutine first. So it never
    continues with a `this` that is gone. A coroutine that is on the stack, because it has deleted its own context or runs an event loop, goes
    on to its next `co_await`, which does not return.

    A handler of an AsyncRegistry may return a `Task<>` or a `Task<Propagation>`: see AsyncRegistry.

    A Task can await another Task, a TaskHandle, an EventStream, AsyncRegistry::next() and deliverAll(), AsyncWatch::changed(), a QFuture, runOn(), whenAny(),
    whenAll(), sleepFor() and yieldToLoop(); and what another library lets coroutines await, such as a QCoro::Task: if the Task is destroyed
    before that has come, its result is dropped when it comes. An await that does not have to wait does not suspend. A coroutine that goes on without waiting for longer than drainBudget() lets the other events of its
    loop come first.

    When the context is destroyed it is only a QObject any more, so destructors of the coroutine's locals must not use its members. With a
    TaskScope, they may.

    \threadsafety A Task is started on one thread at a time; see spawn().

    \cost The frame of the coroutine. A call of another Task allocates that one's frame and nothing more; the stack does not grow
    with the number of calls.

    \errors An exception goes to who awaits the Task.

    \lifetime Move-only. A Task that is destroyed before it has begun never runs.

    \note GCC 12 destroys aggregates and lambdas with captures twice that are made inside a `co_await` expression: name them first. It also
    generates wrong code for `while (co_await x)`; write `while (auto e = co_await x)`.

    \code
    SignalBox::Task<QString> Window::load(QString path)
    {
        while (!isReady(path))
            co_await SignalBox::sleepFor(5ms);
        co_return contents(path);
    }

    SignalBox::Task<> Window::show(QString path)
    {
        m_text = co_await load(path); // this window is still there
    }
    \endcode
*/
template <class T = void>
class [[nodiscard]] Task
{
    static_assert(std::is_void_v<T> || (std::is_object_v<T> && std::is_same_v<T, std::remove_cv_t<T>>),
                  "Task<T>: T is void or a type without reference, const and volatile");

public:
    //! \cond What the compiler makes a coroutine of
    using promise_type = detail::TaskPromise<T>;
    using Result = T;
    // Calls a handler of E that returns this.
    template <class Function, class E>
    using HandlerCall = detail::TaskHandlerCall<T, Function, E>;
    //! \endcond

    /*! Takes over \a other, which is empty then. */
    Task(Task &&other) noexcept : m_frame(std::exchange(other.m_frame, nullptr)) {}
    /*! Destroys what it had. */
    Task &operator=(Task &&other) noexcept
    {
        Task(std::move(other)).swap(*this);
        return *this;
    }
    Task(const Task &) = delete;
    Task &operator=(const Task &) = delete;
    /*! If the coroutine has not begun, it never will. */
    ~Task()
    {
        if (m_frame)
            m_frame->destroy();
    }
    /*! Swaps the two. */
    void swap(Task &other) noexcept { std::swap(m_frame, other.m_frame); }

private:
    friend promise_type;
    friend class detail::TaskCall<T>;
    friend class detail::TaskPartOf<T>;
    template <class Result, class F, class... Args>
    friend class detail::SpawnedTask;
    template <class Result, class Function, class E>
    friend class detail::HandlerCoroutine;

    explicit Task(promise_type &promise) noexcept : m_frame(&promise) {}

    T takeResult() { return static_cast<promise_type *>(m_frame)->takeResult(); }

    detail::TaskFrame *m_frame;
};

} // namespace SignalBox

//! \cond
inline SignalBox::Task<void> SignalBox::detail::TaskPromise<void>::get_return_object() noexcept
{
    setHandle(std::coroutine_handle<TaskPromise>::from_promise(*this));
    return SignalBox::Task<void>(*this);
}
//! \endcond
