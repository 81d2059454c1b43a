// SPDX-License-Identifier: MIT
//
// A coroutine that waits for the handlers of what it notifies, without blocking its thread: a file is saved, and goes on
// when an index and a log on another thread have heard of it.
//
// What makes it work: notify() and notifySequential() return a QFuture, which QCoro awaits. It finishes when each handler
// has ended, and in any case: a handler, context or thread that goes counts as dropped.

#include <SignalBox/AsyncRegistry>

#include <QCoroFuture>
#include <QCoroTask>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

#include <iostream>
#include <string>

struct Saved
{
    std::string path;
};

static QCoro::Task<> save(SignalBox::AsyncRegistry<Saved> &saved)
{
    // Named, since GCC 12 destroys temporaries in a co_await expression twice.
    const Saved first{"a.txt"};
    const Saved second{"b.txt"};

    const auto report = co_await saved.notify(first);
    std::cout << report.called << " handlers have run, wherever they live\n";

    co_await saved.notifySequential(second);
    std::cout << "each ended before the next began\n";
    // Queued: where both futures were finished at once, nothing was suspended, and exec() has not begun, which a direct
    // quit() would not reach.
    QMetaObject::invokeMethod(QCoreApplication::instance(), &QCoreApplication::quit, Qt::QueuedConnection);
}

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QThread indexer;
    indexer.start();

    SignalBox::AsyncRegistry<Saved> saved;
    saved.registerHandler(SignalBox::onThread(&indexer), [](const Saved &file) { std::cout << "index " + file.path + '\n'; }, {.priority = 1});
    saved.registerHandler(SignalBox::onThread(&indexer), [](const Saved &file) { std::cout << "log " + file.path + '\n'; });

    const QCoro::Task<> task = save(saved);
    const int result = application.exec();
    indexer.quit();
    indexer.wait();
    return result;
}
