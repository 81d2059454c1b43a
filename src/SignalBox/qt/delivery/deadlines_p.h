// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <compare>
#include <cstdint>
#include <memory>

namespace SignalBox::detail {

/*! Something that ends at a time. Destroyed by the thread that has called expire(), or removed it. */
class Expiring
{
public:
    Expiring() noexcept = default;
    virtual ~Expiring();
    Q_DISABLE_COPY_MOVE(Expiring)

    /*! Called when its time has come, on the thread of the deadlines, which holds no lock then. */
    virtual void expire() noexcept = 0;
};

/*! Something that nothing tells the end of. So it is asked every few milliseconds. */
class Polled
{
public:
    Polled() noexcept = default;
    virtual ~Polled();
    Q_DISABLE_COPY_MOVE(Polled)

    /*! Whether it is over: then it is destroyed, on the thread that asked. */
    virtual bool isOver() noexcept = 0;
};

/*!
    Ends things when their time has come, on a thread of its own, which needs neither event loop nor application. The first use starts
    the thread. At the end of the program, all that still waits expires at once. A deadline that could not be
    kept, because memory or threads are used up or the program is ending, has passed. Thread-safe.
*/
class SIGNALBOX_QT_EXPORT Deadlines
{
public:
    /*! Identifies a deadline. The default value identifies none. */
    struct Key
    {
        std::int64_t time = 0; // of the DeliveryClock
        std::uint64_t number = 0;
        friend auto operator<=>(const Key &, const Key &) noexcept = default;
    };

    /*! Has \a expiring end at a \a time of the DeliveryClock; never: then it is destroyed. */
    static Key add(std::int64_t time, std::unique_ptr<Expiring> expiring) noexcept;
    /*! Removes and destroys it, unless it is ending right now. */
    static void remove(Key key) noexcept;
    /*! Asks \a polled until it is over. If the thread cannot be started, \a polled is destroyed at once. */
    static void poll(std::unique_ptr<Polled> polled) noexcept;
    /*! Has the thread look at the clock, which a test may have advanced while the thread slept. */
    static void look() noexcept;

    // --- while the DeliveryClock is stopped -----------------------------------------------------

    /*! When the next one is due. */
    static std::int64_t next() noexcept;
    /*! Has those end that are due until \a time. */
    static void endUntil(std::int64_t time) noexcept;
    /*! Whether some of them are still ending. */
    static bool areEnding() noexcept;
};

} // namespace SignalBox::detail
