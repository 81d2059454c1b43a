// SPDX-License-Identifier: MIT
#include "ticker.h"

#include <SignalBox/AsyncHandlerInfo>
#include <SignalBox/RegistryObject>

#include <QtCore/qcoreapplication.h>

#include <algorithm>
#include <utility>

Ticker::Ticker(Way::Kind kind, int rate) : m_way(Way::make(kind, Exchange::symbols))
{
    connect(model(), &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex &, int first, int last) { m_shown += last - first + 1; });
    connect(model(), &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex &first, const QModelIndex &last) { m_shown += last.row() - first.row() + 1; });

    m_frames.setTimerType(Qt::PreciseTimer);
    connect(&m_frames, &QTimer::timeout, this, [this] {
        m_longest = std::max(m_longest, m_lastFrame.nsecsElapsed());
        m_lastFrame.start();
    });
    m_lastFrame.start();
    m_frames.start(16);
    connect(&m_counting, &QTimer::timeout, this, [this] {
        m_longestFrame = double(std::exchange(m_longest, 0)) * 1e-6;
        Q_EMIT counted();
    });
    m_counting.start(250);

    m_exchange = std::make_unique<Exchange>(*m_way);
    setRate(rate);
}

Ticker::~Ticker() = default;

// An EventModel that moves rows tells of a whole range as changed. Its registry knows what newer quotes replaced.
qint64 Ticker::shown() const
{
    if (!registry())
        return m_shown;
    qint64 shown = sent();
    for (const SignalBox::AsyncHandlerInfo &handler : registry()->handlers()) {
        if (handler.name == "EventModel")
            shown -= qint64(handler.waiting + handler.merged);
    }
    return std::max<qint64>(shown, 0);
}

void Ticker::setRate(int rate)
{
    if (rate == m_rate)
        return;
    m_rate = rate;
    m_exchange->setRate(rate);
    Q_EMIT rateChanged();
}

bool Ticker::finish()
{
    m_exchange->stop();
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 30'000) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        if (m_exchange->isShownBy(*model()))
            return true;
    }
    return false;
}
