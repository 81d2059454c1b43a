// SPDX-License-Identifier: MIT
#pragma once

#include "quote.h"

#include <QtCore/qhash.h>

#include <mutex>
#include <utility>
#include <vector>

// What waits between workers and the window, by hand: the newest quote of each symbol.
class NewestQuotes
{
public:
    explicit NewestQuotes(int symbols) { m_places.reserve(symbols); }

    void add(Quote &&quote)
    {
        const std::lock_guard lock(m_mutex);
        const auto place = m_places.constFind(quote.symbol);
        if (place != m_places.cend()) {
            m_quotes[*place] = std::move(quote);
            return;
        }
        m_places.insert(quote.symbol, m_quotes.size());
        m_quotes.push_back(std::move(quote));
    }

    std::vector<Quote> take()
    {
        const std::lock_guard lock(m_mutex);
        m_places.clear();
        m_places.reserve(qsizetype(m_quotes.size()));
        return std::exchange(m_quotes, {});
    }

private:
    std::mutex m_mutex;
    std::vector<Quote> m_quotes;
    QHash<QString, std::size_t> m_places;
};
