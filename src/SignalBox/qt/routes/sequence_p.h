// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/routes/sequencestep.h>

#include <QtCore/qfuture.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace SignalBox::detail {

class Sequence;

/*!
    The beginning of a sequential notify: inline handlers run as in any walk, up to the first handler that runs elsewhere or
    ends later. That one and all behind it become steps, each owned, which a Sequence takes one after the other.
*/
class SequentialWalk final : public Notification
{
public:
    /*! \a deadline: a time of the DeliveryClock. */
    SequentialWalk(EventPointer event, std::int64_t deadline) noexcept;
    ~SequentialWalk();

    /*! Whether an inline handler may run now: all handlers before it have ended, and the deadline has not passed. */
    bool mayRun() const noexcept;
    /*! A step for which there is no memory is dropped and counted. */
    void addStep(SequenceStep &step) const noexcept;
    /*! Counts a handler that was neither called nor made a step. */
    void countSkipped() const noexcept { ++m_skipped; }
    /*! The handler that was called inline ends later, and the others after it. It has begun. Throws std::bad_alloc. */
    Completion *awaitHandler() const;

    /*! Ends the walk. \a report: the core's. The future finishes with the last step. */
    QFuture<DispatchReport> finish(DispatchReport report);

private:
    mutable std::vector<SequenceStep *> m_steps;
    mutable Sequence *m_sequence = nullptr; // which waits for a handler; null: none has to be waited for
    mutable std::uint32_t m_skipped = 0;
    mutable std::uint32_t m_lost = 0; // there was no memory for them
    mutable bool m_isHandingOver = false;
    const std::int64_t m_deadline;
};

/*!
    The part of a sequential notify that does not run in its walk. It goes from one handler to the next when the one before has ended,
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
    static QFuture<DispatchReport> run(Sequence *waiting, const EventPointer &event, std::vector<SequenceStep *> steps,
                                       const DispatchReport &report, std::int64_t deadline);

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
    std::vector<SequenceStep *> m_steps;
    std::size_t m_next = 0; // the thread whose turn it is
    bool m_isStopped = false;
    // Steps that have ended and have not been looked at: the thread that raises it from 0 goes on. At first it is the walk's turn. Acquire
    // and release: the turn passes from thread to thread with all that the step did.
    std::atomic<int> m_turns = 1;
};

} // namespace SignalBox::detail
