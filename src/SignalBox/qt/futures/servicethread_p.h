// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <memory>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

class Mailbox;

/*!
    A thread with an event loop, for what Qt tells by events: how futures of others end. Started by the first need, it
    ends with the application. So a thread may block in waitForFinished() for what would be told there.
*/
class SIGNALBOX_QT_EXPORT ServiceThread
{
public:
    // The way to the thread, and the owner of all watchers there, which only tasks on that thread touch.
    struct Address
    {
        std::shared_ptr<Mailbox> mailbox; // null: there is no application, or no longer; or the thread is just being started
        QObject *owner = nullptr;
    };
    static Address address();
};

} // namespace SignalBox::detail
