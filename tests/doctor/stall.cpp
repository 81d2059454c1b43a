// SPDX-License-Identifier: MIT
//
// A slot that works for 1.5 s, or sleeps as long if the argument says so.
#include "sender.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qtimer.h>

#include <cstdio>
#include <cstring>
#include <time.h>

[[gnu::noinline]] unsigned workFor(int milliseconds)
{
    volatile unsigned steps = 0;
    for (const QDeadlineTimer deadline(milliseconds); !deadline.hasExpired();)
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

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const bool sleeps = argc > 1 && std::strcmp(argv[1], "sleep") == 0;
    bool isWhole = true;
    Receiver window;
    QTimer::singleShot(1, &window, [&] {
        if (sleeps)
            isWhole = sleepFor(1500);
        else
            workFor(1500);
        QCoreApplication::quit();
    });
    const int code = QCoreApplication::exec();
    std::printf("slept in one piece: %s\n", isWhole ? "yes" : "no");
    return code;
}
