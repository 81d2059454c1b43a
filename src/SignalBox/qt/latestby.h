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
    A handler that gets the newest event of each key, for AsyncRegistry::registerHandler(): a newer event replaces one of the same
    key that still waits. For tables with many rows, of which each shows its newest value.

    \a key is a callable on `const E &`, or a pointer to a member, such as `&Tick::symbol`. Its result has `==` and std::hash or
    qHash(). It runs on the notifying threads, on several at once, so it is called as const. \a handler is any handler of an event or
    of an EventBatch, or a member function of the context.

    A handler of EventBatch gets all changed keys in one call, the one that became changed first, first; a handler of events gets
    them one after the other. Without a backlog, or with Backlog::latest(), it is served in each turn of its thread's loop; with
    throttled() or batched(), once per interval. Other backlogs, and handlers without a context, a thread or a pool, are refused.

    \threadsafety Thread-safe. Producers wait neither for each other nor for the handler.
    \ordering The events of one producer with one key keep their order. Events with different keys need not.
    \cost A post copies no event. A key is copied when its first event comes. There is memory for each key that had an event within
    the last ten deliveries to the handler; a key that comes no more is forgotten then.
    \errors If \a key throws, or gives a key that is not equal to itself, such as NaN, that event counts as a failure of the
    handler, on the notifying thread; post() does not throw. An event that was replaced counts as merged, and as dropped in the
    future of its notify(). `==` and the hash must not throw.
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
