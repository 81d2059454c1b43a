// SPDX-License-Identifier: MIT
#include <SignalBox/qt/futures/sequence_p.h>

#include <SignalBox/qt/futures/futureservice_p.h>
#include <SignalBox/qt/handlers/route.h>

#include <utility>

namespace SignalBox::detail {

Sequence::Sequence(EventPointer event)
    : m_event(std::move(event))
{
}

Sequence::~Sequence() = default;

QFuture<DispatchReport> Sequence::run(EventPointer event, std::vector<Route *> steps, QDeadlineTimer deadline)
{
    if (steps.empty())
        return finishedFuture({});
    const Event *const stored = event.get();
    Sequence *sequence = nullptr;
    try {
        sequence = new Sequence(std::move(event));
    } catch (...) {
        for (Route *step : steps) {
            step->refuseClaim();
            step->dropOwner();
        }
        throw;
    }
    sequence->m_steps = std::move(steps);
    sequence->expect(static_cast<std::uint32_t>(sequence->m_steps.size()));
    stored->setCompletion(sequence); // the event owns it, and it the event, until the last step
    sequence->addReference();
    QFuture<DispatchReport> future = sequence->future();
    if (!deadline.isForever())
        FutureService::expireAt(deadline, *sequence);
    sequence->deliveryEnded(false);
    sequence->endWalk({});
    sequence->dropReference();
    return future;
}

void Sequence::deliveryEnded(bool isStopped) noexcept
{
    if (isStopped)
        m_isStopped = true;
    if (m_turns.fetch_add(1, std::memory_order_acq_rel) != 0)
        return;
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
