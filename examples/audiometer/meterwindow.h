// SPDX-License-Identifier: MIT
#pragma once

#include "audiothread.h"
#include "level.h"

#include <SignalBox/AsyncRegistry>

#include <QtWidgets/qwidget.h>

class QLabel;
class QPushButton;

// One channel: how loud it is, and the loudest of the last second.
class MeterBar : public QWidget
{
public:
    explicit MeterBar(const QString &name, QWidget *parent = nullptr);

    void showLevel(float level);
    float level() const { return m_level; }
    QSize sizeHint() const override { return {480, 44}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const QString m_name;
    float m_level = 0;
    float m_peak = 0;
};

class MeterWindow : public QWidget
{
public:
    MeterWindow();

    AudioThread &audio() { return m_audio; }
    const MeterBar &left() const { return *m_left; }
    // How many blocks of sound the meter has taken in.
    std::int64_t shown() const { return m_shown; }

private:
    // Half a second of sound fits, should the window stand still.
    static constexpr int capacity = 500;

    void showLevel(const Level &level);

    MeterBar *m_left;
    MeterBar *m_right;
    QLabel *m_counts;
    std::int64_t m_shown = 0;
    SignalBox::AsyncRegistry<Level> m_levels;
    AudioThread m_audio; // ends first
};
