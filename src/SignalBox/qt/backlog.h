// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace SignalBox {

/*! \brief Which event a full bounded backlog loses. Backlog has an example. */
enum class Overflow {
    DropOldest, //!< The oldest that waits: what arrives is the recent past.
    DropNewest, //!< The one that comes: what arrives is the beginning.
};

/*!
    \class SignalBox::Backlog
    \brief What becomes of events that come faster than their handler runs. A value, made by one of its functions.

    \plainvalue

    \code
    progress.registerHandler(&gauge, show, {.backlog = SignalBox::Backlog::latest()});
    progress.registerHandler(&log, append, {.backlog = SignalBox::Backlog::bounded(1000, SignalBox::Overflow::DropNewest)});
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
    /*! Which of the functions below has made it. */
    enum class Kind {
        Unbounded, //!< unbounded(), or the constructor.
        Latest, //!< latest().
        Bounded, //!< bounded().
        Throttled, //!< throttled().
        Debounced //!< debounced().
    };

    /*! As unbounded(). */
    constexpr Backlog() noexcept = default;
    /*! Every event arrives. Memory grows with what waits. */
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
    /*! The same. */
    static constexpr Backlog throttled(int milliseconds) noexcept { return throttled(std::chrono::milliseconds(milliseconds)); }
    /*! One event, the last, when none has come for \a interval. */
    static constexpr Backlog debounced(std::chrono::milliseconds interval) noexcept
    {
        return Backlog(Kind::Debounced, 1, Overflow::DropOldest, interval);
    }
    /*! The same. */
    static constexpr Backlog debounced(int milliseconds) noexcept { return debounced(std::chrono::milliseconds(milliseconds)); }

    /*! Which function has made it. */
    constexpr Kind kind() const noexcept { return m_kind; }
    /*! In events; 0 for unbounded(). */
    constexpr int capacity() const noexcept { return m_capacity; }
    /*! Which event is lost when there is no room; DropOldest for all but bounded(). */
    constexpr Overflow overflow() const noexcept { return m_overflow; }
    /*! 0 for those without a clock. */
    constexpr std::chrono::milliseconds interval() const noexcept { return m_interval; }
    /*! Whether it is throttled() or debounced(): such a one needs a thread with an event loop. */
    constexpr bool isTimed() const noexcept { return m_kind == Kind::Throttled || m_kind == Kind::Debounced; }

    /*! Whether both were made by the same function of the same arguments. */
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
