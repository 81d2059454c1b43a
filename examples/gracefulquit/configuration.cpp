// SPDX-License-Identifier: MIT
#include "configuration.h"

#include <QtCore/qfile.h>

std::optional<Configuration> Configuration::read(const QString &fileName, QString *error)
{
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Text)) {
        *error = QStringLiteral("cannot read %1: %2").arg(fileName, file.errorString());
        return std::nullopt;
    }
    Configuration result;
    for (int number = 1; !file.atEnd(); ++number) {
        const QString line = QString::fromUtf8(file.readLine()).trimmed();
        if (line.isEmpty() || line.startsWith(QLatin1Char('#')))
            continue;
        const QString name = line.section(QLatin1Char('='), 0, 0).trimmed();
        bool isNumber = false;
        const int value = line.section(QLatin1Char('='), 1).trimmed().toInt(&isNumber);
        int *const place = name == QLatin1String("step") ? &result.step
            : name == QLatin1String("interval")          ? &result.interval
                                                         : nullptr;
        if (!place || !isNumber || value < 1) {
            *error = QStringLiteral("%1, line %2: expected \"step = N\" or \"interval = N\", not \"%3\"")
                         .arg(fileName).arg(number).arg(line);
            return std::nullopt;
        }
        *place = value;
    }
    return result;
}
