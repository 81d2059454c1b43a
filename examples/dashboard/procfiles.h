// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

#include <optional>

// Linux's counters as text files. Each function reads one file under a root, normally "/proc"; no value means that the file
// is missing or is not what it should be.
namespace ProcFiles {

struct CpuTimes
{
    quint64 busy = 0; // in ticks
    quint64 total = 0;
};

struct Memory
{
    quint64 used = 0; // in bytes
    quint64 total = 0;
};

struct Traffic
{
    quint64 received = 0; // bytes since the machine started, over all interfaces but the loopback
    quint64 sent = 0;
};

struct Process
{
    quint64 cpuTicks = 0;
    quint64 residentBytes = 0;
    int threads = 0;
};

std::optional<QList<CpuTimes>> cores(const QString &root); // stat
std::optional<Memory> memory(const QString &root);         // meminfo
std::optional<Traffic> traffic(const QString &root);       // net/dev
std::optional<Process> process(const QString &root);       // self/stat

// Ticks per second, of all times above.
double tickRate();

} // namespace ProcFiles
