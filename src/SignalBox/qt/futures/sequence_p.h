// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/futures/completion_p.h>

#include <QtCore/qdeadlinetimer.h>

#include <atomic>
#include <vector>

namespace SignalBox::detail {

class Route;

/*!
    A sequential notify: goes from one handler to the next when the one before has ended, wherever it ran. Steps were
    collected by one walk; each is owned until its turn.

    An inline handler runs on the thread on which the step before it ended, the first ones on the notifying thread.
*/
class Sequence final : public Completion
{
public:
    /*! Begins it. Takes the \a steps over. Throws std::bad_alloc, having let go of them. */
    static QFuture<DispatchReport> run(EventPointer event, std::vector<Route *> steps, QDeadlineTimer deadline);

private:
    explicit Sequence(EventPointer event);
    ~Sequence() override;

    void deliveryEnded(bool isStopped) noexcept override;
    // Begins the next step, if there is one; else gives the event away.
    void advance(EventPointer &last) noexcept;
    void endEarly() noexcept;

    // Until the last step: the event owns this, as its completion.
    EventPointer m_event;
    std::vector<Route *> m_steps;
    std::size_t m_next = 0; // the thread whose turn it is
    bool m_isStopped = false;
    // Steps that have ended while nobody was looking: who raises it from 0 goes on. Acquire and release: the turn passes
    // from thread to thread with all that the step did.
    std::atomic<int> m_turns = 0;
};

} // namespace SignalBox::detail
