// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/handlerguard.h>
#    include <SignalBox/core/handlerid.h>
#    include <SignalBox/core/sourcelocation.h>
#endif
#include <SignalBox/qt/routes/asyncoptions.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qobject.h>

#include <type_traits>
#include <utility>

namespace SignalBox {

template <class E>
class AsyncRegistry;
template <class E>
class EventStream;
template <class E>
class NextEvent;

/*!
    \class SignalBox::AsyncRegistrar
    \brief Access to an AsyncRegistry that can register handlers and unregister them by id, but cannot post, notify or clear.

    A class keeps its registry private and hands out the registrar. Others can listen then, and only the class can post.
    AsyncRegistry::registrar() makes it. Copies refer to the same registry.

    \threadsafety Thread-safe, except for assignment.
    \cost One pointer. Each call costs what the same call of the registry costs.
    \errors As the same calls of AsyncRegistry; warnings name those.
    \lifetime Must not be used after the registry is destroyed.

    \code
    class Download
    {
    public:
        SignalBox::AsyncRegistrar<Progress> progress() { return m_progress.registrar(); }
        void proceed() { m_progress.post({.percent = 10}); }

    private:
        SignalBox::AsyncRegistry<Progress> m_progress;
    };
    \endcode

    And wherever the class is used:

    \code
    download.progress().registerHandler(&window, &Window::show);
    \endcode
*/
template <class E>
class AsyncRegistrar
{
    template <class F>
    static constexpr bool isOptions = std::is_same_v<std::decay_t<F>, AsyncOptions> || std::is_same_v<std::decay_t<F>, AsyncOptionsOf<E>>;

public:
    /*! The type of the events. */
    using Event = E;

    /*! As AsyncRegistry::registerHandler(): \a target is a context, onThread() or inPool(); \a function is a callable, or a
        member function of the context. */
    template <class Target, class F>
        requires(!isOptions<F>)
    HandlerId registerHandler(Target &&target, F &&function, const AsyncOptionsOf<E> &options = {},
                              SourceLocation location = SourceLocation::current())
    const
    {
        return m_registry->registerHandler(std::forward<Target>(target), std::forward<F>(function), options, location);
    }
    /*! As AsyncRegistry::registerHandler(): inline. */
    template <class F>
    HandlerId registerHandler(F &&function, const AsyncOptionsOf<E> &options = {},
                              SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->registerHandler(std::forward<F>(function), options, location);
    }

    /*! As AsyncRegistry::registerGuard(). */
    template <class Target, class F>
        requires(!isOptions<F>)
    [[nodiscard]] HandlerGuard registerGuard(Target &&target, F &&function, const AsyncOptionsOf<E> &options = {},
                                             SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->registerGuard(std::forward<Target>(target), std::forward<F>(function), options, location);
    }
    /*! As AsyncRegistry::registerGuard(): inline. */
    template <class F>
    [[nodiscard]] HandlerGuard registerGuard(F &&function, const AsyncOptionsOf<E> &options = {},
                                             SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->registerGuard(std::forward<F>(function), options, location);
    }

    /*! As AsyncRegistry::next(). */
    auto next(QObject *context, QDeadlineTimer deadline = QDeadlineTimer::Forever,
              SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->next(context, deadline, location);
    }

    /*! As AsyncRegistry::next() for a Task. */
    template <class Event = NextEvent<E>>
    [[nodiscard]] Event next(SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->template next<Event>(location);
    }

    /*! As AsyncRegistry::stream(). */
    template <class Stream = EventStream<E>>
    [[nodiscard]] Stream stream(QObject *context, const AsyncOptionsOf<E> &options = {},
                                SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->template stream<Stream>(context, options, location);
    }

    /*! As RegistryObject::unregister(). */
    bool unregister(HandlerId id) const noexcept { return m_registry->unregister(id); }
    /*! As RegistryObject::unregisterAndWait(). */
    bool unregisterAndWait(HandlerId id) const noexcept { return m_registry->unregisterAndWait(id); }
    /*! As RegistryObject::contains(). */
    [[nodiscard]] bool contains(HandlerId id) const noexcept { return m_registry->contains(id); }
    /*! As RegistryObject::setEnabled(). */
    bool setEnabled(HandlerId id, bool enabled) const noexcept { return m_registry->setEnabled(id, enabled); }
    /*! As RegistryObject::isEnabled(). */
    [[nodiscard]] bool isEnabled(HandlerId id) const noexcept { return m_registry->isEnabled(id); }
    /*! As RegistryObject::setPriority(). */
    bool setPriority(HandlerId id, int priority) const { return m_registry->setPriority(id, priority); }
    /*! As RegistryObject::deliver(). */
    bool deliver(HandlerId id) const { return m_registry->deliver(id); }
    /*! As RegistryObject::dropPending(). */
    bool dropPending(HandlerId id) const { return m_registry->dropPending(id); }

private:
    friend class AsyncRegistry<E>;

    explicit AsyncRegistrar(AsyncRegistry<E> &registry) noexcept : m_registry(&registry) {}

    AsyncRegistry<E> *m_registry;
};

} // namespace SignalBox
