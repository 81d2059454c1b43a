// SPDX-License-Identifier: MIT
#include <SignalBox/qt/testing/testclock.h>

#include <SignalBox/core/runninghandler.h>
#include <SignalBox/qt/delivery/deadlines_p.h>
#include <SignalBox/qt/delivery/deliveryclock_p.h>
#include <SignalBox/qt/delivery/threadmailbox_p.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace SignalBox {

using detail::Deadlines;
using detail::DeliveryClock;
using detail::ThreadMailbox;

namespace {

constexpr std::chrono::seconds patience(5);
constexpr std::chrono::hours century(100 * 365 * 24); // twice as much still fits the clock's type

// The threads that may deliver, at one moment.
class Threads
{
public:
    Threads()
    {
        for (std::shared_ptr<ThreadMailbox> &mailbox : ThreadMailbox::all()) {
            if (mailbox->isCurrentThread())
                m_own = std::move(mailbox);
            else if (mailbox->isThreadRunning())
                m_others.push_back(std::move(mailbox));
        }
    }

    // Delivers what is due on the calling thread, and has the others begin. False: there was always more until the deadline.
    bool deliverDue(std::int64_t time, QDeadlineTimer deadline) const
    {
        for (const auto &mailbox : m_others) {
            if (mailbox->nextPlan() <= time)
                mailbox->wake();
        }
        return !m_own || m_own->deliverWaiting(deadline);
    }

    // Whether nothing was waiting or running anywhere, at one moment. Each thread is looked at twice: if none of them has
    // delivered between its two looks, all were idle after the last of the first looks. Else `busy` is one that was not, if another.
    bool areIdle(std::int64_t time, QString &busy) const
    {
        busy.clear();
        std::vector<std::uint64_t> drains;
        for (const auto &mailbox : m_others) {
            const std::optional<std::uint64_t> idleSince = mailbox->idleSince(time);
            if (!idleSince) {
                busy = mailbox->name();
                return false;
            }
            drains.push_back(*idleSince);
        }
        for (std::size_t i = 0; i < m_others.size(); ++i) {
            if (m_others[i]->idleSince(time) != drains[i])
                return false;
        }
        return !m_own || !m_own->hasWaiting();
    }

    std::int64_t nextPlan() const
    {
        std::int64_t next = m_own ? m_own->nextPlan() : DeliveryClock::never;
        for (const auto &mailbox : m_others)
            next = std::min(next, mailbox->nextPlan());
        return next;
    }

    bool isDeliveringHere() const { return m_own && m_own->isDelivering(); }

private:
    std::shared_ptr<ThreadMailbox> m_own; // null: the calling thread has none
    std::vector<std::shared_ptr<ThreadMailbox>> m_others;
};

// Lets other threads run: for a moment, if that is likely to do.
void pause(int round)
{
    if (round < 20)
        QThread::yieldCurrentThread();
    else
        QThread::usleep(100);
}

// Has all that is due at this time done, and what follows from it. Returns when the next thing is due; nothing: some thread
// does not get there, or the clock has been destroyed.
std::optional<std::int64_t> settle(std::int64_t time)
{
    const QDeadlineTimer deadline(patience);
    QString busy;
    for (int round = 0; !deadline.hasExpired(); ++round) {
        if (!DeliveryClock::isStoppedAt(time))
            return {};
        const Threads threads;
        const bool areDeadlinesEnding = Deadlines::areEnding(); // before the threads, which hear from it
        if (!threads.deliverDue(time, deadline)) {
            busy = QThread::currentThread()->objectName();
            break;
        }
        if (!threads.areIdle(time, busy) || areDeadlinesEnding) {
            if (areDeadlinesEnding)
                busy = QStringLiteral("of the deadlines");
            pause(round);
            continue;
        }
        const std::int64_t nextDeadline = Deadlines::next();
        if (nextDeadline > time)
            return std::min(nextDeadline, threads.nextPlan());
        Deadlines::endUntil(time);
    }
    detail::warnRefused("TestClock::advance()",
                        QStringLiteral("what is due has not been delivered within 5 seconds of real time%1")
                            .arg(busy.isEmpty() ? QString() : QStringLiteral(", on thread \"%1\"").arg(busy)),
                        "the clock stands at the time when it was due");
    return {};
}

} // namespace

TestClock::TestClock()
    : m_thread(std::this_thread::get_id()), m_isActive(DeliveryClock::stop())
{
    if (!m_isActive)
        detail::warnRefused("TestClock", QStringLiteral("there is a clock already, and one at a time"), "this one is inert");
}

TestClock::~TestClock()
{
    if (!m_isActive)
        return;
    DeliveryClock::resume();
    Deadlines::look();
    for (const auto &mailbox : ThreadMailbox::all())
        mailbox->wake(); // sets its timer
}

// What it delivers may destroy this clock, and make another one.
bool TestClock::advance(std::chrono::milliseconds duration)
{
    const auto refuse = [](const char *problem, const char *consequence = "the clock stands still") {
        detail::warnRefused("TestClock::advance()", QLatin1String(problem), consequence);
        return false;
    };
    if (!m_isActive)
        return refuse("this clock is inert, since there was another one when it was created");
    if (std::this_thread::get_id() != m_thread)
        return refuse("only the thread that created the clock may advance it");
    if (runningHandler().isValid() || Threads().isDeliveringHere())
        return refuse("a handler cannot let time pass: its own delivery would have to end first");
    if (duration.count() < 0)
        return refuse("the duration must not be negative");
    const std::int64_t begin = DeliveryClock::now();
    const std::chrono::nanoseconds ahead(begin - detail::steadyNanoseconds());
    if (duration > std::chrono::floor<std::chrono::milliseconds>(century - ahead))
        return refuse("the time would be more than a century ahead");

    const std::int64_t end = begin + std::chrono::nanoseconds(duration).count();
    std::int64_t time = begin;
    while (const std::optional<std::int64_t> next = settle(time)) {
        const std::int64_t step = std::min(*next, end);
        if (!DeliveryClock::advance(time, step))
            break;
        if (*next > end)
            return true;
        time = step;
    }
    if (DeliveryClock::isStoppedAt(time)) // settle() has warned
        return false;
    return refuse("the clock was destroyed by something that it delivered", "time goes on without it");
}

} // namespace SignalBox
