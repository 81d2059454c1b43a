// SPDX-License-Identifier: MIT
#pragma once

#include "logline.h"

#include <QtCore/qsortfilterproxymodel.h>
#include <QtGui/qcolor.h>

// Invalid: the view's own.
inline QVariant colourOf(Level level)
{
    switch (level) {
    case Level::Error: return QColor(0xc6, 0x28, 0x28);
    case Level::Warning: return QColor(0xb2, 0x6a, 0x00);
    case Level::Debug: return QColor(0x80, 0x80, 0x80);
    case Level::Info: break;
    }
    return {};
}

// For models that do not filter themselves. Shows the lines of a level and above, and gives them their colours.
class LevelFilter : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setLowestLevel(Level level)
    {
        if (level == m_lowest)
            return;
        m_lowest = level;
        invalidateFilter();
    }

    QVariant data(const QModelIndex &index, int role) const override
    {
        if (role == Qt::ForegroundRole)
            return colourOf(levelOf(mapToSource(index)));
        if (role == Qt::TextAlignmentRole)
            return int((index.column() == TimeColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        return QSortFilterProxyModel::data(index, role);
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        return m_lowest == Level::Debug || levelOf(sourceModel()->index(row, LevelColumn, parent)) >= m_lowest;
    }

private:
    static Level levelOf(const QModelIndex &index)
    {
        const QString name = index.siblingAtColumn(LevelColumn).data().toString();
        for (const Level level : {Level::Error, Level::Warning, Level::Info}) {
            if (name == levelName(level))
                return level;
        }
        return Level::Debug;
    }

    Level m_lowest = Level::Debug;
};
