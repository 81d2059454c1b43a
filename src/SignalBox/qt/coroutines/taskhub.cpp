// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/taskhub_p.h>

#include <SignalBox/qt/delivery/currentthread_p.h>
#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/delivery/threadmailbox_p.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qthread.h>

#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

namespace SignalBox::detail {

// --- queues ----------------------------------------------------------------------------------------

void EntryQueue::append(HubEntry &entry) noexcept
{
    entry.m_queue = this;
    entry.m_previous = m_last;
    entry.m_next = nullptr;
    (m_last ? m_last->m_next : m_first) = &entry;
    m_last = &entry;
    ++m_count;
}

void EntryQueue::remove(HubEntry &entry) noexcept
{
    (entry.m_previous ? entry.m_previous->m_next : m_first) = entry.m_next;
    (entry.m_next ? entry.m_next->m_previous : m_last) = entry.m_previous;
    entry.m_queue = nullptr;
    --m_count;
}

HubEntry *EntryQueue::takeFirst() noexcept
{
    HubEntry *const entry = m_first;
    if (entry)
        remove(*entry);
    return entry;
}

// --- hubs ------------------------------------------------------------------------------------------

namespace {

// Not destroyed at exit: statics may still spawn and die then.
struct Hubs
{
    std::mutex mutex;
    std::unordered_map<const QObject *, std::shared_ptr<TaskHub>> byContext;

    static Hubs &instance()
    {
        static auto *const hubs = [] {
            auto *const made = new Hubs;
            ThreadMailbox::callWhenReopened(&TaskHub::wakeAllHere);
            return made;
        }();
        return *hubs;
    }
};

} // namespace

// Belongs to no thread, so that the last one that shares the hub destroys it.
class TaskHub::Wakes final : public AsyncRegistry<void>
{
public:
    Wakes() { becomePartOf(QStringLiteral("coroutines")); }
};

// A child of the context: it goes where the context goes, and is told of it.
class TaskHub::Anchor final : public QObject
{
public:
    Anchor(QObject *parent, std::shared_ptr<TaskHub> hub) : QObject(parent), m_hub(std::move(hub)) {}
    ~Anchor() override
    {
        m_hub->m_anchor = nullptr;
        m_hub->end();
    }

    bool event(QEvent *event) override
    {
        if (event->type() == QEvent::ThreadChange)
            m_hub->leave();
        return QObject::event(event);
    }

protected:
    void timerEvent(QTimerEvent *) override
    {
        const std::shared_ptr<TaskHub> hub = m_hub; // what it serves may destroy this
        hub->serveYielding();
    }

private:
    const std::shared_ptr<TaskHub> m_hub;
};

// Belongs to the context's connection to its own destroyed(). Where that was made from a slot of the signal, it comes too late to be
// called, and ends with the object.
struct TaskHub::Life
{
    explicit Life(std::shared_ptr<TaskHub> itsHub) : hub(std::move(itsHub)) {}
    Life(Life &&) noexcept = default;
    ~Life()
    {
        if (hub)
            hub->end();
    }
    void operator()() { hub->end(); }

    std::shared_ptr<TaskHub> hub;
};

std::shared_ptr<TaskHub> TaskHub::of(QObject *context)
{
    std::shared_ptr<TaskHub> hub;
    {
        Hubs &hubs = Hubs::instance();
        const std::lock_guard lock(hubs.mutex);
        if (const auto place = hubs.byContext.find(context); place != hubs.byContext.end())
            return place->second;
        hub = std::make_shared<TaskHub>(context);
        hubs.byContext.emplace(context, hub);
    }
    // Without the mutex, as this calls the object's connectNotify(). If it throws, the end of the Life takes the hub out again.
    QObject::connect(context, &QObject::destroyed, HandOver(Life(hub)));
    try {
        hub->begin();
    } catch (...) {
        hub->end(); // the next one makes another
        throw;
    }
    return hub;
}

TaskHub::TaskHub(QObject *context) : m_context(context), m_wakes(std::make_unique<Wakes>()) {}

TaskHub::~TaskHub() = default;

void TaskHub::begin()
{
    m_wakes->registerHandler(m_context, [weak = weak_from_this()] {
        if (const auto hub = weak.lock())
            hub->serve();
    }, {.name = QStringLiteral("coroutines"), .backlog = Backlog::newest()});
    wake(); // another thread may have queued something before that
}

bool TaskHub::isHere() const noexcept
{
    return m_home.load(std::memory_order_relaxed) == CurrentThread::object();
}

void TaskHub::wake() noexcept
{
    try {
        m_wakes->post();
    } catch (const std::bad_alloc &) {
        // As on behalf of an event loop: it is served with the next wake.
    }
}

bool TaskHub::queue(HubEntry &entry) noexcept
{
    std::shared_ptr<TaskHub> self;
    {
        const std::lock_guard lock(m_mutex);
        if (m_isClosed || entry.m_queue)
            return false;
        m_queue.append(entry);
        self = shared_from_this(); // once the mutex is free, the entry may be served, and all others that keep this hub be gone
    }
    self->wake(); // without the mutex: a thread's event dispatcher may be the program's
    return true;
}

bool TaskHub::remove(HubEntry &entry) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!entry.m_queue)
        return false;
    entry.m_queue->remove(entry);
    return true;
}

// --- the context's thread --------------------------------------------------------------------------

