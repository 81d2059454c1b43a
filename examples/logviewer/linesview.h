// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/qtableview.h>

// A table that follows its end while it is there, and else stays where the user reads, although rows come and go.
class LinesView : public QTableView
{
    Q_OBJECT

public:
    explicit LinesView(QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model) override;
    void scrollTo(const QModelIndex &index, ScrollHint hint = EnsureVisible) override;

    bool isFollowing() const { return m_isFollowing; }
    void setFollowing(bool following);

Q_SIGNALS:
    void followingChanged(bool following);

protected:
    void updateGeometries() override;

private:
    // The user has scrolled to this row.
    void leaveFor(int row);

    bool m_isFollowing = true;
    bool m_isRemoving = false;
    int m_top = 0; // the first row in sight, if it does not follow
};
