// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

namespace SignalBox::detail {

class Mailbox;

/*! Something to be done on another thread. Destroyed there too, unless that thread is over. */
class SIGNALBOX_QT_EXPORT Task : private QueueEntry
{
public:
    Task() noexcept { target = Work; }
    virtual ~Task() = default;
    Q_DISABLE_COPY_MOVE(Task)

    virtual void run() noexcept = 0;
    /*! Instead of run(), where the mailbox has closed: ends the task. What it queues in that mailbox is dropped afterwards. */
    virtual void drop() noexcept { delete this; }

private:
    friend class Mailbox;
};

} // namespace SignalBox::detail
