// SPDX-License-Identifier: MIT
#pragma once

#include "ratemeter.h"
#include "series.h"

#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

// The calls per second of a handler, from its count of calls, and their history.
class CallRate : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(double calls READ calls WRITE setCalls NOTIFY callsChanged FINAL)
    Q_PROPERTY(double perSecond READ perSecond NOTIFY sampled FINAL)
    Q_PROPERTY(Series *series READ series CONSTANT FINAL)

public:
    explicit CallRate(QObject *parent = nullptr);

    double calls() const { return m_calls; }
    void setCalls(double calls);
    double perSecond() const { return m_perSecond; }
    Series *series() { return &m_series; }

    // Remembers the rate of now.
    Q_INVOKABLE void sample();

Q_SIGNALS:
    void callsChanged();
    void sampled();

private:
    RateMeter m_meter;
    RateMeter::Clock::time_point m_countedAt;
    Series m_series;
    double m_calls = 0;
    double m_perSecond = 0;
};
