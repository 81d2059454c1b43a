// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/taskresult.h>
#include <SignalBox/qt/coroutines/task.h>

#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

template <class F, class... Args>
using SpawnResult = std::invoke_result_t<F &, Args &&...>;

/*! Whether spawn() can start what F returns. */
template <class F, class... Args>
concept Spawnable = std::is_invocable_v<F &, Args &&...> && isTask<std::remove_cvref_t<SpawnResult<F, Args...>>>;

/*! A task with the callable that makes its coroutine, and the arguments of that. */
template <class Result, class F, class... Args>
class SpawnedTask final : public TaskResult<Result>
{
public:
    template <class Function, class... Arguments>
    SpawnedTask(const QString &name, const SourceLocation &location, Function &&function, Arguments &&...arguments)
        : TaskResult<Result>(name, location), m_parts(std::in_place, std::forward<Function>(function), std::forward<Arguments>(arguments)...)
    {
    }

private:
    TaskFrame **create() override
    {
        m_task.emplace(std::apply([](F &function, Args &...arguments) { return std::invoke(function, std::move(arguments)...); }, *m_parts));
        return &m_task->m_frame;
    }
    void takeResult() override
    {
        if constexpr (std::is_void_v<Result>) {
            m_task->takeResult();
            this->setResult();
        } else {
            this->setResult(m_task->takeResult());
        }
    }
    void clear() noexcept override
    {
        m_task.reset();
        m_parts.reset();
    }

    std::optional<std::tuple<F, Args...>> m_parts;
    std::optional<SignalBox::Task<Result>> m_task;
};

} // namespace SignalBox::detail
