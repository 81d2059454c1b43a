// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/threadmailbox_p.h>

#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/diagnostics/loopwatch_p.h>
#include <SignalBox/qt/tracing/tracer_p.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qbasictimer.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace SignalBox::detail {

namespace {

// Not destroyed at exit: threads and statics may still let go of their mailboxes then.
struct Mailboxes
{
    std::mutex mutex;
    std::unordered_map<QThread *, std::shared_ptr<ThreadMailbox>> byThread;

    static Mailboxes &instance()
    {
        static auto *const mailboxes = new Mailboxes;
        return *mailboxes;
    }

    std::vector<std::shared_ptr<ThreadMailbox>> all()
    {
        std::vector<std::shared_ptr<ThreadMailbox>> result;
        const std::lock_guard lock(mutex);
        for (const auto &[thread, mailbox] : byThread)
            result.push_back(mailbox);
        return result;
    }

    std::shared_ptr<ThreadMailbox> find(QThread *thread)
    {
        const std::lock_guard lock(mutex);
        const auto place = byThread.find(thread);
        return place == byThread.end() ? nullptr : place->second;
    }
};

// The application's thread usually goes on after its application object, but nothing is delivered there any more.
void closeForApplication()
{
    if (const auto mailbox = Mailboxes::instance().find(QThread::currentThread()))
        mailbox->close();
}

// When an application object has been made: each time, and each time for one only.
void openForApplication()
{
    if (const auto mailbox = Mailboxes::instance().find(QThread::currentThread()))
        mailbox->open();
    // While there was no application, Qt threw away the calls that other threads' event loops got to.
    for (const auto &mailbox : Mailboxes::instance().all())
        mailbox->callAgain();
    qAddPostRoutine(closeForApplication);
}
Q_COREAPP_STARTUP_FUNCTION(openForApplication)

} // namespace

class ThreadMailbox::Drainer final : public QObject
{
public:
    explicit Drainer(ThreadMailbox &mailbox) : m_mailbox(mailbox) {}

    void timerEvent(QTimerEvent *event) override
    {
        if (event->timerId() == yieldTimer.timerId()) {
            yieldTimer.stop();
            m_mailbox.m_isYielding = false;
            m_mailbox.m_lastDrain = 0; // the thread had its turn
            m_mailbox.drain();
        } else if (event->timerId() == visitTimer.timerId()) {
            visitTimer.stop();
            m_mailbox.drainDue();
        } else if (event->timerId() == turnTimer.timerId()) {
            loopWatch->turn(m_mailbox.name());
        }
    }

    void drain() { m_mailbox.drain(); }

    void watchLoop()
    {
        loopWatch.emplace();
        turnTimer.start(static_cast<int>(LoopWatch::period().count()), Qt::PreciseTimer, this);
        const QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
        if (!dispatcher)
            return;
        // Qt tells of the beginning and end of a pass of an event loop, not of the loop's own. From the last end to the next beginning
        // is a moment in a loop, and all the time outside of one.
        const bool tellsEnds = dispatcher->inherits("QEventDispatcherGlib");
        const auto isOutermost = [] { return QThread::currentThread()->loopLevel() == 1; };
        if (tellsEnds) {
            connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, [this, isOutermost] {
                if (isOutermost())
                    loopWatch->enter();
            });
            connect(dispatcher, &QAbstractEventDispatcher::awake, this, [this, isOutermost] {
                if (isOutermost())
                    loopWatch->leave();
                else if (QThread::currentThread()->loopLevel() == 0) // processEvents() begins
                    loopWatch->enter();
            });
            return;
        }
        // Others tell of beginnings only; the application tells of its own end.
        if (const QCoreApplication *const application = QCoreApplication::instance(); application && application->thread() == thread())
            connect(application, &QCoreApplication::aboutToQuit, this, [this] { loopWatch->leave(); });
        connect(dispatcher, &QAbstractEventDispatcher::awake, this, [this] { loopWatch->enter(); });
    }

    QBasicTimer yieldTimer;
    QBasicTimer visitTimer;
    QBasicTimer turnTimer;
    std::optional<LoopWatch> loopWatch; // while loops are watched

private:
    ThreadMailbox &m_mailbox;
};

