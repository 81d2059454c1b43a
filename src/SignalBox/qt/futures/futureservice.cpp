// SPDX-License-Identifier: MIT
#include <SignalBox/qt/futures/futureservice_p.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/futures/completion_p.h>
#include <SignalBox/qt/handlers/route.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qobject.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace SignalBox::detail {

namespace {

// A handler's future, from the handler's return to its end.
class Awaited
{
public:
    Awaited(const QFuture<void> &future, Route &route, Completion *completion)
        : m_future(future), m_route(&route), m_completion(completion)
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

    const QFuture<void> &future() const { return m_future; }

private:
    void end() noexcept
    {
        bool hasFailed = false;
        SanitizerOrder::acquire(m_future); // the future's result
        try {
            if (m_future.isFinished())
                m_future.waitForFinished(); // throws what it holds
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

    QFuture<void> m_future;
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

class Expiry final : public Task
{
public:
    Expiry(QDeadlineTimer deadline, Completion &completion, QObject *owner)
        : m_deadline(deadline), m_completion(&completion), m_owner(owner)
    {
        completion.addReference();
    }
    ~Expiry() override
    {
        // Unrun: there is nobody left to wait.
        if (m_completion)
            end(m_completion);
    }
    void run() noexcept override
    {
        auto *timer = new Timer(std::exchange(m_completion, nullptr), m_owner);
        timer->start(m_deadline);
    }

private:
    static void end(Completion *completion) noexcept
    {
        completion->expire();
        completion->dropReference();
    }

    class Timer final : public QObject
    {
    public:
        Timer(Completion *completion, QObject *parent) : QObject(parent), m_completion(completion) {}
        ~Timer() override { expire(); }
        void start(QDeadlineTimer deadline)
        {
            QTimer::singleShot(std::chrono::ceil<std::chrono::milliseconds>(deadline.remainingTimeAsDuration()),
                               Qt::PreciseTimer, this, [this] {
                                   expire();
                                   deleteLater();
                               });
        }

    private:
        void expire() noexcept
        {
            if (m_completion)
                end(std::exchange(m_completion, nullptr));
        }

        Completion *m_completion;
    };

    const QDeadlineTimer m_deadline;
    Completion *m_completion;
    QObject *const m_owner;
};

// The way to the thread, and the owner of all watchers and timers there, which only tasks on that thread touch.
struct ServiceAddress
{
    std::shared_ptr<Mailbox> mailbox;
    QObject *owner = nullptr;
};

class ServiceThread
{
public:
    ServiceThread()
    {
        m_thread.setObjectName(QStringLiteral("SignalBox futures"));
        m_owner->moveToThread(&m_thread);
        m_mailbox = Mailbox::of(&m_thread);
        // On the thread itself, after the last event and after the mailbox has been closed.
        QObject::connect(&m_thread, &QThread::finished, m_owner,
                         [this] {
                             delete std::exchange(m_owner, nullptr);
                             SanitizerOrder::release(this);
                         },
                         Qt::DirectConnection);
        m_thread.start();
    }
    Q_DISABLE_COPY_MOVE(ServiceThread)
    ~ServiceThread()
    {
        m_thread.quit();
        m_thread.wait();
        SanitizerOrder::acquire(this);
    }

    ServiceAddress address() const { return {m_mailbox, m_owner}; }

private:
    QThread m_thread;
    QObject *m_owner = new QObject;
    std::shared_ptr<Mailbox> m_mailbox;
};

// One per application. Not destroyed at exit: statics may still notify then.
struct Service
{
    std::mutex mutex;
    // Nobody else's: it ends on the application's thread, never on its own, for which it would wait for ever.
    std::unique_ptr<ServiceThread> thread;

    static Service &instance()
    {
        static auto *const service = new Service;
        return *service;
    }

    // No mailbox: there is no application.
    static ServiceAddress address()
    {
        Service &service = instance();
        const std::lock_guard lock(service.mutex);
        if (!service.thread && QCoreApplication::instance() && !QCoreApplication::closingDown()) {
            service.thread = std::make_unique<ServiceThread>();
            qAddPostRoutine([] {
                std::unique_ptr<ServiceThread> ending;
                Service &all = instance();
                {
                    const std::lock_guard allLock(all.mutex);
                    ending.swap(all.thread);
                }
            });
        }
        return service.thread ? service.thread->address() : ServiceAddress();
    }
};

} // namespace

void FutureService::await(const QFuture<void> &future, Route &route, Completion *completion)
{
    Awaited awaited(future, route, completion);
    if (const ServiceAddress service = Service::address(); service.mailbox)
        service.mailbox->post(std::make_unique<Watch>(std::move(awaited), service.owner));
}

void FutureService::expireAt(QDeadlineTimer deadline, Completion &completion)
{
    if (const ServiceAddress service = Service::address(); service.mailbox)
        service.mailbox->post(std::make_unique<Expiry>(deadline, completion, service.owner));
    else
        completion.expire();
}

} // namespace SignalBox::detail
