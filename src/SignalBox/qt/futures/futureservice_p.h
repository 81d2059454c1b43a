// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qfuture.h>

namespace SignalBox::detail {

class Completion;
class Route;

/*!
    Waits for the futures that handlers return, and for deadlines: on a thread of its own, which is started by the first
    need and ends with the application. So a thread may block in waitForFinished() for a notify whose handlers ran there.

    Futures are watched, never given a continuation: that one place belongs to who made them. Where there is no
    application, or no longer, nothing can be waited for: a future counts as finished, and a deadline as passed.
*/
class FutureService
{
public:
    /*! Reports what \a future holds to the registry of \a route, and ends a begun delivery of \a completion, or null. */
    static void await(const QFuture<void> &future, Route &route, Completion *completion);
    static void expireAt(QDeadlineTimer deadline, Completion &completion);
};

} // namespace SignalBox::detail
