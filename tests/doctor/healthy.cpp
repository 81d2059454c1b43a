// SPDX-License-Identifier: MIT
//
// Does what programs do, in moderation: nothing of it is an illness.
#include "sender.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qtimer.h>

#include <cstdio>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QThread thread;
    Sender sender;
    Receiver receiver;
    sender.moveToThread(&thread);
    int count = 0, changes = 0;
    // Each number is answered before the next one is sent.
    QObject::connect(&sender, &Sender::sent, &receiver, [&](int number) {
        count += number;
        QMetaObject::invokeMethod(&sender, [&] {
            if (count < 200)
                Q_EMIT sender.sent(1);
            else
                QMetaObject::invokeMethod(&application, &QCoreApplication::quit, Qt::QueuedConnection);
        }, Qt::QueuedConnection);
    });
    // Direct on one thread, and blocking to another that is free.
    QObject::connect(&receiver, &Receiver::objectNameChanged, &receiver, [&] { ++changes; }, Qt::DirectConnection);
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &receiver, [&] { receiver.setObjectName(QString::number(changes)); });
    timer.start(5);
    QTimer::singleShot(0, &receiver, [&] {
        QMetaObject::invokeMethod(&sender, [&] { Q_EMIT sender.sent(1); }, Qt::BlockingQueuedConnection); // the first
    });
    thread.start();
    const int code = QCoreApplication::exec();
    thread.quit();
    thread.wait();
    std::printf("at least 200: %s\n", count >= 200 ? "yes" : "no");
    return code;
}
