// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/registrylink.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/diagnostics/logging.h>
#include <SignalBox/qt/diagnostics/loopwatch_p.h>
#include <SignalBox/qt/tracing/tracer_p.h>

#include <QtCore/qpointer.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qthread.h>

#include <new>
#include <thread>
#include <utility>

namespace SignalBox::detail {

// News on their way to the object's thread. The object may have gone, or have moved on.
class RegistryLink::Message final : public Task
{
public:
    explicit Message(std::shared_ptr<RegistryLink> link) noexcept : m_link(std::move(link)) {}
    // Unread: the thread is over.
    ~Message() override
    {
        if (m_link)
            m_link->giveUp();
    }
    void run() noexcept override { std::exchange(m_link, nullptr)->read(); }

private:
    std::shared_ptr<RegistryLink> m_link; // null: run
};

// An event on its way to the object's thread. The object may have gone, or have moved on.
class RegistryLink::EventMessage final : public Task
{
public:
    EventMessage(std::shared_ptr<RegistryLink> link, EventPointer event) noexcept : m_link(std::move(link)), m_event(std::move(event)) {}
    void run() noexcept override { m_link->tellEvent(std::move(m_event)); }

private:
    const std::shared_ptr<RegistryLink> m_link;
    EventPointer m_event;
};

RegistryLink::RegistryLink(QObject *object, const Emitter &emitter) : m_emitter(emitter), m_object(object)
{
    setObserver(Stalls, LoopWatch::threshold().count() > 0);
    m_registry.onException([this](const ExceptionInfo &info) { report(info); });
    Tracer::startFromEnvironment();
    Tracer::follow(this, [](void *link, bool isOn) { static_cast<RegistryLink *>(link)->setTraced(isOn); });
}

RegistryLink::~RegistryLink()
{
    Tracer::unfollow(this);
}

void RegistryLink::tell(News news) noexcept
{
    if (m_news.fetch_or(news) == 0)
        send();
}

void RegistryLink::send() noexcept
{
    try {
        // Its end gives up, if it is not read.
        auto message = std::make_unique<Message>(shared_from_this());
        if (const std::shared_ptr<Mailbox> target = mailbox())
            target->post(std::move(message));
    } catch (const std::bad_alloc &) {
        m_isStatisticsChangeTold = false; // the next call tells of this one too
        giveUp(); // again, if the message was made: nothing is left then
    }
}

std::shared_ptr<Mailbox> RegistryLink::mailbox()
{
    QThread *thread = nullptr;
    bool isElsewhere = false;
    {
        const std::lock_guard lock(m_mutex);
        thread = m_object ? m_object->thread() : nullptr;
        if (!thread)
            return nullptr;
        if (std::shared_ptr<Mailbox> known = Mailbox::find(thread))
            return known;
        isElsewhere = thread != QThread::currentThread();
        m_visitors += isElsewhere;
    }
    // Without the mutex, as this calls connectNotify() of the thread. An object of another thread waits with its end until this is over, so
    // its thread is there.
    const auto leave = qScopeGuard([&] {
        const std::lock_guard lock(m_mutex);
        m_visitors -= isElsewhere;
    });
    return Mailbox::of(thread);
}

QObject *RegistryLink::objectHere() noexcept
{
    const std::lock_guard lock(m_mutex);
    return m_object && m_object->thread() == QThread::currentThread() ? m_object : nullptr;
}

void RegistryLink::read()
{
    // It stays, as only this thread may destroy it; but each slot may.
    const QPointer<QObject> object = objectHere();
    if (!object) {
        send();
        return;
    }
    // Cleared first: what is added after this sends a message of its own, so this one tells no more than waits now. One
    // at a time, so that the next message, in an event loop that a slot opens, goes on in order.
    const unsigned news = m_news.exchange(0);
    std::size_t lags = 0;
    std::size_t failures = 0;
    std::size_t stalls = 0;
    {
        const std::lock_guard lock(m_mutex);
        lags = m_lags.size();
        failures = m_failures.size();
        stalls = m_stalls.size();
    }
    if (news & HandlersChanged)
        m_emitter.handlersChanged(*object);
    if (object && (news & StatisticsChanged))
        m_emitter.statisticsChanged(*object);
    for (; object && lags > 0; --lags)
        tellNextLag(*object);
    for (; object && failures > 0; --failures)
        tellNextFailure(*object);
    for (; object && stalls > 0; --stalls)
        tellNextStall(*object);
}

void RegistryLink::tellNextLag(QObject &object)
{
    decltype(m_lags)::node_type lag;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_lags.empty())
            lag = m_lags.extract(m_lags.begin());
    }
    if (lag)
        m_emitter.lagged(object, lag.key(), lag.mapped());
}

void RegistryLink::tellNextFailure(QObject &object)
{
    std::list<Failure> next;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_failures.empty())
            next.splice(next.begin(), m_failures, m_failures.begin());
    }
    for (const Failure &waiting : next)
        m_emitter.failed(object, waiting.failure, waiting.isHandled);
}

void RegistryLink::tellNextStall(QObject &object)
{
    std::list<StallInfo> next;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_stalls.empty())
            next.splice(next.begin(), m_stalls, m_stalls.begin());
    }
    for (const StallInfo &stall : next)
        m_emitter.stalled(object, stall);
}

void RegistryLink::giveUp() noexcept
{
    m_news = 0; // the next change reports what was to be told, too
    logWaitingFailures();
}

