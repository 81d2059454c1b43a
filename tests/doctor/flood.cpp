// SPDX-License-Identifier: MIT
//
// More queued calls than their thread has time for, of five kinds.
#include "sender.h"

#include <QtCore/qcoreapplication.h>

#include <cstdio>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    constexpr int calls = 3000;
    Sender sender;
    Receiver receiver;
    int sum = 0;
    QObject::connect(&sender, &Sender::sent, &receiver, [&](int number) { sum += number; }, Qt::QueuedConnection); // the functor's line
    QObject::connect(&sender, &Sender::sent, &receiver, &Receiver::take, Qt::QueuedConnection); // the member function's line
    QObject::connect(&sender, SIGNAL(sent(int)), &receiver, SLOT(take(int)), Qt::QueuedConnection); // the method's line
    QObject::connect(&sender, &Sender::described, &receiver, [&](const QString &, int) { ++sum; }, Qt::QueuedConnection);
    // Nothing is delivered meanwhile, so all wait.
    runOnOtherThread([&] {
        for (int i = 0; i < calls; ++i) {
            Q_EMIT sender.sent(1); // the emission's line
            Q_EMIT sender.described(QStringLiteral("text"), i);
            QMetaObject::invokeMethod(&receiver, [&] { ++sum; }, Qt::QueuedConnection); // the invocation's line
        }
    });
    QMetaObject::invokeMethod(&application, &QCoreApplication::quit, Qt::QueuedConnection);
    const int code = QCoreApplication::exec();
    std::printf("%d %d\n", sum, receiver.sum());
    return code;
}
