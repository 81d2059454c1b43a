// SPDX-License-Identifier: MIT
#pragma once

#include "handlertable.h"
#include "recording.h"
#include "sample.h"
#include "samplesource.h"
#include "series.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/HandlerGuard>

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qobject.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qtimer.h>
#include <QtQml/qqmllist.h>
#include <QtQml/qqmlregistration.h>

#include <atomic>
#include <map>
#include <memory>

// The registry of samples, its C++ handlers, and the state that the window shows.
//
//   priority 100  statistics   inline, on the sampling threads
//             90  recorder     the same, with --record
//             50  peak hold    on the GUI thread; registered while peakHold is on: it is a guard
//             20  history      on the GUI thread
//        10 and 0  readout and busy log, in QML
class Dashboard : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("main() makes it")
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry CONSTANT FINAL)
    Q_PROPERTY(HandlerTable *handlers READ handlers CONSTANT FINAL)
    Q_PROPERTY(QString sourceDescription READ sourceDescription CONSTANT FINAL)
    Q_PROPERTY(QQmlListProperty<Series> cores READ cores NOTIFY coresChanged FINAL)
    Q_PROPERTY(Series *memory READ memory CONSTANT FINAL)
    Q_PROPERTY(double memoryTotal READ memoryTotal NOTIFY memoryTotalChanged FINAL)
    Q_PROPERTY(Series *received READ received CONSTANT FINAL)
    Q_PROPERTY(Series *sent READ sent CONSTANT FINAL)
    Q_PROPERTY(double networkScale READ networkScale NOTIFY networkScaleChanged FINAL)
    Q_PROPERTY(bool peakHold READ isPeakHold WRITE setPeakHold NOTIFY peakHoldChanged FINAL)
    Q_PROPERTY(double eventRate READ eventRate NOTIFY eventRateChanged FINAL)
    Q_PROPERTY(QString path READ path NOTIFY pathChanged FINAL)

public:
    Dashboard(std::unique_ptr<SampleSource> source, Recording::Writer *recorder);
    ~Dashboard() override;

    SignalBox::RegistryObject *registry() { return &m_registry; }
    HandlerTable *handlers() { return &m_handlers; }
    QString sourceDescription() const { return m_source->description(); }
    QQmlListProperty<Series> cores() { return {this, &m_cores}; }
    Series *memory() { return &m_memory; }
    // Bytes that the machine has.
    double memoryTotal() const { return m_memoryTotal; }
    Series *received() { return &m_received; }
    Series *sent() { return &m_sent; }
    // What the plots of both reach up to: a power of ten, in bytes per second.
    double networkScale() const { return m_networkScale; }

    bool isPeakHold() const { return m_peakHold.isActive(); }
    void setPeakHold(bool hold);

    // Events per second, all sources together.
    double eventRate() const { return m_eventRate; }
    // The handlers that the latest event passed on the GUI thread, in the order of their calls.
    QString path() const { return m_path; }

    // Every handler on the GUI thread says that it has the event.
    Q_INVOKABLE void handled(const QString &handler, quint64 sequence);

    void start();
    // No sample is notified after this.
    void stop();

    // What was received, for people to read.
    QString summary() const;

Q_SIGNALS:
    void coresChanged();
    void memoryTotalChanged();
    void networkScaleChanged();
    void peakHoldChanged();
    void eventRateChanged();
    void pathChanged();

private:
    void registerHandlers(Recording::Writer *recorder);
    void remember(const Sample &sample);
    void holdPeaks(const Sample &sample);
    QList<Series *> seriesOf(const Sample &sample);
    void updateScales(const Sample &sample);
    void updateRates();

    SignalBox::AsyncRegistry<Sample> m_registry;
    HandlerTable m_handlers;
    std::unique_ptr<SampleSource> m_source;
    std::atomic<quint64> m_sequence = 0;
    std::map<QString, std::atomic<quint64>> m_counts; // by source; the keys are constant

    QList<Series *> m_cores;
    Series m_memory;
    Series m_received;
    Series m_sent;
    double m_memoryTotal = 1;
    double m_networkScale = 1000;
    std::map<QString, Sample> m_latest; // by source

    SignalBox::HandlerGuard m_peakHold;
    QElapsedTimer m_sinceStart;
    QElapsedTimer m_sinceRates;
    QTimer m_rateTimer;
    quint64 m_eventsBefore = 0;
    double m_eventRate = 0;

    std::map<quint64, QStringList> m_visits; // by sequence: the latest few, as events of several threads mix
    QString m_path;
};
