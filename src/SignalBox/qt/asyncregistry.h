// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerguard.h>
#include <SignalBox/qt/detail/dispatcher.h>
#endif
#include <SignalBox/qt/detail/event.h>
#include <SignalBox/qt/registryobject.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::AsyncRegistry
    \brief A registry whose handlers choose the thread they run on.

    An event is any movable value; a handler is any callable on \c{const E &} that returns \c void or
    Propagation, heeded where the handler runs inside post(). The event is stored once, however many handlers
    and threads it goes to: handlers share it and only read it.

    Thread-safety: all functions on handlers and post() are thread-safe.

    Ordering: handlers are called or forwarded to in priority order, ties in the order of registration.
    On one target thread each producer's events keep their order, and within an event queued handlers keep priority
    order, whatever their contexts and registries. Across threads priority says nothing. What a thread wrote before
    post() is visible to the handlers of that event.

    Cost: post() allocates the event, and a queued delivery per handler with a target thread. It takes
    Qt's event queue lock, so it is not for real-time threads.

    Exceptions: none crosses an event loop or reaches a producer. They go to onException() and to
    handlerFailed(), and are logged in the category \c signalbox when nobody listens.

    Reentrancy: handlers may register, unregister, post again, and destroy the registry.

    Lifetime: a handler with a context is gone when the context is destroyed, which may happen on the context's thread at any
    moment; what is still queued for it is dropped. A context must be alive while it is registered. A context that is
    moved to another thread leaves its handlers on the old one: register again after moveToThread().

    \code
    SignalBox::AsyncRegistry<Progress> progress;
    progress.registerHandler(&window, [&](const Progress &p) { window.show(p); }, {.priority = 10});
    std::thread worker([&] { progress.post({.percent = 50}); });
    \endcode
*/
template <class E>
class AsyncRegistry : public RegistryObject
{
    static_assert(std::is_object_v<E> && !std::is_const_v<E> && std::is_move_constructible_v<E>,
                  "an event is a movable value");

public:
    /*! Whether F can handle events of this registry. */
    template <class F>
    static constexpr bool isHandler = [] {
        if constexpr (std::is_invocable_v<std::decay_t<F> &, const E &>) {
            using Result = std::invoke_result_t<std::decay_t<F> &, const E &>;
            return std::is_void_v<Result> || std::is_same_v<Result, Propagation>;
        } else {
            return false;
        }
    }();

    explicit AsyncRegistry(QObject *parent = nullptr) : RegistryObject(parent) {}

    /*!
        \a function runs on the thread of \a context, through its event loop or, with Delivery::Auto, inline when post()
        is called there; it is gone with \a context. A null context or function is refused: a
        warning, and an invalid id.
    */
    template <class F>
        requires isHandler<F>
    HandlerId registerHandler(QObject *context, F &&function, const AsyncOptions &options = {},
                              std::source_location location = std::source_location::current())
    {
        return add(routeTo(context, options, "registerHandler()"), std::forward<F>(function), options,
                   "registerHandler()", location)
            .release();
    }

    /*! As above on \a thread, whoever else lives there. What waits when the thread ends is dropped. */
    template <class F>
        requires isHandler<F>
    HandlerId registerHandler(QThread *thread, F &&function, const AsyncOptions &options = {},
                              std::source_location location = std::source_location::current())
    {
        return add(routeTo(thread, options, "registerHandler()"), std::forward<F>(function), options,
                   "registerHandler()", location)
            .release();
    }

    /*! \a function runs inline, on the thread that calls post(), and on several at a time if they do. */
    template <class F>
        requires isHandler<F>
    HandlerId registerHandler(F &&function, const AsyncOptions &options = {},
                              std::source_location location = std::source_location::current())
    {
        return add(inlineRoute(options), std::forward<F>(function), options, "registerHandler()", location).release();
    }

    /*! As registerHandler(); the guard unregisters when it is destroyed, and waits for calls under way on other threads. */
    template <class F>
        requires isHandler<F>
    [[nodiscard]] HandlerGuard registerGuard(QObject *context, F &&function, const AsyncOptions &options = {},
                                             std::source_location location = std::source_location::current())
    {
        return add(routeTo(context, options, "registerGuard()"), std::forward<F>(function), options,
                   "registerGuard()", location);
    }

    template <class F>
        requires isHandler<F>
    [[nodiscard]] HandlerGuard registerGuard(QThread *thread, F &&function, const AsyncOptions &options = {},
                                             std::source_location location = std::source_location::current())
    {
        return add(routeTo(thread, options, "registerGuard()"), std::forward<F>(function), options,
                   "registerGuard()", location);
    }

    template <class F>
        requires isHandler<F>
    [[nodiscard]] HandlerGuard registerGuard(F &&function, const AsyncOptions &options = {},
                                             std::source_location location = std::source_location::current())
    {
        return add(inlineRoute(options), std::forward<F>(function), options, "registerGuard()", location);
    }

    /*! Fire and forget: calls inline handlers, forwards to the others, and returns. */
    void post(E event)
    {
        if (isEmpty())
            return;
        const std::shared_ptr<const detail::Event> stored = std::make_shared<detail::StoredEvent<E>>(std::move(event));
        dispatcher()->notify(stored);
    }

private:
    template <class F>
    HandlerGuard add(const std::shared_ptr<detail::Route> &route, F &&function, const AsyncOptions &options,
                     const char *caller, const std::source_location &location)
    {
        using Function = std::decay_t<F>;
        if constexpr (std::is_pointer_v<Function> || std::is_member_pointer_v<Function>
                      || (std::is_constructible_v<Function, std::nullptr_t> && requires { function == nullptr; })) {
            if (function == nullptr) {
                warn(caller, "the function is null");
                return {};
            }
        }
        return dispatcher()->registerGuard(
            route,
            [handler = Function(std::forward<F>(function))](const detail::Event &event) mutable -> Propagation {
                const E &value = static_cast<const detail::StoredEvent<E> &>(event).value;
                if constexpr (std::is_same_v<std::invoke_result_t<Function &, const E &>, Propagation>) {
                    return std::invoke(handler, value);
                } else {
                    std::invoke(handler, value);
                    return Propagation::Continue;
                }
            },
            options, location);
    }
};

} // namespace SignalBox
