// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/route.h>

#include <SignalBox/qt/asynchandlerinfo.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/diagnostics/logging.h>
#include <SignalBox/qt/futures/completion_p.h>
#include <SignalBox/qt/handlers/contextlink_p.h>
#include <SignalBox/qt/handlers/nextlane_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

#include <new>

namespace SignalBox::detail {

namespace {

// An entry with a reservation.
void sendTo(Lane &lane, QueueEntry *entry)
{
    if (Mailbox *mailbox = lane.mailbox())
        mailbox->push(entry);
    else if (!static_cast<NextLane &>(lane).park(entry))
        lane.mailbox()->push(entry);
}

} // namespace

Route::Route(std::shared_ptr<RegistryLink> link, std::shared_ptr<Mailbox> mailbox, const AsyncOptions &options)
    : m_link(std::move(link)),
      m_isOnce(options.once),
      m_isAuto(options.delivery == Delivery::Auto),
      m_backlog(options.backlog),
      m_lane(&m_firstLane),
      m_firstLane(*this, mailbox.get()),
      m_owners(2), // who makes it, and the first lane
      m_ring(m_backlog.kind() == Backlog::Kind::Unbounded
                 ? nullptr
                 : std::make_unique<Ring>(static_cast<std::uint32_t>(m_backlog.capacity()))),
      m_visit(WakeUp<DeliveryPlatform>::Idle)
{
    if (mailbox)
        m_mailboxes.push_back(std::move(mailbox));
}

Route::~Route()
{
    dropBacklog(*m_lane.load(std::memory_order_relaxed));
}

void Route::begin(HandlerReference handler, QObject *watched, Affinity affinity)
{
    m_handler = std::move(handler);
    if (!watched)
        return;
    // The application object stays where it is, and a filter there would be asked about every event of the program.
    if (watched == QCoreApplication::instance())
        affinity = Affinity::Ignored;
    m_firstLane.setProvisional(affinity == Affinity::Followed);
    auto context = std::make_shared<ContextLink>(*this, watched, affinity);
    {
        const std::lock_guard lock(m_mutex);
        if (m_hasEnded)
            return;
        m_context = context;
    }
    context->begin(context);
}

void Route::abandon() noexcept
{
    m_handler = HandlerReference(); // and with it the handler, if it has been made
    bool hasEnded = false;
    {
        const std::lock_guard lock(m_mutex);
        hasEnded = m_hasEnded;
    }
    if (!hasEnded)
        end();
}

void Route::end() noexcept
{
    std::shared_ptr<ContextLink> context;
    Lane *lane = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        m_hasEnded = true;
        context = std::move(m_context);
        lane = m_lane.load(std::memory_order_relaxed);
    }
    if (context)
        context->end(lane->mailbox());
    abandonParked();
    // Drops what waits, which may have been planned for much later.
    if (m_ring && !m_ring->isEmpty())
        queueVisit();
    // Nobody is inside the handler, so nobody takes out a reservation any more.
    lane->close();
    m_link->handlersHaveChanged();
}

// --- called by the handler itself ----------------------------------------------------------------

bool Route::takes(const Notification &notification)
{
    switch (notification.kind()) {
    case Notification::Kind::Walk:
        break;
    case Notification::Kind::Delivery:
        // A handler for one call is unregistered by whoever calls it, and exactly one unregister() succeeds.
        if (m_isOnce && !m_handler.unregister()) {
            notification.isRefused = true;
            return false;
        }
        return true;
    case Notification::Kind::SequentialWalk:
        return runsInSequence(static_cast<const SequentialWalk &>(notification));
    case Notification::Kind::Step:
        take(static_cast<const Step &>(notification));
        return false;
    case Notification::Kind::Inspection:
        try {
            describe(static_cast<const Inspection &>(notification));
        } catch (const std::bad_alloc &) {
            static_cast<const Inspection &>(notification).isIncomplete = true;
        }
        return false;
    }
    const Walk &walk = static_cast<const Walk &>(notification);
    if (runsInline()) {
        walk.flush();
        if (!m_isOnce || m_handler.unregister())
            return true;
        walk.countSkipped();
        return false;
    }
    if (m_isOnce && m_isClaimed.exchange(true, std::memory_order_relaxed)) {
        walk.countSkipped();
        return false;
    }
    if (m_ring)
        walk.queueBacklog(*this);
    else
        walk.queue(reserveLane());
    return false;
}

bool Route::runsInSequence(const SequentialWalk &walk) noexcept
{
    const bool runsHere = walk.mayRun() && runsInline();
    // As in the other walks.
    if (m_isOnce && !(runsHere ? m_handler.unregister() : !m_isClaimed.exchange(true, std::memory_order_relaxed))) {
        walk.countSkipped();
        return false;
    }
    if (!runsHere)
        walk.addStep(*this);
    return runsHere;
}

