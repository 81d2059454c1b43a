// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>

#include <utility>

// Of the kind of KDToolBox's KDSignalThrottler: slows a signal down to one per frame, and keeps no values.
class Throttler : public QObject
{
    Q_OBJECT

public:
    Throttler()
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(16);
        connect(&m_timer, &QTimer::timeout, this, [this] {
            if (std::exchange(m_hasWaiting, false))
                trigger();
        });
    }

public Q_SLOTS:
    void throttle()
    {
        if (m_timer.isActive())
            m_hasWaiting = true;
        else
            trigger();
    }

Q_SIGNALS:
    void triggered();

private:
    void trigger()
    {
        Q_EMIT triggered();
        m_timer.start();
    }

    QTimer m_timer;
    bool m_hasWaiting = false;
};
