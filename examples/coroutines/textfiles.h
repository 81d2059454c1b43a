// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

#include <functional>
#include <optional>

// What is searched: functions that block, and know nothing of coroutines.

// The text of a file; empty: it could not be read just now, as happens on a network drive.
using FileReader = std::function<std::optional<QString>(const QString &path)>;

std::optional<QString> readFile(const QString &path);

// The text files in a folder and those below it.
QStringList textFilesIn(const QString &folder);

// The lines of a text in which something occurs, each with its number.
QStringList linesWith(const QString &needle, const QString &text);
