// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/futures/watchedfuture.h>

#include <QtCore/qdeadlinetimer.h>

namespace SignalBox::detail {

class Completion;
class Route;

/*!
    Waits for the futures that handlers return, and for deadlines. Those are kept by Deadlines, which needs no
    application; futures are watched on the ServiceThread, or polled where there is no application yet.

    Futures are watched, never given a continuation: that one place belongs to who made them. When the application
    ends, and after that, they count as finished.
*/
class FutureService
{
public:
    /*! Reports what \a future holds to the registry of \a route, and ends a begun delivery of \a completion, or null. */
    static void await(WatchedFuture future, Route &route, Completion *completion);
    /*! Before the walk of \a completion ends. Without memory, the deadline has passed. */
    static void expireAt(QDeadlineTimer deadline, Completion &completion) noexcept;
};

} // namespace SignalBox::detail
