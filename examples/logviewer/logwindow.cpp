// SPDX-License-Identifier: MIT
#include "logwindow.h"

#include "linesview.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qlocale.h>
#include <QtWidgets/qcheckbox.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qslider.h>
#include <QtWidgets/qstatusbar.h>
#include <QtWidgets/qstyle.h>
#include <QtWidgets/qtoolbar.h>

#include <algorithm>
#include <cmath>

namespace {

// The slider is logarithmic: each hundred steps are ten times as many lines.
constexpr int stepsPerDecade = 100;

int rateOfStep(int step)
{
    return step == 0 ? 0 : std::min(Workers::maximumRate, int(std::lround(std::pow(10.0, 1 + double(step) / stepsPerDecade))));
}

int stepOfRate(int rate)
{
    return rate <= 0 ? 0 : std::max(1, int(std::lround((std::log10(rate) - 1) * stepsPerDecade)));
}

QString number(qint64 value)
{
    return QLocale().toString(value);
}

} // namespace

LogWindow::LogWindow(Transport::Kind kind, int rate)
    : m_transport(Transport::make(kind, capacity)), m_view(new LinesView), m_counters(new QLabel), m_gapLabel(new QLabel)
{
    setWindowTitle(QStringLiteral("Log viewer"));
    resize(960, 600);
    if (m_transport->setLowestLevel(Level::Debug)) {
        m_view->setModel(m_transport->model());
    } else {
        m_filter.setSourceModel(m_transport->model());
        m_view->setModel(&m_filter);
    }
    m_view->horizontalHeader()->resizeSection(TimeColumn, 110);
    m_view->horizontalHeader()->resizeSection(WorkerColumn, 80);
    m_view->horizontalHeader()->resizeSection(LevelColumn, 90);
    setCentralWidget(m_view);
    statusBar()->addWidget(m_counters, 1);
    statusBar()->addPermanentWidget(m_gapLabel);
    setUpToolBar(rate);
    connect(m_view, &LinesView::followingChanged, m_follow, &QAction::setChecked);

    m_frames.setTimerType(Qt::PreciseTimer);
    connect(&m_frames, &QTimer::timeout, this, [this] { m_worstGap = std::max(m_worstGap, m_lastFrame.nsecsElapsed()); m_lastFrame.start(); });
    m_lastFrame.start();
    m_frames.start(16);
    connect(&m_counting, &QTimer::timeout, this, &LogWindow::updateCounters);
    m_counting.start(250);

    m_workers = std::make_unique<Workers>(*m_transport);
    setRate(rate);
}

LogWindow::~LogWindow() = default;

void LogWindow::stopWorkers()
{
    m_workers->stop();
    QElapsedTimer timer;
    timer.start();
    while (m_transport->shown() + m_transport->lost() < sent() && timer.elapsed() < 30'000)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

void LogWindow::setUpToolBar(int rate)
{
    QToolBar *const bar = addToolBar(QStringLiteral("Log"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);

    QAction *const pause = bar->addAction(style()->standardIcon(QStyle::SP_MediaPause), QStringLiteral("Pause"));
    pause->setCheckable(true);
    pause->setShortcut(Qt::Key_Space);
    pause->setToolTip(QStringLiteral("The rows stand still; the newest lines are collected meanwhile (Space)"));
    connect(pause, &QAction::toggled, this, [this](bool paused) { m_transport->setPaused(paused); });

    m_follow = bar->addAction(style()->standardIcon(QStyle::SP_ArrowDown), QStringLiteral("Follow"));
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    m_follow->setShortcut(Qt::Key_End);
    m_follow->setToolTip(QStringLiteral("Keep the newest line in sight (End). Scrolling up ends it"));
    connect(m_follow, &QAction::toggled, m_view, &LinesView::setFollowing);

    bar->addSeparator();
    auto *const levels = new QComboBox;
    for (const Level level : {Level::Debug, Level::Info, Level::Warning, Level::Error})
        levels->addItem(levelName(level) + (level == Level::Error ? QString() : QStringLiteral(" and above")));
    levels->setToolTip(QStringLiteral("Lines of lower levels are hidden, not lost"));
    connect(levels, &QComboBox::currentIndexChanged, this, [this](int index) { setLowestLevel(Level(index)); });
    bar->addWidget(levels);

    bar->addSeparator();
    auto *const slider = new QSlider(Qt::Horizontal);
    slider->setRange(0, stepOfRate(Workers::maximumRate));
    slider->setValue(stepOfRate(rate));
    slider->setMinimumWidth(220);
    slider->setTickInterval(stepsPerDecade);
    slider->setTickPosition(QSlider::TicksBelow);
    slider->setToolTip(QStringLiteral("Lines per second of the four workers"));
    connect(slider, &QSlider::valueChanged, this, [this](int step) { setRate(rateOfStep(step)); });
    bar->addWidget(slider);
    m_rateLabel = new QLabel;
    m_rateLabel->setMargin(6);
    bar->addWidget(m_rateLabel);
}

// The first line in sight that is still shown stays in sight.
void LogWindow::setLowestLevel(Level level)
{
    QList<QPersistentModelIndex> inSight;
    for (int row = m_view->rowAt(0); row >= 0 && row < m_view->model()->rowCount() && m_view->rowViewportPosition(row) < m_view->viewport()->height(); ++row)
        inSight.append(m_view->model()->index(row, TextColumn));
    if (!m_transport->setLowestLevel(level))
        m_filter.setLowestLevel(level);
    const auto place = std::find_if(inSight.cbegin(), inSight.cend(), [](const QPersistentModelIndex &line) { return line.isValid(); });
    if (!m_view->isFollowing() && place != inSight.cend())
        m_view->scrollTo(*place, QAbstractItemView::PositionAtTop);
}

void LogWindow::setRate(int rate)
{
    m_workers->setRate(rate);
    m_rateLabel->setText(QStringLiteral("%1 lines/s").arg(number(rate)));
}

void LogWindow::updateCounters()
{
    m_counters->setText(QStringLiteral("sent %1    shown %2    lost %3    rows %4").arg(number(m_workers->sent()), number(m_transport->shown()),
                                                                                       number(m_transport->lost()), number(m_view->model()->rowCount())));
    m_gapLabel->setText(QStringLiteral("longest frame %1 ms").arg(double(std::exchange(m_worstGap, 0)) * 1e-6, 0, 'f', 0));
}
