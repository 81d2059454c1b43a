// SPDX-License-Identifier: MIT
#pragma once

#include "levelfilter.h"
#include "transport.h"
#include "workers.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qtimer.h>
#include <QtWidgets/qmainwindow.h>

#include <memory>

class LinesView;
class QAction;
class QComboBox;
class QLabel;
class QSlider;

// The lines of four workers, as they come.
class LogWindow : public QMainWindow
{
    Q_OBJECT

public:
    static constexpr int capacity = 100'000; // rows

    LogWindow(Transport::Kind kind, int rate);
    ~LogWindow() override;

    // The workers end, and the window shows what they have sent, or it has been half a minute.
    void stopWorkers();

    qint64 sent() const { return m_workers->sent(); }
    const Transport &transport() const { return *m_transport; }

private:
    void setUpToolBar(int rate);
    void setLowestLevel(Level level);
    void setRate(int rate);
    void updateCounters();

    const std::unique_ptr<Transport> m_transport;
    LevelFilter m_filter;
    LinesView *m_view;
    QAction *m_follow = nullptr;
    QLabel *m_rateLabel = nullptr;
    QLabel *m_counters;
    QLabel *m_gapLabel;
    QTimer m_frames;   // as Meter's
    QTimer m_counting;
    QElapsedTimer m_lastFrame;
    qint64 m_worstGap = 0; // nanoseconds, since the counters were updated
    std::unique_ptr<Workers> m_workers; // the first to end
};
