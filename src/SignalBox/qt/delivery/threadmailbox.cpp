// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/threadmailbox_p.h>

#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/observing/loopwatch_p.h>
#include <SignalBox/qt/observing/tracer_p.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qbasictimer.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>
#include <vector>

namespace SignalBox::detail {

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
        loopWatch->follow(*this);
    }

    QBasicTimer yieldTimer;
    QBasicTimer visitTimer;
    QBasicTimer turnTimer;
    std::optional<LoopWatch> loopWatch; // while loops are watched

private:
    ThreadMailbox &m_mailbox;
};

// Tells a TestClock that the thread is delivering, from here to the end of the scope.
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

// The name that the program gave a thread of that object name.
static QString givenName(const QString &objectName)
{
    // Newer versions of Qt name the main thread so themselves.
    return objectName == QStringLiteral("Qt mainThread") ? QString() : objectName;
}

ThreadMailbox::ThreadMailbox(QThread *thread)
    : Mailbox(Nesting::Possible, false),
      m_thread(thread),
      m_ownName(QCoreApplication::instance() && thread == QCoreApplication::instance()->thread()
                    ? QStringLiteral("main")
                    : QStringLiteral("QThread 0x%1").arg(reinterpret_cast<quintptr>(thread), 0, 16)),
      m_home(thread->thread() == thread ? nullptr : thread->thread()),
      m_object(thread),
      m_givenName(givenName(thread->objectName()))
{
    if (QThread::currentThread() == thread)
        m_threadId.store(QThread::currentThreadId(), std::memory_order_relaxed);
}

void ThreadMailbox::connectTo(QThread *thread)
{
    const auto self = std::static_pointer_cast<ThreadMailbox>(shared_from_this());
    std::vector<QMetaObject::Connection> connections;
    try {
        connections.reserve(4);
        auto drainer = std::make_unique<Drainer>(*this);
        drainer->moveToThread(thread);
        {
            const std::lock_guard lock(m_mutex);
            m_drainer = drainer.release();
        }
        // Direct connections: started() and finished() are emitted by the thread itself, so a drainer is made again and
        // deleted where it lives. A finished thread holds no drainer, and destroyed() finds one only if the thread never ran.
        connections.push_back(QObject::connect(thread, &QObject::objectNameChanged,
                                               HandOver([self](const QString &name) { self->setName(givenName(name)); })));
        connections.push_back(QObject::connect(thread, &QThread::started, HandOver([self] { self->open(); })));
        connections.push_back(
                QObject::connect(thread, &QThread::finished, HandOver([self] { self->close(ThreadRun::Phase::Finished); })));
        connections.push_back(QObject::connect(thread, &QObject::destroyed, HandOver([self, thread] {
                                                   self->close(ThreadRun::Phase::Closed);
                                                   self->forgetThread();
                                                   removeFromTable(thread, *self);
                                               })));
    } catch (...) {
        for (const QMetaObject::Connection &connection : connections)
            QObject::disconnect(connection);
        close(ThreadRun::Phase::Closed);
        throw;
    }
    beginRun(*thread);
}

// The thread may have finished before it was connected to, and may start or finish now.
void ThreadMailbox::beginRun(const QThread &thread)
{
    std::unique_ptr<Drainer> unused;
    {
        const std::lock_guard lock(m_mutex);
        if (m_run.phase() != ThreadRun::Phase::Making) // its signals were faster
            return;
        if (thread.isFinished()) {
            unused.reset(std::exchange(m_drainer, nullptr));
            m_threadId.store(nullptr, std::memory_order_relaxed);
            m_run.set(ThreadRun::Phase::Finished);
        } else {
            m_run.set(thread.isRunning() ? ThreadRun::Phase::Running : ThreadRun::Phase::Ready);
        }
    }
    if (unused) {
        lookForStart(thread);
        dropAll(); // what others have queued meanwhile
        return;
    }
    reopen();
}

ThreadMailbox::~ThreadMailbox()
{
    close(ThreadRun::Phase::Closed);
}

bool ThreadMailbox::isCurrentThread() const noexcept
{
    if (const Qt::HANDLE id = m_threadId.load(std::memory_order_relaxed))
        return id == QThread::currentThreadId();
    return isOf(QThread::currentThread());
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
        if (m_drainer && m_run.isOpen())
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
    const bool isFirst = time < m_plans.next();
    m_plans.add(time, receiver);
    if (isFirst)
        lookAtPlans();
}

void ThreadMailbox::lookAtPlans() noexcept
{
    const std::int64_t next = m_plans.next();
    // Never: only for the end of the thread.
    m_lacksVisitTimer = next != DeliveryClock::never && (DeliveryClock::isStopped() || !QAbstractEventDispatcher::instance());
    if (next == DeliveryClock::never || m_lacksVisitTimer || !m_drainer)
        return;
    const std::chrono::nanoseconds wait(std::max<std::int64_t>(0, next - DeliveryClock::now()));
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    m_drainer->visitTimer.start(static_cast<int>(std::min<std::int64_t>(milliseconds, std::numeric_limits<int>::max())),
                                Qt::PreciseTimer, m_drainer);
}

