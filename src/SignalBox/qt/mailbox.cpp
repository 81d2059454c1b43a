// SPDX-License-Identifier: MIT
#include <SignalBox/qt/mailbox_p.h>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <unordered_map>
#include <utility>

#if defined(__SANITIZE_THREAD__)
#  define SIGNALBOX_THREAD_SANITIZER 1
#elif defined(__has_feature)
#  if __has_feature(thread_sanitizer)
#    define SIGNALBOX_THREAD_SANITIZER 1
#  endif
#endif

#ifdef SIGNALBOX_THREAD_SANITIZER
extern "C" void __tsan_acquire(void *address);
extern "C" void __tsan_release(void *address);
#endif

namespace SignalBox::detail {

namespace {

// The functor that travels through Qt's event queue. invokeMethod() keeps a reference to it until it returns, so that the
// poster may be the last to destroy it, after it has run and while the poster holds a lock: hence running it takes the task out.
//
// Distributions build Qt without ThreadSanitizer, which therefore cannot see that the queue's lock and the functor's
// reference count order the two threads: the functor says so itself.
class HandOver
{
public:
    explicit HandOver(std::unique_ptr<Task> task) noexcept : m_task(std::move(task)) {}
    HandOver(HandOver &&other) noexcept : m_task(std::move(other.m_task)) { release(); }
    ~HandOver() { acquire(); }
    Q_DISABLE_COPY(HandOver)
    HandOver &operator=(HandOver &&) = delete;

    void operator()()
    {
        acquire();
        const std::unique_ptr<Task> task = std::move(m_task);
        release();
        task->run();
    }

private:
#ifdef SIGNALBOX_THREAD_SANITIZER
    static void acquire() noexcept { __tsan_acquire(&address); }
    static void release() noexcept { __tsan_release(&address); }
    static inline char address = 0;
#else
    static void acquire() noexcept {}
    static void release() noexcept {}
#endif

    std::unique_ptr<Task> m_task;
};

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
    QMetaObject::invokeMethod(receiver, HandOver(std::move(task)), Qt::QueuedConnection);
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
    QObject::connect(thread, &QThread::started, [mailbox] { mailbox->open(); });
    QObject::connect(thread, &QThread::finished, [mailbox] { mailbox->close(); });
    QObject::connect(thread, &QObject::destroyed, [mailbox, thread] {
        mailbox->close();
        Mailboxes &all = Mailboxes::instance();
        const std::lock_guard allLock(all.mutex);
        all.byThread.erase(thread);
    });
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
