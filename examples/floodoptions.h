// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

class QCoreApplication;

// The arguments of the examples that show a flood of events.
struct FloodOptions
{
    int rate = 0;       // events per second
    double seconds = 0; // 0: until the window is closed
    QString screenshot; // empty: none
    bool isCompared = false;
    bool isMeasured = false;
    QString comparison; // the name of the two files, without suffix

    struct Defaults
    {
        QString description;
        int rate;
        int comparedRate;
        int maximumRate;
    };
    // Ends the program where an argument makes no sense. Where there is no display, there is an end, and a picture.
    static FloodOptions read(const QCoreApplication &application, const Defaults &defaults);
};

// Qt's offscreen platform where there is no display, so that the program runs on servers and in tests.
void choosePlatform();

// Runs the event loop.
void runFor(double seconds);
