// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/route.h>

#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/routes/routesearch.h>
#include <SignalBox/qt/routes/sequence_p.h>
#include <SignalBox/qt/routes/walk.h>

#include <new>
#include <utility>

// The part of Route that meets walks: on the notifying thread, it decides what becomes of the event for this handler.

namespace SignalBox::detail {

RouteBase::CallKind Route::takes(const Notification &notification)
{
    // The hot paths by hand, as they would pay for the jump of the switch and for the registers that its cases use.
    if (notification.kind() == Notification::Kind::Walk)
        return takes(static_cast<const Walk &>(notification));
    if (notification.kind() == Notification::Kind::ValueOffer)
        return take(static_cast<const ValueOffer &>(notification));
    return takesOther(notification);
}

RouteBase::CallKind Route::takesOther(const Notification &notification)
{
    switch (notification.kind()) {
    case Notification::Kind::Delivery:
    case Notification::Kind::Batch:
        // A handler for one call is unregistered before the call, and exactly one unregister() succeeds.
        if (isOnce() && !m_handler.unregister()) {
            notification.isRefused = true;
            return CallKind::None;
        }
        return CallKind::Plain;
    case Notification::Kind::SequentialWalk:
        return runsInSequence(static_cast<const SequentialWalk &>(notification));
    case Notification::Kind::Step: {
        const auto &step = static_cast<const Step &>(notification);
        withKey(step.event(), [&](const EventKey *key) { take(step, key); });
        return CallKind::None;
    }
    case Notification::Kind::Inspection:
        try {
            describe(static_cast<const Inspection &>(notification));
        } catch (const std::bad_alloc &) {
            static_cast<const Inspection &>(notification).isIncomplete = true;
        }
        return CallKind::None;
    case Notification::Kind::Search:
        static_cast<const RouteSearch &>(notification).found(*this);
        return CallKind::None;
    case Notification::Kind::SourceEnd:
        if (m_transit.finish())
            m_handler.unregister();
        else if (m_inbox && m_inbox->isEmpty())
            sendVisit(); // a plan for nothing is forgotten
        return CallKind::None;
    case Notification::Kind::Walk:
    case Notification::Kind::ValueOffer:
        break;
    }
    Q_UNREACHABLE();
    return CallKind::None;
}

bool Route::isWanted(const Event &event)
{
    if (!m_policy) [[likely]]
        return true;
    try {
        return m_policy->wants(event);
    } catch (...) {
        countPolicyFailure();
        throw;
    }
}

template <class Use>
void Route::withKey(const Event &event, Use &&use)
{
    if (!m_inbox || !m_inbox->hasKeys()) {
        use(nullptr);
        return;
    }
    try {
        m_policy->withKey(event, &use, [](void *user, const EventKey &key) { (*static_cast<std::decay_t<Use> *>(user))(&key); });
    } catch (...) { // the key: use() throws nothing
        countPolicyFailure();
        throw;
    }
}

RouteBase::CallKind Route::takes(const Walk &walk)
{
    if (!isWanted(walk.event())) {
        walk.countSkipped();
        return CallKind::None;
    }
    if (runsInline()) {
        walk.flush();
        if (!isOnce() || m_handler.unregister())
            return inlineKind();
        walk.countSkipped();
        return CallKind::None;
    }
    if (isClaimedBefore()) {
        walk.countSkipped();
        return CallKind::None;
    }
    if (!m_inbox || !m_inbox->hasKeys())
        forwardFrom(walk, nullptr);
    else
        withKey(walk.event(), [&](const EventKey *key) { forwardFrom(walk, key); });
    return CallKind::None;
}

// Without memory it is not taken, and becomes an event.
RouteBase::CallKind Route::take(const ValueOffer &offer) noexcept
{
    if (offer.isTaken || !m_inbox)
        return CallKind::None;
    try {
        offer.isTaken = m_inbox->pushValue(offer.value());
    } catch (const std::bad_alloc &) {
        return CallKind::None;
    }
    if (offer.isTaken) {
        queueVisit();
        tellWaiting();
    }
    return CallKind::None;
}

// A delivery for which there is no memory is dropped and counted.
void Route::forwardFrom(const Walk &walk, const EventKey *key) noexcept
{
    Mailbox *mailbox = nullptr;
    if (m_link->isTraced()) [[unlikely]]
        m_trace.leave(walk.event());
    try {
        walk.expectForwarded();
        if (m_inbox) {
            keep(walk.takeEntry(), key);
        } else if (mailbox = reserve(); mailbox) {
            walk.queue(*mailbox, *this);
        } else {
            walk.flush();
            QueueEntry *entry = nullptr;
            try {
                entry = walk.makeEntry(*this);
            } catch (...) {
                refuse();
                throw;
            }
            park(entry);
        }
        tellWaiting();
    } catch (const std::bad_alloc &) {
        refuseClaim();
        m_statistics.countDropped(1);
        walk.countLost();
        if (mailbox)
            release(1);
    }
}

RouteBase::CallKind Route::runsInSequence(const SequentialWalk &walk)
{
    if (!isWanted(walk.event())) {
        walk.countSkipped();
        return CallKind::None;
    }
    const bool runsHere = walk.mayRun() && runsInline();
    // As in the other walks.
    if (isOnce() && !(runsHere ? m_handler.unregister() : !isClaimedBefore())) {
        walk.countSkipped();
        return CallKind::None;
    }
    if (runsHere)
        return inlineKind();
    walk.addStep(*this);
    return CallKind::None;
}

void Route::take(const Step &step, const EventKey *key) noexcept
{
    if (runsInline()) {
        step.way = Step::Way::Inline;
        return;
    }
    if (m_link->isTraced()) [[unlikely]]
        m_trace.leave(step.event());
    try {
        if (m_inbox) {
            QueueEntry *item = SeparateEntry::make(QueueEntry::Single, nullptr, &step.event());
            static_cast<void>(step.shareEvent().release()); // the item's
            keep(item, key);
        } else {
            queue(step.shareEvent());
        }
        step.way = Step::Way::Forwarded;
        tellWaiting();
    } catch (const std::bad_alloc &) {
        // Dropped by the sequence.
    }
}

void Route::loseTurn() noexcept
{
    refuseClaim();
    m_statistics.countDropped(1);
}

bool Route::runsInline() const noexcept
{
    if (!m_mailbox)
        return true;
    if (!m_isAuto || (m_inbox && !waitsForItsCalls())
        || !m_transit.isOpenHere([](const Mailbox &mailbox) { return mailbox.isCurrentThread(); }, [this] { return hasLeft(); }))
        return false;
    if (!m_inbox) [[likely]]
        return !m_transit.isPending(served());
    return m_inbox->calledWith() == CalledWith::Event && m_inbox->backlog() == Backlog::all() && !m_visits.isBusy && m_inbox->isEmpty();
}

void Route::countPolicyFailure() noexcept
{
    if (m_link->areStatisticsEnabled()) {
        m_statistics.countFailure(std::current_exception());
        m_link->statisticsHaveChanged();
    }
}

} // namespace SignalBox::detail
