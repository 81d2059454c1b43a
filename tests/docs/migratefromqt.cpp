// SPDX-License-Identifier: MIT
#include "migratefromqt.h"

#include "migration.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>

#include <thread>

QStringList qtSignalsBefore()
{
    QStringList done;
    Downloads downloads;
    QObject window;
    // One after the other in the order of the connections, so the log is connected first.
    QObject::connect(&downloads, &Downloads::finished, &window,
                     [&](const QString &file) { done.append(QStringLiteral("log ") + file); });
    QObject::connect(&downloads, &Downloads::finished, &window,
                     [&](const QString &file) { done.append(QStringLiteral("show ") + file); });

    std::thread worker([&] { Q_EMIT downloads.finished(QStringLiteral("a.txt")); });
    worker.join();
    QCoreApplication::processEvents();
    return done;
}

QStringList qtSignalsAfter()
{
    QStringList done;
    SignalBox::AsyncRegistry<QString> finished;
    QObject window;
    finished.registerHandler(&window, [&](const QString &file) { done.append(QStringLiteral("show ") + file); });
    finished.registerHandler(&window, [&](const QString &file) { done.append(QStringLiteral("log ") + file); },
                             {.priority = 100});

    std::thread worker([&] { finished.post(QStringLiteral("a.txt")); });
    worker.join();
    QCoreApplication::processEvents();
    return done;
}
