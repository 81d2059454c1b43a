// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/qt/coroutines/taskpromise.h>
#endif

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace SignalBox {

//! \cond What whenAny() returns
template <class... Awaited>
class WhenAny
{
public:
    class TaskWait final
    {
        template <class Operation>
        using Result = std::conditional_t<std::is_void_v<decltype(std::declval<Operation &>().result())>, std::monostate,
                                          std::remove_cvref_t<decltype(std::declval<Operation &>().result())>>;
        template <class A>
        using OperationOf = typename detail::TaskWaitFor<A>::Type;

    public:
        explicit TaskWait(WhenAny &&branches)
            : m_branches(std::make_from_tuple<std::tuple<OperationOf<Awaited>...>>(std::move(branches.m_awaited)))
        {
        }
        Q_DISABLE_COPY_MOVE(TaskWait)
        ~TaskWait() = default;

        bool isReady()
        {
            if (m_driver && m_driver->isClaimed()) // one has come, and resumes the coroutine
                return false;
            return find<0>([](auto &branch) { return branch.isReady(); });
        }
        void hold()
        {
            find<0>([](auto &branch) {
                if constexpr (requires { branch.hold(); })
                    branch.hold();
                return false;
            });
        }
        void begin(detail::TaskDriver &driver)
        {
            m_driver = &driver;
            beginFrom<0>(driver);
            m_isBegun = m_isBegun || driver.isClaimed();
        }
        /*! False: the context has moved before all have begun. */
        bool isBegun() const noexcept { return m_isBegun; }
        auto result() { return take<0>(); }
        bool hasCome() { return find<0>([](auto &branch) { return branch.hasCome(); }); }

    private:
        using Results = std::variant<Result<OperationOf<Awaited>>...>;

        // Whether it holds for one of the branches; none after that is looked at.
        template <std::size_t index, class Condition>
        bool find(Condition &&condition)
        {
            if constexpr (index == sizeof...(Awaited))
                return false;
            else
                return condition(std::get<index>(m_branches)) || find<index + 1>(condition);
        }
        // None begins behind one that has come.
        template <std::size_t index>
        void beginFrom(detail::TaskDriver &driver)
        {
            if constexpr (index == sizeof...(Awaited)) {
                m_isBegun = true;
            } else {
                if (index == m_begun && !driver.isClaimed() && !driver.isInterrupted()) {
                    ++m_begun;
                    beginBranch(std::get<index>(m_branches), driver);
                }
                if (index < m_begun)
                    beginFrom<index + 1>(driver);
            }
        }
        template <class Branch>
        static void beginBranch(Branch &branch, detail::TaskDriver &driver)
        {
            try {
                branch.begin(driver);
            } catch (...) {
                if (!driver.isClaimed()) // another one has come inside of it
                    throw;
            }
        }
        template <std::size_t index>
        Results take()
        {
            auto &branch = std::get<index>(m_branches);
            if constexpr (index + 1 < sizeof...(Awaited)) {
                const bool isWinner = hasCome() ? branch.hasCome() : branch.isReady();
                if (!isWinner)
                    return take<index + 1>();
            }
            if constexpr (std::is_void_v<decltype(branch.result())>) {
                branch.result();
                return Results(std::in_place_index<index>);
            } else {
                return Results(std::in_place_index<index>, branch.result());
            }
        }

        std::tuple<OperationOf<Awaited>...> m_branches;
        detail::TaskDriver *m_driver = nullptr; // null: not begun
        std::size_t m_begun = 0;
        bool m_isBegun = false;
    };

    explicit WhenAny(Awaited &&...awaited) noexcept : m_awaited(std::forward<Awaited>(awaited)...) {}

private:
    std::tuple<Awaited &&...> m_awaited; // within the co_await expression
};
//! \endcond

/*!
    `co_await whenAny(stream, sleepFor(1s))` in a Task waits for the first of several, and gives a std::variant: its index() says which one has
    come, its value is what awaiting that would give (std::monostate instead of void). If several are there already, it is the first of them. The
    others are withdrawn and lose nothing: a stream keeps its next event, a coroutine goes on, a future is not cancelled. From the moment when
    one has come, the others take nothing more.

    Anything but a Task can be a branch. For a Task that is to go on if another branch comes, pass the TaskHandle of its spawn(); for one that is
    to be destroyed then, whenAll() of it.

    \code
    const auto first = co_await SignalBox::whenAny(replies, SignalBox::sleepFor(5ms));
    if (first.index() == 1)
        co_return showTimeout();
    \endcode
*/
template <class... Awaited>
    requires(sizeof...(Awaited) > 0 && (detail::TaskAwaitable<Awaited> && ...))
[[nodiscard]] auto whenAny(Awaited &&...awaited) noexcept
{
    return WhenAny<Awaited...>(std::forward<Awaited>(awaited)...);
}

} // namespace SignalBox