// Nothing is called here: what is due is queued, and the drain has its budget, and goes on in a handler's own event loop.
void ThreadMailbox::visitDue() noexcept
{
    for (const auto &[group, order, receiver] : m_plans.takeDue(DeliveryClock::now()))
        receiver->visitAsPlanned();
    m_plans.tellNext();
    lookAtPlans();
}

// In one turn of the event loop: while the wake-up is raised, pushing does not call the consumer.
void ThreadMailbox::drainDue() noexcept
{
    m_wakeUp.raise();
    visitDue();
    drain();
}

bool ThreadMailbox::deliverWaiting(QDeadlineTimer deadline) noexcept
{
    visitDue();
    while (m_run.isOpen() && hasMore()) {
        if (deadline.hasExpired()) {
            wake();
            return false;
        }
        processNow(steadyNanoseconds());
    }
    return true;
}

void ThreadMailbox::processNow(std::int64_t begin, std::int64_t servesRoundsUntil) noexcept
{
    const Delivering delivering(*this);
    m_wakeUp.clear();
    process(begin, servesRoundsUntil);
}

// The call that is on its way would be made by an event loop. Without one, calls would accumulate.
bool ThreadMailbox::replaceCall() noexcept
{
    if (!m_run.isOpen() || !m_drainer)
        return false;
    if (!m_hasSeenThread) [[unlikely]]
        seeThread();
    if (m_wakeUp.isRaised())
        QCoreApplication::removePostedEvents(m_drainer, QEvent::MetaCall);
    m_wakeUp.raise(); // pushing does not call the consumer
    return true;
}

std::optional<std::uint64_t> ThreadMailbox::idleSince(std::int64_t time) const noexcept
{
    if (nextPlan() <= time || m_wakeUp.isRaised())
        return {};
    const std::uint64_t drains = m_drains.load(std::memory_order_acquire);
    return drains % 2 == 0 ? std::optional(drains) : std::nullopt;
}

bool ThreadMailbox::isThreadRunning() const noexcept
{
    const ThreadRun::Phase phase = m_run.phase();
    if (phase != ThreadRun::Phase::Ready)
        return phase == ThreadRun::Phase::Running;
    const QThread *const thread = threadHere();
    return thread && thread->isRunning();
}

void ThreadMailbox::open()
{
    auto drainer = std::make_unique<Drainer>(*this);
    {
        const std::lock_guard lock(m_mutex);
        if (m_run.isOpen()) {
            m_run.set(ThreadRun::Phase::Running);
            return;
        }
        if (!m_drainer)
            m_drainer = drainer.release();
        m_run.set(ThreadRun::Phase::Running);
    }
    m_threadId.store(QThread::currentThreadId(), std::memory_order_relaxed);
    m_isYielding = false;
    m_hasSeenThread = false;
    reopen();
    callConsumer();
    if (const auto function = s_whenReopened.load())
        function();
}

void ThreadMailbox::close(ThreadRun::Phase phase) noexcept
{
    Drainer *drainer = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        drainer = std::exchange(m_drainer, nullptr);
        m_run.set(phase);
    }
    if (!drainer) { // closed already
        dropAll(); // what has waited for it to open
        return;
    }
    m_threadId.store(nullptr, std::memory_order_relaxed);
    delete drainer;
    closeQueue();
    m_plans.removeAll([](Receiver &receiver) { receiver.dropAsPlanned(); });
}

bool ThreadMailbox::isComingUp() const noexcept
{
    const ThreadRun::Phase phase = m_run.phase();
    return phase == ThreadRun::Phase::Making || phase == ThreadRun::Phase::Starting || ThreadRun::isOpen(phase);
}

// A QThread dies on the thread on which it lives, and its destructor calls nothing before ~QObject, which first makes the
// QPointer null.
const QThread *ThreadMailbox::threadHere() const noexcept
{
    return m_home && QThread::currentThread() == m_home ? m_object.data() : nullptr;
}

void ThreadMailbox::lookForStart() noexcept
{
    if (m_run.phase() != ThreadRun::Phase::Finished)
        return;
    if (const QThread *thread = threadHere())
        lookForStart(*thread);
}

void ThreadMailbox::lookForStart(const QThread &thread) noexcept
{
    const ThreadRun::State seen = m_run.state();
    if (ThreadRun::phaseOf(seen) == ThreadRun::Phase::Finished && thread.isRunning())
        m_run.tellStart(seen);
}

bool ThreadMailbox::isThreadOver() const noexcept
{
    const ThreadRun::Phase phase = m_run.phase();
    return phase == ThreadRun::Phase::Finished
            || (phase == ThreadRun::Phase::Closed && !m_thread.load(std::memory_order_relaxed));
}

} // namespace SignalBox::detail
