// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/event.h>

#include <QtCore/qdeadlinetimer.h>

#include <atomic>
#include <vector>

namespace SignalBox::detail {

class Route;

/*!
    What of a sequential notify does not run in its walk: goes from one handler to the next when the one before has ended,
    wherever it ran. Each step is owned until its turn.

    An inline handler runs on the thread on which the step before it ended.
*/
class Sequence final : public Completion
{
public:
    /*!
        Begins the first step; or, if \a waiting is not null, has that begin it when the handler that it waits for has ended.
        \a report: of the walk. Takes \a waiting and the \a steps over. Throws std::bad_alloc, having let go of them.
    */
    static QFuture<DispatchReport> run(Sequence *waiting, const EventPointer &event, std::vector<Route *> steps,
                                       const DispatchReport &report, QDeadlineTimer deadline);

    Sequence();

private:
    ~Sequence() override;

    void deliveryEnded(bool isStopped) noexcept override;
    void takeTurns() noexcept;
    // Begins the next step, if there is one; else gives the event away.
    void advance(EventPointer &last) noexcept;
    void endEarly() noexcept;

    // Until the last step: the event owns this, as its completion.
    EventPointer m_event;
    std::vector<Route *> m_steps;
    std::size_t m_next = 0; // the thread whose turn it is
    bool m_isStopped = false;
    // Steps that have ended while nobody was looking: who raises it from 0 goes on. At first it is the walk's turn. Acquire
    // and release: the turn passes from thread to thread with all that the step did.
    std::atomic<int> m_turns = 1;
};

} // namespace SignalBox::detail
