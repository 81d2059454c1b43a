// SPDX-License-Identifier: MIT
#include "memory.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/RealtimeSource>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qtimer.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

// A thread offers 48 000 events a second to a RealtimeSource, while the thread of the registry is busy with other things for nine tenths of the
// time. Each event must arrive, once and in order. See README.md.

namespace {

using Clock = std::chrono::steady_clock;
using Source = SignalBox::RealtimeSource<std::int64_t>;

constexpr std::int64_t eventsPerSecond = 48'000;
constexpr qsizetype capacity = eventsPerSecond; // a second's

// As an audio device: wakes each millisecond, and offers what is due.
class Producer
{
public:
    explicit Producer(Source source) : m_source(std::move(source)), m_thread([this] { run(); }) {}
    ~Producer() { stop(); }
    Producer(const Producer &) = delete;
    Producer &operator=(const Producer &) = delete;

    void stop()
    {
        m_isOver = true;
        if (m_thread.joinable())
            m_thread.join();
    }
    std::int64_t offered() const noexcept { return m_offered; }
    std::int64_t lost() const noexcept { return static_cast<std::int64_t>(m_source.lost()); }

private:
    void run()
    {
        const auto begin = Clock::now();
        auto next = begin;
        std::int64_t number = 0;
        while (!m_isOver) {
            next += std::chrono::milliseconds(1);
            std::this_thread::sleep_until(next);
            const auto microseconds =
                    std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count();
            const std::int64_t due = microseconds * eventsPerSecond / 1'000'000;
            for (; number < due; ++number)
                m_source.offer(std::int64_t(number)); // false: counted
            m_offered = number;
        }
    }

    Source m_source;
    std::atomic<std::int64_t> m_offered = 0;
    std::atomic<bool> m_isOver = false;
    std::thread m_thread;
};

class Soak
{
public:
    Soak(double seconds, double interval) : m_seconds(seconds), m_interval(interval)
    {
        m_registry.registerHandler([this](const std::int64_t &number) { handle(number); });
        m_registry.registerHandler(&m_work, [this](const std::int64_t &number) { m_shown = number; },
                                   {.backlog = SignalBox::Backlog::newest().every(16)});
        QObject::connect(&m_work, &QTimer::timeout, [this] { work(); });
        m_clock.start();
        m_work.start(20);
    }

    // Whether all went well, after the event loop has ended.
    bool isRight(bool mayLose)
    {
        m_producer.stop();
        const std::int64_t offered = m_producer.offered();
        while (m_handled + m_producer.lost()
               < offered) // what is still there; what never comes is found by the time limit of the test
            QCoreApplication::processEvents();
        while (m_shown != m_last)
            QCoreApplication::processEvents();
        std::printf("%lld offered, %lld handled, %lld lost, %lld out of order; at most %lld waited; the thread was "
                    "busy for %.1f %%\n",
                    static_cast<long long>(offered), static_cast<long long>(m_handled),
                    static_cast<long long>(m_producer.lost()), static_cast<long long>(m_disordered),
                    static_cast<long long>(m_mostWaiting), 100 * busyShare());
        return m_disordered == 0 && offered > 0 && m_handled + m_producer.lost() == offered
                && (mayLose || m_producer.lost() == 0);
    }

    const std::vector<MemorySample> &samples() const { return m_samples; }

private:
    void handle(std::int64_t number)
    {
        // Lost ones leave gaps, but never the wrong order.
        m_disordered += number <= m_last;
        m_last = number;
        ++m_handled;
    }

    // 18 of 20 milliseconds.
    void work()
    {
        QElapsedTimer clock;
        clock.start();
        m_mostWaiting = std::max(m_mostWaiting, m_producer.offered() - m_producer.lost() - m_handled);
        while (clock.nsecsElapsed() < 18'000'000) {}
        m_busy += clock.nsecsElapsed();
        const double now = static_cast<double>(m_clock.elapsed()) / 1000;
        if (now >= (static_cast<double>(m_samples.size()) + 1) * m_interval) {
            m_samples.push_back(sampleMemory(now));
            std::printf("%6.0f s  offered %10lld  lost %lld  at most %lld waited  busy %.1f %%  heap %.0f B  resident "
                        "%.1f MiB\n",
                        now, static_cast<long long>(m_producer.offered()), static_cast<long long>(m_producer.lost()),
                        static_cast<long long>(m_mostWaiting), 100 * busyShare(), m_samples.back().heap,
                        m_samples.back().resident / (1 << 20));
            std::fflush(stdout);
        }
        if (now >= m_seconds)
            QCoreApplication::quit();
    }

    double busyShare() const { return static_cast<double>(m_busy) / static_cast<double>(m_clock.nsecsElapsed()); }

    const double m_seconds;
    const double m_interval;
    QElapsedTimer m_clock;
    QTimer m_work;
    std::int64_t m_handled = 0;
    std::int64_t m_last = -1;
    std::int64_t m_shown = -1;
    std::int64_t m_disordered = 0;
    std::int64_t m_mostWaiting = 0;
    std::int64_t m_busy = 0; // nanoseconds
    std::vector<MemorySample> m_samples;
    SignalBox::AsyncRegistry<std::int64_t> m_registry;
    Producer m_producer{m_registry.addRealtimeSource(capacity)};
};

} // namespace

// Arguments: seconds, seconds between samples, and "counts" where losses of a machine that stands still, and memory, are not judged.
int main(int argc, char **argv)
{
    const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 600;
    const double interval = argc > 2 ? std::strtod(argv[2], nullptr) : 10;
    const bool countsOnly = argc > 3 && std::strcmp(argv[3], "counts") == 0;
    QCoreApplication application(argc, argv);
    Soak soak(seconds, interval);
    QCoreApplication::exec();
    const bool isRight = soak.isRight(countsOnly);
    if (countsOnly)
        return isRight ? 0 : 1;
    const MemoryVerdict verdict(soak.samples());
    std::printf("after the first fifth of the time, live heap rose by %.0f KiB (bound %.0f), resident memory by %.0f "
                "KiB (bound %.0f)\n",
                verdict.heapRise() / 1024, MemoryVerdict::heapBound / 1024, verdict.residentRise() / 1024,
                MemoryVerdict::residentBound / 1024);
    std::printf("%s\n", !isRight ? "LOST" : verdict.isFlat() ? "nothing lost, and flat" : "NOT FLAT");
    return isRight && verdict.isFlat() ? 0 : 1;
}
