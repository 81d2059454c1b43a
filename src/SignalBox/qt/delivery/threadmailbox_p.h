// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/mailbox_p.h>

#include <QtCore/qnamespace.h>
#include <QtCore/qobject.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <utility>

namespace SignalBox::detail {

/*!
    The mailbox of a QThread: one per thread that a handler was ever registered for, process-wide.

    It owns a QObject in its thread, the drainer, which is called through Qt's queue, once per burst. So a producer touches
    nothing that its user owns: a context object may be deleted on its thread at any moment.

    Past its budget a drain arms a timer of no duration: those run when the thread has nothing else to do. (A call posted
    instead would run in the same pass of the event loop, before timers and input.)

    It closes when the thread finishes or is destroyed, and, that of the application, when the application object is;
    it opens again if the QThread is started again, or with the next application.
*/
class ThreadMailbox final : public Mailbox
{
public:
    explicit ThreadMailbox(QThread *thread);
    ~ThreadMailbox() override;

    bool isCurrentThread() const noexcept override;
    bool isOf(const QThread *thread) const noexcept override;
    QString name() const override;

    void planVisit(std::int64_t time, Receiver &receiver) override;
    void forgetVisit(std::int64_t time, Receiver &receiver) noexcept override;

    // On the thread, or while there is none.
    void open();
    void close() noexcept;
    void closeAtFinish() noexcept; // as close(), but the thread may start again
    void closeIfFinished(const QThread &thread) noexcept;
    // The thread object is gone, and another one may be made at its address.
    void forgetThread() noexcept;
    // Any thread.
    void setName(const QString &name);
    // Any thread: a call may have been lost.
    void callAgain() noexcept { callConsumer(); }

private:
    class Drainer;

    bool isComingUp() const noexcept override;
    void callConsumer() noexcept override;
    void drain() noexcept;
    void visitDue() noexcept;
    void startVisitTimer() noexcept;

    // On a cache line of their own: producers read them at each event, and what is in front of them in the mailbox is
    // written at each delivery.
    // Compared, never dereferenced after construction. Relaxed: a new thread at the same address is ordered after this one's end.
    alignas(64) std::atomic<QThread *> m_thread;
    // What QThread::currentThreadId() says there; null until the thread has been seen. Relaxed: an id compares equal on
    // its own thread only, which wrote it, or that thread is over.
    std::atomic<Qt::HANDLE> m_threadId = nullptr;
    const QString m_ownName; // where the thread has no name

    // What is queued after start() has returned waits for started(). Relaxed: the caller of start() has waited for the end of
    // the run before.
    std::atomic<bool> m_hasFinished = false;

    // Orders calls of the drainer against its end, and uses of the thread against its own; guards the given name.
    mutable std::mutex m_mutex;
    QString m_givenName; // the thread's objectName
    // Null while closed. Written under the mutex; once others have the mailbox, on its thread, or when that is gone.
    Drainer *m_drainer = nullptr;

    // The consumer's.
    std::set<std::pair<std::int64_t, Receiver *>> m_plans; // when a visit is due; each has a reservation
    bool m_isYielding = false; // the timer will call
    // Drains closer together than this may belong to one turn of the event loop; if not, one of them gives way needlessly.
    static constexpr std::int64_t turnGap = 1'000'000;
    std::int64_t m_turnBegin = 0;
    std::int64_t m_lastDrain = 0;
};

} // namespace SignalBox::detail
