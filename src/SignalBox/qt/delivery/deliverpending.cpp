// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/deliverpending.h>

#include <SignalBox/qt/delivery/threadmailbox_p.h>

#include <QtCore/qthread.h>

namespace SignalBox {

bool deliverPending(QDeadlineTimer budget)
{
    const std::shared_ptr<detail::Mailbox> mailbox = detail::Mailbox::find(QThread::currentThread());
    return mailbox && static_cast<detail::ThreadMailbox &>(*mailbox).deliverPending(budget);
}

} // namespace SignalBox
