// SPDX-License-Identifier: MIT
#pragma once

#include "fault.h"
#include "flood.h"
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
#include <chrono>
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
    Q_PROPERTY(Flood *flood READ flood CONSTANT FINAL)
    Q_PROPERTY(QString sourceDescription READ sourceDescription CONSTANT FINAL)
    Q_PROPERTY(QQmlListProperty<Series> cores READ cores NOTIFY coresChanged FINAL)
    Q_PROPERTY(Series *memory READ memory CONSTANT FINAL)
    Q_PROPERTY(double memoryTotal READ memoryTotal NOTIFY memoryTotalChanged FINAL)
    Q_PROPERTY(Series *received READ received CONSTANT FINAL)
    Q_PROPERTY(Series *sent READ sent CONSTANT FINAL)
    Q_PROPERTY(double networkScale READ networkScale NOTIFY networkScaleChanged FINAL)
    Q_PROPERTY(bool peakHold READ isPeakHold WRITE setPeakHold NOTIFY peakHoldChanged FINAL)
    Q_PROPERTY(double gapScale READ gapScale NOTIFY gapScaleChanged FINAL)
    Q_PROPERTY(QString path READ path NOTIFY textsDue FINAL)

public:
    Dashboard(std::unique_ptr<SampleSource> source, Recording::Writer *recorder);
    ~Dashboard() override;

    SignalBox::RegistryObject *registry() { return &m_registry; }
    Flood *flood() { return &m_flood; }
    QString sourceDescription() const { return m_source->description(); }
    QQmlListProperty<Series> cores() { return {this, &m_cores}; }
    Series *memory() { return &m_memory; }
    // Bytes that the machine has.
    double memoryTotal() const { return m_memoryTotal; }
    Series *received() { return &m_received; }
    Series *sent() { return &m_sent; }
    // What the plots of both reach up to, in bytes per second.
    double networkScale() const { return m_networkScale; }

    bool isPeakHold() const { return m_peakHold.isActive(); }
    void setPeakHold(bool hold);

    // What the plot of the frame gaps reaches up to, in milliseconds.
    double gapScale() const { return m_gapScale; }
    // The handlers that the latest event passed on the GUI thread, in the order of their calls.
    QString path() const { return m_path; }

    // Every handler on the GUI thread says that it has the event.
    Q_INVOKABLE void handled(const QString &handler, quint64 sequence);

    // Makes the next call of the handler of this name fail.
    Q_INVOKABLE void failNext(const QString &handler);
    // For handlers in QML: whether this call is to fail.
    Q_INVOKABLE bool takeFault(const QString &handler);

    // Forgets the values so far.
    Q_INVOKABLE void reset();

    void start();
    // No sample is notified after this.
    void stop();

    // Runs the event loop until no handler is called any more. After stop().
    void deliverWhatWaits();

    // What was received, for people to read.
    QString summary() const;

Q_SIGNALS:
    void coresChanged();
    void memoryTotalChanged();
    void networkScaleChanged();
    void peakHoldChanged();
    void gapScaleChanged();
    // It is time to show new texts. Samples come more often than anybody can read.
    void textsDue();

private:
    void registerHandlers(Recording::Writer *recorder);
    void remember(const Sample &sample);
    void holdPeaks(const Sample &sample);
    QList<Series *> seriesOf(const Sample &sample);
    void updateScales(const Sample &sample);
    QList<Series *> allSeries();
    void refresh();

    SignalBox::AsyncRegistry<Sample> m_registry;
    Flood m_flood;
    std::map<QString, Fault> m_faults; // by handler; the keys are constant
    std::unique_ptr<SampleSource> m_source;
    std::atomic<quint64> m_sequence = 0;
    std::map<QString, std::atomic<quint64>> m_counts; // by source; the keys are constant

    QList<Series *> m_cores;
    Series m_memory{nullptr, Series::defaultCapacity / 3}; // its samples come a third as often
    Series m_received;
    Series m_sent;
    double m_memoryTotal = 1;
    double m_networkScale = 1000;
    std::map<QString, Sample> m_latest; // by source

    SignalBox::HandlerGuard m_peakHold;
    QElapsedTimer m_sinceStart;
    // All that changes is shown at its timeouts: the window is painted as often and no more, however many samples come.
    QTimer m_refreshTimer;
    std::chrono::steady_clock::time_point m_refreshedAt;
    int m_refreshes = 0;
    double m_gapScale = 50;

    std::map<quint64, QStringList> m_visits; // by sequence: the latest few, as events of several threads mix
    QString m_path;
};
