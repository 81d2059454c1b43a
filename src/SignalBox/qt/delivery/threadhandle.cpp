// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/threadhandle_p.h>

#include <SignalBox/qt/delivery/mailbox_p.h>

#include <utility>

namespace SignalBox::detail {

ThreadHandle::ThreadHandle(QThread *thread)
    : m_mailbox(Mailbox::of(thread))
{
}

bool ThreadHandle::isCurrent() const noexcept
{
    return m_mailbox->isCurrentThread();
}

bool ThreadHandle::isCurrentAndOpen() const noexcept
{
    return m_mailbox->isDrainedHere();
}

bool ThreadHandle::post(std::unique_ptr<Task> task) const
{
    return m_mailbox->post(std::move(task));
}

} // namespace SignalBox::detail
