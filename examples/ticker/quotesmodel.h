// SPDX-License-Identifier: MIT
#pragma once

#include "quote.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qhash.h>
#include <QtCore/qlist.h>

#include <algorithm>
#include <utility>
#include <vector>

// The model that a program without SignalBox writes: a row for each symbol, in the order in which they came.
class QuotesModel : public QAbstractTableModel
{
public:
    // One insertion for all new symbols, and one change for each run of rows.
    void update(std::vector<Quote> &&quotes)
    {
        std::vector<Quote> added;
        m_changed.clear();
        for (Quote &quote : quotes) {
            const auto place = m_rows.constFind(quote.symbol);
            if (place == m_rows.cend()) {
                m_rows.insert(quote.symbol, int(m_quotes.size() + added.size()));
                added.push_back(std::move(quote));
            } else if (*place >= int(m_quotes.size())) {
                added[std::size_t(*place) - m_quotes.size()] = std::move(quote);
            } else {
                m_quotes[std::size_t(*place)] = std::move(quote);
                m_changed.push_back(*place);
            }
        }
        if (!added.empty()) {
            beginInsertRows({}, int(m_quotes.size()), int(m_quotes.size() + added.size()) - 1);
            std::move(added.begin(), added.end(), std::back_inserter(m_quotes));
            endInsertRows();
        }
        std::sort(m_changed.begin(), m_changed.end());
        for (std::size_t first = 0; first < m_changed.size();) {
            std::size_t next = first + 1;
            while (next < m_changed.size() && m_changed[next] <= m_changed[next - 1] + 1)
                ++next;
            Q_EMIT dataChanged(index(m_changed[first], 0), index(m_changed[next - 1], QuoteColumnCount - 1));
            first = next;
        }
    }

    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(m_quotes.size()); }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : QuoteColumnCount; }

    QVariant data(const QModelIndex &index, int role) const override
    {
        if (role != Qt::DisplayRole)
            return {};
        const Quote &quote = m_quotes[std::size_t(index.row())];
        switch (index.column()) {
        case SymbolColumn: return quote.symbol;
        case PriceColumn: return quote.price;
        case ChangeColumn: return quote.change;
        default: return quote.volume;
        }
    }

private:
    std::vector<Quote> m_quotes;
    QHash<QString, int> m_rows;
    std::vector<int> m_changed;
};
