// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

class Downloads : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void finished(const QString &file);
};
