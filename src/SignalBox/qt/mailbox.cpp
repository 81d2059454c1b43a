// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handover_p.h>
#include <SignalBox/qt/mailbox_p.h>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <unordered_map>
#include <utility>

namespace SignalBox::detail {

namespace {

// Not destroyed at exit: threads and statics may still let go of their mailboxes then.
struct Mailboxes
{
    std::mutex mutex;
    std::unordered_map<QThread *, std::shared_ptr<Mailbox>> byThread;

    static Mailboxes &instance()
    {
        static auto *const mailboxes = new Mailboxes;
        return *mailboxes;
    }
};

} // namespace

Task::~Task() = default;

void postTask(QObject *receiver, std::unique_ptr<Task> task)
{
    // invokeMethod() refers to the function until it returns: the poster may be the last to destroy it, after it has
    // run, and while the poster holds a lock. Hence running it takes the task out.
    QMetaObject::invokeMethod(receiver, HandOver([task = std::move(task)]() mutable {
                                  const std::unique_ptr<Task> taken = std::move(task);
                                  taken->run();
                              }),
                              Qt::QueuedConnection);
}

std::shared_ptr<Mailbox> Mailbox::of(QThread *thread)
{
    Mailboxes &mailboxes = Mailboxes::instance();
    const std::lock_guard lock(mailboxes.mutex);
    std::shared_ptr<Mailbox> &mailbox = mailboxes.byThread[thread];
    if (mailbox)
        return mailbox;

    mailbox = std::make_shared<Mailbox>(thread);
    // Direct connections: started() and finished() are emitted by the thread itself, so the drainer is made and deleted
    // where it lives. A finished thread holds no drainer, and destroyed() finds one only if the thread never ran.
    QObject::connect(thread, &QThread::started, HandOver([mailbox] { mailbox->open(); }));
    QObject::connect(thread, &QThread::finished, HandOver([mailbox] { mailbox->close(); }));
    QObject::connect(thread, &QObject::destroyed, HandOver([mailbox, thread] {
                         mailbox->close();
                         Mailboxes &all = Mailboxes::instance();
                         const std::lock_guard allLock(all.mutex);
                         all.byThread.erase(thread);
                     }));
    return mailbox;
}

Mailbox::Mailbox(QThread *thread)
    : m_thread(thread)
{
    if (thread->isFinished())
        return;
    m_drainer = new QObject;
    m_drainer->moveToThread(thread);
}

Mailbox::~Mailbox()
{
    delete m_drainer;
}

bool Mailbox::isCurrentThread() const noexcept
{
    return QThread::currentThread() == m_thread;
}

bool Mailbox::post(std::unique_ptr<Task> task)
{
    const std::lock_guard lock(m_mutex);
    if (!m_drainer)
        return false; // task is a parameter: it is destroyed by the caller, after the lock
    postTask(m_drainer, std::move(task));
    return true;
}

void Mailbox::open()
{
    const std::lock_guard lock(m_mutex);
    if (!m_drainer)
        m_drainer = new QObject;
}

void Mailbox::close()
{
    QObject *drainer = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        drainer = std::exchange(m_drainer, nullptr);
    }
    delete drainer; // and with it the tasks that wait, whose destructors may do anything
}

} // namespace SignalBox::detail
