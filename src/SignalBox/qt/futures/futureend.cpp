// SPDX-License-Identifier: MIT
#include <SignalBox/qt/futures/futureend.h>

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/futures/deadlines_p.h>
#include <SignalBox/qt/futures/servicethread_p.h>

#include <QtCore/qfuturewatcher.h>

#include <memory>
#include <utility>

namespace SignalBox::detail {

namespace {

// A handler, for as long as the future waits for it.
class AnsweringHandler
{
public:
    AnsweringHandler(const HandlerGuard &handler, WatchedFuture future) : m_handler(handler), m_future(std::move(future)) {}
    Q_DISABLE_COPY_MOVE(AnsweringHandler)
    ~AnsweringHandler() { Deadlines::remove(m_deadline); }

    const QFuture<void> &future() const noexcept { return m_future.future(); }
    // Before others have it.
    void setDeadline(Deadlines::Key deadline) noexcept { m_deadline = deadline; }
    void end() noexcept { m_handler.unregister(); }

private:
    const HandlerReference m_handler;
    const WatchedFuture m_future;
    Deadlines::Key m_deadline;
};

// Does not keep it: where the future has its answer first, the deadline goes.
class EndExpiry final : public Expiring
{
public:
    explicit EndExpiry(std::weak_ptr<AnsweringHandler> answering) noexcept : m_answering(std::move(answering)) {}
    void expire() noexcept override
    {
        if (const std::shared_ptr<AnsweringHandler> answering = m_answering.lock())
            answering->end();
    }

private:
    const std::weak_ptr<AnsweringHandler> m_answering;
};

class EndPoll final : public Polled
{
public:
    explicit EndPoll(std::shared_ptr<AnsweringHandler> answering) noexcept : m_answering(std::move(answering)) {}
    bool isOver() noexcept override
    {
        const QFuture<void> &future = m_answering->future();
        if (!future.isFinished() && !future.isCanceled())
            return false;
        m_answering->end();
        return true;
    }

private:
    const std::shared_ptr<AnsweringHandler> m_answering;
};

// Told by Qt. Where the application ends first it is looked at from then on.
class EndWatcher final : public QFutureWatcher<void>
{
public:
    EndWatcher(std::shared_ptr<AnsweringHandler> answering, QObject *parent) : QFutureWatcher<void>(parent), m_answering(std::move(answering))
    {
        connect(this, &QFutureWatcherBase::canceled, this, [this] { m_answering->end(); });
        connect(this, &QFutureWatcherBase::finished, this, [this] {
            m_answering->end();
            deleteLater();
        });
        setFuture(m_answering->future());
    }
    ~EndWatcher() override
    {
        if (!m_answering->future().isFinished())
            Deadlines::poll(std::make_unique<EndPoll>(m_answering));
    }

private:
    const std::shared_ptr<AnsweringHandler> m_answering;
};

class EndWatch final : public Task
{
public:
    EndWatch(std::shared_ptr<AnsweringHandler> answering, QObject *owner) : m_answering(std::move(answering)), m_owner(owner) {}
    ~EndWatch() override
    {
        if (m_answering)
            Deadlines::poll(std::make_unique<EndPoll>(std::move(m_answering)));
    }
    void run() noexcept override { new EndWatcher(std::move(m_answering), m_owner); }

private:
    std::shared_ptr<AnsweringHandler> m_answering;
    QObject *const m_owner;
};

} // namespace

void endWithFuture(const HandlerGuard &handler, WatchedFuture future, QDeadlineTimer deadline)
{
    const auto answering = std::make_shared<AnsweringHandler>(handler, std::move(future));
    if (!deadline.isForever())
        answering->setDeadline(Deadlines::add(deadline, std::make_unique<EndExpiry>(answering)));
    if (const ServiceThread::Address service = ServiceThread::address(); service.mailbox)
        service.mailbox->post(std::make_unique<EndWatch>(answering, service.owner));
    else
        Deadlines::poll(std::make_unique<EndPoll>(answering));
}

} // namespace SignalBox::detail
