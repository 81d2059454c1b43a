// SPDX-License-Identifier: MIT
//
// A slot that is called directly on another thread than its object's.
#include "sender.h"

#include <QtCore/qcoreapplication.h>

#include <cstdio>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QThread thread;
    Sender sender;
    Receiver receiver;
    sender.moveToThread(&thread);
    QObject::connect(&sender, &Sender::sent, &receiver, &Receiver::take, Qt::DirectConnection);
    QMetaObject::invokeMethod(&sender, [&] {
        for (int i = 0; i < 100; ++i)
            Q_EMIT sender.sent(i);
        QMetaObject::invokeMethod(&application, &QCoreApplication::quit, Qt::QueuedConnection);
    }, Qt::QueuedConnection);
    thread.start();
    const int code = QCoreApplication::exec();
    thread.quit();
    thread.wait();
    // It can still be taken apart by what it was made from.
    std::printf("%d %d\n", receiver.sum(), int(QObject::disconnect(&sender, &Sender::sent, &receiver, &Receiver::take)));
    return code;
}
