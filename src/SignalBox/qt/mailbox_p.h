// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <memory>
#include <mutex>

QT_BEGIN_NAMESPACE
class QObject;
class QThread;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*! Something to be done on another thread. Destroyed there too, unless that thread is over. */
class SIGNALBOX_QT_EXPORT Task
{
public:
    Task() noexcept = default;
    virtual ~Task();
    Q_DISABLE_COPY_MOVE(Task)

    virtual void run() noexcept = 0;
};

/*! Runs \a task on the thread of \a receiver, or destroys it with the receiver. The library's one call of invokeMethod. */
SIGNALBOX_QT_EXPORT void postTask(QObject *receiver, std::unique_ptr<Task> task);

/*!
    The way into one thread: one per QThread that a handler was ever registered for, process-wide.

    A mailbox owns a QObject in its thread, the drainer, and all work for the thread is posted to that
    object. So a producer touches nothing that its user owns: a context object may be deleted on its
    thread at any moment. Work runs in the order in which it was posted, whoever the receivers are.

    The mailbox closes when its thread finishes or is destroyed: what waits is destroyed unrun on the thread that ends,
    and post() refuses from then on. It opens again if the QThread is started again. The mutex orders post() against that,
    and is never held while foreign code runs. Thread-safe.
*/
class SIGNALBOX_QT_EXPORT Mailbox
{
public:
    /*! The mailbox of \a thread, which must stay alive during the call. */
    static std::shared_ptr<Mailbox> of(QThread *thread);

    explicit Mailbox(QThread *thread);
    ~Mailbox();
    Q_DISABLE_COPY_MOVE(Mailbox)

    bool isCurrentThread() const noexcept;

    /*! False: the thread is over, and \a task has been destroyed by the calling thread. */
    bool post(std::unique_ptr<Task> task);

private:
    void open();
    void close();

    QThread *const m_thread; // compared, never dereferenced after construction
    std::mutex m_mutex;
    QObject *m_drainer = nullptr; // guarded by m_mutex; null while closed
};

} // namespace SignalBox::detail
