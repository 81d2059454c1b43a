// SPDX-License-Identifier: MIT
//
// Two threads that call each other and wait: for ever. Or as the argument says: "itself", a thread that calls itself; "nobody", one that
// calls an object whose thread does not run; "late", the same, but that thread is started after 1.5 s.
#include "sender.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qsemaphore.h>

#include <string>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const std::string how = argc > 1 ? argv[1] : "";
    QThread thread;
    thread.setObjectName(QStringLiteral("Worker"));
    Sender mainSender, workerSender;
    Receiver mainReceiver, workerReceiver;
    workerSender.moveToThread(&thread);
    workerReceiver.moveToThread(&thread);
    QObject::connect(&mainSender, &Sender::sent, how == "itself" ? &mainReceiver : &workerReceiver, &Receiver::take, Qt::BlockingQueuedConnection);
    QObject::connect(&workerSender, &Sender::sent, &mainReceiver, &Receiver::take, Qt::BlockingQueuedConnection);
    QSemaphore mainIsThere, workerIsThere;
    const bool areTwo = how.empty();
    QMetaObject::invokeMethod(&mainSender, [&] {
        mainIsThere.release();
        if (areTwo)
            workerIsThere.acquire();
        Q_EMIT mainSender.sent(1);
        QCoreApplication::quit();
    }, Qt::QueuedConnection);
    if (areTwo) {
        QMetaObject::invokeMethod(&workerSender, [&] {
            workerIsThere.release();
            mainIsThere.acquire();
            Q_EMIT workerSender.sent(2);
        }, Qt::QueuedConnection);
        thread.start();
    }
    QThread *const starter = QThread::create([&] {
        mainIsThere.acquire();
        QThread::msleep(1500);
        thread.start();
    });
    if (how == "late")
        starter->start();
    const int code = QCoreApplication::exec();
    starter->wait();
    delete starter;
    thread.quit();
    thread.wait();
    return code;
}
