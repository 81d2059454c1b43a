// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/futurewait.h>
#include <SignalBox/qt/coroutines/taskoperation.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*! What a coroutine of any type can await. */
template <class Awaiter>
concept CoroutineAwaiter = requires(std::remove_reference_t<Awaiter> &awaiter, std::coroutine_handle<> coroutine)
{
    {
        awaiter.await_ready()
        } -> std::convertible_to<bool>;
    awaiter.await_suspend(coroutine);
    awaiter.await_resume();
};

template <class Awaited>
decltype(auto) awaiterOf(Awaited &&awaited)
{
    if constexpr (requires { std::forward<Awaited>(awaited).operator co_await(); })
        return std::forward<Awaited>(awaited).operator co_await();
    else if constexpr (requires { operator co_await(std::forward<Awaited>(awaited)); })
        return operator co_await(std::forward<Awaited>(awaited));
    else
        return std::forward<Awaited>(awaited);
}

template <class Awaited>
concept CoroutineAwaitable = requires(Awaited &&awaited)
{
    {
        awaiterOf(std::forward<Awaited>(awaited))
        } -> CoroutineAwaiter;
};

class ForeignOperation;

/*! What is awaited, with the coroutine that does so in place of the task's: either may go first. */
class SIGNALBOX_QT_EXPORT ForeignState
{
public:
    Q_DISABLE_COPY_MOVE(ForeignState)
    virtual ~ForeignState();

protected:
    ForeignState() noexcept = default;

private:
    friend class ForeignOperation;

    /*! Awaits it in a coroutine of its own, which keeps \a self until it has come. */
    virtual void start(std::shared_ptr<ForeignState> self) = 0;

protected:
    /*! It has come, on whichever thread: takes the result, unless the task's coroutine has gone. */
    void come() noexcept;
    virtual void takeResult() noexcept = 0;

private:
    // Guards what follows, and what the result is taken from where that lies in the task's frame. Recursive: what takes the result may end the task.
    std::recursive_mutex m_mutex;
    ForeignOperation *m_operation = nullptr; // to be told
    bool m_isWanted = true;
    bool m_hasCome = false;
};

/*! Waits for what another library lets coroutines await. The part of ForeignWait that does not depend on its type. */
class SIGNALBOX_QT_EXPORT ForeignOperation : public TaskOperation
{
protected:
    ForeignOperation() noexcept = default;
    ~ForeignOperation() override;

    void beginWith(TaskDriver &driver, const std::shared_ptr<ForeignState> &state);
    /*! Nobody wants the result any more; afterwards, nothing of the task's frame is used. Who derives from this calls it first. */
    static void withdraw(ForeignState &state) noexcept;

private:
    friend class ForeignState;
};

/*!
    The operation of `co_await awaited` in a task, for what is no awaitable of this library. It is awaited by a small coroutine of its own:
    the task's is resumed by its driver alone, and may be destroyed while somebody else has a handle of what waits for them.
*/
template <class Awaited>
class ForeignWait final : private ForeignOperation
{
    // What can be moved is kept until it has come. What cannot is in the frame of the task, and ends with it.
    static constexpr bool isKept =
            !std::is_lvalue_reference_v<Awaited> && std::is_move_constructible_v<std::remove_reference_t<Awaited>>;
    using Kept = std::conditional_t<isKept, std::remove_reference_t<Awaited>, Awaited &&>;

    // The least that is a coroutine: it runs at once, and frees itself at its end.
    struct Coroutine
    {
        struct promise_type
        {
            Coroutine get_return_object() const noexcept { return {}; }
            std::suspend_never initial_suspend() const noexcept { return {}; }
            std::suspend_never final_suspend() const noexcept { return {}; }
            void return_void() const noexcept {}
            void unhandled_exception() const noexcept { std::terminate(); } // it catches all
        };
    };

    class State final : public ForeignState
    {
    public:
        using Awaiter = decltype(awaiterOf(std::declval<Awaited>()));
        using Result = decltype(std::declval<std::remove_reference_t<Awaiter> &>().await_resume());
        using Value = std::conditional_t<
                std::is_void_v<Result>, bool,
                std::conditional_t<std::is_reference_v<Result>, std::remove_reference_t<Result> *, Result>>;

        explicit State(Awaited &&awaited)
            : m_awaited(std::forward<Awaited>(awaited)), m_awaiter(awaiterOf(static_cast<Awaited &&>(m_awaited)))
        {}

        bool isReady() { return static_cast<bool>(m_awaiter.await_ready()); }
        void takeResult() noexcept override
        {
            if (m_exception)
                return;
            try {
                if constexpr (std::is_void_v<Result>) {
                    m_awaiter.await_resume();
                    m_value = true;
                } else if constexpr (std::is_reference_v<Result>) {
                    m_value = &m_awaiter.await_resume();
                } else {
                    m_value.emplace(m_awaiter.await_resume());
                }
            } catch (...) {
                m_exception = std::current_exception();
            }
        }
        Result result()
        {
            if (m_exception)
                std::rethrow_exception(m_exception);
            if constexpr (std::is_reference_v<Result>)
                return static_cast<Result>(**m_value);
            else if constexpr (!std::is_void_v<Result>)
                return *std::move(m_value);
        }

    private:
        // Suspends its coroutine as the awaiter does, and takes nothing out of it.
        struct Suspend
        {
            State &state;
            bool await_ready() const noexcept { return false; }
            decltype(auto) await_suspend(std::coroutine_handle<> coroutine)
            {
                return state.m_awaiter.await_suspend(coroutine);
            }
            void await_resume() const noexcept {}
        };

        static Coroutine await(std::shared_ptr<ForeignState> self)
        {
            State &state = static_cast<State &>(*self);
            try {
                Suspend suspend{state};
                co_await suspend;
                state.come();
            } catch (...) { // of await_suspend()
                state.fail(std::current_exception());
            }
        }
        void start(std::shared_ptr<ForeignState> self) override { await(std::move(self)); }
        void fail(std::exception_ptr exception) noexcept
        {
            m_exception = std::move(exception);
            come();
        }

        Kept m_awaited;
        Awaiter m_awaiter;
        std::optional<Value> m_value;
        std::exception_ptr m_exception;
    };

public:
    explicit ForeignWait(Awaited &&awaited) : m_state(std::make_shared<State>(std::forward<Awaited>(awaited))) {}
    Q_DISABLE_COPY_MOVE(ForeignWait)
    ~ForeignWait() override { withdraw(*m_state); }

    using TaskOperation::hasCome;
    bool isReady()
    {
        m_wasReady = m_wasReady || m_state->isReady();
        return m_wasReady;
    }
    void begin(TaskDriver &driver) { beginWith(driver, m_state); }
    typename State::Result result()
    {
        if (m_wasReady)
            m_state->takeResult();
        return m_state->result();
    }

private:
    const std::shared_ptr<State> m_state;
    bool m_wasReady = false;
};

} // namespace SignalBox::detail
