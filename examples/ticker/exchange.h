// SPDX-License-Identifier: MIT
#pragma once

#include "pacedthread.h"
#include "way.h"

#include <array>
#include <atomic>
#include <vector>

// Four threads that trade, each its quarter of the symbols.
class Exchange
{
public:
    static constexpr int symbols = 5000;
    static constexpr int maximumRate = 1'000'000; // quotes per second, together

    explicit Exchange(Way &way, int symbolCount = symbols);

    // Quotes per second, together.
    void setRate(int rate);
    void setDelisting(bool delisting) { m_isDelisting.store(delisting, std::memory_order_relaxed); }
    // Returns when nothing is sent any more.
    void stop();

    qint64 sent() const { return m_sent.load(std::memory_order_relaxed); }
    // After stop(): whether each row of the model has the last quote of its symbol.
    bool isShownBy(const QAbstractItemModel &model) const;

private:
    static constexpr int count = 4;

    struct Trader
    {
        std::vector<Quote> last; // its symbols
        std::vector<double> opening;
        unsigned random = 1;
    };

    void trade(Trader &trader, int quotes);

    Way &m_way;
    std::atomic<qint64> m_sent = 0;
    std::atomic<bool> m_isDelisting = false; // relaxed: it orders nothing
    std::array<Trader, count> m_traders; // each its thread's
    std::array<PacedThread, count> m_threads; // last: they end first
};
