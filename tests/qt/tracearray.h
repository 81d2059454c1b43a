// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfile.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qstring.h>

// What the file of a trace holds. If it is no JSON array, the fault says why, and the array is empty.
struct TraceArray
{
    QJsonArray elements;
    QString fault;
};

inline TraceArray readTraceArray(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {{}, path + QStringLiteral(" is not there")};
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &error);
    if (!document.isArray())
        return {{}, QStringLiteral("no array: ") + error.errorString()};
    return {document.array(), {}};
}
