// SPDX-License-Identifier: MIT
#include "samplesource.h"

#include "procfiles.h"

#include <QtCore/qthread.h>

#include <chrono>
#include <deque>
#include <optional>
#include <utility>

using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds period(40);
// What hardly changes meanwhile, and what is shown as a text only.
constexpr std::chrono::milliseconds memoryPeriod = 3 * period;
constexpr std::chrono::milliseconds processPeriod = 5 * period;

double seconds(Clock::duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

// The kernel counts in ticks of 10 ms: rates are taken over some readings to be smooth.
template <class Reading>
class Window
{
public:
    // The reading that is a window older than this one; none before there is half a window.
    std::optional<std::pair<Clock::time_point, Reading>> exchange(Clock::time_point time, const Reading &reading)
    {
        constexpr std::size_t length = 8;
        m_readings.emplace_back(time, reading);
        if (m_readings.size() > length)
            m_readings.pop_front();
        return m_readings.size() > length / 2 ? std::optional(m_readings.front()) : std::nullopt;
    }

private:
    std::deque<std::pair<Clock::time_point, Reading>> m_readings;
};

class MachineSource final : public SampleSource
{
public:
    explicit MachineSource(const QString &root) : m_root(root) {}
    ~MachineSource() override { stop(); }

    QString description() const override { return QStringLiteral("live from ") + m_root; }

    void start(Sink sink) override
    {
        m_sink = std::move(sink);
        const Clock::time_point begin = Clock::now();
        sampleRegularly(QStringLiteral("cpu"), begin, period, [this, window = Window<QList<ProcFiles::CpuTimes>>()](auto now) mutable {
            return load(window, now);
        });
        sampleRegularly(QStringLiteral("memory"), begin, memoryPeriod, [this](auto) {
            const auto memory = ProcFiles::memory(m_root);
            return memory ? QList<double>{double(memory->used), double(memory->total)} : QList<double>();
        });
        sampleRegularly(QStringLiteral("network"), begin, period, [this, window = Window<ProcFiles::Traffic>()](auto now) mutable {
            return traffic(window, now);
        });
        sampleRegularly(QStringLiteral("process"), begin, processPeriod, [this, window = Window<ProcFiles::Process>()](auto now) mutable {
            return process(window, now);
        });
    }

private:
    // An empty list: no sample this time.
    void sampleRegularly(const QString &source, Clock::time_point begin, Clock::duration every,
                         std::function<QList<double>(Clock::time_point)> read)
    {
        // Each thread at its own moment.
        const Clock::time_point first = begin + m_threads++ * period / 4;
        run([this, source, begin, first, every, read = std::move(read)] {
            QThread::currentThread()->setObjectName(source); // for the trace
            for (Clock::time_point next = first; waitUntil(next); next += every) {
                const Clock::time_point now = Clock::now();
                const QList<double> values = read(now);
                if (!values.isEmpty())
                    m_sink({.source = source, .time = seconds(now - begin), .values = values});
            }
        });
    }

    QList<double> load(Window<QList<ProcFiles::CpuTimes>> &window, Clock::time_point now) const
    {
        const auto cores = ProcFiles::cores(m_root);
        if (!cores)
            return {};
        const auto earlierCores = window.exchange(now, *cores);
        if (!earlierCores)
            return {};
        const QList<ProcFiles::CpuTimes> &earlier = earlierCores->second;
        QList<double> result;
        for (qsizetype i = 0; i < qMin(cores->size(), earlier.size()); ++i) {
            const double total = double(cores->at(i).total) - double(earlier.at(i).total);
            const double busy = double(cores->at(i).busy) - double(earlier.at(i).busy);
            result.append(total > 0 ? qBound(0.0, busy / total, 1.0) : 0.0);
        }
        return result;
    }

    QList<double> traffic(Window<ProcFiles::Traffic> &window, Clock::time_point now) const
    {
        const auto total = ProcFiles::traffic(m_root);
        if (!total)
            return {};
        const auto earlier = window.exchange(now, *total);
        if (!earlier)
            return {};
        const auto &[time, before] = *earlier;
        const double elapsed = seconds(now - time);
        // The counters go back where an interface goes away.
        if (elapsed <= 0 || total->received < before.received || total->sent < before.sent)
            return {};
        return {double(total->received - before.received) / elapsed, double(total->sent - before.sent) / elapsed};
    }

    QList<double> process(Window<ProcFiles::Process> &window, Clock::time_point now) const
    {
        const auto state = ProcFiles::process(m_root);
        if (!state)
            return {};
        const auto earlier = window.exchange(now, *state);
        if (!earlier)
            return {};
        const double elapsed = seconds(now - earlier->first);
        const double ticks = double(state->cpuTicks - earlier->second.cpuTicks);
        const double load = elapsed > 0 ? ticks / ProcFiles::tickRate() / elapsed : 0.0;
        return {load, double(state->residentBytes), double(state->threads)};
    }

    const QString m_root;
    Sink m_sink;
    int m_threads = 0;
};

class ReplaySource final : public SampleSource
{
public:
    ReplaySource(const QList<Sample> &samples, const QString &description) : m_samples(samples), m_description(description) {}
    ~ReplaySource() override { stop(); }

    QString description() const override { return m_description; }

    void start(Sink sink) override
    {
        run([this, sink = std::move(sink)] {
            const Clock::time_point begin = Clock::now();
            const double first = m_samples.constFirst().time;
            const double length = m_samples.constLast().time - first + seconds(period);
            for (int round = 0;; ++round) {
                for (Sample sample : m_samples) {
                    sample.time += round * length - first;
                    if (!waitUntil(begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(sample.time))))
                        return;
                    sink(std::move(sample));
                }
            }
        });
    }

private:
    const QList<Sample> m_samples;
    const QString m_description;
};

} // namespace

SampleSource::~SampleSource() = default;

void SampleSource::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopped = true;
    }
    m_condition.notify_all();
    for (std::thread &thread : m_threads)
        thread.join();
    m_threads.clear();
}

void SampleSource::run(std::function<void()> function)
{
    m_threads.emplace_back(std::move(function));
}

bool SampleSource::waitUntil(std::chrono::steady_clock::time_point moment)
{
    std::unique_lock lock(m_mutex);
    return !m_condition.wait_until(lock, moment, [this] { return m_isStopped; });
}

std::unique_ptr<SampleSource> machineSource(const QString &procRoot)
{
    return std::make_unique<MachineSource>(procRoot);
}

std::unique_ptr<SampleSource> replaySource(const QList<Sample> &samples, const QString &description)
{
    return std::make_unique<ReplaySource>(samples, description);
}
