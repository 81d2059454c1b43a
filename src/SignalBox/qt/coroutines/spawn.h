// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/sourcelocation.h>
#    include <SignalBox/qt/coroutines/spawnedtask.h>
#endif
#include <SignalBox/qt/coroutines/task.h>
#include <SignalBox/qt/coroutines/taskhandle.h>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <functional>
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
};

namespace detail {

template <class F, class... Args>
auto spawnIn(TaskList *scope, QObject *context, const SpawnOptions &options, const SourceLocation &location, F &&function, Args &&...arguments)
{
    using Result = typename std::remove_cvref_t<SpawnResult<std::decay_t<F>, std::decay_t<Args>...>>::Result;
    using Spawned = SpawnedTask<Result, std::decay_t<F>, std::decay_t<Args>...>;
    auto *const task = new Spawned(options.name, location, std::forward<F>(function), std::forward<Args>(arguments)...);
    TaskResult<Result> &result = *task;
    TaskHandle<Result> handle(result);
    result.dropReference(); // the handle has one
    result.spawn(context, scope);
    return handle;
}

} // namespace detail

/*!
    Starts the coroutine that \a function returns, for \a context, which is kept with its captures until the coroutine ends. On the context's
    thread, it runs at once up to its first wait; from another thread, it begins in the context's loop. It ends with the context: see Task.

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

/*! As above, for a callable that takes \a arguments: they are copied or moved, as by std::thread, and kept like the function. */
template <class F, class... Args>
    requires(sizeof...(Args) > 0 && detail::Spawnable<std::decay_t<F>, std::decay_t<Args>...>)
auto spawn(QObject *context, F &&function, Args &&...arguments)
{
    return detail::spawnIn(nullptr, context, {}, {}, std::forward<F>(function), std::forward<Args>(arguments)...);
}

/*! As above, for a member function of \a context. */
template <class Context, class Member, class... Args>
    requires(std::is_member_function_pointer_v<Member> && detail::Spawnable<Member, Context *, std::decay_t<Args>...>)
auto spawn(Context *context, Member member, Args &&...arguments)
{
    return detail::spawnIn(nullptr, context, {}, {}, member, context, std::forward<Args>(arguments)...);
}

} // namespace SignalBox
