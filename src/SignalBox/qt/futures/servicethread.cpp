// SPDX-License-Identifier: MIT
#include <SignalBox/qt/futures/servicethread_p.h>

#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qobject.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qthread.h>

#include <mutex>
#include <utility>

namespace SignalBox::detail {

namespace {

class RunningService
{
public:
    RunningService()
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
    Q_DISABLE_COPY_MOVE(RunningService)
    ~RunningService()
    {
        m_thread.quit();
        m_thread.wait();
        SanitizerOrder::acquire(this);
    }

    ServiceThread::Address address() const { return {m_mailbox, m_owner}; }

private:
    QThread m_thread;
    QObject *m_owner = new QObject;
    std::shared_ptr<Mailbox> m_mailbox;
};

// One per application. Not destroyed at exit: statics may still notify then.
struct Service
{
    std::mutex mutex; // never held while foreign code runs
    bool isStarting = false; // meanwhile there is none
    // Owned by the application object alone: it ends on the application's thread. On its own thread it would wait for itself for ever.
    std::unique_ptr<RunningService> running;

    static Service &instance()
    {
        static auto *const service = new Service;
        return *service;
    }
};

} // namespace

ServiceThread::Address ServiceThread::address()
{
    Service &service = Service::instance();
    {
        const std::lock_guard lock(service.mutex);
        if (service.running)
            return service.running->address();
        if (service.isStarting || !QCoreApplication::instance() || QCoreApplication::closingDown())
            return {};
        service.isStarting = true;
    }
    // Without the mutex: objects that are moved to the thread are seen by event filters of the application.
    std::unique_ptr<RunningService> made;
    const auto end = qScopeGuard([&] {
        const std::lock_guard lock(service.mutex);
        service.isStarting = false;
        service.running.swap(made);
    });
    made = std::make_unique<RunningService>();
    qAddPostRoutine([] {
        std::unique_ptr<RunningService> ending;
        Service &all = Service::instance();
        {
            const std::lock_guard allLock(all.mutex);
            ending.swap(all.running);
        }
    });
    return made->address();
}

} // namespace SignalBox::detail
