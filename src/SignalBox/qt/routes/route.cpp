// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/route.h>

#include <SignalBox/qt/observing/asynchandlerinfo.h>
#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/observing/handlerdescription_p.h>
#include <SignalBox/qt/routes/context_p.h>

#include <utility>

namespace SignalBox::detail {

const std::shared_ptr<const EventPolicy> noPolicy;

Route::Route(std::shared_ptr<RegistryLink> link, std::shared_ptr<Mailbox> mailbox, const HandlerSettings &settings, Affinity affinity)
    : Receiver(Inbox::wantsOneRound(settings.backlog, settings.calledWith)),
      RouteBase(link->observers(), settings.isOnce),
      m_link(std::move(link)),
      m_isAuto(settings.delivery == Delivery::Auto),
      m_mailbox(std::move(mailbox)),
      m_transit(m_mailbox.get()),
      m_owners(2), // its maker, and the reservations together
      m_policy(settings.policy),
      m_inbox(Inbox::make({settings.backlog, settings.calledWith, settings.nested}, settings.policy ? nullptr : settings.values, m_statistics))
{
    // Until the context is seen there, by Context::arrive(): what comes before is kept for that.
    setHasLeft(affinity == Affinity::Followed);
    if (m_inbox && m_inbox->keepsValues())
        m_link->addValueStore();
}

Route::~Route()
{
    if (m_inbox && m_inbox->keepsValues())
        m_link->dropValueStore();
}

void Route::begin(HandlerReference handler, QObject *watched)
{
    m_handler = std::move(handler);
    if (!watched)
        return;
    m_context = Context::of(watched);
    m_context->add(*this, hasLeft() ? m_mailbox.get() : nullptr);
}

void Route::abandon() noexcept
{
    m_handler = HandlerReference(); // and with it the handler, if it has been made
    if (!m_hasEnded)
        end();
}

// No thread is inside the handler, so only holders of a reservation can take another one.
void Route::end() noexcept
{
    m_hasEnded = true;
    if (m_context)
        m_context->remove(*this);
    m_policy.reset();
    // Drops what waits, which may have been planned for much later: so not only if no visit is on its way.
    if (m_inbox && !m_inbox->isEmpty())
        sendVisit();
    EntryList kept;
    m_transit.end(kept);
    dropKept(std::move(kept));
    m_link->handlersHaveChanged();
    release(m_transit.registered);
}

// --- called by the handler itself ----------------------------------------------------------------

void RouteBase::hold() noexcept
{
    static_cast<Route &>(*this).addOwner();
}

void RouteBase::letGo() noexcept
{
    static_cast<Route &>(*this).letGo();
}

RouteBase::CallKind RouteBase::takes(const Notification &notification)
{
    return static_cast<Route &>(*this).takes(notification);
}

Propagation RouteBase::callObserved(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                                    const Notification &notification)
{
    return static_cast<Route &>(*this).callObserved(function, handler, notification);
}

// --- deliveries ----------------------------------------------------------------------------------

void Route::dropEvent(const Event &event) noexcept
{
    refuseClaim();
    m_statistics.countDropped(1);
    if (Completion *completion = event.completion())
        completion->drop();
}

void Route::refuseClaim() noexcept
{
    if (isOnce())
        m_isClaimed.store(false, std::memory_order_relaxed);
}

// --- as the mailbox sees it ----------------------------------------------------------------------

void Route::deliver(const Payload &payload, Drain &drain) noexcept
{
    if (m_dropMarkers.load(std::memory_order_relaxed) != 0) [[unlikely]]
        dropEvent(Event::of(payload));
    else
        callHandler(Event::of(payload), drain.calls);
}

void Route::drop(const Payload &payload) noexcept
{
    dropEvent(Event::of(payload));
}

void Route::release(std::uint64_t count) noexcept
{
    SharesLeft left = SharesLeft::Some;
    if (!m_transit.release(count, left)) {
        addOwner();
        Mailbox *opensAt = nullptr;
        left = m_transit.releaseSlowly(count, opensAt);
        sendKept(opensAt);
        if (left == SharesLeft::Handler)
            m_handler.unregister();
        dropOwner();
    }
    if (left == SharesLeft::None)
        dropOwner();
}

std::uint64_t Route::losses() noexcept
{
    if (m_inbox)
        m_inbox->updateStatistics();
    return m_statistics.losses();
}

void Route::endDrain() noexcept
{
    const std::uint64_t losses = this->losses();
    if (!m_statistics.hasNewLosses())
        return;
    if (const std::uint64_t lost = m_statistics.takeNewLosses())
        m_link->tellLag(m_handler.id(), lost);
    if (m_link->isTraced())
        RouteTrace::countLosses(m_handler, *m_link, losses);
}

// --- what waits ----------------------------------------------------------------------------------

// Visits are counted as deliveries are, so where there is an inbox, only what it has counts.
std::uint64_t Route::waiting() const noexcept
{
    if (m_inbox)
        return m_inbox->count();
    return m_mailbox ? leftOf(m_transit.reserved(), served()) : 0;
}

void Route::describe(const Inspection &inspection) const
{
    AsyncHandlerInfo &row = inspection.rows.emplace_back();
    row.id = m_handler.id();
    if (const Mailbox *mailbox = m_transit.mailbox())
        row.threadName = mailbox->name();
    m_statistics.describe(row);
    row.scriptPlace = toQString(m_handler.scriptPlace());
    row.waiting = waiting();
    if (m_inbox)
        row.merged = m_inbox->merged(row.merged);
}

} // namespace SignalBox::detail
