// SPDX-License-Identifier: MIT
//
// Floods by signals that are less easy to name in C++.
#include "sender.h"

#include <QtCore/qcoreapplication.h>

#include <cstdio>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    constexpr int calls = 1500;
    Meter meter;
    Receiver receiver;
    int closed = 0, values = 0, texts = 0, names = 0;
    QObject::connect(&meter, &Meter::closed, &receiver, [&] { ++closed; }, Qt::QueuedConnection);
    QObject::connect(&meter, qOverload<double>(&Meter::measured), &receiver, [&] { ++values; }, Qt::QueuedConnection);
    QObject::connect(&meter, qOverload<const QString &>(&Meter::measured), &receiver, [&] { ++texts; }, Qt::QueuedConnection);
    QObject::connect(&meter, &Meter::objectNameChanged, &receiver, [&] { ++names; }, Qt::QueuedConnection);
    for (int i = 0; i < calls; ++i) {
        Q_EMIT meter.closed();
        Q_EMIT meter.measured(i);
        Q_EMIT meter.measured(QString::number(i));
        meter.setObjectName(QString::number(i));
    }
    QMetaObject::invokeMethod(&application, &QCoreApplication::quit, Qt::QueuedConnection);
    const int code = QCoreApplication::exec();
    std::printf("%d %d %d %d\n", closed, values, texts, names);
    return code;
}
