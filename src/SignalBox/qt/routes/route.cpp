// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/route.h>

#include <SignalBox/qt/observing/asynchandlerinfo.h>
#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/observing/handlerdescription_p.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/observing/loopwatch_p.h>
#include <SignalBox/qt/routes/context_p.h>
#include <SignalBox/qt/routes/routesearch.h>
#include <SignalBox/qt/routes/runningcall.h>
#include <SignalBox/qt/routes/sequence_p.h>
#include <SignalBox/qt/routes/walk.h>
#include <SignalBox/qt/observing/tracer_p.h>

#include <new>
#include <optional>
#include <utility>

namespace SignalBox::detail {

// Brings an opening to the thread on which the context has arrived.
class Route::Opening final : public Task
{
public:
    Opening(Route &route, Mailbox &mailbox) noexcept : m_route(route), m_mailbox(mailbox) { m_route.addOwner(); }
    ~Opening() override { m_route.dropOwner(); }
    void run() noexcept override { m_route.openAt(m_mailbox); }
    void drop() noexcept override
    {
        m_route.abandonKept(m_mailbox);
        delete this;
    }

private:
    Route &m_route;
    Mailbox &m_mailbox;
};

// A call inside of a post, on the thread of the handler. Nothing of the drains knows of it: so what must not come meanwhile waits for a
// reservation, also where the context has moved.
class Route::InlineCall
{
public:
    explicit InlineCall(Route &route) noexcept : m_route(route), m_running(route)
    {
        if (m_route.m_nested == Nested::Deliver)
            return;
        m_isReserved = m_route.reserve() != nullptr;
        if (!m_isReserved)
            m_route.refuse();
        m_route.m_isBusy = true;
    }
    ~InlineCall()
    {
        if (m_route.m_nested == Nested::Deliver)
            return;
        m_route.m_isBusy = false;
        if (!m_route.m_inbox->isEmpty())
            m_route.queueVisit();
        if (m_isReserved)
            m_route.release(1);
    }
    Q_DISABLE_COPY_MOVE(InlineCall)

private:
    Route &m_route;
    const RunningCall m_running;
    bool m_isReserved = false;
};

const std::shared_ptr<const EventPolicy> noPolicy;

Route::Route(std::shared_ptr<RegistryLink> link, std::shared_ptr<Mailbox> mailbox, const HandlerSettings &settings, Affinity affinity)
    : Receiver(Inbox::wantsOneRound(settings.backlog, settings.calledWith)),
      RouteBase(link->observers(), settings.isOnce),
      m_link(std::move(link)),
      m_isAuto(settings.delivery == Delivery::Auto),
      m_nested(settings.nested),
      m_calledWith(settings.calledWith),
      m_affinity(affinity),
      m_mailbox(std::move(mailbox)),
      m_transit(m_mailbox.get()),
      m_owners(2), // who makes it, and the reservations
      m_backlog(settings.backlog),
      m_policy(settings.policy),
      m_inbox(Inbox::make(m_backlog, m_calledWith, m_nested, settings.policy ? nullptr : settings.values, m_statistics)),
      m_visit(WakeUp<DeliveryPlatform>::Idle)
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
    m_context->add(*this, m_affinity == Affinity::Followed ? m_mailbox.get() : nullptr);
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

RouteBase::CallKind Route::takes(const Notification &notification)
{
    // By hand, as the hot paths would pay for the switch's jump.
    if (notification.kind() == Notification::Kind::Walk)
        return takes(static_cast<const Walk &>(notification));
    if (notification.kind() == Notification::Kind::ValueOffer) {
        take(static_cast<const ValueOffer &>(notification));
        return CallKind::None;
    }
    switch (notification.kind()) {
    case Notification::Kind::Delivery:
    case Notification::Kind::Batch:
        // A handler for one call is unregistered by whoever calls it, and exactly one unregister() succeeds.
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
    withKey(walk.event(), [&](const EventKey *key) { forwardFrom(walk, key); });
    return CallKind::None;
}

// Without memory it is not taken, and becomes an event.
void Route::take(const ValueOffer &offer) noexcept
{
    if (offer.isTaken || !m_inbox)
        return;
    try {
        offer.isTaken = m_inbox->pushValue(offer.value());
    } catch (const std::bad_alloc &) {
        return;
    }
    if (!offer.isTaken)
        return;
    queueVisit();
    tellWaiting();
}

// A delivery for which there is no memory is dropped and counted.
void Route::forwardFrom(const Walk &walk, const EventKey *key) noexcept
{
    Mailbox *mailbox = nullptr;
    if (m_link->isTraced()) [[unlikely]]
        traceForward(walk.event());
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
        traceForward(step.event());
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

void Route::takeTurn(const Event &event) noexcept
{
    const Step step(&event);
    const Outcome outcome = m_handler.call(&step);
    if (step.way == Step::Way::Inline) {
        HandlerCalls calls;
        std::optional<InlineCall> call;
        if (m_mailbox)
            call.emplace(*this);
        callHandler(event, calls);
    } else if (outcome == Outcome::Failed) { // it has no key
        refuseClaim();
        Completion *const completion = event.completion();
        if (completion && completion->begin())
            completion->end(Completion::Ending::Threw, m_handler.id());
    } else if (step.way == Step::Way::Refused) {
        dropEvent(event);
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
    if (!m_isAuto || (m_inbox && m_nested == Nested::Deliver) || !m_transit.mailbox()->isCurrentThread() || hasLeft())
        return false;
    if (!m_inbox) [[likely]]
        return !m_transit.isPending(served());
    return m_calledWith == CalledWith::Event && m_backlog == Backlog::all() && !m_isBusy && m_inbox->isEmpty();
}

// --- deliveries ----------------------------------------------------------------------------------

void Route::callHandler(const Event &event, HandlerCalls &calls) noexcept
{
    Completion *const completion = event.completion();
    if (completion && !completion->begin()) {
        refuseClaim();
        m_statistics.countDropped(1);
        return;
    }
    const Notification notification(Notification::Kind::Delivery, &event);
    const RunningCall running(*this);
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

void Route::queue(EventPointer event)
{
    QueueEntry *const entry = SeparateEntry::make(QueueEntry::Single, this, event.get());
    static_cast<void>(event.release()); // the entry's
    if (Mailbox *mailbox = reserve())
        mailbox->push(entry);
    else
        park(entry);
}

void Route::park(QueueEntry *entry) noexcept
{
    Mailbox *opensAt = nullptr;
    addOwner();
    if (Mailbox *mailbox = m_transit.park(entry, opensAt))
        mailbox->push(entry);
    else
        sendKept(opensAt);
    dropOwner();
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

bool Route::forward(const Payload *payload) noexcept
{
    QueueEntry *const entry = SeparateEntry::make(payload ? QueueEntry::Single : QueueEntry::Visit, this, payload);
    if (payload)
        payload->addReference();
    if (m_transit.forward(entry))
        return true;
    FreedBlocks freed; // not the last reference: the caller has one
    entry->free(freed);
    return false;
}

void Route::endDrain() noexcept
{
    if (m_inbox)
        m_inbox->updateStatistics();
    if (!m_statistics.hasNewLosses())
        return;
    if (const std::uint64_t lost = m_statistics.takeNewLosses())
        m_link->tellLag(m_handler.id(), lost);
    if (m_link->isTraced())
        traceLosses();
}

// --- its context moves ---------------------------------------------------------------------------

// Under the context's mutex: nothing is sent from here.
void Route::depart(Mailbox *left) noexcept
{
    m_transit.depart();
    setHasLeft(true);
    if (!left || m_plannedAt == 0)
        return;
    left->forgetVisit(std::exchange(m_plannedAt, 0), *this);
    static_cast<void>(forward(nullptr)); // the handler is there; the wake-up is raised
    Mailbox *nowhere = nullptr;
    m_transit.releaseSlowly(1, nowhere); // not the last one: the visit's
}

void Route::arriveAt(Mailbox &mailbox, Mailbox *&opensAt) noexcept
{
    m_transit.arriveAt(&mailbox, opensAt, [this] { setHasLeft(false); });
}

void Route::openAt(Mailbox &mailbox) noexcept
{
    EntryList waiting;
    if (m_transit.openAt(&mailbox, waiting, [this] { setHasLeft(false); }) && !waiting.isEmpty())
        mailbox.takeOver(std::move(waiting));
}

void Route::sendKept(Mailbox *opensAt) noexcept
{
    if (!opensAt) {
        if (m_context && m_context->isStranded())
            m_context->look(this);
    } else if (!opensAt->post(std::make_unique<Opening>(*this, *opensAt))) {
        abandonKept(*opensAt);
    }
}

void Route::abandonKept(const Mailbox &mailbox) noexcept
{
    EntryList kept;
    m_transit.abandonKept(&mailbox, kept);
    dropKept(std::move(kept));
}

// Under the context's mutex: nothing is dropped here.
void Route::takeStranded(EntryList &kept) noexcept
{
    m_transit.abandonKept(nullptr, kept);
}

void Route::dropKept(EntryList &&kept) noexcept
{
    FreedBlocks freed;
    while (QueueEntry *entry = kept.takeFirst()) {
        if (const Payload *payload = entry->payload()) {
            drop(*payload);
        } else {
            dropInbox();
        }
        entry->free(freed);
        release(1);
    }
}

// --- what it counts ------------------------------------------------------------------------------

Propagation Route::callObserved(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                                const Notification &notification)
{
    std::optional<InlineCall> call;
    const bool isDelivery = notification.kind() == Notification::Kind::Delivery || notification.kind() == Notification::Kind::Batch;
    if (m_mailbox && !isDelivery)
        call.emplace(*this);
    return isObserved() ? countedCall(function, handler, notification) : function(handler, notification, *this);
}

Propagation Route::countedCall(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                               const Notification &notification)
{
    const TraceName trace = m_link->isTraced() ? traceName() : 0;
    const auto begin = std::chrono::steady_clock::now();
    TraceSlice slice(trace, begin);
    if (trace)
        traceArrival(notification, begin);
    const auto finish = [&](const std::exception_ptr &exception) {
        const auto end = std::chrono::steady_clock::now();
        slice.end(end);
        countCall(begin, end, exception);
    };
    try {
        const Propagation result = function(handler, notification, *this);
        finish(nullptr);
        return result;
    } catch (...) {
        finish(std::current_exception());
        throw;
    }
}

void Route::countCall(std::chrono::steady_clock::time_point begin, std::chrono::steady_clock::time_point end,
                      const std::exception_ptr &exception) noexcept
{
    const std::chrono::nanoseconds time = end - begin;
    if (m_link->areStatisticsEnabled()) {
        if (exception)
            m_statistics.countFailure(exception);
        m_statistics.countCall(time);
        m_link->statisticsHaveChanged();
    }
    const std::chrono::nanoseconds budget = m_link->slowHandlerBudget();
    LoopWatch *const loop = LoopWatch::ofThread();
    try {
        if (budget.count() > 0 && time > budget)
            logSlowHandler(m_handler, time, budget);
        if (loop && loop->isWorthNoting(begin, end))
            note(*loop, begin, end);
    } catch (const std::bad_alloc &) {
        // A warning less, or a name.
    }
}

void Route::note(LoopWatch &loop, std::chrono::steady_clock::time_point begin,
                 std::chrono::steady_clock::time_point end) const
{
    const HandlerDescription description(m_handler);
    loop.note(begin, end, {m_handler.id(), description, m_link->name()},
              [weak = m_link->weak_from_this()](const StallInfo &stall) {
                  if (const std::shared_ptr<RegistryLink> link = weak.lock())
                      link->tellStall(stall);
              });
}

void Route::countPolicyFailure() noexcept
{
    if (m_link->areStatisticsEnabled()) {
        m_statistics.countFailure(std::current_exception());
        m_link->statisticsHaveChanged();
    }
}

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
