// SPDX-License-Identifier: MIT
#include "coreload.h"
#include "memory.h"
#include "producers.h"
#include "qmlload.h"
#include "qtload.h"
#include "signalload.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

// All layers under mixed load for a while. Each sample is taken while the posting threads pause and everything that waits
// has been delivered, so that what is measured is what stays. At each, all counts must add up; at the end, memory must be
// flat. See README.md for what runs.

namespace {

struct Rates
{
    explicit Rates(const Counts &now)
        : values{now.posts, now.deliveries, now.failures, now.futures, now.notifies, now.registrations, now.contexts,
                 now.restarts, now.changes, now.scripts, now.engines, now.signals}
    {
    }
    static constexpr const char *names[] = {"posts", "deliveries", "failures", "futures", "notifies", "registrations", "contexts",
                                            "restarts", "changes", "scripts", "engines", "signals"};
    std::uint64_t values[std::size(names)];
};

class Soak
{
public:
    Soak(double seconds, double interval) : m_seconds(seconds), m_interval(interval), m_before(counts)
    {
        QObject::connect(&m_timer, &QTimer::timeout, [this] { step(); });
        m_clock.start();
        m_timer.start(1);
    }

    const std::vector<MemorySample> &samples() const { return m_samples; }

private:
    void step()
    {
        m_core.broadcast();
        m_qt.step();
        m_qml.step();
        m_signals.step();
        if (now() >= (static_cast<double>(m_samples.size()) + 1) * m_interval)
            sample();
    }

    double now() const { return static_cast<double>(m_clock.elapsed()) / 1000; }

    void sample()
    {
        m_timer.stop(); // or the turns below would make another step
        const std::int64_t waiting = m_qt.waiting();
        m_producers.askToPause();
        // Turns of this event loop and time for the others; what never comes is found by the time limit of the test.
        while (!m_producers.havePaused() || !m_qt.isIdle() || !m_signals.isIdle()) {
            QCoreApplication::processEvents();
            QThread::yieldCurrentThread();
        }
        m_core.check();
        m_qt.check();
        m_qml.check();
        const double time = now();
        m_samples.push_back(sampleMemory(time));
        print(time, waiting);
        m_producers.resume();
        m_timer.start(1);
        if (time >= m_seconds)
            QCoreApplication::quit();
    }

    void print(double time, std::int64_t waiting)
    {
        const Rates after(counts);
        const MemorySample &memory = m_samples.back();
        std::printf("%6.0f s  heap %9.0f B  resident %6.1f MiB  waiting %6lld  per second:", time, memory.heap,
                    memory.resident / (1 << 20), static_cast<long long>(waiting));
        for (std::size_t i = 0; i < std::size(Rates::names); ++i) {
            std::printf(" %s %.0f", Rates::names[i],
                        static_cast<double>(after.values[i] - m_before.values[i]) / (time - m_lastSample));
        }
        std::printf("\n");
        std::fflush(stdout);
        m_before = after;
        m_lastSample = time;
    }

    const double m_seconds;
    const double m_interval;
    QElapsedTimer m_clock;
    QTimer m_timer;
    CoreLoad m_core;
    QtLoad m_qt;
    QmlLoad m_qml;
    SignalLoad m_signals;
    std::vector<MemorySample> m_samples;
    Rates m_before;
    double m_lastSample = 0;
    Producers m_producers{CoreLoad::threadCount, [this](int number) {
                              m_core.step(number);
                              m_qt.post(number);
                          }};
};

} // namespace

// Arguments: seconds, seconds between samples, and "counts" where memory is not judged.
int main(int argc, char **argv)
{
    const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 600;
    const double interval = argc > 2 ? std::strtod(argv[2], nullptr) : 10;
    const bool judgesMemory = argc <= 3 || std::strcmp(argv[3], "counts") != 0;
    QCoreApplication application(argc, argv);
    std::vector<MemorySample> samples;
    {
        Soak soak(seconds, interval);
        QCoreApplication::exec();
        samples = soak.samples();
    }
    // What waits for this thread finds its handlers gone.
    while (Parcel::alive != 0)
        QCoreApplication::processEvents();
    const MemoryVerdict verdict(samples);
    std::printf("all counts add up; after the first fifth of the time, live heap rose by %.0f KiB (bound %.0f), "
                "resident memory by %.0f KiB (bound %.0f)\n",
                verdict.heapRise() / 1024, MemoryVerdict::heapBound / 1024, verdict.residentRise() / 1024,
                MemoryVerdict::residentBound / 1024);
    if (!judgesMemory)
        return 0;
    std::printf("%s\n", verdict.isFlat() ? "flat" : "NOT FLAT");
    return verdict.isFlat() ? 0 : 1;
}
