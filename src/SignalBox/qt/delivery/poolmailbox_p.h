// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/mailbox_p.h>


QT_BEGIN_NAMESPACE
class QThreadPool;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*!
    The way of one handler into a thread pool. While it has something to deliver, it has one job in the pool, never two:
    so the handler runs on one thread at a time, and in order. A job that has used up its budget makes place for others.
*/
class PoolMailbox final : public Mailbox
{
public:
    // Throws std::bad_alloc.
    explicit PoolMailbox(QThreadPool *pool);
    ~PoolMailbox() override;

    bool isCurrentThread() const noexcept override { return false; }
    QString name() const override { return QStringLiteral("pool"); }
    // Refused at the registration.
    void planVisit(std::int64_t time, Receiver &receiver) override;
    void forgetVisit(std::int64_t time, Receiver &receiver) noexcept override;

private:
    class Job;

    void callConsumer() noexcept override;
    void run() noexcept;
    // The pool has been cleared.
    void dropJob() noexcept;

    QThreadPool *const m_pool; // its end unregisters the handler, and waits for calls of the pool that are under way
};

} // namespace SignalBox::detail
