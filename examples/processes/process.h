// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobjectdefs.h>
#include <QtCore/qstring.h>

#include <vector>

// What is known of a process.
struct Process
{
    Q_GADGET
    Q_PROPERTY(int pid MEMBER pid)
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(QString state MEMBER state)
    Q_PROPERTY(double cpu MEMBER cpu)
    Q_PROPERTY(qint64 memory MEMBER memory)
    Q_PROPERTY(int threads MEMBER threads)

public:
    int pid = 0;
    QString name;
    QString state;
    double cpu = 0; // percent of one core, since the list before
    qint64 memory = 0; // KiB in main memory
    int threads = 0;

    // Rows that are equal are not shown anew.
    friend bool operator==(const Process &, const Process &) = default;
};

// All of them.
using Processes = std::vector<Process>;

// Whatever model has the processes: its columns.
enum ProcessColumn { PidColumn, NameColumn, StateColumn, CpuColumn, MemoryColumn, ThreadsColumn, ProcessColumnCount };
