// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/registry/walk.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/core/syncregistry.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

// What layers above need of one handler of a SyncRegistry: to call it by itself, later and on another thread.

namespace SignalBox::detail {

/*!
    Names one handler, registered or not any more, whether or not its registry is still there. Copies name the
    same handler. Thread-safe but for the assignment.

    call() is a notify of this one handler: a handler that is removed or paused is not called, its removers wait
    for the call, and what it throws goes to the registry's exception callback. It costs what one handler costs
    in a notify, plus the hazard slot: some nanoseconds, no allocation.
*/
class SIGNALBOX_CORE_EXPORT HandlerReference
{
public:
    HandlerReference() noexcept = default;
    explicit HandlerReference(const HandlerGuard &guard) noexcept : HandlerReference(guard.m_node) {}
    HandlerReference(HandlerReference &&other) noexcept : m_node(std::exchange(other.m_node, nullptr)) {}
    HandlerReference(const HandlerReference &) = delete;
    HandlerReference &operator=(HandlerReference &&other) noexcept
    {
        std::swap(m_node, other.m_node);
        return *this;
    }
    ~HandlerReference();

    /*! What a handler is made of: all of a registration that depends on its type. */
    using Source = HandlerNode<StandardPlatform>::Source;
    /*! Of a `Callable`, for a registry of `E`, that is made of `from`, which it refers to. */
    template <class E, class Callable, class From>
    static Source sourceOf(From &from) noexcept
    {
        return CallableIn<StandardPlatform, Callable>::template from<typename SyncRegistry<E>::template Call<E, Callable>>(from);
    }

    /*!
        SyncRegistry::registerGuard(), but that `prepare` is called with a reference to the handler before anybody else
        can see it. Where this throws, the reference is to be let go of, or the handler's callable is kept by it. `scriptPlace`: where the
        script is that registers it, such as "Main.qml:12".
    */
    template <class E, class Prepare>
    static HandlerGuard registerWith(SyncRegistry<E> &registry, const Source &source, HandlerOptions options,
                                     const SourceLocation &location, Prepare &&prepare, std::string scriptPlace = {})
    {
        const int priority = options.priority;
        const bool isEnabled = options.enabled;
        auto node = registry.m_untyped.make(source, options, location);
        node->scriptPlace = std::move(scriptPlace);
        std::forward<Prepare>(prepare)(HandlerReference(node.get()));
        return HandlerGuard(registry.m_untyped.addGuarded(std::move(node), priority, isEnabled));
    }

    [[nodiscard]] HandlerId id() const noexcept;
    /*! As the row of SyncRegistry::handlers(). Throws std::bad_alloc. */
    [[nodiscard]] HandlerInfo info() const;
    /*! As it was registered with. */
    [[nodiscard]] std::string_view scriptPlace() const noexcept;
    [[nodiscard]] bool isRegistered() const noexcept;
    /*! Before anybody else sees the handler. They are kept as long as the handler is known to anybody. */
    void setLastingCalls(std::shared_ptr<LastingCalls> calls) const noexcept;
    /*! Its place in a notify: of two handlers of a registry, the lesser is called first. */
    using CallOrder = std::pair<std::int64_t, std::uint64_t>;
    [[nodiscard]] CallOrder callOrder() const noexcept;

    /*! `event` is the address of an event of the registry's type. Not for handlers registered with `once`. */
    Outcome call(const void *event) const noexcept;

    /*! As SyncRegistry::unregister() and unregisterAndWait(); as a guard, the latter also waits if another
        thread has removed the handler, unless the calling thread is inside it. It lets LastingCalls be. */
    bool unregister() const noexcept;
    bool unregisterAndWait() const noexcept;

private:
    friend class HandlerCalls;
    friend class HandlerRemoval;

    explicit HandlerReference(HandlerGuard::Node *node) noexcept;

    HandlerGuard::Node *m_node = nullptr;
};

/*!
    HandlerReference::call() for many, one after the other, on one thread, on whose stack it lives: the hazard slot is
    taken once for all. Handlers may make others of these, as they may notify.
*/
class HandlerCalls
{
public:
    Outcome call(const HandlerReference &handler, const void *event) noexcept { return m_calls.call(handler.m_node, event); }

private:
    Walks<StandardPlatform>::Calls m_calls;
};

/*! A notify that calls paused handlers too, to ask all handlers something. In each block of the list the enabled handlers
    come first, in priority order, then the paused ones. */
class HandlerVisit
{
public:
    template <class E>
    static void run(const SyncRegistry<E> &registry, const E &event) noexcept
    {
        registry.m_untyped.visit(std::addressof(event));
    }
};

} // namespace SignalBox::detail
