// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/route.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/deliveryclock_p.h>
#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/routes/runningcall.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

// The part of Route that serves an inbox: events go into it, and visits of the mailbox take them out.

namespace SignalBox::detail {

// --- producers -----------------------------------------------------------------------------------

void Route::keep(QueueEntry *item, const EventKey *key)
{
    if (!key) {
        m_inbox->push(item);
        queueVisit();
        return;
    }
    std::vector<FailedMerge> failed;
    const bool hasChanged = m_inbox->push(item, key, m_policy.get(), failed);
    for (const FailedMerge &failure : failed)
        reportFailedMerge(failure);
    if (hasChanged)
        queueVisit();
}

// A failure of the handler, as if it had been called with the event.
void Route::reportFailedMerge(const FailedMerge &failed) noexcept
{
    if (m_link->areStatisticsEnabled()) {
        m_statistics.countFailure(failed.exception);
        m_link->statisticsHaveChanged();
    }
    try {
        const HandlerInfo info = m_handler.info();
        m_link->report(ExceptionInfo(info.id, info.name, failed.exception, info.registeredAt, m_handler.scriptPlace()));
    } catch (...) {
        // Without memory, the failure is not reported.
    }
    Completion *const completion = Batch::eventOf(*failed.item).completion();
    if (completion && completion->begin())
        completion->end(Completion::Ending::Threw, m_handler.id());
    Batch::freeItem(*failed.item);
}

// --- visits --------------------------------------------------------------------------------------

// Throws nothing: without memory, the next event tries again.
void Route::queueVisit() noexcept
{
    if (m_visits.wakeUp.raise())
        sendVisit();
}

void Route::sendVisit() noexcept
{
    try {
        QueueEntry *const entry = SeparateEntry::make(QueueEntry::Visit, this, nullptr); // before it is counted
        if (Mailbox *mailbox = reserve())
            mailbox->push(entry);
        else
            park(entry);
    } catch (const std::bad_alloc &) {
        m_visits.wakeUp.clear();
    }
}

void Route::visit(Mailbox &mailbox, Drain &drain) noexcept
{
    const bool isPlanned = std::exchange(m_visits.isPlanned, false);
    if (!m_inbox) { // what waited in front of it has been dropped
        m_dropMarkers.fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    // The visit stays raised until what is there has been taken: posts before that have nothing to call.
    if (!m_handler.isRegistered()) {
        m_visits.wakeUp.clear();
        forgetPlan(mailbox);
        dropInbox();
        return;
    }
    if (m_visits.isBusy) { // the call that set it looks again at its end
        m_visits.wakeUp.clear();
        return;
    }
    if (!m_inbox->isInRound()) {
        if (m_inbox->isEmpty()) {
            m_visits.wakeUp.clear();
            if (m_inbox->isEmpty()) {
                forgetPlan(mailbox); // there may be nothing more to come
                return;
            }
        }
        if (const std::int64_t due = m_inbox->dueTime(); due > DeliveryClock::now()) {
            plan(mailbox, due);
            return;
        }
        m_visits.isRoundPlanned = isPlanned;
    }
    do {
        serve(&mailbox, drain);
    } while (drain.servesRoundsUntil != 0 && m_inbox->isInRound() && !hasLeft() && m_handler.isRegistered()
             && steadyNanoseconds() < drain.servesRoundsUntil);
}

void Route::serve(Mailbox *mailbox, Drain &drain) noexcept
{
    const bool wasBusy = std::exchange(m_visits.isBusy, m_visits.isBusy || waitsForItsCalls());
    if (m_inbox->calledWith() == CalledWith::Batch)
        serveBatch(mailbox, drain);
    else
        serveEvent(mailbox, drain);
    m_visits.isBusy = wasBusy;
    if (waitsForItsCalls() && !m_visits.isBusy && !m_inbox->isEmpty())
        queueVisit();
}

void Route::serveEvent(Mailbox *mailbox, Drain &drain) noexcept
{
    const std::int64_t begin = DeliveryClock::now();
    if (!m_inbox->isInRound())
        m_inbox->beginRound(begin);
    QueueEntry *const item = m_inbox->takeEvent();
    if (m_inbox->wantsOneRound())
        setWantsOneVisit(!m_inbox->isInRound());
    const std::uint64_t round = m_inbox->round();
    prepareNext(mailbox);
    if (!item)
        return;
    callHandler(Batch::eventOf(*item), drain.calls);
    Batch::freeItem(*item, drain.freed);
    endCall(mailbox, round, begin);
}

void Route::serveBatch(Mailbox *mailbox, Drain &drain) noexcept
{
    const std::int64_t begin = DeliveryClock::now();
    Batch batch(m_inbox->takeSpare());
    m_inbox->takeBatch(batch, begin);
    const std::uint64_t round = m_inbox->round();
    prepareNext(mailbox);
    callHandler(batch, drain.calls);
    for (const BatchItem &item : batch.allItems()) {
        if (QueueEntry *entry = item.entry())
            Batch::freeItem(*entry, drain.freed);
    }
    m_inbox->giveBack(batch);
    endCall(mailbox, round, begin);
}

// While events keep coming, the next round is planned before there is anything for it: so the thread wakes up once for each round, and
// not for the first post after it as well. A round that was planned and finds nothing is the last one.
void Route::prepareNext(Mailbox *mailbox) noexcept
{
    if (!mailbox) {
        queueVisit();
        return;
    }
    const bool isInRound = m_inbox->isInRound();
    if (!isInRound && m_inbox->backlog().isEvery() && m_visits.isRoundPlanned && !m_transit.isFinishing()) {
        plan(*mailbox, m_inbox->dueTime());
        return;
    }
    m_visits.wakeUp.clear();
    if (!isInRound && m_inbox->isEmpty())
        return;
    if (isInRound || m_inbox->backlog().isImmediate())
        queueVisit();
    else
        plan(*mailbox, m_inbox->dueTime());
}

void Route::endCall(Mailbox *mailbox, std::uint64_t round, std::int64_t begin) noexcept
{
    if (!m_inbox->backlog().isEvery() || !m_inbox->endCall(round, begin, DeliveryClock::now()))
        return;
    // The plan from before the call is too early now.
    if (mailbox && m_visits.plannedAt != 0 && !hasLeft()) {
        mailbox->forgetVisit(m_visits.plannedAt, *this);
        m_visits.plannedAt = m_inbox->dueTime();
        mailbox->planVisit(m_visits.plannedAt, *this);
    }
}

// The wake-up stays raised until the visit: posts have nothing to call.
void Route::plan(Mailbox &mailbox, std::int64_t time) noexcept
{
    if (hasLeft()) { // in an event loop of the call
        m_visits.wakeUp.clear();
        queueVisit();
        return;
    }
    m_visits.wakeUp.keepRaised();
    if (m_visits.plannedAt != 0 || !reserve())
        return;
    m_visits.plannedAt = time;
    mailbox.planVisit(time, *this);
}

void Route::forgetPlan(Mailbox &mailbox) noexcept
{
    if (m_visits.plannedAt == 0)
        return;
    mailbox.forgetVisit(std::exchange(m_visits.plannedAt, 0), *this);
    release(1); // not the last one: the visit's
}

void Route::visitAsPlanned() noexcept
{
    m_visits.plannedAt = 0;
    m_visits.isPlanned = true;
    sendVisit();
    release(1);
}

void Route::dropAsPlanned() noexcept
{
    m_visits.plannedAt = 0; // the thread may start again
    dropInbox();
    release(1);
}

// --- on demand -----------------------------------------------------------------------------------

bool Route::deliverNow() noexcept
{
    Mailbox *const mailbox = reserve(); // it stays where it is meanwhile
    if (!mailbox) {
        refuse();
        return false;
    }
    const bool isHere = m_inbox && m_inbox->backlog().isOnDemand() && !m_visits.isBusy && mailbox->isDrainedHere() && !hasLeft();
    if (isHere) {
        m_visits.isBusy = true;
        Drain drain;
        do {
            serve(nullptr, drain);
        } while (m_inbox->isInRound() && !m_inbox->isEmpty());
        m_visits.isBusy = false;
        endDrain();
        if (!m_inbox->isEmpty())
            queueVisit();
    }
    release(1);
    return isHere;
}

// --- a batch -------------------------------------------------------------------------------------

void Route::beginDeliveries(Batch &batch) noexcept
{
    FreedBlocks freed;
    const auto isOver = [&](const BatchItem &item) {
        Completion *const completion = item.completion();
        if (!completion || completion->begin())
            return false;
        m_inbox->countReplacedAsDropped(*item.entry());
        m_statistics.countDropped(1);
        Batch::freeItem(*item.entry(), freed);
        return true;
    };
    Batch::Items &items = batch.allItems();
    items.erase(std::remove_if(items.begin(), items.end(), isOver), items.end());
}

void Route::callHandler(Batch &batch, HandlerCalls &calls) noexcept
{
    if (batch.isCounted())
        beginDeliveries(batch);
    if (batch.isEmpty())
        return;
    m_inbox->tellLosses(batch);
    const RunningCall running(*this);
    const Outcome outcome = calls.call(m_handler, &batch);
    const bool isCalled = outcome != Outcome::NotCalled && !batch.isRefused;
    if (!isCalled) {
        m_inbox->keepLosses(batch); // the next batch tells
        m_statistics.countDropped(batch.size());
    }
    if (!batch.isCounted() || batch.isAwaited)
        return;
    for (const BatchItem &item : batch.allItems()) {
        Completion *const completion = item.completion();
        if (!completion)
            continue;
        if (!isCalled)
            completion->revoke();
        else
            completion->end(outcome == Outcome::Failed ? Completion::Ending::Threw : Completion::Ending::Returned,
                            m_handler.id());
    }
}

// --- dropping ------------------------------------------------------------------------------------

// Without an inbox, events wait in the mailbox's queue, and those in front of a visit are dropped. Relaxed: a post after this on the same
// thread is queued behind the visit; a delivery on another thread that does not see the number yet began before.
void Route::dropPending()
{
    if (!m_mailbox)
        return;
    if (m_inbox) {
        m_inbox->dropWaiting();
        if (m_statistics.hasNewLosses())
            queueVisit(); // which tells of them
        return;
    }
    QueueEntry *const entry = SeparateEntry::make(QueueEntry::Visit, this, nullptr);
    m_dropMarkers.fetch_add(1, std::memory_order_relaxed);
    if (Mailbox *mailbox = reserve())
        mailbox->push(entry);
    else
        park(entry);
}

// There is no consumer meanwhile: the mailbox is closed, and the caller has a reservation.
void Route::takeBacklog(EntryList &taken) noexcept
{
    if (!m_inbox) {
        m_dropMarkers.fetch_sub(1, std::memory_order_relaxed); // its visit is dropped
        return;
    }
    m_visits.wakeUp.clear();
    m_inbox->takeRest(taken);
}

void Route::dropBacklog(EntryList &&taken) noexcept
{
    if (m_inbox)
        m_inbox->drop(std::move(taken));
}

void Route::dropInbox() noexcept
{
    EntryList taken;
    takeBacklog(taken);
    dropBacklog(std::move(taken));
}

} // namespace SignalBox::detail
