// SPDX-License-Identifier: MIT
#include "dashboard.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qlocale.h>
#include <QtCore/qtextstream.h>

#include <algorithm>
#include <cmath>

using namespace std::chrono_literals;

namespace {

// The samples of processor and network come as often.
constexpr std::chrono::milliseconds refreshInterval = 40ms;
constexpr int refreshesPerText = 6;
// While no flood shows what frames are for, curves go on in steps: that spares a small machine two paintings of three.
constexpr int refreshesPerStepAtRest = 3;

const QStringList &sources()
{
    static const QStringList names{QStringLiteral("cpu"), QStringLiteral("memory"), QStringLiteral("network"),
                                   QStringLiteral("process")};
    return names;
}

QString bytes(double value)
{
    return QLocale::c().formattedDataSize(qint64(value), 1, QLocale::DataSizeSIFormat);
}

QString percent(double value)
{
    return QString::number(qRound(value * 100)) + QStringLiteral(" %");
}

QString describeSample(const Sample &sample)
{
    const QList<double> &values = sample.values;
    if (sample.source == sources().at(1))
        return QStringLiteral("%1 of %2 in use").arg(bytes(values.at(0)), bytes(values.at(1)));
    if (sample.source == sources().at(2))
        return QStringLiteral("%1/s in, %2/s out").arg(bytes(values.at(0)), bytes(values.at(1)));
    if (sample.source == sources().at(3))
        return QStringLiteral("%1 of a core, %2 resident, %3 threads")
                .arg(percent(values.at(0)), bytes(values.at(1)))
                .arg(values.at(2));
    QStringList loads;
    for (const double load : values)
        loads.append(percent(load));
    return loads.join(QStringLiteral(", "));
}

quint64 callCount(const SignalBox::RegistryObject &registry)
{
    quint64 calls = 0;
    for (const SignalBox::AsyncHandlerInfo &handler : registry.handlers())
        calls += handler.calls;
    return calls;
}

// The next number of the series 1, 2, 5, 10, 20...
double roundUp(double value)
{
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (value <= factor * power)
            return factor * power;
    }
    return 10 * power;
}

QString describeHandlers(const SignalBox::RegistryObject &registry)
{
    QString text;
    QTextStream out(&text);
    for (const SignalBox::AsyncHandlerInfo &handler : registry.handlers()) {
        out << QStringLiteral("  %1  %2 %3 calls, %4 merged, %5 dropped, %6 failed, mean %7 us, %8\n")
                        .arg(handler.priority, 4)
                        .arg(QString::fromStdString(handler.name), -10)
                        .arg(handler.calls, 8)
                        .arg(handler.merged)
                        .arg(handler.dropped)
                        .arg(handler.failures)
                        .arg(double(handler.meanTime.count()) / 1000, 0, 'f', 1)
                        .arg(handler.threadName.isEmpty() ? QStringLiteral("inline") : handler.threadName);
    }
    return text;
}

} // namespace

Dashboard::Dashboard(std::unique_ptr<SampleSource> source, Recording::Writer *recorder) : m_source(std::move(source))
{
    m_registry.setName(QStringLiteral("samples"));
    m_registry.setStatisticsEnabled(true);
    for (const QString &name : sources())
        m_counts[name] = 0;
    registerHandlers(recorder);
    setPeakHold(true);
    for (const char *handler : {"readout", "busy log"})
        m_faults[QLatin1String(handler)];

    m_refreshTimer.setInterval(refreshInterval);
    connect(&m_refreshTimer, &QTimer::timeout, this, &Dashboard::refresh);
    m_refreshTimer.start();
}

Dashboard::~Dashboard()
{
    stop();
}