bool TaskHub::settle()
{
    if (isHere())
        return true;
    if (isEnding())
        return true; // and add() refuses
    awaitMove(m_context);
    if (!isAtHome())
        return false;
    if (m_anchor)
        return true;
    try {
        m_anchor = new Anchor(m_context, shared_from_this());
    } catch (...) {
        m_home.store(nullptr, std::memory_order_relaxed); // a move would not be seen
        throw;
    }
    return true;
}

bool TaskHub::add(TaskDriver &driver) noexcept
{
    if (isEnding())
        return false;
    driver.addReference();
    driver.m_isInHub = true;
    driver.m_older = m_newest;
    if (m_newest)
        m_newest->m_newer = &driver;
    m_newest = &driver;
    return true;
}

bool TaskHub::release(TaskDriver &driver) noexcept
{
    if (!std::exchange(driver.m_isInHub, false))
        return false;
    (driver.m_newer ? driver.m_newer->m_older : m_newest) = driver.m_older;
    if (driver.m_older)
        driver.m_older->m_newer = driver.m_newer;
    driver.m_newer = driver.m_older = nullptr;
    return true;
}

void TaskHub::interrupt(const TaskDriver &driver) noexcept
{
    for (const TaskRun *run = m_running; run; run = run->outer) {
        if (run->driver && run->driver->isPartOf(driver))
            run->driver->m_isInterrupted = true;
    }
}

HubEntry *TaskHub::takeFirst(EntryQueue &queue) noexcept
{
    const std::lock_guard lock(m_mutex);
    return queue.takeFirst();
}

std::size_t TaskHub::countOf(const EntryQueue &queue) noexcept
{
    const std::lock_guard lock(m_mutex);
    return queue.count();
}

// What is queued meanwhile has its own wake.
void TaskHub::serve() noexcept
{
    const std::shared_ptr<TaskHub> self = shared_from_this();
    try {
        if (!isHere() && !settle())
            return;
    } catch (const std::bad_alloc &) {
        wake(); // and it is tried again
        return;
    }
    DrainClock clock(steadyNanoseconds());
    for (std::size_t count = countOf(m_queue); count != 0 && isHere(); --count) {
        HubEntry *const entry = takeFirst(m_queue);
        if (!entry)
            break;
        entry->serve();
        if (clock.isOver() && count != 1) {
            wake();
            return;
        }
    }
    serveSleepers();
}

void TaskHub::serveYielding() noexcept
{
    std::size_t count = countOf(m_yielding);
    if (count == 0 && m_yieldTimer != 0)
        m_anchor->killTimer(std::exchange(m_yieldTimer, 0));
    for (; count != 0 && isHere(); --count) {
        HubEntry *const entry = takeFirst(m_yielding);
        if (!entry)
            break;
        entry->serve();
    }
}

void TaskHub::queueBehindEvents(HubEntry &entry) noexcept
{
    if (!m_anchor || !isHere() || !QThread::currentThread()->eventDispatcher()) {
        queue(entry);
        return;
    }
    {
        const std::lock_guard lock(m_mutex);
        if (m_isClosed || entry.m_queue)
            return;
        m_yielding.append(entry);
    }
    // Of no duration: it fires when the loop has nothing else to do. It goes on as long as something waits for it.
    if (m_yieldTimer == 0)
        m_yieldTimer = m_anchor->startTimer(0);
}

// The calling thread has been started again, or its application has been made again. The wakes that came meanwhile were dropped, and its
// timers went with its event dispatcher. A hub without a home may have been made for a context of this thread meanwhile.
void TaskHub::wakeAllHere() noexcept
{
    std::vector<std::shared_ptr<TaskHub>> woken;
    try {
        Hubs &hubs = Hubs::instance();
        const std::lock_guard lock(hubs.mutex);
        for (const auto &[context, hub] : hubs.byContext) {
            if (hub->isHere() || !hub->m_home.load(std::memory_order_relaxed))
                woken.push_back(hub);
        }
    } catch (const std::bad_alloc &) {
        // The others go on when something wakes them.
    }
    for (const auto &hub : woken) {
        if (hub->isHere() && hub->m_yieldTimer != 0 && hub->m_anchor) {
            hub->m_anchor->killTimer(hub->m_yieldTimer);
            hub->m_yieldTimer = hub->m_anchor->startTimer(0);
        }
        hub->wake();
    }
}

// --- the context dies -----------------------------------------------------------------------------

void TaskHub::end() noexcept
{
    const std::shared_ptr<TaskHub> self = shared_from_this();
    {
        std::unique_lock lock(m_mutex);
        if (m_isEnding.exchange(true, std::memory_order_relaxed))
            return;
        awaitDeparture(lock);
        m_home.store(QThread::currentThread(), std::memory_order_relaxed);
    }
    while (TaskDriver *const driver = m_newest) {
        release(*driver); // this one's reference now
        driver->cancelHere();
        driver->dropReference();
    }
    {
        const std::lock_guard lock(m_mutex);
        m_isClosed = true;
    }
    for (EntryQueue *queue : {&m_queue, &m_yielding}) {
        while (HubEntry *const entry = takeFirst(*queue))
            entry->drop();
    }
    m_wakes->clear();
    Hubs &hubs = Hubs::instance();
    const std::lock_guard lock(hubs.mutex);
    const auto place = hubs.byContext.find(m_context);
    if (place != hubs.byContext.end() && place->second.get() == this)
        hubs.byContext.erase(place);
}

} // namespace SignalBox::detail
