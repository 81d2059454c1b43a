// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/poolmailbox_p.h>

#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/delivery/handover_p.h>

#include <QtCore/qrunnable.h>
#include <QtCore/qthreadpool.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

class PoolMailbox::Job final : public QRunnable
{
public:
    explicit Job(std::shared_ptr<PoolMailbox> mailbox) : m_run(Run{std::move(mailbox)}) {}
    void run() override { m_run(); }

private:
    struct Run
    {
        std::shared_ptr<PoolMailbox> mailbox;

        Run(std::shared_ptr<PoolMailbox> of) : mailbox(std::move(of)) {}
        Run(Run &&) noexcept = default;
        ~Run()
        {
            if (mailbox)
                mailbox->dropJob();
        }
        void operator()()
        {
            const std::shared_ptr<PoolMailbox> taken = std::move(mailbox);
            taken->run();
        }
    };
    HandOver<Run> m_run;
};

PoolMailbox::PoolMailbox(QThreadPool *pool)
    : Mailbox(Nesting::Impossible, true), m_pool(pool)
{
}

PoolMailbox::~PoolMailbox()
{
    closeQueue();
}

void PoolMailbox::callConsumer() noexcept
{
    try {
        m_pool->start(new Job(std::static_pointer_cast<PoolMailbox>(shared_from_this())));
    } catch (const std::bad_alloc &) {
        m_wakeUp.clear(); // the next push calls
    }
}

void PoolMailbox::run() noexcept
{
    if (process(steadyNanoseconds()) == Ending::Later) {
        callConsumer();
        return;
    }
    endTurn();
}

void PoolMailbox::dropJob() noexcept
{
    dropWaiting();
    endTurn();
}

void PoolMailbox::planVisit(std::int64_t, Receiver &receiver)
{
    receiver.release(1);
}

void PoolMailbox::forgetVisit(std::int64_t, Receiver &) noexcept
{
}

} // namespace SignalBox::detail
