// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>

#include <array>

enum class Level { Debug, Info, Warning, Error };

// What a worker logs.
struct LogLine
{
    qint64 time = 0; // microseconds since the program began
    int worker = 0;
    Level level = Level::Info;
    QString text;
};
Q_DECLARE_METATYPE(LogLine)

inline QString levelName(Level level)
{
    static const std::array<QString, 4> names = {QStringLiteral("debug"), QStringLiteral("info"), QStringLiteral("warning"),
                                                 QStringLiteral("error")};
    return names.at(std::size_t(level));
}

// Whatever model has the lines: its columns, and what they show.
enum Column { TimeColumn, WorkerColumn, LevelColumn, TextColumn, ColumnCount };

inline QString timeText(const LogLine &line)
{
    return QString::number(double(line.time) * 1e-6, 'f', 6);
}
