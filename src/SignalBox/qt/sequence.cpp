// SPDX-License-Identifier: MIT
#include <SignalBox/qt/sequence_p.h>

#include <SignalBox/qt/detail/route.h>
#include <SignalBox/qt/futureservice_p.h>
#include <SignalBox/qt/mailbox_p.h>
#include <SignalBox/qt/nextlane_p.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

Sequence::Sequence(EventPointer event, std::vector<Lane *> steps)
    : m_event(std::move(event)), m_steps(std::move(steps))
{
    expect(static_cast<std::uint32_t>(m_steps.size()));
}

Sequence::~Sequence() = default;

QFuture<DispatchReport> Sequence::run(EventPointer event, std::vector<Lane *> steps, QDeadlineTimer deadline)
{
    if (steps.empty())
        return QtFuture::makeReadyFuture(DispatchReport());
    const Event *const stored = event.get();
    Sequence *sequence = nullptr;
    try {
        sequence = new Sequence(std::move(event), {});
    } catch (...) {
        for (Lane *lane : steps)
            lane->release(1);
        throw;
    }
    sequence->m_steps = std::move(steps);
    sequence->expect(static_cast<std::uint32_t>(sequence->m_steps.size()));
    stored->setCompletion(sequence); // the event owns it, and it the event, until the last step
    sequence->addReference();
    const QFuture<DispatchReport> future = sequence->future();
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
    Lane &step = *m_steps[m_next++];
    Route &route = step.route();
    try {
        if (route.runsInline())
            route.deliver(*m_event);
        else if (route.hasBacklog())
            route.queueBacklog(share());
        else
            route.queue(share());
    } catch (const std::bad_alloc &) {
        route.drop(*m_event);
    }
    step.release(1);
}

void Sequence::endEarly() noexcept
{
    const auto rest = static_cast<std::uint32_t>(m_steps.size() - m_next);
    for (; m_next != m_steps.size(); ++m_next)
        m_steps[m_next]->release(1);
    if (rest == 0)
        return;
    if (m_isStopped)
        forgo(rest);
    else
        drop(rest);
}

EventPointer Sequence::share() const noexcept
{
    m_event->addReference();
    return EventPointer(m_event.get());
}

} // namespace SignalBox::detail
