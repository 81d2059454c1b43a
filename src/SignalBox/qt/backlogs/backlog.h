// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>

namespace SignalBox {

template <class Key, class Merge, class Predicate>
class BacklogWith;

namespace detail {
/*! In the place of a function that a backlog does not have. */
struct NoFunction
{
};
}

/*!
    \class SignalBox::Backlog
    \brief What is kept for a handler, and when the handler is called. A value, made by its static functions.

    \plainvalue

    \code
    progress.registerHandler(&gauge, show, {.backlog = SignalBox::Backlog::newest()});
    progress.registerHandler(&log, append, {.backlog = SignalBox::Backlog::oldest(1000)});
    \endcode

    Two questions have two words, and every combination means something.

    What is kept: all() events; the newest() or the oldest() ones; the newest one of each key, newestBy(); one of each key that takes the
    newer ones in, mergedBy(); or only one, merged(). where() says which events count at all.

    When the handler is called: as soon as the event loop of its thread turns; or every() so often; or when nothing has come for a time,
    quietFor(); or when the program asks for it, onDemand(). A call takes what is kept. A handler of EventBatch gets it in one call. A handler of
    events gets one event after the other.

    Each handler has its own backlog. A handler with another backlog than all() always runs through the event loop, and only its own
    events keep an order. Events that are lost are counted (RegistryObject::handlers()) and reported by RegistryObject::lagged(). An event
    that a newer one has replaced counts as merged, any other one as dropped. No backlog makes a producer wait for the handler.

    Use all(), newest(n) or oldest(n) for commands and edges ("key pressed"). Use newest(), newestBy() and merged() for states, where the newest
    value matters.
*/
class Backlog
{
public:
    /*! What is kept. */
    enum class Keep : unsigned char {
        All,         //!< all(), or the constructor.
        Newest,      //!< newest().
        Oldest,      //!< oldest().
        NewestByKey, //!< newestBy().
        MergedByKey, //!< mergedBy().
        Merged,      //!< merged().
    };

    /*! As all(). */
    constexpr Backlog() noexcept = default;
    /*! Every event is kept. Memory grows with the number of waiting events. */
    static constexpr Backlog all() noexcept { return {}; }
    /*!
        The newest \a count events are kept: an older one makes room. The number must be positive. Of 1, the default, what is replaced
        counts as merged; of more, as dropped. Memory grows with the number of waiting events. With more than 1, producers share a lock, for
        a few instructions each.
    */
    static constexpr Backlog newest(int count = 1) noexcept { return Backlog(Keep::Newest, count); }
    /*! The oldest \a count events are kept: later ones are dropped until there is room. Otherwise as newest(). */
    static constexpr Backlog oldest(int count) noexcept { return Backlog(Keep::Oldest, count); }
    /*!
        The newest event of each key is kept. Keys come in the order in which they began to wait. What is replaced counts as merged.

        \a key is a callable on `const E &`, or a pointer to a member, such as `&Tick::symbol`. Its result can be copied, and has `==` and
        std::hash or qHash(), which neither throw nor call the registry. The key runs on the notifying threads, on several at once, so it is
        called as const. If it throws, or its result is not equal to itself, such as NaN, that event is a failure of the handler; post() does
        not throw. A key that does not fit the events does not compile.

        A key is copied when its first event comes. After ten calls of the handler without an event, it is forgotten.
    */
    template <class Key>
    [[nodiscard]] static BacklogWith<std::decay_t<Key>, detail::NoFunction, detail::NoFunction> newestBy(Key &&key);
    /*!
        One event of each key is kept: `merge(E &kept, E &&newer)` takes a newer one in, for counts, sums, rates or unions. What is taken in
        counts as merged. \a key is as for newestBy().

        E is copyable: the first event that is merged is copied, and so is each newer one. The function runs on the notifying threads, on
        several at once for different keys, and never on two at once for one event. A producer that finds its key being merged leaves its event
        to the thread that merges; what that has no time for, the handler's thread merges. If the function throws, the newer event is a failure
        of the handler.
    */
    template <class Key, class Merge>
    [[nodiscard]] static BacklogWith<std::decay_t<Key>, std::decay_t<Merge>, detail::NoFunction> mergedBy(Key &&key, Merge &&merge);
    /*! One event is kept, which takes the newer ones in. Otherwise as mergedBy(). */
    template <class Merge>
    [[nodiscard]] static BacklogWith<detail::NoFunction, std::decay_t<Merge>, detail::NoFunction> merged(Merge &&merge);

