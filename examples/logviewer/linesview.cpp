// SPDX-License-Identifier: MIT
#include "linesview.h"

#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qscrollbar.h>

#include <algorithm>

LinesView::LinesView(QWidget *parent) : QTableView(parent)
{
    setSelectionBehavior(SelectRows);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setWordWrap(false);
    setVerticalScrollMode(ScrollPerItem); // so that the value of the bar is a row
    QFont font = this->font();
    font.setStyleHint(QFont::Monospace);
    font.setFamily(QStringLiteral("monospace"));
    setFont(font);
    // Rows of one height, or each insertion would ask each row for its own.
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 4);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setHighlightSections(false);
    // Only what the user does: layouts change the bar's value, too.
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] { leaveFor(verticalScrollBar()->sliderPosition()); });
}

void LinesView::setModel(QAbstractItemModel *model)
{
    // Where the current row is removed, another becomes it, which nobody wants to see for that. Connected before the view's
    // selection is.
    if (model)
        connect(model, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] { m_isRemoving = true; });
    QTableView::setModel(model);
    if (!model)
        return;
    connect(model, &QAbstractItemModel::rowsRemoved, this, [this](const QModelIndex &, int first, int last) {
        m_isRemoving = false;
        if (first <= m_top)
            m_top = std::max(0, m_top - (last - first + 1));
    });
}

void LinesView::scrollTo(const QModelIndex &index, ScrollHint hint)
{
    if (m_isRemoving)
        return;
    QTableView::scrollTo(index, hint);
    leaveFor(verticalScrollBar()->value());
}

void LinesView::setFollowing(bool following)
{
    if (following == m_isFollowing)
        return;
    m_isFollowing = following;
    m_top = verticalScrollBar()->value();
    updateGeometries();
    Q_EMIT followingChanged(following);
}

void LinesView::updateGeometries()
{
    QTableView::updateGeometries();
    verticalScrollBar()->setValue(m_isFollowing ? verticalScrollBar()->maximum() : m_top);
}

void LinesView::leaveFor(int row)
{
    m_top = row;
    const bool following = row >= verticalScrollBar()->maximum();
    if (following == m_isFollowing)
        return;
    m_isFollowing = following;
    Q_EMIT followingChanged(following);
}
