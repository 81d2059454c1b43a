// SPDX-License-Identifier: MIT
//
// Fifty queued calls whose receiver dies before they are delivered.
#include "sender.h"

#include <QtCore/qcoreapplication.h>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    Sender sender;
    auto *receiver = new Receiver;
    QObject::connect(&sender, &Sender::sent, receiver, &Receiver::take, Qt::QueuedConnection);
    for (int i = 0; i < 50; ++i)
        Q_EMIT sender.sent(i);
    delete receiver;
    QMetaObject::invokeMethod(&application, &QCoreApplication::quit, Qt::QueuedConnection);
    return QCoreApplication::exec();
}
