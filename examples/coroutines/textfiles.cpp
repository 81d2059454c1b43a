// SPDX-License-Identifier: MIT
#include "textfiles.h"

#include <QtCore/qdiriterator.h>
#include <QtCore/qfile.h>
#include <QtCore/qstringview.h>

std::optional<QString> readFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    return QString::fromUtf8(file.readAll());
}

QStringList textFilesIn(const QString &folder)
{
    const QStringList patterns{QStringLiteral("*.txt"), QStringLiteral("*.md"), QStringLiteral("*.h"),
                               QStringLiteral("*.cpp"), QStringLiteral("*.qml")};
    QStringList files;
    QDirIterator found(folder, patterns, QDir::Files, QDirIterator::Subdirectories);
    while (found.hasNext())
        files.append(found.next());
    files.sort();
    return files;
}

QStringList linesWith(const QString &needle, const QString &text)
{
    QStringList lines;
    int number = 0;
    for (const QStringView line : QStringView(text).split(QLatin1Char('\n'))) {
        ++number;
        if (line.contains(needle, Qt::CaseInsensitive))
            lines.append(QStringLiteral("%1: %2").arg(number).arg(line.trimmed()));
    }
    return lines;
}
