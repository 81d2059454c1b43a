// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/registry/handlerinvocation.h>
#    include <SignalBox/qt/routes/handlershape.h>
#endif
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/coroutines/handlercoroutines.h>
#include <SignalBox/qt/coroutines/handlertask.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/heldobjects.h>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*! The coroutine of one call of a Function on an event of type E, with the event, and a share in the function. */
template <class Result, class Function, class E>
class HandlerCoroutine final : public HandlerBody
{
    using Value = std::conditional_t<std::is_void_v<E>, NoEvent, E>;

public:
    HandlerCoroutine(std::shared_ptr<Function> function, EventPointer event)
        : m_function(std::move(function)), m_event(std::move(event))
    {
        if constexpr (mayHoldObjects<Value>) {
            if (const auto *held = HeldObjects::withDead(*m_event))
                m_withoutDead.emplace(held->withoutDead(stored()));
        }
    }

private:
    TaskFrame **create() override
    {
        const Value *value = std::addressof(stored());
        if constexpr (mayHoldObjects<Value>) {
            if (m_withoutDead)
                value = std::addressof(*m_withoutDead);
        }
        m_task.emplace(invokeHandler<E>(*m_function, value));
        return &m_task->m_frame;
    }
    Propagation result() override
    {
        if constexpr (std::is_void_v<Result>) {
            m_task->takeResult();
            return Propagation::Continue;
        } else {
            return m_task->takeResult();
        }
    }

    const Value &stored() const noexcept { return static_cast<const StoredEvent<Value> &>(*m_event).value(); }

    const std::shared_ptr<Function> m_function;
    const EventPointer m_event;
    std::optional<std::conditional_t<mayHoldObjects<Value>, Value, NoEvent>>
            m_withoutDead;                         // if the event points to objects that are dead
    std::optional<SignalBox::Task<Result>> m_task; // the first to go
};

/*! Calls a handler that returns a Task. */
template <class Result, class Function, class E>
class TaskHandlerCall
{
public:
    /*! What it is made of. */
    template <class F>
    struct Parts
    {
        std::shared_ptr<HandlerCoroutines> coroutines;
        F &&function;
    };
    template <class F>
    static Parts<F> partsOf(std::shared_ptr<HandlerCoroutines> coroutines, F &&function)
    {
        return {std::move(coroutines), std::forward<F>(function)};
    }
    template <class Target>
    static std::shared_ptr<HandlerCoroutines> coroutinesOf(const Target &target, const SourceLocation &registeredAt)
    {
        return std::make_shared<HandlerCoroutines>(target, registeredAt);
    }

    template <class F>
    explicit TaskHandlerCall(const Parts<F> &parts)
        : m_coroutines(parts.coroutines), m_function(std::make_shared<Function>(std::forward<F>(parts.function)))
    {}

    Propagation operator()(const Notification &notification, RouteBase &route)
    {
        using Coroutine = HandlerCoroutine<Result, Function, E>;
        return HandlerTask::call(m_coroutines, route, notification,
                                 std::make_unique<Coroutine>(m_function, AwaitedCall::keepEvent(notification)));
    }

    // See Event::prepareValue().
    void prepare(const Event &event) const requires mayHoldObjects<std::conditional_t<std::is_void_v<E>, NoEvent, E>>
    {
        if (event.hasExtras())
            event.prepareValue();
    }

private:
    const std::shared_ptr<HandlerCoroutines> m_coroutines;
    const std::shared_ptr<Function> m_function; // it lives as long as a coroutine of it
};

} // namespace SignalBox::detail
