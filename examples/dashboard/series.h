// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

// The last values of one quantity, and the highest of them while peaks are held. Values may come faster than a window has to be
// painted: changes are told by publish() alone.
class Series : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Series are made by the dashboard")
    Q_PROPERTY(double last READ last NOTIFY lastChanged FINAL)
    Q_PROPERTY(double highest READ highest NOTIFY changed FINAL)
    Q_PROPERTY(double peak READ peak NOTIFY changed FINAL)

public:
    static constexpr qsizetype defaultCapacity = 250; // ten seconds

    explicit Series(QObject *parent = nullptr, qsizetype capacity = defaultCapacity)
        : QObject(parent), m_capacity(capacity)
    {}

    // How many values are kept.
    qsizetype capacity() const { return m_capacity; }

    const QList<double> &values() const { return m_values; }
    double last() const { return m_values.isEmpty() ? 0 : m_values.constLast(); }
    // The highest of the values that are kept.
    double highest() const;
    // The highest since peaks are held; negative: none is held.
    double peak() const { return m_peak; }

    void append(double value);
    void raisePeak(double value);
    void dropPeak();
    // Forgets all values, and the peak.
    void clear();

    // Tells plots of what has changed since the last time.
    void publish();
    // Tells texts of the last value: seldom enough to be read.
    void publishLast() { Q_EMIT lastChanged(); }

Q_SIGNALS:
    void changed();
    void lastChanged();

private:
    QList<double> m_values;
    double m_peak = -1;
    qsizetype m_capacity;
    bool m_isChanged = false;
};
