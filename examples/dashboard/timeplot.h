// SPDX-License-Identifier: MIT
#pragma once

#include "series.h"

#include <QtCore/qpointer.h>
#include <QtGui/qcolor.h>
#include <QtQuick/qquickpainteditem.h>

// A line of a series' values, newest at the right, filled below or not, and its peak as a dashed line.
class TimePlot : public QQuickPaintedItem
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(Series *series READ series WRITE setSeries NOTIFY seriesChanged FINAL)
    Q_PROPERTY(double maximum READ maximum WRITE setMaximum NOTIFY maximumChanged FINAL)
    Q_PROPERTY(QColor color READ color WRITE setColor NOTIFY colorChanged FINAL)
    Q_PROPERTY(bool filled READ isFilled WRITE setFilled NOTIFY filledChanged FINAL)

public:
    explicit TimePlot(QQuickItem *parent = nullptr);

    Series *series() const { return m_series; }
    void setSeries(Series *series);

    // The value at the upper edge.
    double maximum() const { return m_maximum; }
    void setMaximum(double maximum);

    QColor color() const { return m_color; }
    void setColor(const QColor &color);

    bool isFilled() const { return m_isFilled; }
    void setFilled(bool filled);

    void paint(QPainter *painter) override;

Q_SIGNALS:
    void seriesChanged();
    void maximumChanged();
    void colorChanged();
    void filledChanged();

private:
    QPointer<Series> m_series;
    QColor m_color = Qt::gray;
    double m_maximum = 1;
    bool m_isFilled = true;
};