void Route::take(const Step &step) noexcept
{
    if (runsInline()) {
        step.way = Step::Way::Inline;
        return;
    }
    try {
        if (m_ring) {
            QueueEntry *item = makeItem(step.event());
            static_cast<void>(step.shareEvent().release()); // the item's
            queueBacklog(item);
        } else {
            queue(step.shareEvent());
        }
        step.way = Step::Way::Forwarded;
    } catch (const std::bad_alloc &) {
        // Dropped by the sequence.
    }
}

void Route::deliverOrForward(const Event &event) noexcept
{
    const Step step(&event);
    m_handler.call(&step);
    if (step.way == Step::Way::Inline) {
        HandlerCalls calls;
        deliver(event, calls);
    } else if (step.way == Step::Way::Refused) {
        drop(event);
    }
}

bool Route::runsInline() const noexcept
{
    const Lane &lane = *m_lane.load(std::memory_order_acquire);
    const bool isProvisional = lane.isProvisional(); // before the next line: see there
    const Mailbox *mailbox = lane.mailbox();
    if (mailbox == nullptr)
        return &lane == &m_firstLane;
    return m_isAuto && !m_ring && mailbox->isCurrentThread() && !lane.isPending() && !isProvisional;
}

Lane &Route::reserveLane() noexcept
{
    return *reserveCurrent<DeliveryPlatform, Lane>(m_lane);
}

// --- deliveries ----------------------------------------------------------------------------------

void Route::deliver(const Event &event, HandlerCalls &calls) noexcept
{
    Completion *const completion = event.completion();
    if (completion && !completion->begin()) {
        refuseClaim();
        m_statistics.countDropped(1);
        return;
    }
    const Notification notification(Notification::Kind::Delivery, &event, completion);
    const Outcome outcome = calls.call(m_handler, &notification);
    const bool isCalled = outcome != Outcome::NotCalled && !notification.isRefused;
    if (!isCalled) {
        refuseClaim();
        m_statistics.countDropped(1);
    }
    if (!completion || notification.isAwaited)
        return;
    if (!isCalled)
        completion->revoke();
    else
        completion->end(outcome == Outcome::Failed     ? Completion::Ending::Threw
                            : outcome == Outcome::Stop ? Completion::Ending::Stopped
                                                       : Completion::Ending::Returned,
                        m_handler.id());
}

void Route::drop(const Event &event) noexcept
{
    refuseClaim();
    m_statistics.countDropped(1);
    if (Completion *completion = event.completion())
        completion->drop();
}

void Route::refuseClaim() noexcept
{
    if (m_isOnce)
        m_isClaimed.store(false, std::memory_order_relaxed);
}

void Route::queue(EventPointer event)
{
    Lane &lane = reserveLane();
    try {
        sendTo(lane, makeEntry(QueueEntry::Handler, lane, event.get()));
    } catch (...) {
        lane.release(1);
        throw;
    }
    static_cast<void>(event.release()); // the entry's
}

// Throws nothing: without memory, the next event tries again.
void Route::queueVisit() noexcept
{
    if (!m_visit.raise())
        return;
    Lane &lane = reserveLane();
    try {
        sendTo(lane, makeEntry(QueueEntry::Visit, lane, nullptr));
    } catch (const std::bad_alloc &) {
        m_visit.clear();
        lane.release(1);
    }
}

// --- what it counts ------------------------------------------------------------------------------

Propagation Route::callObserved(Propagation (*call)(void *, const Notification &, Route &), void *handler,
                                const Notification &notification)
{
    const auto begin = std::chrono::steady_clock::now();
    try {
        const Propagation result = call(handler, notification, *this);
        countCall(std::chrono::steady_clock::now() - begin, nullptr);
        return result;
    } catch (...) {
        countCall(std::chrono::steady_clock::now() - begin, std::current_exception());
        throw;
    }
}

void Route::countCall(std::chrono::nanoseconds time, const std::exception_ptr &exception) noexcept
{
    if (m_link->areStatisticsEnabled()) {
        if (exception)
            m_statistics.countFailure(exception);
        m_statistics.countCall(time);
        m_link->statisticsHaveChanged();
    }
    const std::chrono::nanoseconds budget = m_link->slowHandlerBudget();
    if (budget.count() == 0 || time <= budget)
        return;
    try {
        logSlowHandler(m_handler.info(), time, budget);
    } catch (const std::bad_alloc &) {
        // A warning less.
    }
}

void Route::tellLag() noexcept
{
    if (const std::uint64_t lost = m_statistics.takeNewLosses())
        m_link->tellLag(m_handler.id(), lost);
}

void Route::describe(const Inspection &inspection) const
{
    AsyncHandlerInfo &row = inspection.rows.emplace_back();
    row.id = m_handler.id();
    if (const Mailbox *mailbox = m_lane.load(std::memory_order_acquire)->mailbox())
        row.threadName = mailbox->name();
    m_statistics.describe(row);
}

} // namespace SignalBox::detail
