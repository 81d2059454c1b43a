// SPDX-License-Identifier: MIT
#include <SignalBox/qt/futures/futurewatch_p.h>

#include <SignalBox/qt/delivery/deadlines_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/futures/servicethread_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuturewatcher.h>

#include <utility>

namespace SignalBox::detail {

namespace {

struct Wait
{
    bool isOver() const noexcept
    {
        return future.future().isFinished() || (until == FutureWatch::Until::FinishedOrCanceled && future.future().isCanceled());
    }

    WatchedFuture future;
    FutureWatch::Until until;
    std::shared_ptr<void> waiting; // null: over
};

class Poll final : public Polled
{
public:
    explicit Poll(Wait wait) noexcept : m_wait(std::move(wait)) {}
    bool isOver() noexcept override { return m_wait.isOver(); }

private:
    const Wait m_wait;
};

// The application has ended before the future.
void goOnWithout(Wait &&wait)
{
    if (wait.waiting && wait.until == FutureWatch::Until::FinishedOrCanceled && !wait.isOver())
        Deadlines::poll(std::make_unique<Poll>(std::move(wait)));
}

class Watcher final : public QFutureWatcher<void>
{
public:
    Watcher(Wait wait, QObject *parent) : QFutureWatcher<void>(parent), m_wait(std::move(wait))
    {
        if (m_wait.until == FutureWatch::Until::FinishedOrCanceled)
            connect(this, &QFutureWatcherBase::canceled, this, &Watcher::end);
        connect(this, &QFutureWatcherBase::finished, this, &Watcher::end);
        setFuture(m_wait.future.future());
    }
    ~Watcher() override { goOnWithout(std::move(m_wait)); }

private:
    void end()
    {
        m_wait.waiting.reset();
        deleteLater();
    }

    Wait m_wait;
};

class Watch final : public Task
{
public:
    Watch(Wait wait, QObject *owner) noexcept : m_wait(std::move(wait)), m_owner(owner) {}
    ~Watch() override { goOnWithout(std::move(m_wait)); }
    void run() noexcept override { new Watcher(std::move(m_wait), m_owner); }

private:
    Wait m_wait;
    QObject *const m_owner;
};

} // namespace

void FutureWatch::keep(std::shared_ptr<void> waiting, WatchedFuture future, Until until)
{
    Wait wait{std::move(future), until, std::move(waiting)};
    if (const ServiceThread::Address service = ServiceThread::address(); service.mailbox)
        service.mailbox->post(std::make_unique<Watch>(std::move(wait), service.owner));
    else if (until == Until::FinishedOrCanceled || !QCoreApplication::closingDown())
        Deadlines::poll(std::make_unique<Poll>(std::move(wait)));
}

} // namespace SignalBox::detail
