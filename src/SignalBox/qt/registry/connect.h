// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/registry/handlerinvocation.h>
#    include <SignalBox/core/registry/nullfunction.h>
#    include <SignalBox/core/sourcelocation.h>

#    include <concepts>
#endif
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/registry/asyncregistry.h>
#include <SignalBox/qt/registry/registrationof.h>
#include <SignalBox/qt/registry/sourceconnection.h>
#include <SignalBox/qt/sources/emission.h>

#include <QtCore/qmetaobject.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace SignalBox {

namespace detail {

/*! The event that brings arguments to a handler: nothing, the one argument, or a tuple. */
template <class Arguments>
struct ArgumentsEvent;
template <>
struct ArgumentsEvent<TypeList<>>
{
    using Type = void;
};
template <class T>
struct ArgumentsEvent<TypeList<T>>
{
    using Type = T;
};
template <class... T>
struct ArgumentsEvent<TypeList<T...>>
{
    using Type = std::tuple<T...>;
};

template <class F, class... T>
constexpr bool isInvocableWith(TypeList<T...>)
{
    return std::is_invocable_v<F &, const T &...>;
}

/*! How many of a signal's arguments a handler takes: as many as it can; -1 if it cannot be called. */
template <class F, class Arguments, int tried = Arguments::count>
constexpr int takenByHandler()
{
    if constexpr (isInvocableWith<F>(FirstTypes<tried, Arguments>()))
        return tried;
    else if constexpr (tried > 0)
        return takenByHandler<F, Arguments, tried - 1>();
    else
        return -1;
}

template <class... T>
constexpr bool areCopied(TypeList<T...>)
{
    return (std::is_copy_constructible_v<T> && ...);
}

/*! Calls \a function with the first \c count of the \c all arguments that an event brings. */
template <int count, int all, class F, class E>
decltype(auto) invokeWithFirst(F &function, [[maybe_unused]] const E &event)
{
    if constexpr (count == 0) {
        return std::invoke(function);
    } else if constexpr (all == 1) {
        return std::invoke(function, event);
    } else {
        return [&]<std::size_t... I>(std::index_sequence<I...>) -> decltype(auto) {
            return std::invoke(function, std::get<I>(event)...);
        }(std::make_index_sequence<static_cast<std::size_t>(count)>());
    }
}

template <class F, class... T>
std::invoke_result<F &, const T &...> resultWith(TypeList<T...>);

/*! A handler of arguments, or of the first \c count, as a handler of their event. Owns its registry, whose end ends the connection. */
template <class F, class Arguments, int count = Arguments::count>
class SpreadHandler;
template <class F, class... T, int count>
class SpreadHandler<F, TypeList<T...>, count>
{
    using Event = typename ArgumentsEvent<TypeList<T...>>::Type;
    using Result = typename decltype(resultWith<F>(FirstTypes<count, TypeList<T...>>()))::type;
    static constexpr bool counts = std::is_same_v<Result, Propagation> || isFuture<Result> || isTask<Result>;
    using Counted = std::conditional_t<counts, Result, void>; // anything else is ignored

public:
    SpreadHandler(F function, std::shared_ptr<RegistryObject> registry) : m_registry(std::move(registry)), m_function(std::move(function)) {}

    Counted operator()()
        requires(sizeof...(T) == 0)
    {
        return static_cast<Counted>(std::invoke(m_function));
    }
    template <class E>
        requires(sizeof...(T) != 0 && std::is_same_v<E, Event>)
    Counted operator()(const E &event)
    {
        return static_cast<Counted>(invokeWithFirst<count, static_cast<int>(sizeof...(T))>(m_function, event));
    }

private:
    std::shared_ptr<RegistryObject> m_registry; // the last to go
    F m_function;
};

/*! The event that connect() makes of a signal's arguments for a handler: std::type_identity of it. Of void where they do not fit. */
template <class Signal, class F>
constexpr auto postedFor()
{
    if constexpr (SignalPointer<Signal>) {
        using Arguments = typename SignalTraits<Signal>::Arguments;
        using Whole = typename ArgumentsEvent<Arguments>::Type;
        constexpr int taken = takenByHandler<F, Arguments>();
        if constexpr (taken <= 0 && Arguments::count != 0 && takesBatch<F, Whole>)
            return std::type_identity<Whole>();
        else
            return std::type_identity<typename ArgumentsEvent<FirstTypes<(taken < 0 ? 0 : taken), Arguments>>::Type>();
    } else {
        return std::type_identity<void>();
    }
}
template <class Signal, class F>
using PostedFor = typename decltype(postedFor<Signal, F>())::type;

template <bool isContext>
constexpr bool checkContext()
{
    static_assert(isContext, "write connect(sender, &Sender::signal, context, handler): the context is a pointer to a QObject, on whose "
                             "thread the handler runs and with which it ends; or onThread(thread) or inPool(pool)");
    return isContext;
}

template <class Target>
constexpr bool checkOrder()
{
    constexpr bool isObject = !std::is_member_function_pointer_v<Target>;
    static_assert(isObject, "the object first, then its member function: connect(sender, &Sender::signal, object, &Class::member)");
    return isObject;
}

/*! The same of a handler of batches. */
template <class F, class E>
class SpreadBatchHandler
{
public:
    SpreadBatchHandler(F function, std::shared_ptr<RegistryObject> registry)
        : m_registry(std::move(registry)), m_function(std::move(function))
    {
    }

