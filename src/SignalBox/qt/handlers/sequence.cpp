// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/sequence_p.h>

#include <SignalBox/qt/handlers/route.h>

#include <utility>

namespace SignalBox::detail {

Sequence::Sequence() = default;

Sequence::~Sequence() = default;

QFuture<DispatchReport> Sequence::run(Sequence *waiting, const EventPointer &event, std::vector<Route *> steps,
                                      const DispatchReport &report, QDeadlineTimer deadline)
{
    Sequence *sequence = waiting;
    try {
        if (!sequence)
            sequence = new Sequence;
    } catch (...) {
        for (Route *step : steps) {
            step->refuseClaim();
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
    if (!deadline.isForever())
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
    Route &step = *m_steps[m_next++];
    step.deliverOrForward(*m_event);
    step.dropOwner();
}

void Sequence::endEarly() noexcept
{
    const auto rest = static_cast<std::uint32_t>(m_steps.size() - m_next);
    for (; m_next != m_steps.size(); ++m_next) {
        Route &step = *m_steps[m_next];
        step.refuseClaim();
        if (!m_isStopped)
            step.statistics().countDropped(1);
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
