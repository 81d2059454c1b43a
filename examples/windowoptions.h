// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

class QCoreApplication;
class QWidget;

// The arguments of examples that show a window, and no comparison.
struct WindowOptions
{
    double seconds = 0; // 0: until the window is closed
    QString screenshot; // empty: none

    // Ends the program where an argument makes no sense. Where there is no display, there is an end, and a picture.
    static WindowOptions read(const QCoreApplication &application, const QString &description);
};

// Shows the window as the options say. Returns the exit code of the program.
int showWindow(QWidget &window, const WindowOptions &options);
