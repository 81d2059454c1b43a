// SPDX-License-Identifier: MIT
#include "migratefromqt.h"

#include "migration.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qthread.h>

#include <functional>
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

// The rows of the table on slots, and on a signal without arguments.
QStringList qtSlotsAfter()
{
    SignalBox::AsyncRegistry<QString> finished;
    SignalBox::AsyncRegistry<Cleared> cleared;
    Window window;
    finished.registerHandler(&window, std::bind_front(&Window::show, &window));
    cleared.registerHandler(&window, [&](const Cleared &) { window.clear(); });
    finished.post(QStringLiteral("a.txt"));
    cleared.post({});
    finished.post(QStringLiteral("b.txt"));
    return window.shown;
}

// The row on a registry that is a member.
bool movedWithItsOwner()
{
    QThread thread;
    Downloader downloader;
    downloader.moveToThread(&thread);
    return downloader.finished.thread() == &thread;
}