    /*! The field's word for `newest().every(time)`. */
    static constexpr Backlog throttled(std::chrono::milliseconds time) noexcept { return newest().every(time); }
    /*! The same. */
    static constexpr Backlog throttled(int milliseconds) noexcept { return newest().every(milliseconds); }
    /*! The field's word for `newest().quietFor(time)`. */
    static constexpr Backlog debounced(std::chrono::milliseconds time) noexcept { return newest().quietFor(time); }
    /*! The same. */
    static constexpr Backlog debounced(int milliseconds) noexcept { return newest().quietFor(milliseconds); }

    /*!
        The same, and the handler is called at most once per \a time, from the begin of the call before, and never sooner after its end than
        that call took; of a call that took longer than a second, a second later. So a slow handler leaves its thread half of the
        time. After an idle time, the next call is in the next turn of the event loop. The last events of a burst always arrive. The thread
        wakes up for calls, not for posts. A time of more than a hundred years counts as a hundred.
    */
    [[nodiscard]] constexpr Backlog every(std::chrono::milliseconds time) const noexcept { return with(Every, time); }
    /*! The same. */
    [[nodiscard]] constexpr Backlog every(int milliseconds) const noexcept { return every(std::chrono::milliseconds(milliseconds)); }
    /*! The same, and the handler is called when no event has come for \a time. It cannot be combined with every(). */
    [[nodiscard]] constexpr Backlog quietFor(std::chrono::milliseconds time) const noexcept { return with(QuietFor, time); }
    /*! The same. */
    [[nodiscard]] constexpr Backlog quietFor(int milliseconds) const noexcept { return quietFor(std::chrono::milliseconds(milliseconds)); }
    /*!
        The same, and the handler is called when the program calls RegistryObject::deliver() on the handler's thread: in step with a frame, a
        game's tick, or a page that becomes visible. It cannot be combined with every() and quietFor().
    */
    [[nodiscard]] constexpr Backlog onDemand() const noexcept { return with(OnDemand, {}); }
    /*!
        The same, and only events for which \a predicate is true are kept, or replace others. It is a callable on `const E &` that returns bool. It
        runs on the notifying threads, on several at once, so it is called as const. If it throws, that event is a failure of the handler.
    */
    template <class Predicate>
    [[nodiscard]] BacklogWith<detail::NoFunction, detail::NoFunction, std::decay_t<Predicate>> where(Predicate &&predicate) const;

    /*! What is kept. */
    constexpr Keep keep() const noexcept { return m_keep; }
    /*! How many events newest() and oldest() keep; 0 for the others. */
    constexpr int limit() const noexcept { return m_limit; }
    /*! The time of every() or quietFor(); else 0. */
    constexpr std::chrono::milliseconds time() const noexcept { return m_time; }
    /*! Whether the handler is called as soon as the event loop turns. */
    constexpr bool isImmediate() const noexcept { return m_when == 0; }
    /*! Whether it is by every(). */
    constexpr bool isEvery() const noexcept { return (m_when & Every) != 0; }
    /*! Whether it is by quietFor(). */
    constexpr bool isQuietFor() const noexcept { return (m_when & QuietFor) != 0; }
    /*! Whether it is by onDemand(). */
    constexpr bool isOnDemand() const noexcept { return (m_when & OnDemand) != 0; }
    /*! What is wrong with it, as registerHandler() warns; null if nothing is. */
    const char *problem() const noexcept;

    //! \cond For layers above, which bring the functions that it needs
    constexpr explicit Backlog(Keep keep, int limit = 0) noexcept : m_keep(keep), m_limit(limit) {}
    //! \endcond

    /*! Whether both were made by the same functions with the same arguments. */
    friend constexpr bool operator==(const Backlog &, const Backlog &) noexcept = default;

private:
    template <class Key, class Merge, class Predicate>
    friend class BacklogWith;

    enum When : unsigned char { Every = 1, QuietFor = 2, OnDemand = 4 };

    // Added to any time of a steady clock it still fits 64 bits of nanoseconds.
    static constexpr std::chrono::milliseconds longestTime = std::chrono::hours(100 * 365 * 24);

    constexpr Backlog with(When when, std::chrono::milliseconds time) const noexcept
    {
        Backlog result = *this;
        result.m_when = static_cast<unsigned char>(m_when | when);
        result.m_time = std::min(time, longestTime);
        return result;
    }

