// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/sourcelocation.h>
#    include <SignalBox/qt/coroutines/spawnedtask.h>
#    include <SignalBox/qt/coroutines/spawntarget.h>
#endif
#include <SignalBox/qt/coroutines/task.h>
#include <SignalBox/qt/coroutines/taskhandle.h>
#include <SignalBox/qt/registry/handlertarget.h>
#include <SignalBox/qt/routes/asyncoptions.h>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <cstddef>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \struct SignalBox::SpawnOptions
    \brief The options of a coroutine that spawn() starts. An aggregate: use designated initialisers.

    \plainvalue

    \code
    SignalBox::spawn(window, [window] { return window->show(QStringLiteral("b.txt")); }, {.name = QStringLiteral("load")});
    \endcode
*/
struct SpawnOptions
{
    /*! For messages. */
    QString name = {};
    /*! Delivery::Queued: it begins from the event loop, on the context's thread, too. */
    Delivery delivery = Delivery::Auto;
};

namespace detail {

// The target is a context object, or onThread().
template <class Target, class F, class... Args>
auto spawnIn(TaskList *scope, Target target, const SpawnOptions &options, const SourceLocation &location, F &&function, Args &&...arguments)
{
    using Result = typename std::remove_cvref_t<SpawnResult<std::decay_t<F>, std::decay_t<Args>...>>::Result;
    using Spawned = SpawnedTask<Result, std::decay_t<F>, std::decay_t<Args>...>;
    auto *const task = new Spawned(options.name, location, std::forward<F>(function), std::forward<Args>(arguments)...);
    TaskResult<Result> &result = *task;
    TaskHandle<Result> handle(result); // takes over its first reference
    result.spawn(target, scope, options.delivery);
    return handle;
}

// Of arguments, the last one may be a SpawnOptions, if the callable does not take that itself.
template <class F, class Arguments, class Indexes>
inline constexpr bool spawnsWithoutTheLast = false;
template <class F, class... Args, std::size_t... index>
inline constexpr bool spawnsWithoutTheLast<F, std::tuple<Args...>, std::index_sequence<index...>> =
        std::is_same_v<std::tuple_element_t<sizeof...(index), std::tuple<Args...>>, SpawnOptions>
        && Spawnable<F, std::tuple_element_t<index, std::tuple<Args...>>...>;

template <class F, class... Args>
concept SpawnableWithOptions = Spawnable<F, Args...>
        || spawnsWithoutTheLast<F, std::tuple<Args...>, std::make_index_sequence<sizeof...(Args) - 1>>;

template <class Target, class F, class... Args>
auto spawnWith(TaskList *scope, Target target, const SourceLocation &location, F &&function, Args &&...arguments)
{
    if constexpr (Spawnable<std::decay_t<F>, std::decay_t<Args>...>) {
        return spawnIn(scope, target, {}, location, std::forward<F>(function), std::forward<Args>(arguments)...);
    } else {
        constexpr std::size_t last = sizeof...(Args) - 1;
        const auto spawnWithoutTheLast = [&]<std::size_t... index>(std::tuple<Args &&...> all, std::index_sequence<index...>) {
            return spawnIn(scope, target, std::get<last>(all), location, std::forward<F>(function), std::get<index>(std::move(all))...);
        };
        return spawnWithoutTheLast({std::forward<Args>(arguments)...}, std::make_index_sequence<last>());
    }
}

} // namespace detail

/*!
    Starts the coroutine that \a function returns, for \a context, which is kept with its captures until the coroutine ends. On the context's
    thread, it runs at once up to its first wait; from another thread, and with SpawnOptions::delivery, it begins in the context's loop. It ends with the context: see Task.

    The coroutine goes on when the handle is gone. If it throws and nobody has asked the handle for its result, the exception is logged in the
    category \c signalbox when the last handle goes. A null context, and one that is being destroyed, is refused with a
    warning: the handle is finished.

    \threadsafety Thread-safe. If \a context lives on another thread, it must stay alive during the call.
    \cost One allocation, and the frame of the coroutine.
    \errors Throws std::bad_alloc. What \a function throws is an exception of the coroutine.
*/
template <class F>
    requires detail::Spawnable<std::decay_t<F>>
auto spawn(QObject *context, F &&function, const SpawnOptions &options = {}, SourceLocation location = SourceLocation::current())
{
    return detail::spawnIn(nullptr, context, options, location, std::forward<F>(function));
}

/*! As above, for a callable that takes \a arguments: they are copied or moved, as by std::thread, and kept like the function. Options come
    last, as `SpawnOptions{...}`. */
template <class F, class... Args>
    requires(sizeof...(Args) > 0 && detail::SpawnableWithOptions<std::decay_t<F>, std::decay_t<Args>...>)
auto spawn(detail::SpawnTarget<QObject> context, F &&function, Args &&...arguments)
{
    return detail::spawnWith(nullptr, context.context(), context.location(), std::forward<F>(function), std::forward<Args>(arguments)...);
}

/*! As above, for a member function of \a context. */
template <class Member, class Object = typename detail::ObjectOfMember<Member>::Type>
    requires detail::Spawnable<Member, Object *>
auto spawn(detail::SpawnTarget<typename detail::ObjectOfMember<Member>::Type> context, Member member, const SpawnOptions &options = {})
{
    return detail::spawnIn(nullptr, context.context(), options, context.location(), member, context.object());
}

/*! As above, for a member function of \a context that takes \a arguments. */
template <class Member, class... Args, class Object = typename detail::ObjectOfMember<Member>::Type>
    requires(sizeof...(Args) > 0 && detail::SpawnableWithOptions<Member, Object *, std::decay_t<Args>...>)
auto spawn(detail::SpawnTarget<typename detail::ObjectOfMember<Member>::Type> context, Member member, Args &&...arguments)
{
    return detail::spawnWith(nullptr, context.context(), context.location(), member, context.object(), std::forward<Args>(arguments)...);
}

/*!
    As above, on \a target, which is onThread(thread): for a thread that has an event loop, and no object of the program. On that thread it begins at once,
    otherwise from its loop. The coroutine ends with the QThread object, and stays suspended while the thread does not run.
*/
template <class F>
    requires detail::Spawnable<std::decay_t<F>>
auto spawn(ThreadTarget target, F &&function, const SpawnOptions &options = {}, SourceLocation location = SourceLocation::current())
{
    return detail::spawnIn(nullptr, target, options, location, std::forward<F>(function));
}

/*! As above, for a callable that takes \a arguments. */
template <class F, class... Args>
    requires(sizeof...(Args) > 0 && detail::SpawnableWithOptions<std::decay_t<F>, std::decay_t<Args>...>)
auto spawn(detail::SpawnTarget<ThreadTarget> target, F &&function, Args &&...arguments)
{
    return detail::spawnWith(nullptr, target.context(), target.location(), std::forward<F>(function), std::forward<Args>(arguments)...);
}

//! \cond Refused
template <detail::AmbiguousTarget Target, class... Rest>
void spawn(Target, Rest &&...)
{
    static_assert(!detail::AmbiguousTarget<Target>, "write onThread(thread) for a coroutine that runs there, or static_cast<QObject *>(object) for "
                                                    "one that runs where that object lives; a pool runs none");
}
//! \endcond

} // namespace SignalBox
