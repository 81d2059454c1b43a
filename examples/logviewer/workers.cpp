// SPDX-License-Identifier: MIT
#include "workers.h"

Workers::Workers(Transport &transport) : m_transport(transport)
{
    for (int worker = 0; worker < count; ++worker)
        m_threads[std::size_t(worker)].start([this, worker](int lines) { log(worker, lines); });
}

void Workers::setRate(int rate)
{
    for (int worker = 0; worker < count; ++worker)
        m_threads[std::size_t(worker)].setRate((rate + worker) / count);
}

void Workers::stop()
{
    for (PacedThread &thread : m_threads)
        thread.stop();
}

void Workers::log(int worker, int lines)
{
    unsigned &step = m_steps[std::size_t(worker)];
    for (int i = 0; i < lines; ++i, ++step) {
        LogLine line;
        const auto time = std::chrono::steady_clock::now() - m_start;
        line.time = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
        line.worker = worker + 1;
        if (step % 997 == 0) {
            line.level = Level::Error;
            line.text = QStringLiteral("block %1: checksum differs, reading it again").arg(step);
        } else if (step % 101 == 0) {
            line.level = Level::Warning;
            line.text = QStringLiteral("block %1: no answer for 200 ms").arg(step);
        } else if (step % 5 == 0) {
            line.text = QStringLiteral("block %1: written").arg(step);
        } else {
            line.level = Level::Debug;
            line.text = QStringLiteral("block %1: read, 4096 bytes").arg(step);
        }
        m_transport.send(std::move(line));
    }
    m_sent.fetch_add(lines, std::memory_order_relaxed);
}
