// SPDX-License-Identifier: MIT
#include "processlist.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

#include <algorithm>
#include <utility>
#include <cmath>
#include <unistd.h>

// /proc/PID/stat: "1 (name) S ppid ...", and the name may have blanks and brackets.
static bool readProcess(int pid, Process &process, qint64 &ticks)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return false; // it has ended
    const QByteArray line = file.readAll();
    const qsizetype open = line.indexOf('(');
    const qsizetype close = line.lastIndexOf(')');
    const QList<QByteArray> fields = line.mid(close + 2).split(' ');
    if (open < 0 || close < open || fields.size() < 22)
        return false;
    process.pid = pid;
    process.name = QString::fromLocal8Bit(line.mid(open + 1, close - open - 1));
    process.state = QString::fromLatin1(fields[0]);
    process.threads = fields[17].toInt();
    process.memory = fields[21].toLongLong() * (sysconf(_SC_PAGESIZE) / 1024);
    ticks = fields[11].toLongLong() + fields[12].toLongLong();
    return true;
}

Processes MachineList::take()
{
    const double seconds = m_sinceTake.isValid() ? double(m_sinceTake.nsecsElapsed()) * 1e-9 : 0;
    m_sinceTake.start();
    Processes processes;
    QHash<int, qint64> all;
    const QStringList names = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs);
    for (const QString &name : names) {
        bool isNumber = false;
        const int pid = name.toInt(&isNumber);
        Process process;
        qint64 ticks = 0;
        if (!isNumber || !readProcess(pid, process, ticks))
            continue;
        all.insert(pid, ticks);
        if (seconds > 0 && m_ticks.contains(pid))
            process.cpu = std::round(1000 * double(ticks - m_ticks.value(pid)) / double(sysconf(_SC_CLK_TCK)) / seconds) / 10;
        processes.push_back(std::move(process));
    }
    m_ticks.swap(all);
    return processes;
}

InventedList::InventedList(int count)
{
    for (int i = 0; i < count; ++i)
        m_processes.push_back(next());
}

Process InventedList::next()
{
    Process process;
    process.pid = m_nextPid++;
    process.name = QStringLiteral("process %1").arg(process.pid);
    process.state = QStringLiteral("S");
    process.memory = qint64(m_random() % 1'000'000);
    process.threads = 1 + int(m_random() % 30);
    return process;
}

Processes InventedList::take()
{
    const std::size_t some = m_processes.size() / 100;
    for (std::size_t i = 0; i < some; ++i)
        m_processes[m_random() % m_processes.size()].cpu = double(m_random() % 1000) / 10;
    for (std::size_t i = 0; i < some; ++i)
        m_processes[m_random() % m_processes.size()] = next();
    return m_processes;
}
