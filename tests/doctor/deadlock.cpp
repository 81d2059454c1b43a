// SPDX-License-Identifier: MIT
//
// Two threads that call each other and wait: for ever.
#include "sender.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qsemaphore.h>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QThread thread;
    thread.setObjectName(QStringLiteral("Worker"));
    Sender mainSender, workerSender;
    Receiver mainReceiver, workerReceiver;
    workerSender.moveToThread(&thread);
    workerReceiver.moveToThread(&thread);
    QObject::connect(&mainSender, &Sender::sent, &workerReceiver, &Receiver::take, Qt::BlockingQueuedConnection);
    QObject::connect(&workerSender, &Sender::sent, &mainReceiver, &Receiver::take, Qt::BlockingQueuedConnection);
    QSemaphore mainIsThere, workerIsThere;
    QMetaObject::invokeMethod(&mainSender, [&] {
        mainIsThere.release();
        workerIsThere.acquire();
        Q_EMIT mainSender.sent(1);
    }, Qt::QueuedConnection);
    QMetaObject::invokeMethod(&workerSender, [&] {
        workerIsThere.release();
        mainIsThere.acquire();
        Q_EMIT workerSender.sent(2);
    }, Qt::QueuedConnection);
    thread.start();
    return QCoreApplication::exec();
}
