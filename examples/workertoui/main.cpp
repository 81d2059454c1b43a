// SPDX-License-Identifier: MIT
//
// A worker thread has more to say than a window can show: it posts a million values, and the window shows the newest.
//
// What makes it work: a handler runs on the thread of its context. With Backlog::newest() it gets the newest event only, and
// the worker never waits. The future of notify() finishes when the handler has ended.

#include <SignalBox/AsyncRegistry>

#include <QtCore/QCoreApplication>
#include <QtCore/QTextStream>

#include <thread>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QTextStream out(stdout);
    QObject window; // anything that lives on this thread
    int shown = 0;

    AsyncRegistry<int> progress;
    progress.registerHandler(&window, [&](const int &percent) { shown = percent; }, {.backlog = Backlog::newest()});
    AsyncRegistry<QString> finished;
    finished.registerHandler(&window, [&](const QString &file) {
        out << file << " is there, after " << shown << " percent" << Qt::endl;
    }, {.priority = 10, .name = QStringLiteral("window")});
    finished.registerHandler(&window, [&](const QString &) { app.quit(); });

    std::thread worker([&] {
        for (int i = 0; i < 1'000'000; ++i)
            progress.post(i / 10'000); // never waits, and the window shows the newest
        progress.notify(100).waitForFinished(); // it has been shown
        finished.post(QStringLiteral("a.txt"));
    });
    app.exec();
    worker.join();
}
