// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/taskhub_p.h>

#include <SignalBox/qt/coroutines/taskdriver.h>
#include <SignalBox/qt/coroutines/taskobservation_p.h>
#include <SignalBox/qt/coroutines/taskoperation.h>
#include <SignalBox/qt/coroutines/threadcontext_p.h>
#include <SignalBox/qt/delivery/currentthread_p.h>
#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <utility>

namespace SignalBox::detail {

// How a driver begins and runs, and what it needs of its hub.

void TaskOperation::leaveQueue() noexcept
{
    m_driver->hub().remove(*this);
}

void TaskOperation::resumeFromLoop() noexcept
{
    m_wasQueued = true;
    m_driver->hub().queue(*this);
}

void TaskOperation::giveWay() noexcept
{
    m_wasQueued = true;
    m_driver->hub().queueBehindEvents(*this);
}

TaskDriver::TaskDriver(QString name, const SourceLocation &location) : m_name(std::move(name)), m_location(location) {}

bool TaskDriver::refuse(const char *problem) noexcept
{
    warnRefused("spawn()", QLatin1String(problem), "no coroutine was started");
    m_hasEnded = true;
    clear();
    finish();
    return false;
}

bool TaskDriver::spawn(QObject *context, TaskList *scope, Delivery delivery)
{
    if (!context)
        return refuse("the context object is null");
    const bool isHere = context->thread() == CurrentThread::object();
    if (scope && !isHere)
        return refuse("the context object of the TaskScope lives on another thread");
    m_hub = TaskHub::of(context);
    if (isHere && m_hub->settle()) {
        if (delivery == Delivery::Queued ? m_hub->isEnding() : !m_hub->add(*this))
            return refuse("the context object is being destroyed");
        if (delivery == Delivery::Auto) {
            m_hasBegun = true;
            if (scope)
                addToScope(*scope);
            m_isKept = true;
            run();
            return true;
        }
    }
    if (scope)
        addToScope(*scope);
    addReference(); // of the queue
    m_wasQueued = true;
    if (m_hub->queue(m_turn))
        return true;
    removeFromScope();
    dropReference();
    return refuse("the context object is being destroyed");
}

void TaskDriver::begin()
{
    if (m_hub->settle()) {
        if (m_hub->add(*this)) {
            m_hasBegun = true;
            m_isKept = true;
            run();
            return;
        }
    } else {
        addReference(); // of the queue
        m_wasQueued = true;
        if (m_hub->queue(m_turn))
            return;
        dropReference();
    }
    m_hasEnded = true;
    clear();
    finish();
}

bool TaskDriver::spawn(ThreadTarget target, TaskList *scope, Delivery delivery)
{
    if (!target.thread())
        return refuse("the thread is null");
    return spawn(contextOf(target.thread()), scope, delivery);
}

QObject *TaskDriver::context() const noexcept
{
    return m_hub->context();
}

bool TaskDriver::isHere() const noexcept
{
    return m_hub->isHere();
}

bool TaskDriver::isOnStackHere() const noexcept
{
    return m_hub->isMine() && (m_runs > 0 || m_hasEnded);
}

TaskKept *TaskDriver::kept(const void *kind, const void *object) const noexcept
{
    for (const auto &kept : m_kept) {
        if (kept->m_object == object && kept->m_kind == kind && !kept->isOver())
            return kept.get();
    }
    return nullptr;
}

void TaskDriver::keep(std::unique_ptr<TaskKept> kept)
{
    std::erase_if(m_kept, [](const auto &other) { return other->isOver(); });
    m_kept.push_back(std::move(kept));
}

// --- it runs ---------------------------------------------------------------------------------------

bool TaskDriver::isOverBudget() noexcept
{
    const std::int64_t now = steadyNanoseconds();
    if (m_runBegin == 0)
        m_runBegin = now;
    return now - m_runBegin >= std::chrono::nanoseconds(drainBudget()).count();
}

void TaskDriver::run() noexcept
{
    if (TaskObservation::isOn()) [[unlikely]]
        runObserved();
    else
        runUntilItWaits(nullptr);
}

[[gnu::noinline]] void TaskDriver::runObserved() noexcept
{
    TaskObservation observation(*this);
    runUntilItWaits(&observation);
}

// Null: nobody observes it.
void TaskDriver::runUntilItWaits(TaskObservation *observation) noexcept
{
    TaskRun onStack{.driver = this, .outer = nullptr};
    TaskHub &hub = *m_hub;
    hub.enter(onStack);
    for (TaskDriver *driver = this; driver; driver = driver->m_parent)
        ++driver->m_runs;
    const bool isKept = std::exchange(m_isKept, false); // only now: the context may move in this run
    m_runBegin = 0;
    m_readyAwaits = 0;
    if (!m_isCreated) [[unlikely]]
        makeCoroutine();
    if (m_postponed) [[unlikely]]
        std::exchange(m_postponed, nullptr)->begin();
    bool givesWay = false;
    while (m_next && !m_isInterrupted && !givesWay) {
        m_claimedBy = nullptr;
        std::exchange(m_next, nullptr)->m_handle.resume();
        givesWay = m_next && mustGiveWay();
    }
    const bool isEnding = m_isOver || m_isCancelled;
    const bool justWaits = !isEnding && !m_isInterrupted && !givesWay && !m_postponed && !m_parent;
    if (justWaits && !observation) [[likely]] { // as below, at once
        --m_runs;
        hub.exit(onStack);
        return;
    }
    if (std::exchange(m_isInterrupted, false)) {
        if (!isEnding) // the context has moved
            queueTurn();
    } else if ((givesWay || m_postponed) && !isEnding) {
        m_wasQueued = true;
        hub.queueBehindEvents(m_turn);
    }
    // The hub has a reference to what does not end here.
    const std::shared_ptr<TaskHub> ending = (isEnding && !isKept) || m_parent ? m_hub : nullptr;
    if (observation)
        observation->end(); // before it, or the coroutine that awaits it, may be destroyed
    onStack.driver = nullptr;
    leaveStack();
    hub.exit(onStack);
}

void TaskDriver::makeCoroutine() noexcept
{
    m_isCreated = true;
    try {
        TaskFrame **const owner = create();
        if (TaskFrame *const root = *owner) {
            root->m_driver = this;
            root->m_owner = owner;
            m_innermost = m_next = root;
        } else {
            m_isCancelled = true; // a Task that was moved from
        }
    } catch (...) {
        m_exception = std::current_exception();
        m_isOver = true;
    }
}

// It, and what it is part of: what had to wait for that is done.
void TaskDriver::leaveStack() noexcept
{
    for (TaskDriver *driver = this; driver;) {
        TaskDriver *const parent = driver->m_parent; // is not destroyed before it has been left, too
        if (--driver->m_runs == 0) {
            if (driver->m_isOver || driver->m_isCancelled)
                driver->end();
            else if (driver != this && driver->m_next && driver->isHere())
                driver->run();
            else if (driver != this && driver->m_next)
                driver->queueTurn();
        }
        driver = parent;
    }
}

bool TaskDriver::isPartOf(const TaskDriver &other) const noexcept
{
    const TaskDriver *driver = this;
    while (driver && driver != &other)
        driver = driver->m_parent;
    return driver != nullptr;
}

const TaskDriver &TaskDriver::root() const noexcept
{
    const TaskDriver *driver = this;
    while (driver->m_parent)
        driver = driver->m_parent;
    return *driver;
}

void TaskDriver::beginAsPart(TaskDriver &parent) noexcept
{
    m_parent = &parent;
    m_hub = parent.m_hub;
    m_hasBegun = true;
    if (parent.isInterrupted())
        queueTurn();
    else
        run();
}

void TaskDriver::queueTurn() noexcept
{
    m_wasQueued = true;
    m_hub->queue(m_turn);
}

void TaskDriver::takeTurn() noexcept
{
    if (!std::exchange(m_hasBegun, true)) {
        if (m_isCancelRequested.load(std::memory_order_relaxed)) {
            end();
        } else {
            m_hub->add(*this); // which serves nothing when it ends
            run();
        }
        dropReference(); // of the queue
    } else if ((m_next || m_postponed || !m_isCreated) && m_runs == 0) {
        run();
    }
}

} // namespace SignalBox::detail
