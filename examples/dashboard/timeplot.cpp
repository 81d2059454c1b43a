// SPDX-License-Identifier: MIT
#include "timeplot.h"

#include <QtGui/qpainter.h>
#include <QtGui/qpainterpath.h>

TimePlot::TimePlot(QQuickItem *parent) : QQuickPaintedItem(parent)
{
    setAntialiasing(true);
}

void TimePlot::setSeries(Series *series)
{
    if (m_series == series)
        return;
    if (m_series)
        m_series->disconnect(this);
    m_series = series;
    if (series)
        connect(series, &Series::changed, this, [this] { update(); });
    update();
    Q_EMIT seriesChanged();
}

void TimePlot::setMaximum(double maximum)
{
    if (qFuzzyCompare(m_maximum, maximum))
        return;
    m_maximum = maximum;
    update();
    Q_EMIT maximumChanged();
}

void TimePlot::setColor(const QColor &color)
{
    if (m_color == color)
        return;
    m_color = color;
    update();
    Q_EMIT colorChanged();
}

void TimePlot::setFilled(bool filled)
{
    if (m_isFilled == filled)
        return;
    m_isFilled = filled;
    update();
    Q_EMIT filledChanged();
}

void TimePlot::paint(QPainter *painter)
{
    if (!m_series || m_series->values().isEmpty() || m_maximum <= 0)
        return;
    constexpr double lineWidth = 1.5;
    const auto toY = [this](double value) {
        return lineWidth + (height() - 2 * lineWidth) * (1 - qBound(0.0, value / m_maximum, 1.0));
    };
    const QList<double> &values = m_series->values();
    const double step = width() / double(m_series->capacity() - 1);
    double x = width() - step * double(values.size() - 1);
    const double left = x;

    QPainterPath line(QPointF(x, toY(values.constFirst())));
    for (qsizetype i = 1; i < values.size(); ++i) {
        x += step;
        line.lineTo(x, toY(values.at(i)));
    }
    if (m_isFilled) {
        QPainterPath area = line;
        area.lineTo(x, height());
        area.lineTo(left, height());
        QLinearGradient shade(0, 0, 0, height());
        QColor upper = m_color;
        upper.setAlphaF(0.35F);
        QColor lower = m_color;
        lower.setAlphaF(0.04F);
        shade.setColorAt(0, upper);
        shade.setColorAt(1, lower);
        painter->fillPath(area, shade);
    }
    painter->setPen(QPen(m_color, lineWidth, Qt::SolidLine, Qt::FlatCap, Qt::BevelJoin));
    painter->drawPath(line);

    if (m_series->peak() >= 0) {
        painter->setPen(QPen(m_color, 1, Qt::DashLine));
        const double y = toY(m_series->peak());
        painter->drawLine(QPointF(0, y), QPointF(width(), y));
    }
}