void Dashboard::registerHandlers(Recording::Writer *recorder)
{
    Fault &statisticsFault = m_faults[QStringLiteral("statistics")];
    m_registry.registerHandler(
            [this, &statisticsFault](const Sample &sample) {
                ++m_counts.at(sample.source);
                statisticsFault.throwIfArmed();
            },
            {.priority = 100, .name = QStringLiteral("statistics")});

    if (recorder) {
        Fault &recorderFault = m_faults[QStringLiteral("recorder")];
        m_registry.registerHandler(
                [recorder, &recorderFault](const Sample &sample) {
                    recorder->write(sample);
                    recorderFault.throwIfArmed();
                },
                {.priority = 90, .name = QStringLiteral("recorder")});
    }

    Fault &historyFault = m_faults[QStringLiteral("history")];
    m_registry.registerHandler(this,
                               [this, &historyFault](const Sample &sample) {
                                   remember(sample);
                                   historyFault.throwIfArmed();
                               },
                               {.priority = 20, .name = QStringLiteral("history")});
}

void Dashboard::setPeakHold(bool hold)
{
    if (hold == isPeakHold())
        return;
    if (hold) {
        Fault &fault = m_faults[QStringLiteral("peak hold")];
        m_peakHold = m_registry.registerGuard(this,
                                              [this, &fault](const Sample &sample) {
                                                  holdPeaks(sample);
                                                  fault.throwIfArmed();
                                              },
                                              {.priority = 50, .name = QStringLiteral("peak hold")});
    } else {
        m_peakHold.reset();
        const QList<Series *> all = allSeries();
        for (Series *series : all)
            series->dropPeak();
    }
    Q_EMIT peakHoldChanged();
}

void Dashboard::handled(const QString &handler, quint64 sequence)
{
    m_visits[sequence].append(handler);
    if (m_visits.size() <= 8)
        return;
    m_path = m_visits.begin()->second.join(QStringLiteral(" \u203a "));
    m_visits.erase(m_visits.begin());
}

void Dashboard::failNext(const QString &handler)
{
    const auto fault = m_faults.find(handler);
    if (fault != m_faults.end())
        fault->second.arm();
    else
        m_flood.failNext(handler);
}

bool Dashboard::takeFault(const QString &handler)
{
    const auto fault = m_faults.find(handler);
    return fault != m_faults.end() && fault->second.take();
}

void Dashboard::start()
{
    m_sinceStart.start();
    m_flood.start();
    m_source->start([this](Sample sample) {
        sample.sequence = ++m_sequence;
        m_registry.post(std::move(sample));
    });
}

void Dashboard::stop()
{
    m_source->stop();
    m_flood.stop();
}

void Dashboard::deliverWhatWaits()
{
    quint64 before = 0;
    quint64 calls = callCount(m_registry) + callCount(*m_flood.registry());
    do {
        before = calls;
        QCoreApplication::processEvents();
        calls = callCount(m_registry) + callCount(*m_flood.registry());
    } while (calls != before);
}

// The series that the sample's values belong to, one by one.
QList<Series *> Dashboard::seriesOf(const Sample &sample)
{
    if (sample.source == sources().at(0)) {
        if (m_cores.size() < sample.values.size()) {
            while (m_cores.size() < sample.values.size())
                m_cores.append(new Series(this));
            Q_EMIT coresChanged();
        }
        return m_cores;
    }
    if (sample.source == sources().at(1))
        return {&m_memory};
    if (sample.source == sources().at(2))
        return {&m_received, &m_sent};
    return {};
}

void Dashboard::holdPeaks(const Sample &sample)
{
    const QList<Series *> series = seriesOf(sample);
    for (qsizetype i = 0; i < qMin(series.size(), sample.values.size()); ++i)
        series.at(i)->raisePeak(sample.values.at(i));
    handled(QStringLiteral("peak hold"), sample.sequence);
}

void Dashboard::remember(const Sample &sample)
{
    const QList<Series *> series = seriesOf(sample);
    for (qsizetype i = 0; i < qMin(series.size(), sample.values.size()); ++i)
        series.at(i)->append(sample.values.at(i));
    m_latest[sample.source] = sample;
    updateScales(sample);
    handled(QStringLiteral("history"), sample.sequence);
}