    decltype(auto) operator()(const EventBatch<E> &batch) { return std::invoke(m_function, batch); }

private:
    std::shared_ptr<RegistryObject> m_registry; // the last to go
    F m_function;
};

// Of `taken` arguments the events are made; `makeHandler` makes their handler, which owns the registry that it is given.
template <class Posted, int taken, class Sender, class Signal, class Target, class MakeHandler>
SourceConnection connectWrapped(const Sender *sender, Signal signal, Target target, MakeHandler &&makeHandler,
                                const AsyncOptionsOf<Posted> &options, const SourceLocation &location)
{
    if (const char *const problem = connectProblem(sender, signal)) {
        warnRefused("connect()", QLatin1String(problem), "nothing was connected");
        return SourceConnection();
    }
    // It lives as long as its one handler, which owns it. It has no thread, so any thread may destroy it: that which ends the handler. For
    // want of a thread its failures are logged at once.
    const auto registry = std::make_shared<AsyncRegistry<Posted>>();
    registry->becomePartOf(nameOf(QMetaMethod::fromSignal(signal)));
    const auto source = registry->makeOnlySource(); // ends the handler, if it comes to nothing
    if (!RegistrationOf<Posted>(registry->link(), options, "connect()", location).addTo(target, makeHandler(registry)).release().isValid())
        return SourceConnection();
    // If the handler has ended already, the registry goes with this function, and the connection with the registry.
    return SourceConnection(connectSource<Posted, taken>(sender, signal, source), registry);
}

template <class Sender, class Signal, class Target, class F>
SourceConnection connectHandler(const Sender *sender, Signal signal, Target target, F function, const AsyncOptionsOf<PostedFor<Signal, F>> &options,
                                const SourceLocation &location)
{
    if constexpr (checkSignal<Sender, Signal>()) {
        using Arguments = typename SignalTraits<Signal>::Arguments;
        using Whole = typename ArgumentsEvent<Arguments>::Type;
        constexpr int taken = takenByHandler<F, Arguments>();
        constexpr bool isForBatches = taken <= 0 && Arguments::count != 0 && takesBatch<F, Whole>;
        static_assert(taken >= 0 || isForBatches, "a handler of connect() is a callable on the signal's arguments, or on the leading "
                                                  "ones, by value or const reference, or on EventBatch of an argument or std::tuple");
        constexpr int copied = isForBatches ? Arguments::count : taken;
        constexpr bool canCopy = copied < 0 || areCopied(FirstTypes<(copied < 0 ? 0 : copied), Arguments>());
        static_assert(canCopy, "connect(): an argument that the handler takes cannot be copied, and is gone when the handler runs");
        if constexpr (isForBatches && canCopy) {
            const auto makeHandler = [&](const auto &registry) { return SpreadBatchHandler<F, Whole>(std::move(function), registry); };
            return connectWrapped<Whole, copied>(sender, signal, target, makeHandler, options, location);
        } else if constexpr (taken >= 0 && canCopy) {
            using Taken = FirstTypes<taken, Arguments>;
            const auto makeHandler = [&](const auto &registry) { return SpreadHandler<F, Taken>(std::move(function), registry); };
            return connectWrapped<typename ArgumentsEvent<Taken>::Type, taken>(sender, signal, target, makeHandler, options, location);
        }
    }
}

} // namespace detail

