// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/joboperation.h>

#include <SignalBox/qt/delivery/ineventmemory_p.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/delivery/task_p.h>
#include <SignalBox/qt/delivery/threadhandle_p.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qrunnable.h>
#include <QtCore/qthreadpool.h>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace SignalBox::detail {

// What the coroutine and the job share: either may go first.
struct JobOperation::Shared
{
    std::mutex mutex; // guards what follows; not held during the call
    std::condition_variable hasReturned;
    JobOperation *operation = nullptr; // null: nothing is to be called, or told, any more
    bool isRunning = false;
};

class JobOperation::Job
{
public:
    explicit Job(std::shared_ptr<Shared> shared) noexcept : m_shared(std::move(shared)) { SanitizerOrder::release(this); }
    Q_DISABLE_COPY_MOVE(Job)
    // Its thread, or pool, has ended, or it has been called.
    ~Job()
    {
        SanitizerOrder::acquire(this);
        const std::lock_guard lock(m_shared->mutex);
        tell();
    }

    void call() noexcept
    {
        SanitizerOrder::acquire(this); // what Qt's queues order
        JobOperation *operation = nullptr;
        {
            const std::lock_guard lock(m_shared->mutex);
            operation = m_shared->operation;
            if (!operation)
                return;
            m_shared->isRunning = true;
        }
        operation->call(); // it waits for the end of that
        const std::lock_guard lock(m_shared->mutex);
        m_shared->isRunning = false;
        tell();
        m_shared->hasReturned.notify_all();
    }

private:
    void tell() noexcept
    {
        if (JobOperation *const operation = std::exchange(m_shared->operation, nullptr))
            operation->resumeFromLoop();
    }

    const std::shared_ptr<Shared> m_shared;
};

class JobOperation::PoolJob final : public QRunnable, public InEventMemory
{
public:
    explicit PoolJob(std::shared_ptr<Shared> shared) noexcept : m_job(std::move(shared)) {}
    void run() override { m_job.call(); }

private:
    Job m_job;
};

class JobOperation::ThreadJob final : public Task, public InEventMemory
{
public:
    explicit ThreadJob(std::shared_ptr<Shared> shared) noexcept : m_job(std::move(shared)) {}
    void run() noexcept override { m_job.call(); }

private:
    Job m_job;
};

JobOperation::~JobOperation() = default;

void JobOperation::beginCall(TaskDriver &driver)
{
    setDriver(driver);
    m_shared = std::allocate_shared<Shared>(EventMemoryAllocator<Shared>());
    m_shared->operation = this;
    if (m_pool)
        m_pool->start(new PoolJob(m_shared));
    else
        ThreadHandle(m_thread).post(std::make_unique<ThreadJob>(m_shared)); // or it is destroyed, and tells
}

void JobOperation::withdraw() noexcept
{
    if (!m_shared)
        return;
    std::unique_lock lock(m_shared->mutex);
    m_shared->hasReturned.wait(lock, [this] { return !m_shared->isRunning; });
    m_shared->operation = nullptr;
}

void JobOperation::warnWithoutTarget()
{
    warnRefused("runOn()", QStringLiteral("the thread or pool is null"), "nothing was called");
}

} // namespace SignalBox::detail
