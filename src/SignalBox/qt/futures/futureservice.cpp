// SPDX-License-Identifier: MIT
#include <SignalBox/qt/futures/futureservice_p.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/futures/deadlines_p.h>
#include <SignalBox/qt/futures/servicethread_p.h>
#include <SignalBox/qt/handlers/route.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qobject.h>

#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace SignalBox::detail {

namespace {

// A handler's future, from the handler's return to its end.
class Awaited
{
public:
    Awaited(WatchedFuture future, Route &route, Completion *completion)
        : m_future(std::move(future)), m_route(&route), m_completion(completion)
    {
        m_route->addOwner();
        if (m_completion)
            m_completion->addReference();
    }
    Awaited(Awaited &&other) noexcept
        : m_future(std::move(other.m_future)),
          m_route(std::exchange(other.m_route, nullptr)),
          m_completion(std::exchange(other.m_completion, nullptr))
    {
    }
    Awaited &operator=(Awaited &&) = delete;
    ~Awaited()
    {
        if (!m_route)
            return;
        end();
        if (m_completion)
            m_completion->dropReference();
        m_route->dropOwner();
    }

    const QFuture<void> &future() const { return m_future.future(); }

private:
    void end() noexcept
    {
        bool hasFailed = false;
        SanitizerOrder::acquire(future()); // the future's result
        try {
            if (future().isFinished())
                QFuture<void>(future()).waitForFinished(); // throws what it holds
        } catch (...) {
            hasFailed = true;
            report(std::current_exception());
        }
        if (m_completion)
            m_completion->end(hasFailed ? Completion::Ending::Threw : Completion::Ending::Returned, m_route->handler().id());
    }

    void report(const std::exception_ptr &exception) noexcept
    {
        try {
            if (m_route->link().areStatisticsEnabled()) {
                m_route->statistics().countFailure(exception);
                m_route->link().statisticsHaveChanged();
            }
            const HandlerInfo info = m_route->handler().info();
            m_route->link().report(ExceptionInfo(info.id, info.name, exception));
        } catch (...) {
            // Without memory nobody is told; it is counted.
        }
    }

    WatchedFuture m_future;
    Route *m_route;
    Completion *m_completion;
};

class Watcher final : public QFutureWatcher<void>
{
public:
    Watcher(Awaited awaited, QObject *parent) : QFutureWatcher<void>(parent), m_awaited(std::move(awaited))
    {
        connect(this, &QFutureWatcherBase::finished, this, [this] {
            m_awaited.reset();
            deleteLater();
        });
        setFuture(m_awaited->future());
    }

private:
    std::optional<Awaited> m_awaited;
};

class Watch final : public Task
{
public:
    Watch(Awaited awaited, QObject *owner) : m_awaited(std::move(awaited)), m_owner(owner) {}
    void run() noexcept override { new Watcher(std::move(m_awaited), m_owner); }

private:
    Awaited m_awaited;
    QObject *const m_owner;
};

// Where there is no event loop that would tell.
class Poll final : public Polled
{
public:
    explicit Poll(Awaited awaited) : m_awaited(std::move(awaited)) {}
    bool isOver() noexcept override { return m_awaited.future().isFinished(); }

private:
    const Awaited m_awaited;
};

class Expiry final : public Expiring
{
public:
    explicit Expiry(Completion &completion) noexcept : m_completion(completion) { m_completion.addReference(); }
    ~Expiry() override { m_completion.dropReference(); }
    void expire() noexcept override { m_completion.expire(); }

private:
    Completion &m_completion;
};

} // namespace

void FutureService::await(WatchedFuture future, Route &route, Completion *completion)
{
    Awaited awaited(std::move(future), route, completion);
    if (const ServiceThread::Address service = ServiceThread::address(); service.mailbox)
        service.mailbox->post(std::make_unique<Watch>(std::move(awaited), service.owner));
    else if (!QCoreApplication::closingDown())
        Deadlines::poll(std::make_unique<Poll>(std::move(awaited)));
}

void FutureService::expireAt(QDeadlineTimer deadline, Completion &completion) noexcept
{
    try {
        completion.setDeadline(Deadlines::add(deadline, std::make_unique<Expiry>(completion)));
    } catch (const std::bad_alloc &) {
        completion.expire();
    }
}

} // namespace SignalBox::detail