/*!
    Calls \a handler for each emission of \a signal, on the thread of \a target, which is a context object, onThread() or inPool().
    It is like QObject::connect(), with the options of a handler: a backlog, a priority, a name. An emission on another thread costs a
    post(), and no queued call of Qt.

    The handler takes all arguments of the signal, by value or const reference, or the first ones, or none. Or it takes a batch: an
    EventBatch of the argument, or of `std::tuple<...>` if there are several. A callable that accepts both, such as `[](const auto &)`,
    gets the arguments. The handler may be a member function of the context. The functions of a
    backlog, such as the key of Backlog::newestBy(), are callables on the arguments that the handler takes, or on the first of them, or a pointer to
    a member of the first one; the functions that merge take a `std::tuple<...>` of several. The result of the handler is ignored, unless it
    is a QFuture or a Task: then the handler has finished when that has. Failures are logged in the category \c signalbox.

    The connection ends with the sender, with the context, thread object or pool, by SourceConnection::disconnect(), and, with `once`, by the first call.
    When the sender is destroyed, waiting events are still delivered, as with Qt's queued connections; so are those that wait for the time of
    a backlog. disconnect() and the end of the context drop them.
    A null sender, signal, context or function, and invalid options, are refused with a warning: the
    connection is then false.

    \code
    SignalBox::connect(&sensor, &Sensor::measured, &window, &Window::showReading,
                       {.backlog = SignalBox::Backlog::throttled(50)});
    \endcode

    \relates SourceConnection
*/
template <class Sender, class Signal, class Target, class F>
    requires(!std::is_member_function_pointer_v<std::decay_t<F>>)
SourceConnection connect(const Sender *sender, Signal signal, Target target, F &&handler,
                         const AsyncOptionsOf<detail::PostedFor<Signal, std::decay_t<F>>> &options = {},
                         SourceLocation location = SourceLocation::current())
{
    detail::refuseTarget<Target>();
    if constexpr (detail::checkOrder<Target>()) {
        if constexpr (detail::checkContext<detail::HandlerTarget<Target> || detail::AmbiguousTarget<Target>>()) {
            if (detail::isNullFunction(handler)) {
                detail::warnRefused("connect()", QStringLiteral("the function is null"), "nothing was connected");
                return SourceConnection();
            }
            return detail::connectHandler(sender, signal, target, std::decay_t<F>(std::forward<F>(handler)), options, location);
        }
    }
}

/*! As above: the handler calls \a member on \a context. \relates SourceConnection */
template <class Sender, class Signal, class Context, class Member>
    requires std::is_member_function_pointer_v<Member>
SourceConnection connect(const Sender *sender, Signal signal, Context *context, Member member,
                         const AsyncOptionsOf<detail::PostedFor<Signal, detail::BoundMember<Context, Member>>> &options = {},
                         SourceLocation location = SourceLocation::current())
{
    detail::refuseTarget<Context *>();
    if (!member) {
        detail::warnRefused("connect()", QStringLiteral("the function is null"), "nothing was connected");
        return SourceConnection();
    }
    return detail::connectHandler(sender, signal, static_cast<QObject *>(context),
                                  detail::BoundMember<Context, Member>{context, member}, options, location);
}

//! \cond Refused, and says what to write instead
template <class Sender, class Signal, class F>
SourceConnection connect(const Sender *, Signal, F &&, const AsyncOptions & = {})
{
    detail::checkContext<false && sizeof(F)>();
    return {};
}
template <class Signal, class Sender, class Target, class F>
    requires std::is_member_function_pointer_v<Signal>
SourceConnection connect(Signal, Sender &&, Target &&, F &&, const AsyncOptions & = {}, SourceLocation = {})
{
    static_assert(!sizeof(Signal), "the object first, then its signal: connect(sender, &Sender::signal, context, handler)");
    return {};
}
template <class Sender, class Signal, class Target, class F, std::same_as<Qt::ConnectionType> Type> // deduced, as `{}` would be one
SourceConnection connect(const Sender *, Signal, Target &&, F &&, Type)
{
    static_assert(!sizeof(Target), "connect() takes no Qt::ConnectionType: in place of Qt::QueuedConnection write {.delivery = "
                                   "SignalBox::Delivery::Queued}, of Qt::SingleShotConnection {.once = true}, and of the others nothing");
    return {};
}
//! \endcond

} // namespace SignalBox
