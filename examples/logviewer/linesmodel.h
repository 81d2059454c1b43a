// SPDX-License-Identifier: MIT
#pragma once

#include "logline.h"

#include <QtCore/qabstractitemmodel.h>

#include <deque>
#include <vector>

// The model that a program without SignalBox writes: the newest lines, in blocks of rows.
class LinesModel : public QAbstractTableModel
{
public:
    explicit LinesModel(int capacity) : m_capacity(std::size_t(capacity)) {}

    // One removal and one insertion. Of more lines than there is room for, the newest.
    void append(std::vector<LogLine> &&lines)
    {
        const std::size_t first = lines.size() > m_capacity ? lines.size() - m_capacity : 0;
        const std::size_t count = lines.size() - first;
        if (count == 0)
            return;
        if (const std::size_t rows = m_lines.size() + count; rows > m_capacity) {
            const auto excess = std::ptrdiff_t(rows - m_capacity);
            beginRemoveRows({}, 0, int(excess) - 1);
            m_lines.erase(m_lines.begin(), m_lines.begin() + excess);
            endRemoveRows();
        }
        beginInsertRows({}, int(m_lines.size()), int(m_lines.size() + count) - 1);
        for (std::size_t i = first; i < lines.size(); ++i)
            m_lines.push_back(std::move(lines[i]));
        endInsertRows();
        m_shown += qint64(count);
        m_lost += qint64(first);
    }

    qint64 shown() const { return m_shown; }
    qint64 lost() const { return m_lost; }

    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(m_lines.size()); }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }

    QVariant data(const QModelIndex &index, int role) const override
    {
        if (role != Qt::DisplayRole)
            return {};
        const LogLine &line = m_lines[std::size_t(index.row())];
        switch (index.column()) {
        case TimeColumn: return timeText(line);
        case WorkerColumn: return line.worker;
        case LevelColumn: return levelName(line.level);
        default: return line.text;
        }
    }

    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        static const char *const names[] = {"time", "worker", "level", "text"};
        return orientation == Qt::Horizontal && role == Qt::DisplayRole ? QVariant(QLatin1String(names[section])) : QVariant();
    }

private:
    const std::size_t m_capacity;
    std::deque<LogLine> m_lines;
    qint64 m_shown = 0;
    qint64 m_lost = 0;
};
