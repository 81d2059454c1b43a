// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

// The command line.
struct Options
{
    QString screenshot;      // empty: none is wanted
    double seconds = 0;      // 0: until the window is closed
    QString record;          // empty: nothing is recorded
    QString replay;          // empty: live
    QString proc = QStringLiteral("/proc");
    int rate = 100'000;      // of the flood, in events per second
    bool isQueued = false;   // the flood begins with queued signals
    bool isCompared = false; // and goes on through the registry after half of the time
    int scheme = 0;          // of the colours: that of the system, light, dark
    QString error;           // what is wrong with the command line; empty if nothing
    QString text;            // --help: to be printed instead of anything else

    static Options parse(const QStringList &arguments);
};
