// SPDX-License-Identifier: MIT
#include "loops.h"

#include "qtversion.h"
#include "recorder.h"

#include <QtCore/qcoreapplication.h>

#include <array>

namespace SignalBox::Doctor {

namespace {

struct KnownTimer
{
    QObject *receiver;
    int id;
    Timer *timer; // null: not of 0 ms
};

struct Loop
{
    QAbstractEventDispatcher *dispatcher;
    const QThreadData *data;
    const void *innermost; // at the beginning of the present turn
    std::array<KnownTimer, 4> timers;
    unsigned nextTimer;
};

thread_local constinit Loop loop{};

void addGap(Thread &thread, std::uint64_t since, std::uint64_t until)
{
    if (until - since < std::uint64_t(record->stallThreshold) * 1'000'000u)
        return;
    const std::uint32_t count = thread.gapCount.load(std::memory_order_relaxed);
    Gap &gap = thread.gaps[count % thread.gaps.size()];
    gap.since.store(since, std::memory_order_relaxed);
    gap.until.store(until, std::memory_order_relaxed);
    thread.gapCount.store(count + 1, std::memory_order_release); // after the gap that it counts
}

// The dispatcher tells before it waits, and after; what runs between two tellings is a turn. Dispatchers differ in what they do after
// which, so an event that comes after the first telling begins a turn, too.
void endTurn(bool goesOn)
{
    if (!record)
        return;
    Thread &thread = thisThread();
    const std::uint64_t since = thread.busySince.load(std::memory_order_relaxed);
    const std::uint64_t time = since || goesOn ? now() : 0;
    const void *innermost = loopOf(loop.data);
    // Between two loops of the program, its own code runs: nobody waits for a turn then.
    if (since && (deliveriesOf(loop.data) > 0 || innermost == loop.innermost))
        addGap(thread, since, time);
    loop.innermost = innermost;
    thread.turns.fetch_add(1, std::memory_order_relaxed);
    thread.busySince.store(goesOn ? time : 0, std::memory_order_relaxed);
}

// The application's loop has just been left: no dispatcher tells of its last turn.
void endLastTurn()
{
    Thread &thread = thisThread();
    const std::uint64_t since = thread.busySince.load(std::memory_order_relaxed);
    if (since && loop.innermost)
        addGap(thread, since, now());
    thread.busySince.store(0, std::memory_order_relaxed);
}

void watchDispatcher(Thread &thread)
{
    QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
    if (!dispatcher || dispatcher == loop.dispatcher)
        return;
    loop = {};
    loop.dispatcher = dispatcher;
    loop.data = threadDataOf(dispatcher);
    thread.loops.store(reinterpret_cast<std::uint64_t>(&loopsOf(loop.data)), std::memory_order_relaxed);
    thread.deliveries.store(reinterpret_cast<std::uint64_t>(&deliveriesOf(loop.data)), std::memory_order_relaxed);
    thread.data.store(reinterpret_cast<std::uint64_t>(loop.data), std::memory_order_release);
    QObject::connect(dispatcher, &QAbstractEventDispatcher::awake, dispatcher, [] { endTurn(true); }, Qt::DirectConnection);
    QObject::connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, dispatcher, [] { endTurn(false); }, Qt::DirectConnection);
    QObject::connect(dispatcher, &QObject::destroyed, dispatcher, [] {
        loop = {};
        if (record)
            thisThread().busySince.store(0, std::memory_order_relaxed);
    }, Qt::DirectConnection);
    if (QCoreApplication *application = QCoreApplication::instance(); application && threadDataOf(application) == loop.data) {
        QObject::connect(application, &QCoreApplication::aboutToQuit, application, [] {
            if (!record)
                return;
            endLastTurn();
            record->isEnding.store(1, std::memory_order_relaxed);
        }, Qt::DirectConnection);
    }
}

void noteTimer(QObject *receiver, int id)
{
    if (!loop.dispatcher)
        return;
    KnownTimer *known = nullptr;
    for (KnownTimer &other : loop.timers) {
        if (other.receiver == receiver && other.id == id)
            known = &other;
    }
    if (!known) {
        known = &loop.timers[loop.nextTimer++ % loop.timers.size()];
        *known = {receiver, id, intervalOf(loop.dispatcher, receiver, id) == 0 ? addTimer(receiver) : nullptr};
    }
    if (known->timer) {
        known->timer->fired.fetch_add(1, std::memory_order_relaxed);
        known->timer->lastFired.store(now(), std::memory_order_relaxed);
    }
}

} // namespace

void noteEvent(QObject *receiver, QEvent *event)
{
    Thread &thread = thisThread();
    if (!loop.dispatcher) {
        record->hasApplication.store(1, std::memory_order_relaxed);
        watchDispatcher(thread);
    }
    // In the first turn of a loop, the dispatcher has not told anything yet.
    const bool isInLoop = loop.data && (thread.turns.load(std::memory_order_relaxed) > 0 || loopsOf(loop.data) > 0);
    if (thread.busySince.load(std::memory_order_relaxed) == 0 && isInLoop) {
        loop.innermost = loopOf(loop.data);
        thread.busySince.store(now(), std::memory_order_relaxed);
    }
    const QEvent::Type type = event->type();
    if (type == QEvent::MetaCall)
        return; // RunningCall tells whose
    thread.eventClass.store(reinterpret_cast<std::uint64_t>(receiver->metaObject()->className()), std::memory_order_relaxed);
    thread.eventType.store(type, std::memory_order_relaxed);
    if (type == QEvent::Timer)
        noteTimer(receiver, static_cast<QTimerEvent *>(event)->timerId());
}

void noteLoopBegins()
{
    if (loop.data && deliveriesOf(loop.data) == 0)
        thisThread().busySince.store(0, std::memory_order_relaxed);
}

} // namespace SignalBox::Doctor
