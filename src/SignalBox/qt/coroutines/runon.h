// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/qt/coroutines/joboperation.h>
#endif
#include <SignalBox/qt/registry/handlertarget.h>

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox {

//! \cond What runOn() returns
template <class Target, class F>
class RunOn
{
public:
    using Value = std::invoke_result_t<F &>;

    class TaskWait final : private detail::JobOperation
    {
    public:
        explicit TaskWait(RunOn &&call) : JobOperation(call.m_target), m_function(std::move(call.m_function)) {}
        ~TaskWait() override { withdraw(); }

        using TaskOperation::hasCome;
        bool isReady() const
        {
            if (!hasTarget())
                warnWithoutTarget();
            return !hasTarget();
        }
        void begin(detail::TaskDriver &driver) { beginCall(driver); }
        auto result()
        {
            if (m_exception)
                std::rethrow_exception(m_exception);
            return std::move(m_result);
        }

    private:
        void call() noexcept override
        {
            try {
                if constexpr (std::is_void_v<Value>) {
                    std::invoke(m_function);
                    m_result = true;
                } else {
                    m_result.emplace(std::invoke(m_function));
                }
            } catch (...) {
                m_exception = std::current_exception();
            }
        }

        F m_function;
        typename std::conditional_t<std::is_void_v<Value>, std::type_identity<bool>, std::type_identity<std::optional<Value>>>::type m_result{};
        std::exception_ptr m_exception;
    };

    template <class Function>
    RunOn(Target target, Function &&function) : m_target(target), m_function(std::forward<Function>(function))
    {
    }

private:
    Target m_target;
    F m_function;
};
//! \endcond

/*!
    `co_await runOn(inPool(pool), function)` in a Task calls \a function in the pool, or with onThread() on a thread, and goes on, on the thread of its
    context, with the result: an std::optional, or for void a bool, which is empty, or false, if the pool or thread has ended before the call. What the
    function throws is thrown.

    The function may refer to locals of the coroutine. If the coroutine is destroyed, a call that has not begun is skipped, and one that runs
    is waited for, as guards wait: so the function must not wait for the thread of the context.

    A coroutine itself never runs on another thread than its context's, where it could not be destroyed.

    \cost The way to the other thread and back. What it allocates lies in the memory of events.
    \errors A null thread or pool is refused with a warning.

    \code
    const auto words = co_await SignalBox::runOn(SignalBox::inPool(&pool), [&text] { return text.count(u' ') + 1; });
    \endcode
*/
template <class Target, class F>
    requires((std::is_same_v<Target, ThreadTarget> || std::is_same_v<Target, PoolTarget>) && std::is_invocable_v<std::decay_t<F> &>)
[[nodiscard]] auto runOn(Target target, F &&function)
{
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    static_assert(std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<std::decay_t<F>>,
                  "runOn(): GCC before 13 destroys a lambda that is made inside a co_await expression twice, with what it captures by value; name it "
                  "first, or capture by reference: const auto job = [...] {...}; co_await runOn(target, job)");
#endif
    return RunOn<Target, std::decay_t<F>>(target, std::forward<F>(function));
}

} // namespace SignalBox
