// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/task.h>
#include <SignalBox/qt/coroutines/taskdriver.h>
#include <SignalBox/qt/coroutines/taskframe.h>
#include <SignalBox/qt/coroutines/taskoperation.h>
#include <SignalBox/qt/qt_export.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

namespace SignalBox::detail {

class TaskGroup;

/*! One of the Tasks of a group: its driver, in the frame of the coroutine that awaits the group. */
class SIGNALBOX_QT_EXPORT TaskPart : public TaskDriver
{
protected:
    TaskPart() : TaskDriver({}, {}) {}
    ~TaskPart() override;

private:
    friend class TaskGroup;

    // Its coroutine has gone.
    void clear() noexcept final;

    TaskGroup *m_group = nullptr; // null: not begun, or the group itself ends
};

/*!
    Runs several Tasks of one coroutine, and waits for all. The part of whenAll() that does not depend on their types. The first exception
    ends those that still run, the last one first.
*/
class SIGNALBOX_QT_EXPORT TaskGroup : public TaskOperation
{
protected:
    TaskGroup() noexcept = default;
    ~TaskGroup() override;

    /*! \a parts stay until endAll(). */
    void beginAll(TaskDriver &parent, TaskPart *const *parts, std::size_t count) noexcept;
    /*! Destroys those that have not ended, the last one first. Who derives from this calls it before they go. */
    void endAll() noexcept;
    /*! When all have ended: throws what the first that failed has thrown. */
    void rethrow() const;

private:
    friend class TaskPart;

    void endBegun(const TaskPart *except) noexcept;
    void partHasEnded(TaskPart &part) noexcept;

    TaskPart *const *m_parts = nullptr;
    std::size_t m_begun = 0;
    std::size_t m_running = 0;
    const TaskPart *m_failed = nullptr;
};

/*! A Task<T>, and its result. */
template <class T>
class TaskPartOf final : public TaskPart
{
public:
    using Result = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    explicit TaskPartOf(SignalBox::Task<T> &&task) noexcept : m_task(std::move(task)) {}

    Result take() { return *std::move(m_result); }

private:
    TaskFrame **create() override
    {
        if (!m_task.m_frame)
            throw std::invalid_argument("whenAll(): a Task was moved from");
        return &m_task.m_frame;
    }
    void takeResult() override
    {
        if constexpr (std::is_void_v<T>) {
            m_task.takeResult();
            m_result.emplace();
        } else {
            m_result.emplace(m_task.takeResult());
        }
    }

    SignalBox::Task<T> m_task;
    std::optional<Result> m_result;
};

} // namespace SignalBox::detail
