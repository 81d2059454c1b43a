// SPDX-License-Identifier: MIT
#include "recording.h"

#include <QtCore/qbytearraylist.h>

#include <cmath>

namespace Recording {

namespace {

const char *const firstLine = "SignalBox dashboard samples 1";

// Nothing of a line that is not a sample is guessed.
bool parse(const QByteArray &line, Sample *sample)
{
    const QByteArrayList fields = line.split(' ');
    static const QByteArrayList sources{"cpu", "memory", "network", "process"};
    static const QList<qsizetype> sizes{0, 2, 2, 3}; // 0: any
    const qsizetype source = fields.size() < 3 ? -1 : sources.indexOf(fields.at(1));
    if (source < 0 || (sizes.at(source) != 0 && fields.size() != 2 + sizes.at(source)))
        return false;
    sample->source = QString::fromLatin1(fields.at(1));
    for (qsizetype i = 0; i < fields.size(); ++i) {
        if (i == 1)
            continue;
        bool isNumber = false;
        const double value = fields.at(i).toDouble(&isNumber);
        if (!isNumber || !std::isfinite(value) || value < 0)
            return false;
        if (i == 0)
            sample->time = value;
        else
            sample->values.append(value);
    }
    return true;
}

} // namespace

QList<Sample> read(const QString &fileName, QString *error)
{
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly)) {
        *error = QStringLiteral("cannot read %1: %2").arg(fileName, file.errorString());
        return {};
    }
    const QByteArrayList lines = file.readAll().split('\n');
    if (lines.first() != firstLine) {
        *error = QStringLiteral("%1 is not a recording of the dashboard").arg(fileName);
        return {};
    }
    QList<Sample> samples;
    for (qsizetype i = 1; i < lines.size(); ++i) {
        if (lines.at(i).isEmpty())
            continue;
        Sample sample;
        if (!parse(lines.at(i), &sample)) {
            *error = QStringLiteral("%1, line %2: not a sample").arg(fileName).arg(i + 1);
            return {};
        }
        if (!samples.isEmpty() && sample.time < samples.constLast().time)
            sample.time = samples.constLast().time; // threads write in their own order
        samples.append(sample);
    }
    if (samples.isEmpty())
        *error = QStringLiteral("%1 holds no samples").arg(fileName);
    return samples;
}

Writer::Writer(const QString &fileName)
    : m_file(fileName)
{
    if (m_file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        m_file.write(QByteArray(firstLine) + '\n');
}

QString Writer::error() const
{
    const std::lock_guard lock(m_mutex);
    if (m_file.isOpen() && m_file.error() == QFileDevice::NoError)
        return {};
    return QStringLiteral("cannot write %1: %2").arg(m_file.fileName(), m_file.errorString());
}

void Writer::write(const Sample &sample)
{
    QByteArray line = QByteArray::number(sample.time, 'f', 3) + ' ' + sample.source.toLatin1();
    for (const double value : sample.values)
        line += ' ' + (value > 1000 ? QByteArray::number(value, 'f', 0) : QByteArray::number(value, 'g', 3));
    line += '\n';
    const std::lock_guard lock(m_mutex);
    m_file.write(line);
}

} // namespace Recording
