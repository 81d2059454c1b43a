// SPDX-License-Identifier: MIT
//
// A timer of 0 ms that keeps its thread busy for nothing.
#include "sender.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qtimer.h>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    Receiver poller;
    QTimer timer(&poller);
    timer.setObjectName(QStringLiteral("poll"));
    int count = 0;
    QObject::connect(&timer, &QTimer::timeout, &poller, [&] {
        if (++count == 20'000)
            QCoreApplication::quit();
    });
    timer.start(0);
    return QCoreApplication::exec();
}
