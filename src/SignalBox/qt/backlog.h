// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>

namespace SignalBox {

/*! \brief Which event a full bounded backlog drops. Backlog has an example. */
enum class Overflow {
    DropOldest, //!< Drops the oldest waiting event: the newest events arrive.
    DropNewest, //!< Drops the new event: the oldest events arrive.
};

/*!
    \class SignalBox::Backlog
    \brief What happens to events that arrive faster than their handler runs. A value, made by one of its static functions.

    \plainvalue

    \code
    progress.registerHandler(&gauge, show, {.backlog = SignalBox::Backlog::latest()});
    progress.registerHandler(&log, append, {.backlog = SignalBox::Backlog::bounded(1000, SignalBox::Overflow::DropNewest)});
    \endcode

    Each handler has its own backlog. Handlers with another backlog than unbounded() always run through the event loop, and
    only their own events keep an order. Events that a backlog drops or merges are counted (RegistryObject::handlers()) and
    reported by RegistryObject::lagged(). No backlog ever blocks a producer.

    Use unbounded() or bounded() for commands and edges ("key pressed"). Use latest(), throttled() and debounced() for
    states, where only the newest value matters. Use batched() with a handler of EventBatch for what a window shows once a frame.
*/
class Backlog
{
public:
    /*! Which function made the backlog. */
    enum class Kind {
        Unbounded, //!< unbounded(), or the constructor.
        Latest,    //!< latest().
        Bounded,   //!< bounded().
        Throttled, //!< throttled().
        Debounced, //!< debounced().
        Batched    //!< batched().
    };

    /*! As unbounded(). */
    constexpr Backlog() noexcept = default;
    /*! Every event arrives. Memory grows with the number of waiting events. */
    static constexpr Backlog unbounded() noexcept { return {}; }
    /*! At most one event waits. A newer event replaces it in place. */
    static constexpr Backlog latest() noexcept { return Backlog(Kind::Latest, 1, Overflow::DropOldest, {}); }
    /*!
        At most \a capacity events wait. The capacity must be positive. Memory grows with the number of waiting events. Up to a
        capacity of 65 536, a ring takes 8 bytes more for each event of the capacity. With a larger capacity, producers share a lock, for
        a few instructions each.
    */
    static constexpr Backlog bounded(int capacity, Overflow overflow = Overflow::DropOldest) noexcept
    {
        return Backlog(Kind::Bounded, capacity, overflow, {});
    }
    /*!
        The first delivery is in the next turn of the event loop; after that there is at most one per \a interval. Each delivers the newest
        event. The last event of a burst always arrives. An interval of more than a hundred years counts as a hundred.
    */
    static constexpr Backlog throttled(std::chrono::milliseconds interval) noexcept
    {
        return Backlog(Kind::Throttled, 1, Overflow::DropOldest, interval);
    }
    /*! The same. */
    static constexpr Backlog throttled(int milliseconds) noexcept
    {
        return throttled(std::chrono::milliseconds(milliseconds));
    }
    /*! Delivers the last event when no event has come for \a interval. More than a hundred years count as a hundred. */
    static constexpr Backlog debounced(std::chrono::milliseconds interval) noexcept
    {
        return Backlog(Kind::Debounced, 1, Overflow::DropOldest, interval);
    }
    /*! The same. */
    static constexpr Backlog debounced(int milliseconds) noexcept
    {
        return debounced(std::chrono::milliseconds(milliseconds));
    }

    /*!
        Delivers all waiting events, at most once per \a interval, and loses none. The interval begins at the previous delivery. After an idle
        interval, the next delivery is in the next turn of the event loop. A handler of EventBatch gets the events in one call; a handler of
        events gets them one after the other. A generic lambda, `[](const auto &)`, is a handler of events; its registration warns. An
        interval of more than a hundred years counts as a hundred.
    */
    static constexpr Backlog batched(std::chrono::milliseconds interval) noexcept
    {
        return Backlog(Kind::Batched, 0, Overflow::DropOldest, interval);
    }
    /*! The same. */
    static constexpr Backlog batched(int milliseconds) noexcept { return batched(std::chrono::milliseconds(milliseconds)); }
    /*! The same; at most \a capacity events wait. The capacity must be positive. */
    static constexpr Backlog batched(std::chrono::milliseconds interval, int capacity, Overflow overflow = Overflow::DropOldest) noexcept
    {
        return Backlog(Kind::Batched, capacity == 0 ? -1 : capacity, overflow, interval); // 0 would be no limit
    }
    /*! The same. */
    static constexpr Backlog batched(int milliseconds, int capacity, Overflow overflow = Overflow::DropOldest) noexcept
    {
        return batched(std::chrono::milliseconds(milliseconds), capacity, overflow);
    }

    /*! Which function made it. */
    constexpr Kind kind() const noexcept { return m_kind; }
    /*! In events; 0 for unbounded() and for batched() without a capacity. */
    constexpr int capacity() const noexcept { return m_capacity; }
    /*! Which event is dropped when the backlog is full; DropOldest for all but bounded() and batched(). */
    constexpr Overflow overflow() const noexcept { return m_overflow; }
    /*! 0 if it is not throttled(), debounced() or batched(). */
    constexpr std::chrono::milliseconds interval() const noexcept { return m_interval; }
    /*! Whether it is throttled(), debounced() or batched(). Such a backlog needs a thread with an event loop. */
    constexpr bool isTimed() const noexcept
    {
        return m_kind == Kind::Throttled || m_kind == Kind::Debounced || m_kind == Kind::Batched;
    }

    /*! Whether both were made by the same function with the same arguments. */
    friend constexpr bool operator==(const Backlog &, const Backlog &) noexcept = default;

private:
    // Added to any time of a steady clock it still fits 64 bits of nanoseconds.
    static constexpr std::chrono::milliseconds longestInterval = std::chrono::hours(100 * 365 * 24);

    constexpr Backlog(Kind kind, int capacity, Overflow overflow, std::chrono::milliseconds interval) noexcept
        : m_kind(kind), m_capacity(capacity), m_overflow(overflow), m_interval(std::min(interval, longestInterval))
    {}

    Kind m_kind = Kind::Unbounded;
    int m_capacity = 0;
    Overflow m_overflow = Overflow::DropOldest;
    std::chrono::milliseconds m_interval{0};
};

} // namespace SignalBox
