// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/handleroptions.h>
#    include <SignalBox/core/registry/handlerinvocation.h>
#    include <SignalBox/qt/routes/handlerfuture.h>
#    include <SignalBox/qt/routes/handlershape.h>
#    include <SignalBox/qt/routes/livingitems.h>
#endif
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/heldobjects.h>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

// What Registration::add() registers: a handler whose events have a known type, and one of any events.

namespace SignalBox::detail {

/*! Calls a handler: what the core wants of its result. Who waits for its event waits for a future that it returns. */
template <class Call>
Propagation callHandler(Call &&call, [[maybe_unused]] const Notification &notification,
                        [[maybe_unused]] RouteBase &route)
{
    using Result = decltype(call());
    if constexpr (std::is_same_v<Result, Propagation>) {
        return call();
    } else {
        if constexpr (isFuture<std::remove_cvref_t<Result>>)
            awaitFuture(call(), notification, route);
        else
            static_cast<void>(call());
        return Propagation::Continue;
    }
}

/*! Calls a handler of an AsyncRegistry<E> for an event, or for a batch. Objects that have died are null in these. */
template <class Function, class E>
class TypedCall
{
    using Value = std::conditional_t<std::is_void_v<E>, NoEvent, E>;

public:
    template <class F>
    explicit TypedCall(F &&source) : m_function(std::forward<F>(source))
    {}

    Propagation operator()(const Notification &notification, RouteBase &route)
    {
        const auto call = [&]() -> decltype(auto) {
            if constexpr (takesBatch<Function, E>) {
                const auto &batch = static_cast<const Batch &>(notification);
                if constexpr (mayHoldObjects<Value>) {
                    const LivingItems<Value> living(batch);
                    return std::invoke(m_function, EventBatch<E>(batch, living.items()));
                } else {
                    return std::invoke(m_function, EventBatch<E>(batch));
                }
            } else {
                const Value &value = static_cast<const StoredEvent<Value> &>(notification.event()).value();
                if constexpr (mayHoldObjects<Value>) {
                    if (const auto *held = HeldObjects::withDead(notification.event())) {
                        const Value withoutDead = held->withoutDead(value);
                        return invokeHandler<E>(m_function, std::addressof(withoutDead));
                    }
                }
                return invokeHandler<E>(m_function, std::addressof(value));
            }
        };
        return callHandler(call, notification, route);
    }

    // See Event::prepareValue().
    void prepare(const Event &event) const requires mayHoldObjects<Value>
    {
        if (event.hasExtras())
            event.prepareValue();
    }

private:
    Function m_function;
};

/*! Calls a handler of events, or of batches, whose type is not known: see RegistryObject::registerEventHandler(). */
template <class Function>
class UntypedCall
{
    template <class Subject>
    static constexpr bool takesOngoing = std::is_invocable_v<Function &, const Subject &, const OngoingCall &>;
    static constexpr bool takesEvent = std::is_invocable_v<Function &, const Event &> || takesOngoing<Event>;

public:
    template <class F>
    explicit UntypedCall(F &&source) : m_function(std::forward<F>(source))
    {}

    Propagation operator()(const Notification &notification, RouteBase &route)
    {
        if constexpr (takesEvent)
            return callWith(notification.event(), notification, route);
        else
            return callWith(static_cast<const Batch &>(notification), notification, route);
    }
    void prepare(const Event &event) const
    {
        if constexpr (requires { m_function.prepare(event); })
            m_function.prepare(event);
        else if (event.hasExtras())
            event.prepareValue();
    }

private:
    template <class Subject>
    Propagation callWith(const Subject &subject, const Notification &notification, RouteBase &route)
    {
        const auto call = [&]() -> decltype(auto) {
            if constexpr (takesOngoing<Subject>)
                return m_function(subject, OngoingCall(notification, route));
            else
                return m_function(subject);
        };
        return callHandler(call, notification, route);
    }

    Function m_function;
};

} // namespace SignalBox::detail
