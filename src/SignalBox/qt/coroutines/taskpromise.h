// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/foreignwait.h>
#include <SignalBox/qt/coroutines/futurewait.h>
#include <SignalBox/qt/coroutines/taskdriver.h>
#include <SignalBox/qt/coroutines/taskframe.h>
#include <SignalBox/qt/coroutines/taskoperation.h>
#include <SignalBox/qt/routes/handlershape.h>

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

template <class Result, class F, class... Args>
class SpawnedTask;
template <class T>
class TaskPartOf;

/*! Whether it is a future, or has a TaskWait, an operation of TaskAwait that is made of it. */
template <class Awaited>
concept HasTaskWait = requires { typename TaskWaitOf<std::remove_cvref_t<Awaited>>::Type; };

/*! Whether a task can wait for it: so, or as any other coroutine can. */
template <class Awaited>
concept TaskAwaitable = HasTaskWait<Awaited> || CoroutineAwaitable<Awaited>;

/*! The operation by which a task waits for what is passed as an `Awaited &&`. */
template <class Awaited>
struct TaskWaitFor
{
    using Type = ForeignWait<Awaited>;
};
template <HasTaskWait Awaited>
struct TaskWaitFor<Awaited>
{
    using Type = typename TaskWaitOf<std::remove_cvref_t<Awaited>>::Type;
};

/*! Calls another coroutine. */
template <class T>
class TaskCall
{
public:
    explicit TaskCall(SignalBox::Task<T> &&task) noexcept : m_task(std::move(task)) {}

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) noexcept
    {
        TaskFrame &frame = caller.promise();
        frame.driver()->call(*m_task.m_frame, frame, m_task.m_frame);
    }
    T await_resume() { return m_task.takeResult(); }

private:
    SignalBox::Task<T> m_task;
};

/*! What the promises of all tasks share. */
class TaskPromiseBase : public TaskFrame
{
public:
    struct Final
    {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> ended) const noexcept
        {
            TaskFrame &frame = ended.promise();
            frame.driver()->leave(frame);
        }
        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    Final final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { fail(std::current_exception()); }

    template <class T>
    TaskCall<T> await_transform(SignalBox::Task<T> &&task) noexcept
    {
        return TaskCall<T>(std::move(task));
    }
    template <class T>
    TaskCall<T> await_transform(SignalBox::Task<T> &task) noexcept
    {
        static_assert(!sizeof(TaskCall<T>), "a Task is awaited once, by who it belongs to then: co_await std::move(task)");
        return TaskCall<T>(std::move(task));
    }
    template <class Awaited>
        requires(!isTask<std::remove_cvref_t<Awaited>>)
    auto await_transform(Awaited &&awaited)
    {
        static_assert(TaskAwaitable<Awaited>, "a Task can await another Task, a TaskHandle, an EventStream, a QFuture, next() and deliverAll() of a "
                                              "registry, changed() of an AsyncWatch, runOn(), whenAny(), whenAll(), sleepFor(), yieldToLoop(), and "
                                              "what has an operator co_await() or is an awaiter");
        if constexpr (TaskAwaitable<Awaited>)
            return TaskAwait<typename TaskWaitFor<Awaited>::Type>(*driver(), std::forward<Awaited>(awaited));
        else
            return std::suspend_never();
    }
};

template <class T>
class TaskPromise final : public TaskPromiseBase
{
public:
    SignalBox::Task<T> get_return_object() noexcept
    {
        setHandle(std::coroutine_handle<TaskPromise>::from_promise(*this));
        return SignalBox::Task<T>(*this);
    }
    template <class Value>
        requires std::is_constructible_v<T, Value>
    void return_value(Value &&value)
    {
        m_value.emplace(std::forward<Value>(value));
    }
    T takeResult()
    {
        rethrow();
        return std::move(*m_value);
    }

private:
    std::optional<T> m_value;
};

template <>
class TaskPromise<void> final : public TaskPromiseBase
{
public:
    inline SignalBox::Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void takeResult() const { rethrow(); }
};

} // namespace SignalBox::detail
