// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/futures/watchedfuture.h>

#include <memory>

namespace SignalBox::detail {

/*!
    Waits for a future: on the ServiceThread, or, where there is no application yet, by looking at it every few
    milliseconds.

    Futures are watched, never given a continuation: the one place for that belongs to the code that made them.
*/
class FutureWatch
{
public:
    enum class Until {
        Finished, // or the application ends
        FinishedOrCanceled, // whether or not there is an application
    };

    /*! Keeps \a waiting until then. It is released on the library's own thread, or on the thread that ends the application.
        Throws std::bad_alloc, having let go of it. */
    static void keep(std::shared_ptr<void> waiting, WatchedFuture future, Until until);
};

} // namespace SignalBox::detail
