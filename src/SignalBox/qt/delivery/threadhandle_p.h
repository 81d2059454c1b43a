// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/task_p.h>
#include <SignalBox/qt/qt_export.h>

#include <memory>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace SignalBox::detail {

class Mailbox;

/*!
    A thread, as a layer above sees it. It runs tasks there, and RegistryObject::registerEventHandler() registers
    handlers for it. The only header of deliveries that a layer above includes. A copyable handle, which may outlive the thread.

    Thread-safe.
*/
class SIGNALBOX_QT_EXPORT ThreadHandle
{
public:
    /*! \a thread must stay alive during the call. */
    explicit ThreadHandle(QThread *thread);

    /*! Whether the calling thread is this one. */
    bool isCurrent() const noexcept;
    /*! Whether the calling thread is this one, and its event loop can still run. */
    bool isCurrentAndOpen() const noexcept;
    /*! Runs \a task on the thread, through its event loop. False: the thread is over, and the caller has destroyed \a task. */
    bool post(std::unique_ptr<Task> task) const;

    /*! For RegistryObject::registerEventHandler(). */
    const std::shared_ptr<Mailbox> &mailbox() const noexcept { return m_mailbox; }

private:
    std::shared_ptr<Mailbox> m_mailbox;
};

} // namespace SignalBox::detail
