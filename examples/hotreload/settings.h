// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmap.h>
#include <QtCore/qstring.h>

// "name = value" a line, as the file has them.
using Settings = QMap<QString, QString>;

// Of one name. A null value: it is not there.
struct SettingChange
{
    QString name;
    QString before;
    QString after;
};
