// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/sequence_p.h>

#include <SignalBox/qt/delivery/deliveryclock_p.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

SequentialWalk::SequentialWalk(EventPointer event, std::int64_t deadline) noexcept
    : Notification(Kind::SequentialWalk, event.release()), m_deadline(deadline)
{
}

SequentialWalk::~SequentialWalk()
{
    if (m_event)
        m_event->dropReference();
}

bool SequentialWalk::mayRun() const noexcept
{
    if (m_deadline != DeliveryClock::never && m_deadline <= DeliveryClock::now())
        m_isHandingOver = true;
    return !m_isHandingOver;
}

void SequentialWalk::addStep(SequenceStep &step) const noexcept
{
    m_isHandingOver = true;
    try {
        m_steps.push_back(&step);
        step.addOwner();
    } catch (const std::bad_alloc &) {
        step.loseTurn();
        ++m_lost;
    }
}

Completion *SequentialWalk::awaitHandler() const
{
    m_sequence = new Sequence;
    m_sequence->expect();
    m_sequence->begin();
    m_isHandingOver = true;
    ++m_skipped; // the sequence counts it
    return m_sequence;
}

QFuture<DispatchReport> SequentialWalk::finish(DispatchReport report)
{
    report.called -= static_cast<std::uint32_t>(m_steps.size()) + m_skipped + m_lost;
    report.dropped += m_lost;
    if (m_steps.empty() && !m_sequence)
        return finishedFuture(report);
    const EventPointer event(std::exchange(m_event, nullptr));
    return Sequence::run(m_sequence, event, std::move(m_steps), report, m_deadline);
}

Sequence::Sequence() = default;

Sequence::~Sequence() = default;

QFuture<DispatchReport> Sequence::run(Sequence *waiting, const EventPointer &event, std::vector<SequenceStep *> steps,
                                      const DispatchReport &report, std::int64_t deadline)
{
    Sequence *sequence = waiting;
    try {
        if (!sequence)
            sequence = new Sequence;
    } catch (...) {
        for (SequenceStep *step : steps) {
            step->forgoTurn();
            step->dropOwner();
        }
        throw;
    }
    sequence->m_steps = std::move(steps);
    if (!sequence->m_steps.empty()) {
        sequence->expect(static_cast<std::uint32_t>(sequence->m_steps.size()));
        // The event owns it, and it the event, until the last step.
        sequence->addReference();
        event->setCompletion(sequence);
        event->addReference();
        sequence->m_event = EventPointer(event.get());
    }
    QFuture<DispatchReport> future = sequence->future();
    if (deadline != DeliveryClock::never)
        sequence->expireAt(deadline);
    // The walk's turn ends; if the handler that is waited for has ended already, this thread has its turn.
    if (!waiting || sequence->m_turns.fetch_sub(1, std::memory_order_acq_rel) != 1)
        sequence->takeTurns();
    sequence->endWalk(report);
    sequence->dropReference();
    return future;
}

void Sequence::deliveryEnded(bool isStopped) noexcept
{
    if (isStopped)
        m_isStopped = true;
    if (m_turns.fetch_add(1, std::memory_order_acq_rel) == 0)
        takeTurns();
}

void Sequence::takeTurns() noexcept
{
    // A step that ends at once raises the count, and is followed here rather than from inside itself.
    EventPointer last;
    do {
        advance(last);
    } while (m_turns.fetch_sub(1, std::memory_order_acq_rel) != 1);
    // `last` may be what keeps this object.
}

void Sequence::advance(EventPointer &last) noexcept
{
    if (m_isStopped || isOver())
        endEarly();
    if (m_next == m_steps.size()) {
        if (m_event)
            last = std::move(m_event);
        return;
    }
    SequenceStep &step = *m_steps[m_next++];
    step.takeTurn(*m_event);
    step.dropOwner();
}

void Sequence::endEarly() noexcept
{
    const auto rest = static_cast<std::uint32_t>(m_steps.size() - m_next);
    for (; m_next != m_steps.size(); ++m_next) {
        SequenceStep &step = *m_steps[m_next];
        if (m_isStopped)
            step.forgoTurn();
        else
            step.loseTurn();
        step.dropOwner();
    }
    if (rest == 0)
        return;
    if (m_isStopped)
        forgo(rest);
    else
        drop(rest);
}

} // namespace SignalBox::detail
