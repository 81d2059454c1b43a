// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

namespace SignalBox {

namespace detail {

/*! What latestBy() makes. */
template <class KeyFunction, class Handler>
struct LatestBy
{
    KeyFunction key;
    Handler handler;
};

template <class F>
inline constexpr bool isLatestBy = false;
template <class KeyFunction, class Handler>
inline constexpr bool isLatestBy<LatestBy<KeyFunction, Handler>> = true;

} // namespace detail

/*!
    Makes a handler, for AsyncRegistry::registerHandler(), that gets the newest event of each key: a new event replaces a waiting one of
    the same key. Use it for tables in which each row shows its newest value.

    \a key is a callable on `const E &`, or a pointer to a member, such as `&Tick::symbol`. Its result has `==` and std::hash or
    qHash(). It runs on the notifying threads, on several at once, so it is called as const. \a handler is any handler of an event or
    of an EventBatch, or a member function of the context.

    A handler of EventBatch gets the events of all changed keys in one call; a handler of events gets
    them one after the other. The key that changed first comes first. Without a backlog, or with Backlog::latest(), the handler is called in
    each turn of its thread's event loop; with throttled() or batched(), once per interval. Other backlogs are refused, and so are
    handlers without a context, a thread or a pool.

    \threadsafety Thread-safe. Producers wait neither for each other nor for the handler.
    \ordering The events of one producer with one key keep their order. Events with different keys may not.
    \cost post() copies no event. A key is copied when its first event comes. Memory is used for each key that had an event within
    the last ten deliveries to the handler; after that, the key is forgotten.
    \errors If \a key throws, or returns a key that is not equal to itself, such as NaN, that counts as a failure of the
    handler, on the notifying thread; post() does not throw. An event that was replaced counts as merged; in the result of notify(), it
    counts as dropped. `==` and the hash must not throw.
    \lifetime The key function is destroyed with the handler.

    \code
    ticks.registerHandler(&view, SignalBox::latestBy(&Tick::symbol, [&](const SignalBox::EventBatch<Tick> &changed) {
        for (const Tick &tick : changed)
            view.show(tick.symbol, tick.price);
    }), {.backlog = SignalBox::Backlog::batched(16)});
    \endcode

    \relates AsyncRegistry
*/
template <class KeyFunction, class Handler>
[[nodiscard]] detail::LatestBy<std::decay_t<KeyFunction>, std::decay_t<Handler>> latestBy(KeyFunction &&key,
                                                                                          Handler &&handler)
{
    return {std::forward<KeyFunction>(key), std::forward<Handler>(handler)};
}

} // namespace SignalBox
