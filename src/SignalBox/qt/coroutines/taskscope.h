// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/sourcelocation.h>
#endif
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/coroutines/spawn.h>

#include <QtCore/qglobal.h>

#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::TaskScope
    \brief Coroutines that end before the members of their context do. A member of the context, declared last.

    A coroutine of spawn() ends when its context is only a QObject any more. One of a scope ends with the scope: while the other
    members are still there, so that the destructors of its locals may use them.

    \threadsafety Use it on the thread of its context.

    \errors As spawn(). A call on another thread is refused with a warning. If the scope is destroyed by one of its own coroutines, as `delete this`
    does, that one cannot be destroyed before: there is a warning, and it must not use the members until its next await, which does not return.

    \cost As spawn().

    \lifetime Not copyable. Destroying it cancels its coroutines, the newest first.

    \code
    class Page : public QObject
    {
    public:
        void begin()
        {
            m_tasks.spawn([this]() -> SignalBox::Task<> { co_await fill(m_lines); });
        }

    private:
        std::vector<QString> m_lines;
        SignalBox::TaskScope m_tasks{this};
    };
    \endcode
*/
class SIGNALBOX_QT_EXPORT TaskScope
{
public:
    /*! Its coroutines belong to \a context. Those that are given arguments are shown with \a location. */
    explicit TaskScope(QObject *context, SourceLocation location = SourceLocation::current()) noexcept : m_context(context), m_location(location) {}
    Q_DISABLE_COPY_MOVE(TaskScope)
    /*! As cancel(). */
    ~TaskScope();

    /*! As SignalBox::spawn() for the context. */
    template <class F>
        requires detail::Spawnable<std::decay_t<F>>
    auto spawn(F &&function, const SpawnOptions &options = {}, SourceLocation location = SourceLocation::current())
    {
        return detail::spawnIn(&m_tasks, m_context, options, location, std::forward<F>(function));
    }

    /*! As above, for a callable that takes \a arguments. Options come last, as `SpawnOptions{...}`. */
    template <class F, class... Args>
        requires(sizeof...(Args) > 0 && detail::SpawnableWithOptions<std::decay_t<F>, std::decay_t<Args>...>)
    auto spawn(F &&function, Args &&...arguments)
    {
        return detail::spawnWith(&m_tasks, m_context, m_location, std::forward<F>(function), std::forward<Args>(arguments)...);
    }

    /*! Cancels its coroutines, as TaskHandle::cancel(), the newest first. */
    void cancel() noexcept;

private:
    QObject *const m_context;
    const SourceLocation m_location;
    detail::TaskList m_tasks;
};

} // namespace SignalBox
