// SPDX-License-Identifier: MIT
#include "timeplot.h"

#include <QtCore/qline.h>
#include <QtGui/qpainter.h>
#include <QtGui/qpolygon.h>

namespace {

bool isLevel(const QLineF &line)
{
    return qFuzzyCompare(line.y1(), line.y2());
}

} // namespace

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
    QPolygonF points;
    points.reserve(values.size() + 2);
    for (const double value : values) {
        points.append(QPointF(x, toY(value)));
        x += step;
    }
    if (m_isFilled) {
        QPolygonF area = points;
        area << QPointF(points.constLast().x(), height()) << QPointF(points.constFirst().x(), height());
        QLinearGradient shade(0, 0, 0, height());
        QColor upper = m_color;
        upper.setAlphaF(0.35F);
        QColor lower = m_color;
        lower.setAlphaF(0.04F);
        shade.setColorAt(0, upper);
        shade.setColorAt(1, lower);
        painter->setRenderHint(QPainter::Antialiasing, false); // the line lies on its edge
        painter->setPen(Qt::NoPen);
        painter->setBrush(shade);
        painter->drawPolygon(area);
        painter->setRenderHint(QPainter::Antialiasing);
    }
    // One by one they take a seventh of the time of a path, which is most of what the window costs at rest.
    QList<QLineF> lines;
    lines.reserve(points.size());
    for (qsizetype i = 1; i < points.size(); ++i) {
        const QLineF line(points.at(i - 1), points.at(i));
        // A level stretch is one: where lines meet, their soft edges would show twice.
        if (!lines.isEmpty() && isLevel(line) && isLevel(lines.constLast()))
            lines.last().setP2(line.p2());
        else
            lines.append(line);
    }
    painter->setPen(QPen(m_color, lineWidth, Qt::SolidLine, Qt::SquareCap));
    painter->drawLines(lines);

    if (m_series->peak() >= 0) {
        painter->setPen(QPen(m_color, 1, Qt::DashLine));
        const double y = toY(m_series->peak());
        painter->drawLine(QPointF(0, y), QPointF(width(), y));
    }
}
