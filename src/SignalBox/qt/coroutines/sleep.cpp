// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/sleep.h>

#include <SignalBox/qt/coroutines/taskhub_p.h>
#include <SignalBox/qt/delivery/deadlines_p.h>
#include <SignalBox/qt/delivery/deliveryclock_p.h>
#include <SignalBox/qt/delivery/ineventmemory_p.h>

#include <utility>

// Tasks that wait for times, and the part of TaskHub that resumes them.

namespace SignalBox::detail {

// The time of a sleeper has come.
class TaskHub::Alarm final : public Expiring, public InEventMemory
{
public:
    explicit Alarm(std::shared_ptr<TaskHub> hub) noexcept : m_hub(std::move(hub)) {}
    void expire() noexcept override { m_hub->wake(); }

private:
    const std::shared_ptr<TaskHub> m_hub;
};

Sleep::~Sleep()
{
    if (m_isAsleep)
        driver().hub().removeSleeper(*this);
}

void Sleep::begin(TaskDriver &driver)
{
    setDriver(driver);
    const std::int64_t now = DeliveryClock::now();
    m_time = m_duration.count() < DeliveryClock::never - now ? now + m_duration.count() : DeliveryClock::never;
    TaskHub &hub = driver.hub();
    hub.addSleeper(*this);
    try {
        hub.setAlarm(*this);
    } catch (...) {
        hub.removeSleeper(*this);
        throw;
    }
}

void TaskHub::addSleeper(Sleep &sleep) noexcept
{
    Sleep *before = nullptr;
    Sleep *after = m_firstSleeper;
    for (; after && after->m_time <= sleep.m_time; after = after->m_next)
        before = after;
    sleep.m_previous = before;
    sleep.m_next = after;
    (before ? before->m_next : m_firstSleeper) = &sleep;
    if (after)
        after->m_previous = &sleep;
    sleep.m_isAsleep = true;
}

void TaskHub::removeSleeper(Sleep &sleep) noexcept
{
    if (!std::exchange(sleep.m_isAsleep, false))
        return;
    (sleep.m_previous ? sleep.m_previous->m_next : m_firstSleeper) = sleep.m_next;
    if (sleep.m_next)
        sleep.m_next->m_previous = sleep.m_previous;
    Deadlines::remove({sleep.m_time, sleep.m_deadline});
}

void TaskHub::setAlarm(Sleep &sleep)
{
    const Deadlines::Key key = Deadlines::add(sleep.m_time, std::make_unique<Alarm>(shared_from_this()));
    sleep.m_deadline = key.number;
    // It has passed; or could not be kept, and counts as passed.
    if (key.number == 0 && sleep.m_time != DeliveryClock::never) {
        removeSleeper(sleep);
        sleep.m_time = DeliveryClock::now();
        addSleeper(sleep);
        wake();
    }
}

void TaskHub::serveSleepers() noexcept
{
    const std::int64_t now = DeliveryClock::now();
    while (m_firstSleeper && m_firstSleeper->m_time <= now && isHere()) {
        Sleep &sleep = *m_firstSleeper;
        removeSleeper(sleep);
        sleep.resume();
    }
}

} // namespace SignalBox::detail
