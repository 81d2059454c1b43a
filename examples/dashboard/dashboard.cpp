// SPDX-License-Identifier: MIT
#include "dashboard.h"

#include <QtCore/qlocale.h>
#include <QtCore/qtextstream.h>

#include <algorithm>
#include <cmath>

namespace {

const QStringList sources{QStringLiteral("cpu"), QStringLiteral("memory"), QStringLiteral("network"),
                          QStringLiteral("process")};

QString bytes(double value)
{
    return QLocale::c().formattedDataSize(qint64(value), 1, QLocale::DataSizeSIFormat);
}

QString percent(double value)
{
    return QString::number(qRound(value * 100)) + QStringLiteral(" %");
}

QString describe(const Sample &sample)
{
    const QList<double> &values = sample.values;
    if (sample.source == sources.at(1))
        return QStringLiteral("%1 of %2 in use").arg(bytes(values.at(0)), bytes(values.at(1)));
    if (sample.source == sources.at(2))
        return QStringLiteral("%1/s in, %2/s out").arg(bytes(values.at(0)), bytes(values.at(1)));
    if (sample.source == sources.at(3))
        return QStringLiteral("%1 of a core, %2 resident, %3 threads")
            .arg(percent(values.at(0)), bytes(values.at(1))).arg(values.at(2));
    QStringList loads;
    for (const double load : values)
        loads.append(percent(load));
    return loads.join(QStringLiteral(", "));
}

} // namespace

Dashboard::Dashboard(std::unique_ptr<SampleSource> source, Recording::Writer *recorder)
    : m_handlers(&m_registry), m_source(std::move(source))
{
    m_registry.setName(QStringLiteral("samples"));
    for (const QString &name : sources)
        m_counts[name] = 0;
    registerHandlers(recorder);
    setPeakHold(true);

    m_sinceRates.start();
    m_rateTimer.setInterval(500);
    connect(&m_rateTimer, &QTimer::timeout, this, &Dashboard::updateRates);
    m_rateTimer.start();
}

Dashboard::~Dashboard()
{
    stop();
}

void Dashboard::registerHandlers(Recording::Writer *recorder)
{
    const QString inlineThere = QStringLiteral("inline, sampling threads");
    const QString queued = QStringLiteral("queued, GUI thread");

    auto &statistics = m_handlers.declare(QStringLiteral("statistics"), inlineThere);
    m_registry.registerHandler(
        [this, &statistics](const Sample &sample) {
            ++statistics;
            ++m_counts.at(sample.source);
        },
        {.priority = 100, .name = QStringLiteral("statistics")});

    if (recorder) {
        auto &recorded = m_handlers.declare(QStringLiteral("recorder"), inlineThere);
        m_registry.registerHandler(
            [&recorded, recorder](const Sample &sample) {
                ++recorded;
                recorder->write(sample);
            },
            {.priority = 90, .name = QStringLiteral("recorder")});
    }

    m_handlers.declare(QStringLiteral("peak hold"), queued + QStringLiteral(", guard"));
    m_handlers.declare(QStringLiteral("history"), queued);
    m_registry.registerHandler(this, [this](const Sample &sample) { remember(sample); },
                               {.priority = 20, .name = QStringLiteral("history")});

    m_handlers.declare(QStringLiteral("readout"), queued + QStringLiteral(", QML"));
    m_handlers.declare(QStringLiteral("busy log"), queued + QStringLiteral(", QML, filter"));
}

void Dashboard::setPeakHold(bool hold)
{
    if (hold == isPeakHold())
        return;
    if (hold) {
        m_peakHold = m_registry.registerGuard(this, [this](const Sample &sample) { holdPeaks(sample); },
                                              {.priority = 50, .name = QStringLiteral("peak hold")});
    } else {
        m_peakHold.reset();
        QList<Series *> all = m_cores;
        all << &m_memory << &m_received << &m_sent;
        for (Series *series : std::as_const(all))
            series->dropPeak();
    }
    Q_EMIT peakHoldChanged();
}

void Dashboard::handled(const QString &handler, quint64 sequence)
{
    if (std::atomic<quint64> *calls = m_handlers.counter(handler))
        ++*calls;
    m_visits[sequence].append(handler);
    if (m_visits.size() <= 8)
        return;
    const QString path = m_visits.begin()->second.join(QStringLiteral(" \u203a "));
    m_visits.erase(m_visits.begin());
    if (path == m_path)
        return;
    m_path = path;
    Q_EMIT pathChanged();
}

void Dashboard::start()
{
    m_sinceStart.start();
    m_source->start([this](Sample sample) {
        sample.sequence = ++m_sequence;
        m_registry.post(std::move(sample));
    });
}

void Dashboard::stop()
{
    m_source->stop();
}

// The series that the sample's values belong to, one by one.
QList<Series *> Dashboard::seriesOf(const Sample &sample)
{
    if (sample.source == sources.at(0)) {
        if (m_cores.size() < sample.values.size()) {
            while (m_cores.size() < sample.values.size())
                m_cores.append(new Series(this));
            Q_EMIT coresChanged();
        }
        return m_cores;
    }
    if (sample.source == sources.at(1))
        return {&m_memory};
    if (sample.source == sources.at(2))
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
    if (sample.source == sources.at(1) && m_memoryTotal != sample.values.at(1)) {
        m_memoryTotal = sample.values.at(1);
        Q_EMIT memoryTotalChanged();
    }
    if (sample.source == sources.at(2)) {
        const double highest = std::max({1000.0, m_received.highest(), m_sent.highest(), m_received.peak(), m_sent.peak()});
        const double scale = std::pow(10, std::ceil(std::log10(highest)));
        if (scale != m_networkScale) {
            m_networkScale = scale;
            Q_EMIT networkScaleChanged();
        }
    }
}

void Dashboard::updateRates()
{
    m_handlers.updateRates();
    const quint64 events = m_sequence;
    const double elapsed = double(m_sinceRates.restart()) / 1000;
    m_eventRate = elapsed > 0 ? double(events - m_eventsBefore) / elapsed : 0;
    m_eventsBefore = events;
    Q_EMIT eventRateChanged();
}

QString Dashboard::summary() const
{
    const double elapsed = double(m_sinceStart.elapsed()) / 1000;
    QString text;
    QTextStream out(&text);
    out << QStringLiteral("%1, %2 s: %3 events, %4 per second\n")
               .arg(sourceDescription()).arg(elapsed, 0, 'f', 1).arg(m_sequence.load()).arg(double(m_sequence) / elapsed, 0, 'f', 0);
    out << "received\n";
    for (const QString &source : sources) {
        const auto latest = m_latest.find(source);
        out << QStringLiteral("  %1 %2 events, last: %3\n")
                   .arg(source, -8).arg(m_counts.at(source).load(), 6)
                   .arg(latest == m_latest.end() ? QStringLiteral("none") : describe(latest->second));
    }
    out << "handlers, by priority\n";
    for (const SignalBox::AsyncHandlerInfo &handler : m_registry.handlers()) {
        const QString name = QString::fromStdString(handler.name);
        out << QStringLiteral("  %1  %2 %3 calls, %4\n")
                   .arg(handler.priority, 4).arg(name, -10).arg(m_handlers.calls(name), 6).arg(m_handlers.place(name));
    }
    return text;
}
