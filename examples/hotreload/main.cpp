// SPDX-License-Identifier: MIT
//
// A settings file, followed while it is edited, and many parts of a program that want to know: some the settings as a
// whole, some each change of one, on the main thread and on another. Ends on Ctrl+C.
//
//     hotreload [FILE]        echo "colour = red" >> hotreload.conf
//
// What makes it work: a watch has the latest settings, and whoever subscribes is called on the thread of its context after
// each change, without those in between where they come faster; a registry leaves no change out. Both end with the
// context.

#include "settingsfile.h"

#include <SignalBox/AsyncWatch>
#include <SignalBox/OsSignals>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <vector>

namespace {

// From several threads, a line at a time.
void say(const QString &text)
{
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    std::puts(qPrintable(text));
    std::fflush(stdout);
}

// One of many: has what it needs of the settings at hand.
struct Part
{
    void apply(const Settings &settings)
    {
        colour = settings.value(QStringLiteral("colour"), QStringLiteral("black"));
        ++changes;
    }

    QString colour;
    int changes = 0;
};

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    SettingsFile file(QCoreApplication::arguments().value(1, QStringLiteral("hotreload.conf")));
    if (SignalBox::OsSignals::isSupported())
        SignalBox::OsSignals::instance()->quitOnTermination();

    // A thousand parts, on the main thread, each called after each change: with the latest settings, whatever came
    // between.
    SignalBox::AsyncWatch<Settings> watch(file.watch());
    std::vector<std::unique_ptr<Part>> parts;
    std::vector<std::unique_ptr<QObject>> contexts;
    for (int i = 0; i < 1000; ++i) {
        Part *const part = parts.emplace_back(std::make_unique<Part>()).get();
        part->apply(file.watch().value());
        QObject *const context = contexts.emplace_back(std::make_unique<QObject>()).get();
        watch.onChanged(context, [part](const Settings &settings) { part->apply(settings); }).release();
    }
    watch.onChanged(&application, [&] {
        int agreeing = 0;
        for (const auto &part : parts)
            agreeing += part->colour == parts.front()->colour;
        say(QStringLiteral("%1 parts have colour %2").arg(agreeing).arg(parts.front()->colour));
    }).release();

    // Another thread is told on itself.
    QThread thread;
    QObject renderer;
    renderer.moveToThread(&thread);
    thread.start();
    SignalBox::AsyncWatch<Settings> ofRenderer(file.watch());
    ofRenderer.onChanged(&renderer, [&](const Settings &settings) {
        say(QStringLiteral("%1 thread has %2 settings")
                .arg(QThread::currentThread() == &thread ? QStringLiteral("renderer") : QStringLiteral("wrong"))
                .arg(settings.size()));
    }).release();

    // Each change is an event; nothing is left out.
    file.changes().registerHandler(&application, [](const SettingChange &change) {
        say(QStringLiteral("%1: %2 -> %3").arg(change.name, change.before.isNull() ? QStringLiteral("nothing") : change.before,
                                               change.after.isNull() ? QStringLiteral("nothing") : change.after));
    });

    say(QStringLiteral("following %1, %2 settings").arg(file.fileName()).arg(file.watch().value().size()));
    const int result = QCoreApplication::exec();
    thread.quit();
    thread.wait();
    say(QStringLiteral("done"));
    return result;
}
