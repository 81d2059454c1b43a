// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace SignalBox {

/*! Which event a full bounded backlog loses. */
enum class Overflow {
    DropOldest, //!< The oldest that waits: what arrives is the recent past.
    DropNewest, //!< The one that comes: what arrives is the beginning.
};

/*!
    \class SignalBox::Backlog
    \brief What becomes of events that come faster than their handler runs. A value, made by one of its functions:

    \code
    registry.registerHandler(&gauge, show, {.backlog = SignalBox::Backlog::latest()});
    registry.registerHandler(&log, append, {.backlog = SignalBox::Backlog::bounded(1000, SignalBox::Overflow::DropOldest)});
    \endcode

    Each handler has a backlog of its own. All but unbounded() always go through the event loop, and order only their
    own events. Whatever a backlog drops or merges is counted (RegistryObject::handlers()) and told by
    RegistryObject::lagged(). None ever blocks a producer.

    Commands and edges ("key pressed") belong into an unbounded or bounded backlog: latest(), throttled() and
    debounced() are for states, where the newest value says all.
*/
class Backlog
{
public:
    enum class Kind { Unbounded, Latest, Bounded, Throttled, Debounced };

    /*! Every event arrives. Memory grows with what waits. */
    constexpr Backlog() noexcept = default;
    static constexpr Backlog unbounded() noexcept { return {}; }
    /*! One event at the most waits: a newer one replaces it in place. */
    static constexpr Backlog latest() noexcept { return Backlog(Kind::Latest, 1, Overflow::DropOldest, {}); }
    /*! \a capacity events at the most wait; it must be positive. */
    static constexpr Backlog bounded(int capacity, Overflow overflow = Overflow::DropOldest) noexcept
    {
        return Backlog(Kind::Bounded, capacity, overflow, {});
    }
    /*! The first event at once, then one per \a interval at the most; the last one of a burst always arrives. */
    static constexpr Backlog throttled(std::chrono::milliseconds interval) noexcept
    {
        return Backlog(Kind::Throttled, 1, Overflow::DropOldest, interval);
    }
    static constexpr Backlog throttled(int milliseconds) noexcept { return throttled(std::chrono::milliseconds(milliseconds)); }
    /*! One event, the last, when none has come for \a interval. */
    static constexpr Backlog debounced(std::chrono::milliseconds interval) noexcept
    {
        return Backlog(Kind::Debounced, 1, Overflow::DropOldest, interval);
    }
    static constexpr Backlog debounced(int milliseconds) noexcept { return debounced(std::chrono::milliseconds(milliseconds)); }

    constexpr Kind kind() const noexcept { return m_kind; }
    /*! In events; 0 for unbounded(). */
    constexpr int capacity() const noexcept { return m_capacity; }
    constexpr Overflow overflow() const noexcept { return m_overflow; }
    /*! 0 for those without a clock. */
    constexpr std::chrono::milliseconds interval() const noexcept { return m_interval; }
    constexpr bool isTimed() const noexcept { return m_kind == Kind::Throttled || m_kind == Kind::Debounced; }

    friend constexpr bool operator==(const Backlog &, const Backlog &) noexcept = default;

private:
    constexpr Backlog(Kind kind, int capacity, Overflow overflow, std::chrono::milliseconds interval) noexcept
        : m_kind(kind), m_capacity(capacity), m_overflow(overflow), m_interval(interval)
    {
    }

    Kind m_kind = Kind::Unbounded;
    int m_capacity = 0;
    Overflow m_overflow = Overflow::DropOldest;
    std::chrono::milliseconds m_interval{0};
};

} // namespace SignalBox
