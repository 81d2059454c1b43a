// SPDX-License-Identifier: MIT
//
// A program with worker threads that leaves in good order: on Ctrl+C or SIGTERM the workers end, and what they have
// counted is saved; the next run goes on from there. On SIGHUP it reads its configuration again, without a pause in
// the work.
//
//     gracefulquit [CONFIGURATION [STATE]]        kill -HUP PID, kill PID
//
// What makes it work: signals arrive on the event loop, where everything may be done, and the first that asks to end quits
// it. A worker that waits for a change wakes at once when the watch's sender goes, and sees that it is closed.

#include "configuration.h"

#include <SignalBox/OsSignals>
#include <SignalBox/WatchSender>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfile.h>
#include <QtCore/qsavefile.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <thread>
#include <vector>

using SignalBox::OsSignals;
using SignalBox::WaitOutcome;
using SignalBox::WatchReceiver;
using SignalBox::WatchSender;

namespace {

void say(const QString &text)
{
    std::puts(qPrintable(text));
    std::fflush(stdout);
}

QString describe(const Configuration &configuration)
{
    return QStringLiteral("step %1, interval %2 ms").arg(configuration.step).arg(configuration.interval);
}

// The pause between two steps ends early when the configuration changes, and for good when its sender goes.
void work(WatchReceiver<Configuration> receiver, std::atomic<long long> &count)
{
    Configuration configuration = receiver.valueAndMarkSeen();
    for (;;) {
        const auto next = std::chrono::steady_clock::now() + std::chrono::milliseconds(configuration.interval);
        switch (receiver.waitForChange(next)) {
        case WaitOutcome::Changed:
            configuration = receiver.valueAndMarkSeen();
            break;
        case WaitOutcome::TimedOut:
            count += configuration.step;
            break;
        case WaitOutcome::Closed:
            return;
        }
    }
}

long long readState(const QString &fileName)
{
    QFile file(fileName);
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().toLongLong() : 0;
}

bool writeState(const QString &fileName, long long count)
{
    QSaveFile file(fileName); // the old state stays until the new one is complete
    return file.open(QIODevice::WriteOnly) && file.write(QByteArray::number(count) + '\n') > 0 && file.commit();
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const QString configurationName = arguments.value(1, QStringLiteral("gracefulquit.conf"));
    const QString stateName = arguments.value(2, QStringLiteral("gracefulquit.state"));

    OsSignals *const signal = OsSignals::instance();
    signal->quitOnTermination(); // first: a signal during the start is not lost
    QObject::connect(signal, &OsSignals::terminated, &application,
                     [](int number) { say(QStringLiteral("signal %1: leaving").arg(number)); });

    QString error;
    std::optional<Configuration> read = Configuration::read(configurationName, &error);
    if (!read)
        say(error + QStringLiteral("; beginning with the defaults"));
    auto configuration = std::make_optional<WatchSender<Configuration>>(read.value_or(Configuration()));
    signal->registerHandler(SIGHUP, &application, [&] {
        if (const std::optional<Configuration> changed = Configuration::read(configurationName, &error)) {
            configuration->send(*changed);
            say(QStringLiteral("reloaded: ") + describe(*changed));
        } else {
            say(error + QStringLiteral("; nothing has changed"));
        }
    });

    std::atomic<long long> count = readState(stateName);
    say(QStringLiteral("process %1 goes on from %2; %3").arg(QCoreApplication::applicationPid()).arg(count.load())
            .arg(describe(configuration->subscribe().value())));
    std::vector<std::thread> workers;
    for (int i = 0; i < 4; ++i)
        workers.emplace_back(work, configuration->subscribe(), std::ref(count));

    const int result = QCoreApplication::exec();

    configuration.reset(); // the workers see that, wherever they are
    for (std::thread &worker : workers)
        worker.join();
    if (!writeState(stateName, count)) {
        say(QStringLiteral("cannot save to %1").arg(stateName));
        return 1;
    }
    say(QStringLiteral("saved %1 to %2").arg(count.load()).arg(stateName));
    return result;
}
