// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/registrynews.h>

#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qpointer.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qthread.h>

#include <new>
#include <thread>
#include <utility>

namespace SignalBox::detail {

// News on their way to the object's thread. The object may have gone, or have moved on.
class RegistryNews::Message final : public Task
{
public:
    explicit Message(std::shared_ptr<RegistryNews> news) noexcept : m_news(std::move(news)) {}
    // Unread: the thread is over.
    ~Message() override
    {
        if (m_news)
            m_news->giveUp();
    }
    void run() noexcept override { std::exchange(m_news, nullptr)->read(); }

private:
    std::shared_ptr<RegistryNews> m_news; // null: run
};

void RegistryNews::setName(const QString &name)
{
    QString copy = name;
    const std::lock_guard lock(m_mutex);
    m_name.swap(copy);
}

QString RegistryNews::name() const
{
    const std::lock_guard lock(m_mutex);
    return m_name;
}

void RegistryNews::tell(Kind kind) noexcept
{
    if (m_news.fetch_or(kind) == 0)
        send();
}

void RegistryNews::send() noexcept
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

std::shared_ptr<Mailbox> RegistryNews::mailbox()
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

QObject *RegistryNews::objectHere() noexcept
{
    const std::lock_guard lock(m_mutex);
    return m_object && m_object->thread() == QThread::currentThread() ? m_object : nullptr;
}

void RegistryNews::read()
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
    std::size_t count = 0;
    {
        const std::lock_guard lock(m_mutex);
        count = m_queue.size();
    }
    if (news & HandlersChanged)
        m_emitter.handlersChanged(*object);
    if (object && (news & StatisticsChanged))
        m_emitter.statisticsChanged(*object);
    for (; object && count > 0; --count)
        tellNext(*object);
}

void RegistryNews::tellNext(QObject &object)
{
    std::list<Item> next;
    decltype(m_lags)::node_type lag;
    {
        const std::lock_guard lock(m_mutex);
        if (m_queue.empty())
            return;
        next.splice(next.begin(), m_queue, m_queue.begin());
        if (const auto *const lagging = std::get_if<Lag>(&next.front()))
            lag = m_lags.extract(lagging->id);
    }
    if (lag)
        m_emitter.lagged(object, lag.key(), lag.mapped());
    else if (const auto *const waiting = std::get_if<Failure>(&next.front()))
        m_emitter.failed(object, waiting->failure, waiting->isHandled);
    else if (const auto *const stall = std::get_if<StallInfo>(&next.front()))
        m_emitter.stalled(object, *stall);
}

void RegistryNews::statisticsHaveChanged() noexcept
{
    if (m_isStatisticsChangeTold.load() || m_isStatisticsChangeTold.exchange(true))
        return;
    tell(StatisticsChanged);
}

void RegistryNews::tellLag(HandlerId id, quint64 lost) noexcept
{
    try {
        std::list<Item> item; // made first: it is in the queue whenever the map has its handler
        const std::lock_guard lock(m_mutex);
        const auto known = m_lags.find(id);
        if (known != m_lags.end()) {
            known->second += lost;
        } else {
            item.emplace_back(Lag{id});
            m_lags.emplace(id, lost);
            m_queue.splice(m_queue.end(), item);
        }
    } catch (const std::bad_alloc &) {
        return; // A signal less; the count stays.
    }
    tell(Queued);
}

void RegistryNews::tellStall(const StallInfo &stall) noexcept
{
    try {
        const std::lock_guard lock(m_mutex);
        if (m_queue.size() >= mostWaiting)
            return;
        m_queue.emplace_back(stall);
    } catch (const std::bad_alloc &) {
        return; // A signal less; the report has it.
    }
    tell(Queued);
}

void RegistryNews::tellFailure(const HandlerFailure &failure, bool isHandled)
{
    if (QObject *const object = objectHere()) { // it stays, as only this thread may destroy it
        m_emitter.failed(*object, failure, isHandled);
        return;
    }
    bool isWaiting = false;
    {
        const std::lock_guard lock(m_mutex);
        isWaiting = m_object && m_queue.size() < mostWaiting;
        if (isWaiting)
            m_queue.emplace_back(Failure{failure, isHandled});
    }
    if (isWaiting)
        tell(Queued);
    else if (!isHandled)
        logNow(failure);
}

void RegistryNews::tellEvent(EventPointer event) noexcept
{
    if (QObject *const object = objectHere()) { // as above
        m_emitter.eventNotified(*object, *event);
        return;
    }
    try {
        if (const std::shared_ptr<Mailbox> target = mailbox())
            target->post(makeTask([news = shared_from_this(), waiting = std::move(event)]() mutable { news->tellEvent(std::move(waiting)); }));
    } catch (const std::bad_alloc &) {
        // A signal less: the handlers had the event.
    }
}

void RegistryNews::giveUp() noexcept
{
    m_news = 0; // the next change reports what was to be told, too
    logWaitingFailures();
}

void RegistryNews::logWaitingFailures() noexcept
{
    std::list<Item> failures;
    {
        const std::lock_guard lock(m_mutex);
        for (auto item = m_queue.begin(); item != m_queue.end();) {
            const auto here = item++;
            if (std::holds_alternative<Failure>(*here))
                failures.splice(failures.end(), m_queue, here);
        }
    }
    for (const Item &item : failures) {
        const Failure &waiting = *std::get_if<Failure>(&item);
        if (!waiting.isHandled)
            logNow(waiting.failure);
    }
}

void RegistryNews::logNow(const HandlerFailure &failure) const noexcept
{
    try {
        logFailure(failure, name());
    } catch (...) {
        // Neither a lack of memory nor a message handler of the program may end a thread's clean-up.
    }
}

void RegistryNews::forgetObject() noexcept
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

} // namespace SignalBox::detail
