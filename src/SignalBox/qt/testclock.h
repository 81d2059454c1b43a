// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <chrono>
#include <thread>

namespace SignalBox {

/*!
    \class SignalBox::TestClock
    \brief Virtual time, for tests of what happens after an interval or at a deadline.

    While there is a TestClock, time stands still for the throttled, debounced and batched backlogs, the deadlines and the intervals
    of models of the whole process. advance() lets it pass: from due time to due time, so that each delivery sees the time at which
    it was due; on one thread, those of one time in the order in which their waiting began. A test of an hour takes milliseconds, and
    does not depend on how fast the machine is.

    QTimer, RegistrySpy, drain budgets, statistics and waits in the core stay in real time. A QDeadlineTimer counts with what it has left
    when it is passed to a call.

    There is one clock at a time: a second one is inert, and warns.

    \threadsafety advance() belongs to the thread that created the clock. Backlogs and deadlines of all threads go by the clock.
    \cost Each due time of another thread's handler takes a turn of that thread's event loop.
    \lifetime Registries and handlers may be older or younger than the clock. When it ends, what is due later waits for what it has left, on
    the steady clock.
    \errors Warnings in the category \c signalbox.

    \code
    SignalBox::TestClock clock;
    progress.post({.percent = 99}); // to a handler with Backlog::debounced(200)
    QVERIFY(clock.advance(199ms));
    QCOMPARE(window.updates, 0);
    QVERIFY(clock.advance(1ms));
    QCOMPARE(window.updates, 1);
    \endcode
*/
class SIGNALBOX_QT_EXPORT TestClock
{
public:
    /*! Stops the time. If there is a clock already, this one is inert, and a warning says so. */
    TestClock();
    /*! Lets the time go on, from where the clock stands. */
    ~TestClock();
    Q_DISABLE_COPY_MOVE(TestClock)

    /*! Whether this is the clock that the process goes by. */
    bool isActive() const noexcept { return m_isActive; }

    /*!
        Lets \a duration pass. Before that, and at each due time on the way, all that waits for handlers on the calling thread is delivered
        inside of this call, whatever the drain budget; other events of that thread's event loop stay where they are. Other threads that have
        something to deliver are waited for, and continuations of futures whose deadline has passed. Pools are not waited for. With 0,
        it delivers what is due now.

        Returns false, with a warning, if another thread has something to deliver and does not do so within 5 seconds of real time, or
        if deliveries that are due at the same time follow each other for so long; the clock then stands at that time.

        Also returns false, with a warning, and changes nothing: on another thread than the one that created the clock; from within a
        handler, or anything else that a delivery has called; if the clock is inert; if \a duration is negative, or so long that the
        time would be more than a century ahead.
    */
    bool advance(std::chrono::milliseconds duration);

private:
    const std::thread::id m_thread;
    const bool m_isActive;
};

} // namespace SignalBox