void RegistryLink::logWaitingFailures() noexcept
{
    std::list<Failure> failures;
    {
        const std::lock_guard lock(m_mutex);
        m_failures.swap(failures);
    }
    for (const Failure &waiting : failures) {
        if (!waiting.isHandled)
            logNow(waiting.failure);
    }
}
void RegistryLink::setExceptionCallback(ExceptionCallback callback)
{
    auto shared = callback ? std::make_shared<const ExceptionCallback>(std::move(callback)) : nullptr;
    const std::lock_guard lock(m_mutex);
    m_exceptionCallback.swap(shared); // the old one is destroyed after the lock
}

void RegistryLink::setName(const QString &name)
{
    QString copy = name;
    const std::lock_guard lock(m_mutex);
    m_name.swap(copy);
    m_traceName.store(0, std::memory_order_relaxed);
}

void RegistryLink::setTraced(bool isTraced) noexcept
{
    if (isTraced)
        wantExtras(); // an event's number lies there
    setObserver(Tracing, isTraced);
}

std::uint32_t RegistryLink::traceName() noexcept
{
    if (const std::uint32_t known = m_traceName.load(std::memory_order_relaxed))
        return known;
    try {
        const QString registry = name();
        const TraceName found = Tracer::sliceName("post", QStringLiteral("post ") + registry, {{QStringLiteral("registry"), registry}});
        m_traceName.store(found, std::memory_order_relaxed);
        return found;
    } catch (const std::bad_alloc &) {
        return 0;
    }
}

QString RegistryLink::name() const
{
    const std::lock_guard lock(m_mutex);
    return m_name;
}

void RegistryLink::tellEvent(EventPointer event) noexcept
{
    if (QObject *const object = objectHere()) { // it stays, as only this thread may destroy it
        m_emitter.eventNotified(*object, *event);
        return;
    }
    try {
        if (const std::shared_ptr<Mailbox> target = mailbox())
            target->post(std::make_unique<EventMessage>(shared_from_this(), std::move(event)));
    } catch (const std::bad_alloc &) {
        // A signal less: the handlers had the event.
    }
}

void RegistryLink::tellLag(HandlerId id, quint64 lost) noexcept
{
    try {
        const std::lock_guard lock(m_mutex);
        m_lags[id] += lost;
    } catch (const std::bad_alloc &) {
        return; // A signal less; the count stays.
    }
    tell(Lags);
}

void RegistryLink::tellStall(const StallInfo &stall) noexcept
{
    try {
        const std::lock_guard lock(m_mutex);
        m_stalls.push_back(stall);
        if (m_stalls.size() > mostWaitingStalls)
            m_stalls.pop_front();
    } catch (const std::bad_alloc &) {
        return; // A signal less; the report has it.
    }
    tell(StallNews);
}

void RegistryLink::statisticsHaveChanged() noexcept
{
    if (m_isStatisticsChangeTold.load() || m_isStatisticsChangeTold.exchange(true))
        return;
    tell(StatisticsChanged);
}

void RegistryLink::addStatisticsRequest() noexcept
{
    const std::lock_guard lock(m_mutex);
    ++m_statisticsRequests;
    setObserver(StatisticsRequests, true);
}

void RegistryLink::dropStatisticsRequest() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (--m_statisticsRequests == 0)
        setObserver(StatisticsRequests, false);
}

void RegistryLink::setObserver(Observer observer, bool isOn) noexcept
{
    if (isOn)
        m_observers.fetch_or(observer, std::memory_order_relaxed);
    else
        m_observers.fetch_and(~static_cast<unsigned>(observer), std::memory_order_relaxed);
}

void RegistryLink::setStatisticsEnabled(bool enabled) noexcept
{
    setObserver(Statistics, enabled);
}

void RegistryLink::setSlowHandlerBudget(std::chrono::nanoseconds budget) noexcept
{
    m_slowHandlerBudget.store(budget.count(), std::memory_order_relaxed);
    setObserver(SlowHandlers, budget.count() > 0);
}

void RegistryLink::forgetObject() noexcept
{
    {
        std::unique_lock lock(m_mutex);
        m_object = nullptr;
        while (m_visitors != 0) {
            lock.unlock();
            std::this_thread::yield();
            lock.lock();
        }
    }
    logWaitingFailures();
}

void RegistryLink::report(const ExceptionInfo &info)
{
    // What is called may destroy the registry.
    const std::shared_ptr<RegistryLink> self = shared_from_this();
    std::shared_ptr<const ExceptionCallback> callback;
    {
        const std::lock_guard lock(m_mutex);
        callback = m_exceptionCallback;
    }
    if (callback) {
        try {
            (*callback)(info);
        } catch (...) {
            // The contract: an exception from the exception callback is swallowed.
        }
    }

    const HandlerFailure failure(info);
    const bool isHandled = callback != nullptr;
    if (QObject *const object = objectHere()) // it stays, as only this thread may destroy it
        m_emitter.failed(*object, failure, isHandled);
    else
        tellFailure(failure, isHandled);
}

void RegistryLink::tellFailure(const HandlerFailure &failure, bool isHandled)
{
    bool isWaiting = false;
    {
        const std::lock_guard lock(m_mutex);
        isWaiting = m_object && m_failures.size() < mostWaitingFailures;
        if (isWaiting)
            m_failures.push_back({failure, isHandled});
    }
    if (isWaiting)
        tell(Failures);
    else if (!isHandled)
        logNow(failure);
}

void RegistryLink::logNow(const HandlerFailure &failure) const noexcept
{
    try {
        logFailure(failure, name());
    } catch (...) {
        // Neither a lack of memory nor a message handler of the program may end a thread's clean-up.
    }
}

} // namespace SignalBox::detail
