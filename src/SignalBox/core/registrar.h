// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registry/handlerinvocation.h>
#include <SignalBox/core/sourcelocation.h>

#include <concepts>
#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    What a SyncRegistry of E takes: a callable that returns void or Propagation, on `const E &` or without arguments. One
    that can be called either way gets the event. For E = void: without arguments.
*/
template <class F, class E>
concept HandlerFor = detail::isInvocableFor<std::decay_t<F>, E>
        && (std::is_void_v<detail::HandlerResult<std::decay_t<F>, E>>
            || std::same_as<detail::HandlerResult<std::decay_t<F>, E>, Propagation>);

template <class E>
class SyncRegistry;

/*!
    \class SignalBox::Registrar
    \brief The half of a SyncRegistry that may register handlers, and end its own, but cannot notify or clear.

    A class keeps its registry private and hands out the registrar: others can listen, and only the class can notify.
    Made by SyncRegistry::registrar(). Copies refer to the same registry.

    \threadsafety Thread-safe, but for the assignment.
    \cost One pointer. Each call costs what the same call of the registry costs.
    \errors As the same calls of SyncRegistry.
    \lifetime Must not be used after the registry is destroyed.

    \code
    class Document
    {
    public:
        SignalBox::Registrar<Saved> saved() { return m_saved.registrar(); }
        void save() { m_saved.notify(Saved{"a.txt"}); }

    private:
        SignalBox::SyncRegistry<Saved> m_saved;
    };
    \endcode

    And wherever the class is used:

    \code
    document.saved().registerHandler([](const Saved &file) { show(file.path); });
    \endcode
*/
template <class E>
class Registrar
{
public:
    /*! The type of the events. */
    using Event = E;

    /*! As SyncRegistry::registerHandler(). */
    template <HandlerFor<E> F>
    HandlerId registerHandler(F &&handler, HandlerOptions options = {}, SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->registerHandler(std::forward<F>(handler), std::move(options), location);
    }

    /*! As SyncRegistry::registerHandler(), for a member function. */
    template <class Object, class Member>
        requires detail::MemberHandlerFor<Member, Object, E>
    HandlerId registerHandler(Object *object, Member member, HandlerOptions options = {},
                              SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->registerHandler(object, member, std::move(options), location);
    }

    /*! As SyncRegistry::registerGuard(). */
    template <HandlerFor<E> F>
    [[nodiscard("the handler is unregistered when its guard is destroyed")]] HandlerGuard
    registerGuard(F &&handler, HandlerOptions options = {}, SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->registerGuard(std::forward<F>(handler), std::move(options), location);
    }

    /*! As SyncRegistry::registerGuard(), for a member function. */
    template <class Object, class Member>
        requires detail::MemberHandlerFor<Member, Object, E>
    [[nodiscard("the handler is unregistered when its guard is destroyed")]] HandlerGuard
    registerGuard(Object *object, Member member, HandlerOptions options = {},
                  SourceLocation location = SourceLocation::current()) const
    {
        return m_registry->registerGuard(object, member, std::move(options), location);
    }

    //! \cond Refused, and says what to write instead
    template <class Member, class Object>
        requires detail::MemberBeforeObject<Member, Object, HandlerOptions>
    HandlerId registerHandler(Member &&, Object &&, HandlerOptions = {}, SourceLocation = {}) const
    {
        detail::refuseMemberBeforeObject<Member>();
        return {};
    }
    template <class Member, class Object>
        requires detail::MemberBeforeObject<Member, Object, HandlerOptions>
    HandlerGuard registerGuard(Member &&, Object &&, HandlerOptions = {}, SourceLocation = {}) const
    {
        detail::refuseMemberBeforeObject<Member>();
        return {};
    }
    //! \endcond

    /*! As SyncRegistry::unregister(). */
    bool unregister(HandlerId id) const noexcept { return m_registry->unregister(id); }
    /*! As SyncRegistry::unregisterAndWait(). */
    bool unregisterAndWait(HandlerId id) const noexcept { return m_registry->unregisterAndWait(id); }
    /*! As SyncRegistry::contains(). */
    [[nodiscard]] bool contains(HandlerId id) const noexcept { return m_registry->contains(id); }
    /*! As SyncRegistry::setEnabled(). */
    bool setEnabled(HandlerId id, bool enabled) const noexcept { return m_registry->setEnabled(id, enabled); }
    /*! As SyncRegistry::isEnabled(). */
    [[nodiscard]] bool isEnabled(HandlerId id) const noexcept { return m_registry->isEnabled(id); }
    /*! As SyncRegistry::setPriority(). */
    bool setPriority(HandlerId id, int priority) const { return m_registry->setPriority(id, priority); }

private:
    friend class SyncRegistry<E>;

    explicit Registrar(SyncRegistry<E> &registry) noexcept : m_registry(&registry) {}

    SyncRegistry<E> *m_registry;
};

} // namespace SignalBox