void Dashboard::updateScales(const Sample &sample)
{
    if (sample.source == sources().at(1) && m_memoryTotal != sample.values.at(1)) {
        m_memoryTotal = sample.values.at(1);
        Q_EMIT memoryTotalChanged();
    }
    if (sample.source == sources().at(2)) {
        const double scale =
                roundUp(std::max({1000.0, m_received.highest(), m_sent.highest(), m_received.peak(), m_sent.peak()}));
        if (scale != m_networkScale) {
            m_networkScale = scale;
            Q_EMIT networkScaleChanged();
        }
    }
}

QList<Series *> Dashboard::allSeries()
{
    QList<Series *> all = m_cores;
    all << &m_memory << &m_received << &m_sent;
    return all;
}

void Dashboard::refresh()
{
    // The plot of the gaps has one value per interval; a thread that was blocked has some to make up for.
    const auto now = std::chrono::steady_clock::now();
    if (now - m_refreshedAt > refreshInterval * Series::defaultCapacity)
        m_refreshedAt = now - refreshInterval;
    int intervals = 0;
    for (; now - m_refreshedAt >= refreshInterval / 2; m_refreshedAt += refreshInterval)
        ++intervals;
    m_flood.remember(intervals);
    const double scale = roundUp(std::max({50.0, m_flood.registryGaps()->highest(), m_flood.signalGaps()->highest(),
                                           m_flood.quietGaps()->highest()}));
    if (scale != m_gapScale) {
        m_gapScale = scale;
        Q_EMIT gapScaleChanged();
    }
    ++m_refreshes;
    const QList<Series *> all = allSeries();
    if (!m_flood.isAtRest() || m_refreshes % refreshesPerStepAtRest == 0) {
        for (Series *series : all)
            series->publish();
        m_flood.publishGaps();
    }
    if (m_refreshes % refreshesPerText == 0) {
        for (Series *series : all)
            series->publishLast();
        m_flood.publish();
        Q_EMIT textsDue();
    }
}

void Dashboard::reset()
{
    const QList<Series *> all = allSeries();
    for (Series *series : all)
        series->clear();
    m_flood.forget();
    m_visits.clear();
    m_path.clear();
    Q_EMIT textsDue();
}

QString Dashboard::summary() const
{
    const double elapsed = double(m_sinceStart.elapsed()) / 1000;
    QString text;
    QTextStream out(&text);
    out << QStringLiteral("%1, %2 s: %3 events, %4 per second\n")
                    .arg(sourceDescription())
                    .arg(elapsed, 0, 'f', 1)
                    .arg(m_sequence.load())
                    .arg(double(m_sequence) / elapsed, 0, 'f', 0);
    out << "received\n";
    for (const QString &source : sources()) {
        const auto latest = m_latest.find(source);
        out << QStringLiteral("  %1 %2 events, last: %3\n")
                        .arg(source, -8)
                        .arg(m_counts.at(source).load(), 6)
                        .arg(latest == m_latest.end() ? QStringLiteral("none") : describeSample(latest->second));
    }
    out << "handlers, by priority\n" << describeHandlers(m_registry);
    const bool isRegistry = m_flood.transport() == Flood::Transport::Registry;
    out << QStringLiteral(
                   "flood through %1: %2 events of %3 per second asked for, worst frame gap of the last %4 s: %5 ms\n")
                    .arg(isRegistry ? QStringLiteral("the registry") : QStringLiteral("queued signals"))
                    .arg(m_flood.sent())
                    .arg(m_flood.rate())
                    .arg(FrameClock::memory.count())
                    .arg(m_flood.frames()->worst(), 0, 'f', 0);
    out << describeHandlers(*m_flood.registry());
    const Series *const otherGaps = isRegistry ? m_flood.signalGaps() : m_flood.registryGaps();
    if (!otherGaps->values().isEmpty()) {
        out << QStringLiteral("flood through %1 before that: %2 events per second, worst frame gap %3 ms\n")
                        .arg(isRegistry ? QStringLiteral("queued signals") : QStringLiteral("the registry"))
                        .arg(isRegistry ? m_flood.signalRate() : m_flood.registryRate(), 0, 'f', 0)
                        .arg(otherGaps->highest(), 0, 'f', 0);
    }
    return text;
}