    Keep m_keep = Keep::All;
    unsigned char m_when = 0; // of When; more than one is refused
    int m_limit = 0;
    std::chrono::milliseconds m_time{0};
};

/*!
    \class SignalBox::BacklogWith
    \brief A Backlog with functions of the program: a key, a merge, a predicate. Made by Backlog::newestBy(), mergedBy(), merged() and where().

    What the functions of Backlog say holds for the functions here.

    \plainvalue

    \code
    ticks.registerHandler(&view, show, {.backlog = SignalBox::Backlog::newestBy(&Tick::symbol).every(16)});
    \endcode
*/
template <class Key, class Merge, class Predicate>
class BacklogWith
{
public:
    /*! As Backlog::every(). */
    [[nodiscard]] BacklogWith every(std::chrono::milliseconds time) const { return {plain.every(time), key, merge, predicate}; }
    /*! The same. */
    [[nodiscard]] BacklogWith every(int milliseconds) const { return every(std::chrono::milliseconds(milliseconds)); }
    /*! As Backlog::quietFor(). */
    [[nodiscard]] BacklogWith quietFor(std::chrono::milliseconds time) const { return {plain.quietFor(time), key, merge, predicate}; }
    /*! The same. */
    [[nodiscard]] BacklogWith quietFor(int milliseconds) const { return quietFor(std::chrono::milliseconds(milliseconds)); }
    /*! As Backlog::onDemand(). */
    [[nodiscard]] BacklogWith onDemand() const { return {plain.onDemand(), key, merge, predicate}; }
    /*! As Backlog::where(). */
    template <class Other>
    [[nodiscard]] BacklogWith<Key, Merge, std::decay_t<Other>> where(Other &&other) const
    {
        static_assert(std::is_same_v<Predicate, detail::NoFunction>, "where(): the backlog has a predicate already");
        return {plain, key, merge, std::forward<Other>(other)};
    }

    //! \cond Made by Backlog
    BacklogWith(Backlog plainBacklog, Key keyFunction, Merge mergeFunction, Predicate wanted)
        : plain(plainBacklog), key(std::move(keyFunction)), merge(std::move(mergeFunction)), predicate(std::move(wanted))
    {
    }

    Backlog plain;
    Key key;
    Merge merge;
    Predicate predicate;

    static BacklogWith make(Backlog::Keep keep, Key key, Merge merge)
    {
        return {Backlog(keep), std::move(key), std::move(merge), Predicate()};
    }
    //! \endcond
};

template <class Key>
BacklogWith<std::decay_t<Key>, detail::NoFunction, detail::NoFunction> Backlog::newestBy(Key &&key)
{
    return BacklogWith<std::decay_t<Key>, detail::NoFunction, detail::NoFunction>::make(Keep::NewestByKey, std::forward<Key>(key), {});
}

template <class Key, class Merge>
BacklogWith<std::decay_t<Key>, std::decay_t<Merge>, detail::NoFunction> Backlog::mergedBy(Key &&key, Merge &&merge)
{
    return BacklogWith<std::decay_t<Key>, std::decay_t<Merge>, detail::NoFunction>::make(Keep::MergedByKey, std::forward<Key>(key),
                                                                                       std::forward<Merge>(merge));
}

template <class Merge>
BacklogWith<detail::NoFunction, std::decay_t<Merge>, detail::NoFunction> Backlog::merged(Merge &&merge)
{
    return BacklogWith<detail::NoFunction, std::decay_t<Merge>, detail::NoFunction>::make(Keep::Merged, {}, std::forward<Merge>(merge));
}

template <class Predicate>
BacklogWith<detail::NoFunction, detail::NoFunction, std::decay_t<Predicate>> Backlog::where(Predicate &&predicate) const
{
    return {*this, {}, {}, std::forward<Predicate>(predicate)};
}

inline const char *Backlog::problem() const noexcept
{
    if ((m_keep == Keep::Newest || m_keep == Keep::Oldest) && m_limit <= 0)
        return "Backlog::newest() and oldest(): expected a positive number of events";
    if ((m_when & (m_when - 1)) != 0)
        return "Backlog: expected one of every(), quietFor() and onDemand()";
    if (m_time.count() < 0)
        return "Backlog::every() and quietFor(): expected a time that is not negative";
    return nullptr;
}

} // namespace SignalBox
