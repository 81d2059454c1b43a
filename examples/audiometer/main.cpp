// SPDX-License-Identifier: MIT
//
// An audio thread makes a block of sound each millisecond, and a window shows how loud it is.
//
// What makes it work: the audio thread must not wait, so it offers its levels to a RealtimeSource (audiothread.cpp), which never waits and
// wakes nobody. The window's thread takes them, merges them to the loudest, and shows that once per frame (meterwindow.cpp). Half a second fits;
// what does not, when the window stands still for longer, is counted.

#include "floodoptions.h"
#include "meterwindow.h"
#include "windowoptions.h"

#include <QtWidgets/qapplication.h>

#include <cstdio>

int main(int argc, char *argv[])
{
    choosePlatform();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("audiometer"));
    const WindowOptions options =
            WindowOptions::read(application,
                                QStringLiteral("Shows how loud the sound of an audio thread is. Without a display it "
                                               "runs for two seconds, and saves a picture of its window."));
    MeterWindow window;
    const int exitCode = showWindow(window, options);
    window.audio().stop();
    std::fputs(
            qPrintable(QStringLiteral("%1 blocks, %2 lost\n").arg(window.audio().blocks()).arg(window.audio().lost())),
            stdout);
    return exitCode;
}
