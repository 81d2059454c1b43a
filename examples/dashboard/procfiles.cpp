// SPDX-License-Identifier: MIT
#include "procfiles.h"

#include <QtCore/qbytearraylist.h>
#include <QtCore/qfile.h>

#ifdef Q_OS_UNIX
#  include <unistd.h>
#endif

namespace ProcFiles {

namespace {

QByteArrayList lines(const QString &root, const char *name)
{
    QFile file(root + u'/' + QLatin1String(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return file.readAll().split('\n');
}

QByteArrayList words(const QByteArray &line)
{
    return line.simplified().split(' ');
}

// Both are 0 where there is no /proc anyway.
#ifdef Q_OS_UNIX
const long ticksPerSecond = sysconf(_SC_CLK_TCK);
const long pageSize = sysconf(_SC_PAGESIZE);
#else
const long ticksPerSecond = 0;
const long pageSize = 0;
#endif

} // namespace

std::optional<QList<CpuTimes>> cores(const QString &root)
{
    QList<CpuTimes> result;
    for (const QByteArray &line : lines(root, "stat")) {
        // "cpu0 user nice system idle iowait irq softirq steal ..."; the line "cpu ..." is the sum.
        const QByteArrayList fields = words(line);
        if (fields.size() < 6 || !fields.at(0).startsWith("cpu") || fields.at(0).size() == 3)
            continue;
        CpuTimes times;
        for (qsizetype i = 1; i < qMin<qsizetype>(fields.size(), 9); ++i) {
            const quint64 ticks = fields.at(i).toULongLong();
            times.total += ticks;
            if (i != 4 && i != 5)
                times.busy += ticks;
        }
        result.append(times);
    }
    return result.isEmpty() ? std::nullopt : std::optional(result);
}

std::optional<Memory> memory(const QString &root)
{
    Memory result;
    quint64 available = 0;
    for (const QByteArray &line : lines(root, "meminfo")) {
        const QByteArrayList fields = words(line);
        if (fields.size() < 2)
            continue;
        if (fields.at(0) == "MemTotal:")
            result.total = fields.at(1).toULongLong() * 1024;
        else if (fields.at(0) == "MemAvailable:")
            available = fields.at(1).toULongLong() * 1024;
    }
    if (result.total == 0 || available > result.total)
        return std::nullopt;
    result.used = result.total - available;
    return result;
}

std::optional<Traffic> traffic(const QString &root)
{
    std::optional<Traffic> result;
    for (const QByteArray &line : lines(root, "net/dev")) {
        // "  eth0: received-bytes (7 more) sent-bytes ..."
        const qsizetype colon = line.indexOf(':');
        if (colon < 0)
            continue;
        if (!result)
            result.emplace();
        const QByteArrayList fields = words(line.mid(colon + 1));
        if (fields.size() < 9 || line.first(colon).trimmed() == "lo")
            continue;
        result->received += fields.at(0).toULongLong();
        result->sent += fields.at(8).toULongLong();
    }
    return result;
}

std::optional<Process> process(const QString &root)
{
    const QByteArrayList all = lines(root, "self/stat");
    if (all.isEmpty())
        return std::nullopt;
    // "pid (name) state ...": the name may hold anything, so count from its last parenthesis.
    const QByteArrayList fields = words(all.first().mid(all.first().lastIndexOf(')') + 1));
    if (fields.size() < 22)
        return std::nullopt;
    return Process{.cpuTicks = fields.at(11).toULongLong() + fields.at(12).toULongLong(),
                   .residentBytes = fields.at(21).toULongLong() * quint64(pageSize),
                   .threads = fields.at(17).toInt()};
}

double tickRate()
{
    return double(ticksPerSecond);
}

} // namespace ProcFiles
