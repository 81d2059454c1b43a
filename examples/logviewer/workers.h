// SPDX-License-Identifier: MIT
#pragma once

#include "pacedthread.h"
#include "transport.h"

#include <array>
#include <atomic>
#include <chrono>

// Four threads that work, and log what they do.
class Workers
{
public:
    static constexpr int maximumRate = 500'000; // lines per second, together

    // Begins to send, on threads that sleep until there is a rate.
    explicit Workers(Transport &transport);

    // Lines per second, together.
    void setRate(int rate);
    // Returns when nothing is sent any more.
    void stop();

    qint64 sent() const { return m_sent.load(std::memory_order_relaxed); }

private:
    static constexpr int count = 4;

    void log(int worker, int lines);

    Transport &m_transport;
    const std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
    std::atomic<qint64> m_sent = 0;
    std::array<unsigned, count> m_steps{}; // each its worker's
    std::array<PacedThread, count> m_threads; // last: they end first
};
