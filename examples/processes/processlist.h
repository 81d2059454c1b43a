// SPDX-License-Identifier: MIT
#pragma once

#include "process.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qhash.h>

#include <random>

// Where lists of processes come from. Of one thread.
class ProcessList
{
public:
    virtual ~ProcessList() = default;
    virtual Processes take() = 0;
};

// Those of the machine, from /proc.
class MachineList final : public ProcessList
{
public:
    Processes take() override;

private:
    QHash<int, qint64> m_ticks; // of a process, in the list before
    QElapsedTimer m_sinceTake;
};

// As many as wanted: with each list one in a hundred has changed, and as many have gone and come.
class InventedList final : public ProcessList
{
public:
    explicit InventedList(int count);
    Processes take() override;

private:
    Process next();

    std::mt19937 m_random{1};
    int m_nextPid = 1;
    Processes m_processes;
};