// Tells a TestClock that the thread is delivering.
class ThreadMailbox::Delivering
{
public:
    explicit Delivering(ThreadMailbox &mailbox) noexcept : m_mailbox(mailbox), m_isOutermost(!mailbox.isDelivering())
    {
        count();
    }
    ~Delivering() { count(); }
    Q_DISABLE_COPY_MOVE(Delivering)

private:
    void count() noexcept
    {
        std::atomic<std::uint64_t> &drains = m_mailbox.m_drains;
        if (m_isOutermost)
            drains.store(drains.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

    ThreadMailbox &m_mailbox;
    const bool m_isOutermost;
};

// The name that the program gave the thread.
static QString givenName(const QThread &thread)
{
    const QString name = thread.objectName();
    // Newer versions of Qt name the main thread so themselves.
    return name == QStringLiteral("Qt mainThread") ? QString() : name;
}

std::shared_ptr<Mailbox> Mailbox::of(QThread *thread)
{
    Mailboxes &mailboxes = Mailboxes::instance();
    const std::lock_guard lock(mailboxes.mutex);
    if (const auto place = mailboxes.byThread.find(thread); place != mailboxes.byThread.end())
        return place->second;

    const auto mailbox = std::make_shared<ThreadMailbox>(thread);
    const auto place = mailboxes.byThread.emplace(thread, mailbox).first;
    try {
        // Direct connections: started() and finished() are emitted by the thread itself, so a drainer is made again and
        // deleted where it lives. A finished thread holds no drainer, and destroyed() finds one only if the thread never ran.
        QObject::connect(thread, &QObject::objectNameChanged, HandOver([mailbox, thread] { mailbox->setName(givenName(*thread)); }));
        QObject::connect(thread, &QThread::started, HandOver([mailbox] { mailbox->open(); }));
        QObject::connect(thread, &QThread::finished, HandOver([mailbox] { mailbox->closeAtFinish(); }));
        QObject::connect(thread, &QObject::destroyed, HandOver([mailbox, thread] {
                             mailbox->close();
                             mailbox->forgetThread();
                             Mailboxes &all = Mailboxes::instance();
                             const std::lock_guard allLock(all.mutex);
                             all.byThread.erase(thread);
                         }));
    } catch (...) {
        // Not connected to its thread's end, so it must not be found. The connections that exist open and close an unused mailbox.
        mailboxes.byThread.erase(place);
        throw;
    }
    mailbox->closeIfFinished(*thread); // before it was connected to
    return mailbox;
}

ThreadMailbox::ThreadMailbox(QThread *thread)
    : Mailbox(Nesting::Possible, true),
      m_thread(thread),
      m_ownName(QCoreApplication::instance() && thread == QCoreApplication::instance()->thread()
                    ? QStringLiteral("main")
                    : QStringLiteral("QThread 0x%1").arg(reinterpret_cast<quintptr>(thread), 0, 16)),
      m_givenName(givenName(*thread))
{
    if (QThread::currentThread() == thread)
        m_threadId.store(QThread::currentThreadId(), std::memory_order_relaxed);
    auto drainer = std::make_unique<Drainer>(*this);
    drainer->moveToThread(thread);
    m_drainer = drainer.release();
}

ThreadMailbox::~ThreadMailbox()
{
    close();
}

bool ThreadMailbox::isCurrentThread() const noexcept
{
    if (const Qt::HANDLE id = m_threadId.load(std::memory_order_relaxed))
        return id == QThread::currentThreadId();
    return isOf(QThread::currentThread());
}

bool ThreadMailbox::isOf(const QThread *thread) const noexcept
{
    return thread && m_thread.load(std::memory_order_relaxed) == thread;
}

QString ThreadMailbox::name() const
{
    const std::lock_guard lock(m_mutex);
    return m_givenName.isEmpty() ? m_ownName : m_givenName;
}

void ThreadMailbox::setName(const QString &name)
{
    QString copy = name;
    const std::lock_guard lock(m_mutex);
    m_givenName.swap(copy);
}

void ThreadMailbox::callConsumer() noexcept
{
    try {
        const std::lock_guard lock(m_mutex);
        if (m_drainer)
            postCall(m_drainer, [drainer = m_drainer] { drainer->drain(); });
    } catch (const std::bad_alloc &) {
        m_wakeUp.clear(); // the next push calls
    }
}

void ThreadMailbox::drain() noexcept
{
    if (m_isYielding)
        return;
    if (!m_hasSeenThread) [[unlikely]]
        seeThread();
    const Delivering delivering(*this);
    if (Tracer::isOn()) [[unlikely]]
        Tracer::nameThread(name());
    m_wakeUp.clear();
    if (m_lacksVisitTimer || DeliveryClock::isStopped()) [[unlikely]]
        visitDue();
    // Calls that are posted while others run are served in the same turn of the event loop. So drains that follow each
    // other share one budget: it is the turn that must end.
    const std::int64_t begin = steadyNanoseconds();
    if (begin - m_lastDrain > turnGap)
        m_turnBegin = begin;
    const Ending ending = process(m_turnBegin);
    m_lastDrain = steadyNanoseconds();
    if (ending == Ending::Done || !m_drainer || m_isYielding)
        return;
    m_isYielding = true;
    m_wakeUp.keepRaised();
    m_drainer->yieldTimer.start(0, m_drainer);
}

void ThreadMailbox::seeThread() noexcept
{
    m_hasSeenThread = true;
    m_threadId.store(QThread::currentThreadId(), std::memory_order_relaxed);
    if (LoopWatch::threshold().count() == 0 || !m_drainer)
        return;
    m_drainer->watchLoop();
}

void ThreadMailbox::planVisit(std::int64_t time, Receiver &receiver)
{
    const auto place = m_plans.emplace(time, &receiver);
    if (place == m_plans.begin())
        lookAtPlans();
}

void ThreadMailbox::forgetVisit(std::int64_t time, Receiver &receiver) noexcept
{
    const auto [begin, end] = m_plans.equal_range(time);
    const auto place = std::find_if(begin, end, [&](const auto &plan) { return plan.second == &receiver; });
    if (place != end)
        m_plans.erase(place);
    m_nextPlan.store(m_plans.empty() ? DeliveryClock::never : m_plans.begin()->first, std::memory_order_release);
}

void ThreadMailbox::lookAtPlans() noexcept
{
    m_nextPlan.store(m_plans.empty() ? DeliveryClock::never : m_plans.begin()->first, std::memory_order_release);
    m_lacksVisitTimer = DeliveryClock::isStopped() && !m_plans.empty();
    if (m_plans.empty() || m_lacksVisitTimer || !m_drainer)
        return;
    if (m_plans.begin()->first == DeliveryClock::never) // only for the end of the thread
        return;
    const std::chrono::nanoseconds wait(std::max<std::int64_t>(0, m_plans.begin()->first - DeliveryClock::now()));
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    m_drainer->visitTimer.start(static_cast<int>(std::min<std::int64_t>(milliseconds, std::numeric_limits<int>::max())),
                                Qt::PreciseTimer, m_drainer);
}

// Nothing is called here: what is due is queued, and the drain has its budget, and goes on in a handler's own event loop.
void ThreadMailbox::visitDue() noexcept
{
    const std::int64_t time = DeliveryClock::now();
    // In the order of their plans; those of one group together, and in its own order.
    std::vector<std::tuple<std::size_t, HandlerReference::CallOrder, Receiver *>> due;
    std::unordered_map<const void *, std::size_t> groups;
    for (; !m_plans.empty() && m_plans.begin()->first <= time; m_plans.erase(m_plans.begin())) {
        Receiver *const receiver = m_plans.begin()->second;
        const std::size_t group = groups.try_emplace(receiver->group(), groups.size()).first->second;
        due.emplace_back(group, receiver->callOrder(), receiver);
    }
    std::sort(due.begin(), due.end());
    for (const auto &[group, order, receiver] : due)
        receiver->visitAsPlanned();
    lookAtPlans();
}

// In one turn of the event loop: while the wake-up is raised, what is queued calls nobody.
void ThreadMailbox::drainDue() noexcept
{
    m_wakeUp.raise();
    visitDue();
    drain();
}

bool ThreadMailbox::deliverWaiting(QDeadlineTimer deadline) noexcept
{
    visitDue();
    while (m_drainer && hasMore()) {
        if (deadline.hasExpired()) {
            wake();
            return false;
        }
        const Delivering delivering(*this);
        m_wakeUp.clear();
        process(steadyNanoseconds());
    }
    return true;
}

std::optional<std::uint64_t> ThreadMailbox::idleSince(std::int64_t time) const noexcept
{
    if (nextPlan() <= time || m_wakeUp.isRaised())
        return {};
    const std::uint64_t drains = m_drains.load(std::memory_order_acquire);
    return drains % 2 == 0 ? std::optional(drains) : std::nullopt;
}

std::vector<std::shared_ptr<ThreadMailbox>> ThreadMailbox::all()
{
    return Mailboxes::instance().all();
}

bool ThreadMailbox::isThreadRunning() const
{
    const std::lock_guard lock(m_mutex);
    QThread *const thread = m_thread.load(std::memory_order_relaxed); // its end takes the mutex
    return m_drainer && thread && thread->isRunning();
}

void ThreadMailbox::open()
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_drainer)
            return;
        m_drainer = new Drainer(*this);
    }
    m_threadId.store(QThread::currentThreadId(), std::memory_order_relaxed);
    m_isYielding = false;
    m_hasSeenThread = false;
    reopen();
    callConsumer();
}

