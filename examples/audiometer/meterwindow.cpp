// SPDX-License-Identifier: MIT
#include "meterwindow.h"

#include <QtCore/qthread.h>
#include <QtGui/qpainter.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>

#include <algorithm>
#include <cmath>

MeterBar::MeterBar(const QString &name, QWidget *parent) : QWidget(parent), m_name(name) {}

void MeterBar::showLevel(float level)
{
    // It falls slowly, as a meter's needle does.
    m_level = std::max(level, 0.85F * m_level);
    m_peak = std::max(level, m_peak - 0.008F);
    update();
}

void MeterBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRect whole = rect().adjusted(0, 4, 0, -4);
    painter.fillRect(whole, QColor(0x1d, 0x22, 0x2b));
    // From -48 dB to 0 dB.
    const auto place = [&whole](float level) {
        const double decibels = level > 0 ? 20 * std::log10(level) : -48;
        return int(whole.width() * std::clamp(1 + decibels / 48, 0.0, 1.0));
    };
    QLinearGradient colours(whole.topLeft(), whole.topRight());
    colours.setColorAt(0, QColor(0x1b, 0x7f, 0x4b));
    colours.setColorAt(0.75, QColor(0x7a, 0xb8, 0x3c));
    colours.setColorAt(0.88, QColor(0xe0, 0xb0, 0x30));
    colours.setColorAt(1, QColor(0xc6, 0x28, 0x28));
    painter.fillRect(whole.adjusted(0, 0, place(m_level) - whole.width(), 0), colours);
    painter.fillRect(QRect(place(m_peak) - 2, whole.top(), 3, whole.height()), Qt::white);
    painter.setPen(Qt::white);
    painter.drawText(whole.adjusted(8, 0, 0, 0), Qt::AlignVCenter, m_name);
}

MeterWindow::MeterWindow()
    : m_left(new MeterBar(QStringLiteral("L"))),
      m_right(new MeterBar(QStringLiteral("R"))),
      m_counts(new QLabel),
      m_audio(m_levels.addRealtimeSource(capacity))
{
    setWindowTitle(QStringLiteral("Audio meter"));
    // Merged: a picture shows the loudest of all blocks since the one before.
    m_levels.registerHandler(this, &MeterWindow::showLevel,
                             {.backlog = SignalBox::Backlog::merged(takeLouder).every(16)});

    auto *standStill = new QPushButton(QStringLiteral("Stand still for a second"));
    connect(standStill, &QPushButton::clicked, [] { QThread::sleep(1); });
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_left);
    layout->addWidget(m_right);
    layout->addWidget(m_counts);
    layout->addWidget(standStill, 0, Qt::AlignLeft);
}

void MeterWindow::showLevel(const Level &level)
{
    m_left->showLevel(level.left);
    m_right->showLevel(level.right);
    m_shown += level.blocks;
    m_counts->setText(QStringLiteral("%L1 blocks of a millisecond, %L2 lost while the window stood still")
                              .arg(m_audio.blocks())
                              .arg(m_audio.lost()));
}
