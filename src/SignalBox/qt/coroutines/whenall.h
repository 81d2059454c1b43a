// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/qt/coroutines/taskgroup.h>
#endif
#include <SignalBox/qt/coroutines/task.h>

#include <QtCore/qglobal.h>

#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

namespace SignalBox {

//! \cond What whenAll() returns
template <class... T>
class WhenAll
{
public:
    class TaskWait final : private detail::TaskGroup
    {
    public:
        explicit TaskWait(WhenAll &&all) : TaskWait(std::move(all), std::index_sequence_for<T...>()) {}
        ~TaskWait() override { endAll(); }

        using TaskOperation::hasCome;
        bool isReady() const noexcept { return false; }
        void begin(detail::TaskDriver &driver) noexcept { beginAll(driver, m_parts.data(), m_parts.size()); }
        auto result()
        {
            rethrow();
            return std::apply(
                    [](auto &...parts) {
                        return std::tuple<typename detail::TaskPartOf<T>::Result...>(parts.take()...);
                    },
                    m_tasks);
        }

    private:
        template <std::size_t... place>
        TaskWait(WhenAll &&all, std::index_sequence<place...>)
            : m_tasks(std::get<place>(std::move(all.m_tasks))...), m_parts{&std::get<place>(m_tasks)...}
        {}

        std::tuple<detail::TaskPartOf<T>...> m_tasks;
        const std::array<detail::TaskPart *, sizeof...(T)> m_parts;
    };

    explicit WhenAll(Task<T> &&...tasks) noexcept : m_tasks(std::move(tasks)...) {}

private:
    std::tuple<Task<T>...> m_tasks;
};
//! \endcond

/*!
    `co_await whenAll(load(a), load(b))` in a Task runs several Tasks side by side, on the thread of its context, and goes on when all have
    ended, with a std::tuple of their results. The result of a `Task<>` is a std::monostate. Each begins in the order of the arguments and runs up to its first
    wait. If none has to wait, the coroutine does not suspend.

    If one throws, the others are destroyed where they are suspended, the last one first, and the await throws that. If the coroutine is destroyed,
    so are they, before its locals: they may refer to those.

    It can be a branch of whenAny(): Tasks that have not ended when another branch comes are destroyed.

    \cost The frames of the Tasks, and nothing more.

    \errors Throws what the first Task has thrown that fails. What further ones throw while they end is dropped. A Task that was moved from fails with std::invalid_argument.

    \code
    const auto [text, image] = co_await SignalBox::whenAll(loadText(path), loadImage(path));
    \endcode
*/
template <class... T>
    requires(sizeof...(T) > 0)
[[nodiscard]] auto whenAll(Task<T> &&...tasks) noexcept
{
    return WhenAll<T...>(std::move(tasks)...);
}

//! \cond Refused, and says what to write instead
template <class... T>
    requires(sizeof...(T) > 0)
WhenAll<T...> whenAll(const Task<T> &...) noexcept
{
    static_assert(!sizeof...(T), "whenAll() takes its Tasks over: write whenAll(std::move(a), std::move(b))");
}
//! \endcond

} // namespace SignalBox
