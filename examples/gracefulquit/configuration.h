// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

#include <optional>

// What the program reads from its file, "name = value" a line; what is missing has these defaults.
struct Configuration
{
    int step = 1;            // what a worker adds each time
    int interval = 100;      // milliseconds between two times

    // None, and \a error says why: no such file, or a line of it makes no sense.
    static std::optional<Configuration> read(const QString &fileName, QString *error);
};
