// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/test/test_export.h>

#include <QtCore/qglobal.h>

#include <chrono>
#include <thread>

namespace SignalBox {

/*!
    \class SignalBox::TestClock
    \brief Virtual time, for tests of what happens after an interval or at a deadline.

    While there is a TestClock, time stands still in the whole process for the times of backlogs, for deadlines, and for
    the intervals of models. advance() lets time pass. It goes from one due time to the next, so that each delivery sees the time at which
    it was due. Deliveries of one thread that are due at the same time run in the order in which they began to wait. A test of an hour takes
    milliseconds, and does not depend on how fast the machine is.

    QTimer, RegistrySpy, drain budgets, statistics and waits in the core use real time. Of a QDeadlineTimer, the time that is left when it
    is passed to a call counts.

    There is one clock at a time. A second one has no effect, and warns.

    \threadsafety Call advance() on the thread that created the clock. Backlogs and deadlines of all threads use the clock.
    \cost Each due time of another thread's handler takes a turn of that thread's event loop.
    \lifetime Registries and handlers may be created before or after the clock. When the clock is destroyed, what is due later waits for the
    rest of its time, in real time.
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
class SIGNALBOX_TEST_EXPORT TestClock
{
public:
    /*! Stops the time. If there is a clock already, this one has no effect, and there is a warning. */
    TestClock();
    /*! Time passes again, from where the clock stands. */
    ~TestClock();
    Q_DISABLE_COPY_MOVE(TestClock)

    /*! Whether the process uses this clock. */
    bool isActive() const noexcept { return m_isActive; }

    /*!
        Lets \a duration pass. First, and at each due time, it delivers all events that wait for handlers on the calling thread. It does so
        inside of this call, whatever the drain budget; other events of that thread's event loop are not handled. It waits for other threads
        that have something to deliver, and for continuations of futures whose deadline has passed. It does not wait for pools. With 0,
        it delivers what is due now.

        Returns false, with a warning, if another thread has something to deliver and does not do so within 5 seconds of real time, or
        if deliveries that are due at one time go on for so long. The clock then stands at that time. Also if something that it delivers
        destroys the clock: time then passes again, or is that of another clock.

        Also returns false, with a warning, and changes nothing: on another thread than the one that created the clock; inside of a
        handler, or of anything else that a delivery has called; if the clock has no effect; if \a duration is negative, or so long that the
        time would be more than a century ahead.
    */
    bool advance(std::chrono::milliseconds duration);

private:
    const std::thread::id m_thread;
    const bool m_isActive;
};

} // namespace SignalBox
