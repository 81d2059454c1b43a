// SPDX-License-Identifier: MIT
//
// A timer's functor that works for 1.5 s. Or as the argument says: "sleep", it sleeps as long; "functor", "slot" and "event", those work,
// the first of all that the loop does.
#include "sender.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qtimer.h>

#include <cstdio>
#include <ctime>
#include <string>
#include <time.h>

// So long, and for a fifth of it at least on a processor, whatever else the machine does.
[[gnu::noinline]] unsigned workFor(int milliseconds)
{
    volatile unsigned steps = 0;
    const std::clock_t end = std::clock() + milliseconds * (CLOCKS_PER_SEC / 5000);
    for (const QDeadlineTimer deadline(milliseconds); !deadline.hasExpired() || std::clock() < end;)
        steps = steps + 1;
    return steps;
}

// Whether the whole time was slept, in one piece.
[[gnu::noinline]] bool sleepFor(int milliseconds)
{
    const timespec time{milliseconds / 1000, (milliseconds % 1000) * 1'000'000L};
    timespec left{};
    return nanosleep(&time, &left) == 0;
}

class Window : public QObject
{
    Q_OBJECT

public:
    bool event(QEvent *event) override
    {
        if (event->type() == QEvent::User)
            show(0);
        return QObject::event(event);
    }

public Q_SLOTS:
    void show(int)
    {
        workFor(1500);
        QCoreApplication::quit();
    }
};

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const std::string how = argc > 1 ? argv[1] : "";
    bool isWhole = true;
    Sender sender;
    Window window;
    QObject::connect(&sender, SIGNAL(sent(int)), &window, SLOT(show(int)), Qt::QueuedConnection);
    if (how == "functor") {
        QMetaObject::invokeMethod(&window, [&] { window.show(0); }, Qt::QueuedConnection); // the functor's line
    } else if (how == "slot") {
        Q_EMIT sender.sent(1);
    } else if (how == "event") {
        QCoreApplication::postEvent(&window, new QEvent(QEvent::User));
    } else {
        QTimer::singleShot(1, &window, [&] {
            if (how == "sleep")
                isWhole = sleepFor(1500);
            else
                workFor(1500);
            QCoreApplication::quit();
        });
    }
    const int code = QCoreApplication::exec();
    std::printf("slept in one piece: %s\n", isWhole ? "yes" : "no");
    return code;
}
#include "stall.moc"
