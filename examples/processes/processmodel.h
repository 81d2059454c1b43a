// SPDX-License-Identifier: MIT
#pragma once

#include "process.h"

#include <QtCore/qabstractitemmodel.h>

#include <utility>

// The model that a program without SignalBox writes: it is replaced as a whole.
class ProcessModel : public QAbstractTableModel
{
public:
    void replace(Processes &&processes)
    {
        beginResetModel();
        m_processes = std::move(processes);
        sortRows();
        endResetModel();
    }

    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(m_processes.size()); }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : ProcessColumnCount; }
    QVariant data(const QModelIndex &index, int role) const override
    {
        return role == Qt::DisplayRole ? value(m_processes[std::size_t(index.row())], index.column()) : QVariant();
    }

protected:
    virtual void sortRows() {}

    static QVariant value(const Process &process, int column)
    {
        switch (column) {
        case PidColumn: return process.pid;
        case NameColumn: return process.name;
        case StateColumn: return process.state;
        case CpuColumn: return process.cpu;
        case MemoryColumn: return process.memory;
        default: return process.threads;
        }
    }

    Processes m_processes;
};
