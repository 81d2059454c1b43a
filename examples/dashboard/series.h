// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

// The last values of one quantity, and the highest of them while peaks are held.
class Series : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Series are made by the dashboard")
    Q_PROPERTY(double last READ last NOTIFY changed FINAL)
    Q_PROPERTY(double highest READ highest NOTIFY changed FINAL)
    Q_PROPERTY(double peak READ peak NOTIFY changed FINAL)

public:
    static constexpr qsizetype capacity = 250; // ten seconds

    using QObject::QObject;

    const QList<double> &values() const { return m_values; }
    double last() const { return m_values.isEmpty() ? 0 : m_values.constLast(); }
    // The highest of the values that are kept.
    double highest() const;
    // The highest since peaks are held; negative: none is held.
    double peak() const { return m_peak; }

    void append(double value);
    void raisePeak(double value);
    void dropPeak();

Q_SIGNALS:
    void changed();

private:
    QList<double> m_values;
    double m_peak = -1;
};