// Called by of() before others can find the mailbox. Under the mutex: meanwhile the thread may start again, or finish.
void ThreadMailbox::closeIfFinished(const QThread &thread) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!m_drainer || !thread.isFinished())
        return;
    delete std::exchange(m_drainer, nullptr);
    m_threadId.store(nullptr, std::memory_order_relaxed);
    m_hasFinished.store(true, std::memory_order_relaxed);
    m_wakeUp.close();
}

void ThreadMailbox::closeAtFinish() noexcept
{
    m_hasFinished.store(true, std::memory_order_relaxed);
    close();
}

void ThreadMailbox::close() noexcept
{
    Drainer *drainer = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        drainer = std::exchange(m_drainer, nullptr);
    }
    if (!drainer) // closed already
        return;
    m_threadId.store(nullptr, std::memory_order_relaxed);
    delete drainer;
    closeQueue();
    while (!m_plans.empty())
        m_plans.extract(m_plans.begin()).mapped()->dropAsPlanned();
    m_nextPlan.store(DeliveryClock::never, std::memory_order_release);
}

bool ThreadMailbox::isComingUp() const noexcept
{
    if (!m_hasFinished.load(std::memory_order_relaxed))
        return false;
    const std::lock_guard lock(m_mutex);
    QThread *const thread = m_thread.load(std::memory_order_relaxed); // its end takes the mutex
    return thread && thread->isRunning();
}

void ThreadMailbox::forgetThread() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_thread.store(nullptr, std::memory_order_relaxed);
}

} // namespace SignalBox::detail
