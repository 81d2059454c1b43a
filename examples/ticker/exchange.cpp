// SPDX-License-Identifier: MIT
#include "exchange.h"

#include <QtCore/qhash.h>

#include <algorithm>
#include <cmath>

namespace {

// Three letters, then more: AAA to ZZZ, which are enough.
QString symbolName(int number)
{
    QString name(3, QLatin1Char('A'));
    for (int i = 2; i >= 0; --i, number /= 26)
        name[i] = QChar(u'A' + number % 26);
    return name;
}

unsigned next(unsigned &random)
{
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    return random;
}

} // namespace

Exchange::Exchange(Way &way, int symbolCount) : m_way(way)
{
    for (int i = 0; i < symbolCount; ++i) {
        Trader &trader = m_traders[std::size_t(i % count)];
        trader.random = unsigned(i) + 1;
        Quote quote;
        quote.symbol = symbolName(i * 3 + 700);
        quote.price = std::round(500 + 9000 * std::fabs(std::sin(double(i)))) / 100;
        trader.opening.push_back(quote.price);
        trader.last.push_back(std::move(quote));
    }
    for (std::size_t i = 0; i < count; ++i)
        m_threads[i].start([this, i](int quotes) { trade(m_traders[i], quotes); });
}

void Exchange::setRate(int rate)
{
    for (int i = 0; i < count; ++i)
        m_threads[std::size_t(i)].setRate((rate + i) / count);
}

void Exchange::stop()
{
    for (PacedThread &thread : m_threads)
        thread.stop();
}

void Exchange::trade(Trader &trader, int quotes)
{
    for (int i = 0; i < quotes; ++i) {
        const std::size_t which = next(trader.random) % trader.last.size();
        Quote &quote = trader.last[which];
        quote.delisted = m_isDelisting.load(std::memory_order_relaxed) && next(trader.random) % 20 == 0;
        quote.price = std::max(0.01, quote.price + (int(next(trader.random) % 21) - 10) / 100.0);
        quote.change = 100 * (quote.price / trader.opening[which] - 1);
        quote.volume += 1 + next(trader.random) % 100;
        m_way.send(Quote(quote));
    }
    m_sent.fetch_add(quotes, std::memory_order_relaxed);
}

bool Exchange::isShownBy(const QAbstractItemModel &model) const
{
    QHash<QString, qint64> volumes;
    for (int row = 0; row < model.rowCount(); ++row)
        volumes.insert(model.index(row, SymbolColumn).data().toString(), model.index(row, VolumeColumn).data().toLongLong());
    for (const Trader &trader : m_traders) {
        for (const Quote &quote : trader.last) {
            if (quote.delisted ? volumes.contains(quote.symbol) : volumes.value(quote.symbol) != quote.volume)
                return false;
        }
    }
    return true;
}
